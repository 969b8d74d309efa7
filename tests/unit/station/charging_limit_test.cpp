// SPDX-License-Identifier: GPL-2.0-or-later
// Charging profiles: the composite schedule against an independent oracle, and what is accepted, replaced and cleared.
#include "station/charging_limit.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "station/charging_profiles.h"
#include "tests/support/station_zone.h"
#include "tests/support/test.h"

using namespace station;
using namespace ocpp;
using std::chrono::seconds;
using test::at;
using test::europe;

namespace {

using Unit = ChargingRateUnit;
using Purpose = ChargingProfilePurpose;
using Kind = ChargingProfileKind;

std::int64_t secondsOf(Instant t) { return t.time_since_epoch().count() / 1000; }

// Works out limits by definition, in floating point and without anything of charging_limit.cpp. Where local clocks show
// what is looked up in a list made by watching them for a year, minute by minute.
class Oracle {
 public:
  Oracle() : begin_(secondsOf(at("2026-01-01T00:00:00Z"))) {
    const std::int64_t end = secondsOf(at("2027-03-01T00:00:00Z"));
    for (std::int64_t utc = begin_ - 86400; utc < end; utc += 60) {
      const std::int64_t shown = utc + europe(Instant(seconds(utc)));
      while (begin_ + 60 * std::int64_t(firstShown_.size()) <= shown) firstShown_.push_back(utc);
    }
  }

  struct Answer {
    double wattsPerPhase;
    int phases;
  };

  Answer limit(const Profiles& profiles, int connector, Instant transaction, std::int64_t t, const Supply& supply,
               double hardwareAmps) const {
    Answer answer{hardwareAmps * supply.volts, supply.phases};
    const auto merge = [&](const Answer* other) {
      if (!other) return;
      answer.wattsPerPhase = std::min(answer.wattsPerPhase, other->wattsPerPhase);
      answer.phases = std::min(answer.phases, other->phases);
    };
    Answer found;
    merge(best(profiles, Purpose::ChargePointMaxProfile, 0, transaction, t, supply, found) ? &found : nullptr);
    if (connector == 0) return answer;
    if (best(profiles, Purpose::TxProfile, connector, transaction, t, supply, found) ||
        best(profiles, Purpose::TxDefaultProfile, connector, transaction, t, supply, found) ||
        best(profiles, Purpose::TxDefaultProfile, 0, transaction, t, supply, found))
      merge(&found);
    return answer;
  }

 private:
  std::int64_t startOf(const ChargingProfile& p, std::int64_t transaction, std::int64_t t) const {
    if (p.chargingProfileKind == Kind::Relative || !p.chargingSchedule.startSchedule) return transaction;
    const std::int64_t first = secondsOf(p.chargingSchedule.startSchedule->at);
    if (p.chargingProfileKind == Kind::Absolute) return first;
    const std::int64_t every = p.recurrencyKind == RecurrencyKind::Daily ? 1440 : 10080;
    const std::int64_t shown = (first + europe(Instant(seconds(first))) - begin_) / 60;
    std::int64_t start = first;
    for (std::int64_t minute = shown + every; firstShown_[std::size_t(minute)] <= t; minute += every)
      start = firstShown_[std::size_t(minute)];
    return start;
  }

  bool best(const Profiles& profiles, Purpose purpose, int connector, Instant transaction, std::int64_t t,
            const Supply& supply, Answer& answer) const {
    int level = -1;
    for (const auto& [where, p, ours] : profiles) {
      if (where != connector || p.chargingProfilePurpose != purpose || p.stackLevel < level) continue;
      if (p.validFrom && t < secondsOf(p.validFrom->at)) continue;
      if (p.validTo && t >= secondsOf(p.validTo->at)) continue;
      const std::int64_t since = t - startOf(p, secondsOf(transaction), t);
      if (since < 0 || (p.chargingSchedule.duration && since >= *p.chargingSchedule.duration)) continue;
      for (auto period = p.chargingSchedule.chargingSchedulePeriod.rbegin();
           period != p.chargingSchedule.chargingSchedulePeriod.rend(); ++period) {
        if (period->startPeriod > since) continue;
        level = p.stackLevel;
        answer.phases = period->numberPhases.value_or(3);
        const double amount = double(period->limit.tenths) / 10;
        answer.wattsPerPhase =
            p.chargingSchedule.chargingRateUnit == Unit::A ? amount * supply.volts : amount / answer.phases;
        break;
      }
    }
    return level >= 0;
  }

