// SPDX-License-Identifier: GPL-2.0-or-later
// CertificateSigned: the signed certificate that was asked for (security extension, OCPP-J only).
#pragma once

#include <string_view>

#include "ocpp/describe.h"
#include "ocpp/enums.h"
#include "ocpp/text.h"
#include "ocpp/version.h"

namespace ocpp {

/// The signed certificate that was asked for (security extension, OCPP-J only).
struct CertificateSigned {
  static constexpr std::string_view action = "CertificateSigned";
  static constexpr Role sender = Role::CentralSystem;
  static constexpr Profile profile = Profile::Security;
  static constexpr Delivery delivery = Delivery::Online;

  struct Request {
    Text<10000> certificateChain;

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(certificateChain);
    }
  };

  struct Response {
    CertificateSignedStatus status{};

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(status);
    }
  };
};

}  // namespace ocpp
