// SPDX-License-Identifier: GPL-2.0-or-later
// Heartbeat: the charge point is alive and wants to know the time (section 4.6).
#pragma once

#include <string_view>

#include "ocpp/describe.h"
#include "ocpp/time.h"
#include "ocpp/version.h"

namespace ocpp {

/// The charge point is alive and wants to know the time (section 4.6).
struct Heartbeat {
  static constexpr std::string_view action = "Heartbeat";
  static constexpr Role sender = Role::ChargePoint;
  static constexpr Profile profile = Profile::Core;
  static constexpr Delivery delivery = Delivery::Online;

  struct Request {
    template <class Self, class Visit>
    static void describe(Self&, Visit&&) {}
  };

  struct Response {
    DateTime currentTime;

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(currentTime);
    }
  };
};

}  // namespace ocpp
