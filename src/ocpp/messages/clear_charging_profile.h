// SPDX-License-Identifier: GPL-2.0-or-later
// ClearChargingProfile: remove charging profiles that match every given criterion (section 5.5).
#pragma once

#include <optional>
#include <string_view>

#include "ocpp/describe.h"
#include "ocpp/enums.h"
#include "ocpp/version.h"

namespace ocpp {

/// Remove charging profiles that match every given criterion (section 5.5).
struct ClearChargingProfile {
  static constexpr std::string_view action = "ClearChargingProfile";
  static constexpr Role sender = Role::CentralSystem;
  static constexpr Profile profile = Profile::SmartCharging;
  static constexpr Delivery delivery = Delivery::Online;

  struct Request {
    std::optional<int> id;
    std::optional<int> connectorId;
    std::optional<ChargingProfilePurpose> chargingProfilePurpose;
    std::optional<int> stackLevel;

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(id);
      FIELD(connectorId);
      FIELD(chargingProfilePurpose);
      FIELD(stackLevel);
    }
  };

  struct Response {
    ClearChargingProfileStatus status{};

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(status);
    }
  };
};

}  // namespace ocpp