  std::int64_t begin_;
  std::vector<std::int64_t> firstShown_;  // by the minute that clocks show, since begin_
};

class Dice {
 public:
  explicit Dice(unsigned seed) : engine_(seed) {}
  int below(int n) { return int(engine_() % unsigned(n)); }
  bool one(int in) { return below(in) == 0; }

  ChargingProfile profile(Purpose purpose, int id, Instant around) {
    ChargingProfile p;
    p.chargingProfileId = id;
    p.stackLevel = below(5);
    p.chargingProfilePurpose = purpose;
    p.chargingProfileKind = purpose == Purpose::ChargePointMaxProfile ? Kind(below(2)) : Kind(below(3));
    auto& schedule = p.chargingSchedule;
    schedule.chargingRateUnit = one(2) ? Unit::A : Unit::W;
    if (p.chargingProfileKind == Kind::Recurring)
      p.recurrencyKind = one(3) ? RecurrencyKind::Weekly : RecurrencyKind::Daily;
    const bool needsStart = p.chargingProfileKind == Kind::Recurring || purpose == Purpose::ChargePointMaxProfile;
    if (needsStart || one(2)) schedule.startSchedule = DateTime{around + seconds(60 * (below(20000) - 15000)), true};
    if (one(2)) schedule.duration = 60 * (1 + below(3000));
    if (one(4)) p.validFrom = DateTime{around + seconds(60 * (below(4000) - 2000)), true};
    if (one(4)) p.validTo = DateTime{around + seconds(60 * (2001 + below(4000))), true};
    int start = 0;
    for (int n = 1 + below(5); n > 0; --n) {
      ChargingSchedulePeriod period;
      period.startPeriod = start;
      period.limit = {schedule.chargingRateUnit == Unit::A ? below(400) : below(300) * 100 + below(9)};
      if (one(2)) period.numberPhases = 1 + below(3);
      schedule.chargingSchedulePeriod.push_back(period);
      start += 60 * (1 + below(700));
    }
    return p;
  }

