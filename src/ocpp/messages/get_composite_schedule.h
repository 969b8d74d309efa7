// SPDX-License-Identifier: GPL-2.0-or-later
// GetCompositeSchedule: the limits that all profiles together mean for a connector (section 5.7).
#pragma once

#include <optional>
#include <string_view>

#include "ocpp/describe.h"
#include "ocpp/enums.h"
#include "ocpp/shared/charging_profile.h"
#include "ocpp/time.h"
#include "ocpp/version.h"

namespace ocpp {

/// The limits that all profiles together mean for a connector (section 5.7).
struct GetCompositeSchedule {
  static constexpr std::string_view action = "GetCompositeSchedule";
  static constexpr Role sender = Role::CentralSystem;
  static constexpr Profile profile = Profile::SmartCharging;
  static constexpr Delivery delivery = Delivery::Online;

  struct Request {
    int connectorId = 0;
    int duration = 0;  ///< Seconds.
    std::optional<ChargingRateUnit> chargingRateUnit;

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(connectorId);
      FIELD(duration);
      FIELD(chargingRateUnit);
    }
  };

  struct Response {
    GetCompositeScheduleStatus status{};
    std::optional<int> connectorId;
    std::optional<DateTime> scheduleStart;
    std::optional<ChargingSchedule> chargingSchedule;

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(status);
      FIELD(connectorId);
      FIELD(scheduleStart);
      FIELD(chargingSchedule);
    }
  };
};

}  // namespace ocpp
