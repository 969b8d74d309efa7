// SPDX-License-Identifier: GPL-2.0-or-later
// FirmwareStatusNotification: how a firmware update goes (section 4.5).
#pragma once

#include <string_view>

#include "ocpp/describe.h"
#include "ocpp/enums.h"
#include "ocpp/version.h"

namespace ocpp {

/// How a firmware update goes (section 4.5).
struct FirmwareStatusNotification {
  static constexpr std::string_view action = "FirmwareStatusNotification";
  static constexpr Role sender = Role::ChargePoint;
  static constexpr Profile profile = Profile::FirmwareManagement;
  static constexpr Delivery delivery = Delivery::Online;

  struct Request {
    FirmwareStatus status{};

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