 private:
  std::mt19937 engine_;
};

void explain(const char* what, unsigned seed, std::int64_t second, double expected, double got) {
  CPPUNIT_FAIL(std::string(what) + " of stack " + std::to_string(seed) + " at second " + std::to_string(second) +
               ": expected " + std::to_string(expected) + ", got " + std::to_string(got));
}

// Compares the schedule with the oracle at the second it says something new, the one before, and some others.
void compare(const Oracle& oracle, unsigned seed) {
  Dice dice(seed);
  // Weeks around both changes of the clock, and quiet ones.
  const char* weeks[] = {"2026-03-27T00:00:00Z", "2026-10-23T00:00:00Z", "2026-07-01T00:00:00Z"};
  const Instant from = at(weeks[dice.below(3)]) + seconds(60 * dice.below(4320));
  Profiles profiles;
  for (int id = dice.below(7); id > 0; --id) {
    const Purpose purpose = Purpose(dice.below(3));
    const int connector = purpose == Purpose::ChargePointMaxProfile ? 0
                          : purpose == Purpose::TxProfile           ? 1
                                                                    : dice.below(3);
    const auto fresh = dice.profile(purpose, id, from);
    const bool taken = std::any_of(profiles.begin(), profiles.end(), [&](const InstalledProfile& old) {
      return old.connectorId == connector && old.profile.chargingProfilePurpose == purpose &&
             old.profile.stackLevel == fresh.stackLevel;
    });
    if (!taken) profiles.push_back({connector, fresh});
  }
  const Supply supply{dice.one(4) ? 400 : 230, 3};
  const LocalTime local{europe};
  const LimitRules rules{profiles, local, supply, Limit::of(Unit::A, {320}, 3, supply)};
  const Subject subject{dice.below(3), from - seconds(60 * dice.below(600))};
  const Unit unit = dice.one(2) ? Unit::A : Unit::W;
  const int duration = 60 * (1 + dice.below(3 * 1440));
  const ChargingSchedule composite = compositeSchedule(rules, subject, from, duration, unit, 1000);
  CPPUNIT_ASSERT_EQUAL(duration, *composite.duration);
  CPPUNIT_ASSERT_EQUAL(0, composite.chargingSchedulePeriod.front().startPeriod);

  const auto check = [&](std::int64_t second) {
    if (second < 0 || second >= duration) return;
    const auto* current = &composite.chargingSchedulePeriod.front();
    for (const auto& each : composite.chargingSchedulePeriod)
      if (each.startPeriod <= second) current = &each;
    const auto expected =
        oracle.limit(profiles, subject.connectorId, subject.transactionStart, secondsOf(from) + second, supply, 32);
    const double amount =
        unit == Unit::A ? expected.wattsPerPhase / supply.volts : expected.wattsPerPhase * expected.phases;
    const double got = double(current->limit.tenths) / 10;
    if (got > amount + 1e-6 || got < amount - 0.1 + 1e-9 - 1e-6) explain("limit", seed, second, amount, got);
    if (*current->numberPhases != expected.phases)
      explain("phases", seed, second, expected.phases, *current->numberPhases);
  };
  for (const auto& period : composite.chargingSchedulePeriod) {
    check(period.startPeriod);
    check(period.startPeriod - 1);
  }
  for (int i = 0; i < 16; ++i) check(dice.below(duration));
}

InstalledProfile simple(int id, int connector, Purpose purpose, int level, int tenthsOfAmperes) {
  InstalledProfile each;
  each.connectorId = connector;
  each.profile.chargingProfileId = id;
  each.profile.stackLevel = level;
  each.profile.chargingProfilePurpose = purpose;
  each.profile.chargingProfileKind = Kind::Absolute;
  each.profile.chargingSchedule.chargingRateUnit = Unit::A;
  each.profile.chargingSchedule.chargingSchedulePeriod.push_back({0, {tenthsOfAmperes}, {}});
  return each;
}

}  // namespace

TEST(stationOracle, "the composite schedule of 10,000 random stacks of profiles is what an oracle works out") {
  const Oracle oracle;
  for (unsigned seed = 1; seed <= 10000; ++seed) compare(oracle, seed);
}

TEST(stationLocalTime, "a reading of local clocks is found again: the first of two, or the change that leaves it out") {
  const LocalTime local{europe};
  CPPUNIT_ASSERT(local.firstReach(at("2026-07-01T12:00:00Z")) == at("2026-07-01T10:00:00Z"));
  CPPUNIT_ASSERT(local.firstReach(at("2026-10-25T02:30:00Z")) == at("2026-10-25T00:30:00Z"));
  CPPUNIT_ASSERT(local.firstReach(at("2026-10-25T03:00:00Z")) == at("2026-10-25T02:00:00Z"));
  CPPUNIT_ASSERT(local.firstReach(at("2026-03-29T02:30:00Z")) == at("2026-03-29T01:00:00Z"));
  CPPUNIT_ASSERT(local.firstReach(at("2026-03-29T03:00:00Z")) == at("2026-03-29T01:00:00Z"));
  CPPUNIT_ASSERT(local.midnight(at("2026-10-25T12:34:56Z")) == at("2026-10-24T22:00:00Z"));
}

TEST(stationDayLength, "a daily schedule starts at the same local time on both sides of a change of the clock") {
  auto daily = simple(1, 0, Purpose::ChargePointMaxProfile, 0, 100);
  daily.profile.chargingProfileKind = Kind::Recurring;
  daily.profile.recurrencyKind = RecurrencyKind::Daily;
  daily.profile.chargingSchedule.startSchedule = DateTime{at("2026-03-01T21:00:00Z"), true};  // 22:00 there
  daily.profile.chargingSchedule.duration = 3600;
  const Profiles profiles{daily};
  const LocalTime local{europe};
  const Supply supply;
  const LimitRules rules{profiles, local, supply, Limit::of(Unit::A, {320}, 3, supply)};
  const auto amps = [&](const char* when) { return limitAt(rules, {0, {}}, at(when)).in(Unit::A, supply).tenths; };
  CPPUNIT_ASSERT_EQUAL(std::int64_t(100), amps("2026-03-28T21:30:00Z"));
  CPPUNIT_ASSERT_EQUAL(std::int64_t(320), amps("2026-03-29T21:30:00Z"));
  CPPUNIT_ASSERT_EQUAL(std::int64_t(100), amps("2026-03-29T20:30:00Z"));
  CPPUNIT_ASSERT_EQUAL(std::int64_t(320), amps("2026-02-28T21:30:00Z"));  // before the first start
}

