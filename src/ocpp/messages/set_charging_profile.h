// SPDX-License-Identifier: GPL-2.0-or-later
// SetChargingProfile: install a charging profile (section 5.16).
#pragma once

#include <string_view>

#include "ocpp/describe.h"
#include "ocpp/enums.h"
#include "ocpp/shared/charging_profile.h"
#include "ocpp/version.h"

namespace ocpp {

/// Install a charging profile (section 5.16).
struct SetChargingProfile {
  static constexpr std::string_view action = "SetChargingProfile";
  static constexpr Role sender = Role::CentralSystem;
  static constexpr Profile profile = Profile::SmartCharging;
  static constexpr Delivery delivery = Delivery::Online;

  struct Request {
    int connectorId = 0;
    ChargingProfile csChargingProfiles;

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(connectorId);
      FIELD(csChargingProfiles);
    }
  };

  struct Response {
    ChargingProfileStatus status{};

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(status);
    }
  };
};

}  // namespace ocpp
