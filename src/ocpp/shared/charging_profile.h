// SPDX-License-Identifier: GPL-2.0-or-later
// ChargingProfile, ChargingSchedule, ChargingSchedulePeriod: limits over time.
#pragma once

#include <optional>

#include "ocpp/describe.h"
#include "ocpp/enums.h"
#include "ocpp/time.h"
#include "ocpp/values.h"

namespace ocpp {

/// One step of a schedule (section 7.14).
struct ChargingSchedulePeriod {
  int startPeriod = 0;  ///< Seconds from the start of the schedule.
  Decimal limit;        ///< In the chargingRateUnit of the schedule.
  std::optional<int> numberPhases;

  template <class Self, class Visit>
  static void describe(Self& m, Visit&& visit) {
    FIELD(startPeriod);
    FIELD(limit);
    FIELD(numberPhases);
  }
};

/// A list of limits over time (section 7.13).
struct ChargingSchedule {
  std::optional<int> duration;  ///< Seconds.
  std::optional<DateTime> startSchedule;
  ChargingRateUnit chargingRateUnit{};
  AtLeastOne<ChargingSchedulePeriod> chargingSchedulePeriod;
  std::optional<Decimal> minChargingRate;

  template <class Self, class Visit>
  static void describe(Self& m, Visit&& visit) {
    FIELD(duration);
    FIELD(startSchedule);
    FIELD(chargingRateUnit);
    FIELD(chargingSchedulePeriod);
    FIELD(minChargingRate);
  }
};

/// When which schedule applies (section 7.8).
struct ChargingProfile {
  int chargingProfileId = 0;
  std::optional<TransactionId> transactionId;
  int stackLevel = 0;
  ChargingProfilePurpose chargingProfilePurpose{};
  ChargingProfileKind chargingProfileKind{};
  std::optional<RecurrencyKind> recurrencyKind;
  std::optional<DateTime> validFrom;
  std::optional<DateTime> validTo;
  ChargingSchedule chargingSchedule;

  template <class Self, class Visit>
  static void describe(Self& m, Visit&& visit) {
    FIELD(chargingProfileId);
    FIELD(transactionId);
    FIELD(stackLevel);
    FIELD(chargingProfilePurpose);
    FIELD(chargingProfileKind);
    FIELD(recurrencyKind);
    FIELD(validFrom);
    FIELD(validTo);
    FIELD(chargingSchedule);
  }
};

}  // namespace ocpp