TEST(stationExact, "tenths of watts and of amperes come back exactly; limits of both units merge per phase") {
  const Supply supply;
  for (int phases = 1; phases <= 3; ++phases)
    for (std::int64_t tenths : {1, 59, 160, 36801, 110000})
      for (const Unit unit : {Unit::A, Unit::W})
        CPPUNIT_ASSERT_EQUAL(tenths, Limit::of(unit, {tenths}, phases, supply).in(unit, supply).tenths);
  const Limit merged = lower(Limit::of(Unit::A, {160}, 3, supply), Limit::of(Unit::W, {46000}, 1, supply));
  CPPUNIT_ASSERT_EQUAL(std::int64_t(160), merged.in(Unit::A, supply).tenths);
  CPPUNIT_ASSERT_EQUAL(std::int64_t(36800), merged.in(Unit::W, supply).tenths);
}

TEST(stationProfileRules,
     "profiles that contradict themselves or the station's capacity are rejected with the reason") {
  const auto rejected = [](int connector, auto&& change) {
    ChargingProfiles profiles({3, 2, 2});
    auto profile = simple(1, connector, Purpose::TxDefaultProfile, 1, 160).profile;
    change(profile);
    return profiles.install(connector, profile, {});
  };
  const auto& none = [](ChargingProfile&) {};
  CPPUNIT_ASSERT_EQUAL(std::string(), rejected(1, none));
  const auto periods = [](ChargingProfile & p) -> auto& { return p.chargingSchedule.chargingSchedulePeriod; };
  CPPUNIT_ASSERT(!rejected(1, [&](auto& p) { periods(p).clear(); }).empty());
  CPPUNIT_ASSERT(!rejected(1, [&](auto& p) { periods(p)[0].startPeriod = 5; }).empty());
  CPPUNIT_ASSERT(!rejected(1, [&](auto& p) { periods(p).push_back(periods(p)[0]); }).empty());
  CPPUNIT_ASSERT(!rejected(1, [&](auto& p) { periods(p)[0].limit = {-1}; }).empty());
  CPPUNIT_ASSERT(!rejected(1, [&](auto& p) { periods(p)[0].numberPhases = 4; }).empty());
  CPPUNIT_ASSERT(!rejected(1, [&](auto& p) { p.stackLevel = 4; }).empty());
  CPPUNIT_ASSERT(!rejected(1, [&](auto& p) { p.stackLevel = -1; }).empty());
  CPPUNIT_ASSERT(!rejected(1, [&](auto& p) { p.chargingSchedule.duration = 0; }).empty());
  CPPUNIT_ASSERT(!rejected(1, [&](auto& p) { p.chargingProfileKind = Kind::Recurring; }).empty());
  CPPUNIT_ASSERT(!rejected(1, [&](auto& p) { p.chargingProfilePurpose = Purpose::ChargePointMaxProfile; }).empty());
  CPPUNIT_ASSERT(!rejected(0, [&](auto& p) { p.chargingProfilePurpose = Purpose::TxProfile; }).empty());
  CPPUNIT_ASSERT(!rejected(0, [&](auto& p) {
                    p.chargingProfilePurpose = Purpose::ChargePointMaxProfile;
                    p.chargingProfileKind = Kind::Relative;
                  }).empty());
  CPPUNIT_ASSERT(!rejected(1, [&](auto& p) {
                    periods(p).push_back({10, {1}, {}});
                    periods(p).push_back({20, {1}, {}});
                  }).empty());
}

