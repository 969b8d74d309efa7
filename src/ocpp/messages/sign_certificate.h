// SPDX-License-Identifier: GPL-2.0-or-later
// SignCertificate: please sign this certificate signing request (security extension, OCPP-J only).
#pragma once

#include <string_view>

#include "ocpp/describe.h"
#include "ocpp/enums.h"
#include "ocpp/text.h"
#include "ocpp/version.h"

namespace ocpp {

/// Please sign this certificate signing request (security extension, OCPP-J only).
struct SignCertificate {
  static constexpr std::string_view action = "SignCertificate";
  static constexpr Role sender = Role::ChargePoint;
  static constexpr Profile profile = Profile::Security;
  static constexpr Delivery delivery = Delivery::Online;

  struct Request {
    Text<5500> csr;

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(csr);
    }
  };

  struct Response {
    GenericStatus status{};

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(status);
    }
  };
};

}  // namespace ocpp
