// SPDX-License-Identifier: GPL-2.0-or-later
// DiagnosticsStatusNotification: how an upload of diagnostics goes (section 4.4).
#pragma once

#include <string_view>

#include "ocpp/describe.h"
#include "ocpp/enums.h"
#include "ocpp/version.h"

namespace ocpp {

/// How an upload of diagnostics goes (section 4.4).
struct DiagnosticsStatusNotification {
  static constexpr std::string_view action = "DiagnosticsStatusNotification";
  static constexpr Role sender = Role::ChargePoint;
  static constexpr Profile profile = Profile::FirmwareManagement;
  static constexpr Delivery delivery = Delivery::Online;

  struct Request {
    DiagnosticsStatus status{};

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(status);
    }
  };

  struct Response {
    template <class Self, class Visit>
    static void describe(Self&, Visit&&) {}
  };
};

}  // namespace ocpp
