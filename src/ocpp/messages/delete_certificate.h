// SPDX-License-Identifier: GPL-2.0-or-later
// DeleteCertificate: delete an installed certificate (security extension, OCPP-J only).
#pragma once

#include <string_view>

#include "ocpp/describe.h"
#include "ocpp/enums.h"
#include "ocpp/shared/certificate_hash_data.h"
#include "ocpp/version.h"

namespace ocpp {

/// Delete an installed certificate (security extension, OCPP-J only).
struct DeleteCertificate {
  static constexpr std::string_view action = "DeleteCertificate";
  static constexpr Role sender = Role::CentralSystem;
  static constexpr Profile profile = Profile::Security;
  static constexpr Delivery delivery = Delivery::Online;

  struct Request {
    CertificateHashData certificateHashData{};

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(certificateHashData);
    }
  };

  struct Response {
    DeleteCertificateStatus status{};

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(status);
    }
  };
};

}  // namespace ocpp
