// SPDX-License-Identifier: GPL-2.0-or-later
// A station through a whole year, and stations under random events: what must always hold.
#include <random>

#include "tests/support/station_chaos.h"
#include "tests/support/test.h"

using namespace test;

namespace {

void checkBills(const StationHarness& h, std::size_t expected) {
  CPPUNIT_ASSERT_EQUAL(expected, h.central.transactions.size());
  for (const auto& [id, billed] : h.central.transactions) {
    CPPUNIT_ASSERT_MESSAGE("no stop for " + std::to_string(id), billed.stop.has_value());
    CPPUNIT_ASSERT(billed.stop->timestamp.at >= billed.start.timestamp.at);
    CPPUNIT_ASSERT(billed.stop->meterStop >= billed.start.meterStart);
    Instant last = billed.start.timestamp.at;
    for (const auto& values : billed.values) {
      CPPUNIT_ASSERT(values.meterValue[0].timestamp.at >= last);
      last = values.meterValue[0].timestamp.at;
    }
  }
}

// Every night from 22:00 to 06:00 local time a connector may draw 10 A, else 25 A.
void installNights(StationHarness& h) {
  SetChargingProfile::Request request;
  auto& profile = request.csChargingProfiles;
  profile.chargingProfileId = 1;
  profile.chargingProfilePurpose = ChargingProfilePurpose::TxDefaultProfile;
  profile.chargingProfileKind = ChargingProfileKind::Recurring;
  profile.recurrencyKind = RecurrencyKind::Daily;
  profile.chargingSchedule.startSchedule = DateTime{at("2025-12-31T21:00:00Z"), true};  // 22:00 there
  profile.chargingSchedule.chargingRateUnit = ChargingRateUnit::A;
  profile.chargingSchedule.chargingSchedulePeriod.push_back({0, {100}, {}});
  profile.chargingSchedule.chargingSchedulePeriod.push_back({8 * 3600, {250}, {}});
  CPPUNIT_ASSERT(h.call<SetChargingProfile>(request).status == ChargingProfileStatus::Accepted);
}

// On the night of a change the eight hours begin at 22:00 and last eight hours: they end at 05:00 or 07:00.
bool isNight(Instant utc) {
  const Instant midnight = LocalTime(europe).midnight(utc);
  const Instant tonight = LocalTime(europe).firstReach(
      std::chrono::floor<std::chrono::hours>(LocalTime(europe).reading(midnight)) + hours(22));
  const Instant yesterday = LocalTime(europe).firstReach(LocalTime(europe).reading(midnight) - hours(2));
  return utc >= tonight || utc < yesterday + hours(8);
}

}  // namespace

TEST(stationYear, "a year of sessions, outages, resets and power cuts: every transaction billed once, nothing grows") {
  Settings s = plain(Version::V16, 2);
  StationHarness h(s);
  h.base = at("2026-01-01T00:00:00Z") - h.now;
  h.central.interval = 3600;
  h.checkTransitions = false;
  h.keepLog = false;
  h.power();
  h.set("MeterValueSampleInterval", "900");
  h.set("AllowOfflineTxForUnknownId", "true");
  installNights(h);
  std::mt19937 random(2026);
  const auto chance = [&](int in) { return random() % unsigned(in) == 0; };
  std::size_t sessions = 0, nights = 0, days = 0;
  std::int64_t energyDelivered = 0;
  const Instant end = at("2027-01-01T00:00:00Z");
  while (h.wall() < end) {
    if (chance(12)) h.central.up = !h.central.up;
    if (chance(40)) h.call<Reset>({chance(2) ? ResetType::Soft : ResetType::Hard});
    h.pass(minutes(1));
    if (h.rebooted) h.power();
    const int c = 1 + int(random() % 2);
    h.begin(c, chance(2) ? "ANNA" : "BERT");
    if (h.inTransaction(c)) {
      ++sessions;
      for (unsigned hour = 0; hour <= random() % 8; ++hour) {
        h.pass(minutes(60));
        const bool night = isNight(h.wall());
        CPPUNIT_ASSERT_EQUAL_MESSAGE(formatDateTime(h.wall(), Fraction::None), std::int64_t(night ? 100 : 250),
                                     h.amps(c));
        (night ? nights : days)++;
        h.meter(c, h.registers[c] + 5000);
        energyDelivered += 5000;
      }
    }
    if (chance(20)) {
      h.cutPower();
      h.now += minutes(int(random() % 300));
      h.power(chance(2));
      if (!h.central.up) h.central.up = true;  // without a clock nothing is worth comparing until it is set
      h.pass(minutes(6));
    }
    h.unplug(c);
    h.pass(minutes(int(random() % 600)));
    CPPUNIT_ASSERT(h.journal.size() < 600);
    CPPUNIT_ASSERT(h.box->view().queued < 500);
  }
  h.central.up = true;
  h.pass(hours(1));
  CPPUNIT_ASSERT_EQUAL(std::size_t(0), h.box->view().queued);
  checkBills(h, sessions);
  std::int64_t billed = 0;
  for (const auto& each : h.central.transactions) billed += each.second.stop->meterStop - each.second.start.meterStart;
  CPPUNIT_ASSERT_EQUAL(energyDelivered, billed);
  CPPUNIT_ASSERT(sessions > 700 && nights > 500 && days > 1000);
}

TEST(stationRandom, "whatever happens in whatever order, with power cuts at any effect: no promise is broken") {
  for (unsigned seed = 1; seed <= 240; ++seed) {
    std::mt19937 random(seed);
    StationChaos chaos([&](std::int64_t most) { return std::int64_t(random() % std::uint64_t(most + 1)); },
                       Version(seed % 3));
    try {
      for (int step = 0; step < 150; ++step) chaos.step();
      chaos.finish();
    } catch (const std::logic_error& broken) { CPPUNIT_FAIL("seed " + std::to_string(seed) + ": " + broken.what()); }
  }
}
