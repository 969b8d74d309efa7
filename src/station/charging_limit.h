// SPDX-License-Identifier: GPL-2.0-or-later
// The limit that charging profiles mean at a moment, and the composite schedule over a span (OCPP 1.6
// sections 3.13, 5.7).
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ocpp/shared/charging_profile.h"
#include "station/local_time.h"

namespace station {

/// A profile as SetChargingProfile brought it.
struct InstalledProfile {
  int connectorId = 0;
  ocpp::ChargingProfile profile;
  bool startAssigned = false;  ///< It came without startSchedule, and began when it came.

  template <class Self, class Visit>
  static void describe(Self& m, Visit&& visit) {
    FIELD(connectorId);
    FIELD(profile);
    FIELD(startAssigned);
  }
};
using Profiles = std::vector<InstalledProfile>;

/// What the grid gives: the voltage between a phase and neutral, and how many phases.
struct Supply {
  int volts = 230;
  int phases = 3;
};

/// A limit on phases that are loaded alike. Power per phase is held in 1/60 W, so that tenths of watts on one to three
/// phases and tenths of amperes at whole volts are exact.
struct Limit {
  std::int64_t perPhase = 0;
  int phases = 3;

  static Limit of(ocpp::ChargingRateUnit unit, ocpp::Decimal limit, int phases, const Supply& supply);
  /// Rounded down. In W the sum of the phases, in A the current of each.
  ocpp::Decimal in(ocpp::ChargingRateUnit unit, const Supply& supply) const;
  friend bool operator==(const Limit& a, const Limit& b) { return a.perPhase == b.perPhase && a.phases == b.phases; }
};
/// What satisfies both: no phase carries more than either allows, and no more phases are used.
Limit lower(const Limit& a, const Limit& b);

/// For which connector, and since when it has a transaction. Without a transaction the defaults for transactions
/// are looked at as if one began at `transactionStart`.
struct Subject {
  int connectorId = 0;  ///< 0 is the grid connection: only ChargePointMaxProfile counts.
  ocpp::Instant transactionStart{};
};

/// Everything that limits depend on besides the moment.
struct LimitRules {
  const Profiles& profiles;
  const LocalTime& local;
  Supply supply;
  Limit hardware;  ///< Of the connector, or of the grid connection.
};

/// The limit of one profile at a moment; nothing when it says nothing about that moment.
std::optional<Limit> limitOf(const ocpp::ChargingProfile& profile, const Subject& subject, ocpp::Instant at,
                             const LocalTime& local, const Supply& supply);

/// The limit that ChargePointMaxProfile sets for the grid connection, if any.
std::optional<Limit> stationLimit(const LimitRules& rules, ocpp::Instant at);
/// The merged limit of a connector (or of the grid connection): the lowest of the hardware, the ChargePointMaxProfile
/// and the profile for the transaction. Of each purpose the highest stack level that says something counts; a TxProfile
/// comes before a TxDefaultProfile, and one for the connector before one for connector 0.
Limit limitAt(const LimitRules& rules, const Subject& subject, ocpp::Instant at);
/// The first moment after `at` at which that limit may change; nothing if it never will.
std::optional<ocpp::Instant> nextChange(const LimitRules& rules, const Subject& subject, ocpp::Instant at);

/// The composite schedule: limits from `from` on, for `duration` seconds at most. It is shorter when it would need more
/// than `mostPeriods` periods.
ocpp::ChargingSchedule compositeSchedule(const LimitRules& rules, const Subject& subject, ocpp::Instant from,
                                         int duration, ocpp::ChargingRateUnit unit, std::size_t mostPeriods);

}  // namespace station
