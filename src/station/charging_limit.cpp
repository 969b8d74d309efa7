// SPDX-License-Identifier: GPL-2.0-or-later
// When a schedule runs, which of its periods counts, and which profile prevails.
#include "station/charging_limit.h"

#include <algorithm>
#include <limits>

namespace station {

using ocpp::ChargingProfile;
using ocpp::ChargingProfileKind;
using ocpp::ChargingProfilePurpose;
using ocpp::ChargingRateUnit;
using ocpp::ChargingSchedule;
using ocpp::Duration;
using ocpp::Instant;
using std::chrono::seconds;

namespace {

constexpr std::int64_t unitsPerTenthWatt = 6;  // 1/60 W

Duration recurrence(const ChargingProfile& profile) {
  return profile.recurrencyKind == ocpp::RecurrencyKind::Weekly ? std::chrono::hours(7 * 24) : std::chrono::hours(24);
}

// The n-th start of a recurring schedule: at the same reading of local clocks.
Instant occurrence(const ChargingProfile& profile, std::int64_t n, const LocalTime& local) {
  const Instant first = profile.chargingSchedule.startSchedule->at;
  return n == 0 ? first : local.firstReach(local.reading(first) + n * recurrence(profile));
}

// Which start of a recurring schedule is the last one at or before `at`; negative before the first.
std::int64_t lastOccurrence(const ChargingProfile& profile, Instant at, const LocalTime& local) {
  const Instant first = profile.chargingSchedule.startSchedule->at;
  if (at < first) return -1;
  std::int64_t n = (local.reading(at) - local.reading(first)) / recurrence(profile) + 1;
  while (n > 0 && occurrence(profile, n, local) > at) --n;
  return std::max<std::int64_t>(n, 0);
}

// When the schedule that runs at `at` has begun, or will begin if that is still to come.
Instant scheduleStart(const ChargingProfile& profile, const Subject& subject, Instant at, const LocalTime& local) {
  const auto& start = profile.chargingSchedule.startSchedule;
  if (profile.chargingProfileKind == ChargingProfileKind::Relative || !start) return subject.transactionStart;
  if (profile.chargingProfileKind == ChargingProfileKind::Absolute) return start->at;
  return occurrence(profile, std::max<std::int64_t>(lastOccurrence(profile, at, local), 0), local);
}

bool validAt(const ChargingProfile& profile, Instant at) {
  return (!profile.validFrom || at >= profile.validFrom->at) && (!profile.validTo || at < profile.validTo->at);
}

// The limit of the profile with the highest stack level among those that `counts` and say something.
template <class Counts>
std::optional<Limit> prevailing(const LimitRules& rules, const Subject& subject, Instant at, Counts&& counts) {
  std::optional<Limit> found;
  int level = -1;
  for (const InstalledProfile& each : rules.profiles) {
    if (each.profile.stackLevel <= level || !counts(each)) continue;
    const auto limit = limitOf(each.profile, subject, at, rules.local, rules.supply);
    if (!limit) continue;
    found = limit;
    level = each.profile.stackLevel;
  }
  return found;
}

std::optional<Limit> transactionLimit(const LimitRules& rules, const Subject& subject, Instant at) {
  struct Rank {
    ChargingProfilePurpose purpose;
    int connectorId;
  };
  const Rank ranks[] = {{ChargingProfilePurpose::TxProfile, subject.connectorId},
                        {ChargingProfilePurpose::TxDefaultProfile, subject.connectorId},
                        {ChargingProfilePurpose::TxDefaultProfile, 0}};
  for (const Rank& rank : ranks) {
    const auto limit = prevailing(rules, subject, at, [&](const InstalledProfile& each) {
      return each.profile.chargingProfilePurpose == rank.purpose && each.connectorId == rank.connectorId;
    });
    if (limit) return limit;
  }
  return std::nullopt;
}

bool concerns(const InstalledProfile& each, const Subject& subject) {
  if (each.profile.chargingProfilePurpose == ChargingProfilePurpose::ChargePointMaxProfile) return true;
  return subject.connectorId != 0 && (each.connectorId == 0 || each.connectorId == subject.connectorId);
}

// Collects the earliest moment after `at`.
struct Earliest {
  Instant at;
  std::optional<Instant> found;
  void offer(Instant candidate) {
    if (candidate > at && (!found || candidate < *found)) found = candidate;
  }
};

void offerChanges(const ChargingProfile& profile, const Subject& subject, const LocalTime& local, Earliest& earliest) {
  if (profile.validFrom) earliest.offer(profile.validFrom->at);
  if (profile.validTo) earliest.offer(profile.validTo->at);
  const ChargingSchedule& schedule = profile.chargingSchedule;
  const Instant start = scheduleStart(profile, subject, earliest.at, local);
  earliest.offer(start);
  for (const auto& period : schedule.chargingSchedulePeriod) earliest.offer(start + seconds(period.startPeriod));
  if (schedule.duration) earliest.offer(start + seconds(*schedule.duration));
  if (profile.chargingProfileKind == ChargingProfileKind::Recurring && schedule.startSchedule)
    earliest.offer(occurrence(profile, lastOccurrence(profile, earliest.at, local) + 1, local));
}

}  // namespace

Limit Limit::of(ChargingRateUnit unit, ocpp::Decimal limit, int phases, const Supply& supply) {
  const int used = std::clamp(phases, 1, 3);
  const std::int64_t tenths = std::clamp<std::int64_t>(limit.tenths, 0, std::int64_t(1) << 40);
  const std::int64_t perPhase =
      unit == ChargingRateUnit::A ? tenths * supply.volts * unitsPerTenthWatt : tenths * unitsPerTenthWatt / used;
  return {perPhase, used};
}

ocpp::Decimal Limit::in(ChargingRateUnit unit, const Supply& supply) const {
  if (unit == ChargingRateUnit::W) return {perPhase * phases / unitsPerTenthWatt};
  return {perPhase / (unitsPerTenthWatt * supply.volts)};
}

Limit lower(const Limit& a, const Limit& b) { return {std::min(a.perPhase, b.perPhase), std::min(a.phases, b.phases)}; }

std::optional<Limit> limitOf(const ChargingProfile& profile, const Subject& subject, Instant at, const LocalTime& local,
                             const Supply& supply) {
  if (!validAt(profile, at)) return std::nullopt;
  const Instant start = scheduleStart(profile, subject, at, local);
  const ChargingSchedule& schedule = profile.chargingSchedule;
  if (at < start || (schedule.duration && at >= start + seconds(*schedule.duration))) return std::nullopt;
  std::optional<Limit> limit;
  for (const auto& period : schedule.chargingSchedulePeriod) {
    if (start + seconds(period.startPeriod) > at) break;
    limit = Limit::of(schedule.chargingRateUnit, period.limit, period.numberPhases.value_or(3), supply);
  }
  return limit;
}

std::optional<Limit> stationLimit(const LimitRules& rules, Instant at) {
  return prevailing(rules, {0, at}, at, [](const InstalledProfile& each) {
    return each.profile.chargingProfilePurpose == ChargingProfilePurpose::ChargePointMaxProfile;
  });
}

Limit limitAt(const LimitRules& rules, const Subject& subject, Instant at) {
  Limit limit = rules.hardware;
  if (const auto station = stationLimit(rules, at)) limit = lower(limit, *station);
  if (subject.connectorId != 0)
    if (const auto transaction = transactionLimit(rules, subject, at)) limit = lower(limit, *transaction);
  return limit;
}

std::optional<Instant> nextChange(const LimitRules& rules, const Subject& subject, Instant at) {
  Earliest earliest{at, {}};
  for (const InstalledProfile& each : rules.profiles)
    if (concerns(each, subject)) offerChanges(each.profile, subject, rules.local, earliest);
  return earliest.found;
}

ChargingSchedule compositeSchedule(const LimitRules& rules, const Subject& subject, Instant from, int duration,
                                   ChargingRateUnit unit, std::size_t mostPeriods) {
  ChargingSchedule composite;
  composite.chargingRateUnit = unit;
  composite.startSchedule = ocpp::DateTime{from, true};
  composite.duration = duration;
  std::int64_t second = 0;
  // Schedules that recur without changing anything must not keep the station busy for years.
  std::size_t looks = 8 * mostPeriods;
  while (second < duration || second == 0) {
    const Instant at = from + seconds(second);
    const Limit limit = limitAt(rules, subject, at);
    ocpp::ChargingSchedulePeriod period{static_cast<int>(second), limit.in(unit, rules.supply), limit.phases};
    auto& periods = composite.chargingSchedulePeriod;
    if (periods.empty() || !(periods.back().limit == period.limit) ||
        periods.back().numberPhases != period.numberPhases) {
      if (periods.size() == mostPeriods) {
        composite.duration = static_cast<int>(second);
        break;
      }
      periods.push_back(period);
    }
    const auto change = nextChange(rules, subject, at);
    if (!change) break;
    if (--looks == 0) {
      composite.duration = static_cast<int>(std::max<std::int64_t>(second, 1));
      break;
    }
    // A change within a second counts from the next whole second on.
    second = std::max(second + 1, (*change - from + Duration(999)).count() / 1000);
  }
  return composite;
}

}  // namespace station
