// SPDX-License-Identifier: GPL-2.0-or-later
// InstallCertificate: install a root certificate (security extension, OCPP-J only).
#pragma once

#include <string_view>

#include "ocpp/describe.h"
#include "ocpp/enums.h"
#include "ocpp/text.h"
#include "ocpp/version.h"

namespace ocpp {

/// Install a root certificate (security extension, OCPP-J only).
struct InstallCertificate {
  static constexpr std::string_view action = "InstallCertificate";
  static constexpr Role sender = Role::CentralSystem;
  static constexpr Profile profile = Profile::Security;
  static constexpr Delivery delivery = Delivery::Online;

  struct Request {
    CertificateUse certificateType{};
    Text<5500> certificate;

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(certificateType);
      FIELD(certificate);
    }
  };

  struct Response {
    InstallCertificateStatus status{};

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(status);
    }
  };
};

}  // namespace ocpp
