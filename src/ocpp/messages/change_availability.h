// SPDX-License-Identifier: GPL-2.0-or-later
// ChangeAvailability: put a connector, or with 0 all of them, in or out of service (section 5.2).
#pragma once

#include <string_view>

#include "ocpp/describe.h"
#include "ocpp/enums.h"
#include "ocpp/version.h"

namespace ocpp {

/// Put a connector, or with 0 all of them, in or out of service (section 5.2).
struct ChangeAvailability {
  static constexpr std::string_view action = "ChangeAvailability";
  static constexpr Role sender = Role::CentralSystem;
  static constexpr Profile profile = Profile::Core;
  static constexpr Delivery delivery = Delivery::Online;

  struct Request {
    int connectorId = 0;
    AvailabilityType type{};

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(connectorId);
      FIELD(type);
    }
  };

  struct Response {
    AvailabilityStatus status{};

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(status);
    }
  };
};

}  // namespace ocpp
