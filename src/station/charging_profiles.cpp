// SPDX-License-Identifier: GPL-2.0-or-later
// Which charging profiles are accepted and which they replace (OCPP 1.6 sections 3.13 and 5.16).
#include "station/charging_profiles.h"

#include <algorithm>

namespace station {

using ocpp::ChargingProfile;
using ocpp::ChargingProfileKind;
using ocpp::ChargingProfilePurpose;

namespace {

struct Check {
  bool (*broken)(int connectorId, const ChargingProfile&);
  const char* problem;
};

bool hasDisorder(const ocpp::ChargingSchedule& schedule) {
  const auto& periods = schedule.chargingSchedulePeriod;
  return std::adjacent_find(periods.begin(), periods.end(), [](const auto& a, const auto& b) {
           return a.startPeriod >= b.startPeriod;
         }) != periods.end();
}

constexpr Check checks[] = {
    {[](int, const ChargingProfile& p) { return p.stackLevel < 0; }, "stackLevel is negative"},
    {[](int, const ChargingProfile& p) { return p.chargingSchedule.chargingSchedulePeriod.empty(); }, "no period"},
    {[](int, const ChargingProfile& p) { return p.chargingSchedule.chargingSchedulePeriod.front().startPeriod != 0; },
     "the first period does not start at 0"},
    {[](int, const ChargingProfile& p) { return hasDisorder(p.chargingSchedule); }, "the periods are not in order"},
    {[](int, const ChargingProfile& p) { return p.chargingSchedule.duration && *p.chargingSchedule.duration <= 0; },
     "duration is not positive"},
    {[](int, const ChargingProfile& p) {
       return std::any_of(p.chargingSchedule.chargingSchedulePeriod.begin(),
                          p.chargingSchedule.chargingSchedulePeriod.end(), [](const auto& period) {
                            const int phases = period.numberPhases.value_or(3);
                            return period.limit.tenths < 0 || phases < 1 || phases > 3;
                          });
     },
     "a limit is negative or numberPhases is not 1, 2 or 3"},
    {[](int, const ChargingProfile& p) {
       return p.chargingProfileKind == ChargingProfileKind::Recurring &&
              (!p.recurrencyKind || !p.chargingSchedule.startSchedule);
     },
     "a Recurring profile needs recurrencyKind and startSchedule"},
    {[](int, const ChargingProfile& p) { return p.validFrom && p.validTo && p.validFrom->at >= p.validTo->at; },
     "validTo is not after validFrom"},
    {[](int connectorId, const ChargingProfile& p) {
       return p.chargingProfilePurpose == ChargingProfilePurpose::ChargePointMaxProfile && connectorId != 0;
     },
     "ChargePointMaxProfile is for connector 0 only"},
    {[](int, const ChargingProfile& p) {
       return p.chargingProfilePurpose == ChargingProfilePurpose::ChargePointMaxProfile &&
              p.chargingProfileKind == ChargingProfileKind::Relative;
     },
     "ChargePointMaxProfile cannot be Relative: there is no transaction to relate to"},
    {[](int connectorId, const ChargingProfile& p) {
       return p.chargingProfilePurpose == ChargingProfilePurpose::TxProfile && connectorId == 0;
     },
     "TxProfile needs the connector of the transaction"},
};

bool replaces(int connectorId, const ChargingProfile& fresh, const InstalledProfile& old) {
  return old.profile.chargingProfileId == fresh.chargingProfileId ||
         (old.connectorId == connectorId && old.profile.chargingProfilePurpose == fresh.chargingProfilePurpose &&
          old.profile.stackLevel == fresh.stackLevel);
}

template <class Value>
bool meets(const std::optional<Value>& criterion, const Value& value) {
  return !criterion || *criterion == value;
}

}  // namespace

std::string ChargingProfiles::problemOf(int connectorId, const ChargingProfile& profile) const {
  for (const Check& check : checks)
    if (check.broken(connectorId, profile)) return check.problem;
  if (profile.stackLevel > capacity_.maxStackLevel) return "stackLevel is above ChargeProfileMaxStackLevel";
  if (profile.chargingSchedule.chargingSchedulePeriod.size() > capacity_.maxPeriods)
    return "more periods than ChargingScheduleMaxPeriods";
  return {};
}

std::string ChargingProfiles::install(int connectorId, ChargingProfile profile, ocpp::Instant now) {
  if (std::string problem = problemOf(connectorId, profile); !problem.empty()) return problem;
  bool crowded = false;
  const auto replaced = [&](const InstalledProfile& old) {
    const bool over = crowded && old.profile.validTo && old.profile.validTo->at <= now;
    return over || replaces(connectorId, profile, old);
  };
  const auto kept = [&] {
    return profiles_.size() - static_cast<std::size_t>(std::count_if(profiles_.begin(), profiles_.end(), replaced));
  };
  crowded = kept() >= capacity_.maxProfiles;
  if (kept() >= capacity_.maxProfiles) return "as many profiles as MaxChargingProfilesInstalled are there already";
  // Without a start, and without a transaction to count from, a schedule begins when it comes.
  const bool startAssigned = profile.chargingProfilePurpose == ChargingProfilePurpose::ChargePointMaxProfile &&
                             !profile.chargingSchedule.startSchedule;
  if (startAssigned) profile.chargingSchedule.startSchedule = ocpp::DateTime{now, true};
  profiles_.erase(std::remove_if(profiles_.begin(), profiles_.end(), replaced), profiles_.end());
  profiles_.push_back({connectorId, std::move(profile), startAssigned});
  return {};
}

bool ChargingProfiles::restore(InstalledProfile kept) {
  if (!install(kept.connectorId, std::move(kept.profile), {}).empty()) return false;
  profiles_.back().startAssigned = kept.startAssigned;
  return true;
}

void ChargingProfiles::clockSetBack(ocpp::Instant now) {
  for (InstalledProfile& each : profiles_) {
    auto& start = each.profile.chargingSchedule.startSchedule;
    if (each.startAssigned && start && start->at > now) start->at = now;
  }
}

std::size_t ChargingProfiles::clear(const ocpp::ClearChargingProfile::Request& request) {
  const auto before = profiles_.size();
  profiles_.erase(std::remove_if(profiles_.begin(), profiles_.end(),
                                 [&](const InstalledProfile& each) {
                                   return meets(request.id, each.profile.chargingProfileId) &&
                                          meets(request.connectorId, each.connectorId) &&
                                          meets(request.chargingProfilePurpose, each.profile.chargingProfilePurpose) &&
                                          meets(request.stackLevel, each.profile.stackLevel);
                                 }),
                  profiles_.end());
  return before - profiles_.size();
}

void ChargingProfiles::forgetTransaction(int connectorId) {
  ocpp::ClearChargingProfile::Request request;
  request.connectorId = connectorId;
  request.chargingProfilePurpose = ChargingProfilePurpose::TxProfile;
  clear(request);
}

}  // namespace station
