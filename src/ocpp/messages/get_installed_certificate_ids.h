// SPDX-License-Identifier: GPL-2.0-or-later
// GetInstalledCertificateIds: which certificates of this use are installed (security extension, OCPP-J only)?
#pragma once

#include <string_view>
#include <vector>

#include "ocpp/describe.h"
#include "ocpp/enums.h"
#include "ocpp/shared/certificate_hash_data.h"
#include "ocpp/version.h"

namespace ocpp {

/// Which certificates of this use are installed (security extension, OCPP-J only)?
struct GetInstalledCertificateIds {
  static constexpr std::string_view action = "GetInstalledCertificateIds";
  static constexpr Role sender = Role::CentralSystem;
  static constexpr Profile profile = Profile::Security;
  static constexpr Delivery delivery = Delivery::Online;

  struct Request {
    CertificateUse certificateType{};

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(certificateType);
    }
  };

  struct Response {
    std::vector<CertificateHashData> certificateHashData;
    GetInstalledCertificateStatus status{};

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(certificateHashData);
      FIELD(status);
    }
  };
};

}  // namespace ocpp