TEST(stationProfileReplace, "a profile replaces the one of its id, or of its place; clearing needs every criterion") {
  ChargingProfiles profiles({20, 10, 2});
  const auto install = [&](const InstalledProfile& each) {
    return profiles.install(each.connectorId, each.profile, {});
  };
  CPPUNIT_ASSERT(install(simple(1, 1, Purpose::TxDefaultProfile, 1, 100)).empty());
  CPPUNIT_ASSERT(install(simple(2, 1, Purpose::TxDefaultProfile, 1, 110)).empty());  // same place
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), profiles.all().size());
  CPPUNIT_ASSERT(install(simple(2, 0, Purpose::ChargePointMaxProfile, 3, 120)).empty());  // same id
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), profiles.all().size());
  CPPUNIT_ASSERT(install(simple(3, 2, Purpose::TxProfile, 0, 130)).empty());
  CPPUNIT_ASSERT(!install(simple(4, 2, Purpose::TxProfile, 1, 130)).empty());  // full
  CPPUNIT_ASSERT(install(simple(3, 2, Purpose::TxProfile, 0, 140)).empty());   // but a replacement fits
  ClearChargingProfile::Request request;
  request.id = 2;
  request.stackLevel = 9;
  CPPUNIT_ASSERT_EQUAL(std::size_t(0), profiles.clear(request));
  request.stackLevel = 3;
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), profiles.clear(request));
  profiles.forgetTransaction(1);
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), profiles.all().size());
  profiles.forgetTransaction(2);
  CPPUNIT_ASSERT(profiles.all().empty());
}

TEST(stationProfileLevels,
     "a higher stack level, the own connector and a TxProfile prevail; the maximum caps them all") {
  const LocalTime local{europe};
  const Supply supply;
  Profiles profiles;
  const auto amps = [&](int connector) {
    const LimitRules rules{profiles, local, supply, Limit::of(Unit::A, {320}, 3, supply)};
    return limitAt(rules, {connector, at("2026-05-01T00:00:00Z")}, at("2026-05-01T01:00:00Z"))
        .in(Unit::A, supply)
        .tenths;
  };
  CPPUNIT_ASSERT_EQUAL(std::int64_t(320), amps(1));
  profiles.push_back(simple(1, 0, Purpose::TxDefaultProfile, 9, 300));
  CPPUNIT_ASSERT_EQUAL(std::int64_t(300), amps(1));
  CPPUNIT_ASSERT_EQUAL(std::int64_t(320), amps(0));
  profiles.push_back(simple(2, 1, Purpose::TxDefaultProfile, 0, 310));
  CPPUNIT_ASSERT_EQUAL(std::int64_t(310), amps(1));
  CPPUNIT_ASSERT_EQUAL(std::int64_t(300), amps(2));
  profiles.push_back(simple(3, 1, Purpose::TxProfile, 0, 60));
  profiles.push_back(simple(4, 1, Purpose::TxProfile, 1, 200));
  CPPUNIT_ASSERT_EQUAL(std::int64_t(200), amps(1));
  profiles.push_back(simple(5, 0, Purpose::ChargePointMaxProfile, 0, 160));
  CPPUNIT_ASSERT_EQUAL(std::int64_t(160), amps(1));
  CPPUNIT_ASSERT_EQUAL(std::int64_t(160), amps(0));
}

TEST(stationCompositeShort, "a composite schedule that would need too many periods is shorter and says so") {
  auto busy = simple(1, 0, Purpose::ChargePointMaxProfile, 0, 0);
  busy.profile.chargingSchedule.startSchedule = DateTime{at("2026-05-01T00:00:00Z"), true};
  busy.profile.chargingSchedule.chargingSchedulePeriod.clear();
  for (int i = 0; i < 20; ++i) busy.profile.chargingSchedule.chargingSchedulePeriod.push_back({60 * i, {100 + i}, {}});
  const Profiles profiles{busy};
  const LocalTime local;
  const Supply supply;
  const LimitRules rules{profiles, local, supply, Limit::of(Unit::A, {320}, 3, supply)};
  const auto composite = compositeSchedule(rules, {0, {}}, at("2026-05-01T00:00:00Z"), 86400, Unit::A, 5);
  CPPUNIT_ASSERT_EQUAL(std::size_t(5), composite.chargingSchedulePeriod.size());
  CPPUNIT_ASSERT_EQUAL(300, *composite.duration);
}
