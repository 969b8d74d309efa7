// SPDX-License-Identifier: GPL-2.0-or-later
// A station through a whole year, and stations under random events: what must always hold.
#include <random>

#include "tests/support/station_harness.h"
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

TEST(stationRandom, "under random events no request is lost or doubled and every status change is a known transition") {
  for (unsigned seed = 1; seed <= 150; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&](unsigned n) { return int(random() % n); };
    Settings s = plain(Version(seed % 3), 2);
    s.capacity.queue = 60;
    if (seed % 5 == 0) s.freeTag = IdToken("FREE");
    if (seed % 7 == 0) s.connectors[0].fixedCable = true;
    StationHarness h(s);
    h.central.tags["B"] = {AuthorizationStatus::Blocked, {}, {}};
    h.central.tags["C"] = {AuthorizationStatus::Accepted, {}, IdToken("P")};
    h.central.tags["D"] = {AuthorizationStatus::Accepted, {}, IdToken("P")};
    const char* keys[] = {
        "StopTransactionOnEVSideDisconnect", "StopTransactionOnInvalidId", "LocalPreAuthorize",
        "AllowOfflineTxForUnknownId",        "AuthorizeRemoteTxRequests",  "UnlockConnectorOnEVSideDisconnect"};
    const char* tags[] = {"A", "B", "C", "D"};
    for (int step = 0; step < 150; ++step) {
      const int c = 1 + below(2);
      switch (below(22)) {
        case 0:
        case 1:
        case 2: h.plug(c, Plug(below(3))); break;
        case 3:
        case 4:
        case 5: h.tag(tags[below(4)], below(3)); break;
        case 6:
        case 7: h.draws(c, h.plugs[c] == Plug::Connected && below(3) > 0); break;
        case 8: h.meter(c, h.registers[c] + below(900)); break;
        case 9:
          h.board([&](Station& b) {
            b.fault(below(3), {ChargePointErrorCode(below(16)), below(2) == 0, "", "", ""}, h.now);
          });
          break;
        case 10:
        case 11:
          for (int code = 0; code < 16; ++code)
            for (int at = 0; at < 3; ++at)
              h.board([&](Station& b) { b.faultGone(at, ChargePointErrorCode(code), h.now); });
          break;
        case 12: h.ask(RemoteStartTransaction::Request{below(3), IdToken(tags[below(4)]), {}}); break;
        case 13: h.ask(RemoteStopTransaction::Request{{h.central.nextId - below(3)}}); break;
        case 14: h.ask(ChangeAvailability::Request{below(3), AvailabilityType(below(2))}); break;
        case 15:
          h.ask(ReserveNow::Request{
              below(3), {h.wall() + minutes(below(30)), true}, IdToken(tags[below(4)]), {}, below(4)});
          break;
        case 16: h.ask(CancelReservation::Request{below(4)}); break;
        case 17: h.ask(UnlockConnector::Request{c}); break;
        case 18:
          h.ask(ChangeConfiguration::Request{ocpp::Key<50>(keys[below(6)]), Opaque<500>(below(2) ? "true" : "false")});
          break;
        case 19:
          if (below(3) == 0) {
            h.ask(Reset::Request{ResetType(below(2))});
            h.pass(seconds(40));
          }
          break;
        case 20: h.central.up = below(3) > 0; break;
        case 21:
          if (below(4) == 0) {
            h.cutPower();
            h.power();
          }
          break;
      }
      h.pass(seconds(below(90)));
      if (h.rebooted) h.power();
      for (int i = 1; i <= 2; ++i) CPPUNIT_ASSERT(!h.charging(i) || (h.inTransaction(i) && h.amps(i) >= 60));
    }
    h.central.up = true;
    h.pass(minutes(10));
    for (int c = 1; c <= 2; ++c) h.plug(c, Plug::None);
    for (int c = 1; c <= 2; ++c) h.board([&](Station& b) { b.stopButton(c, h.now); });
    h.pass(minutes(10));
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), h.box->view().queued);
    for (const auto& each : h.central.transactions)
      CPPUNIT_ASSERT_MESSAGE("seed " + std::to_string(seed), each.second.stop.has_value());
  }
}
