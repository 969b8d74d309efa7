// SPDX-License-Identifier: GPL-2.0-or-later
// C3: one known charger takes neither the disk nor the loop from the others.
#include "bridge/quota.h"

#include "bridge/memory_store.h"
#include "bridge/sqlite_store.h"
#include "tests/support/fake_outside.h"
#include "tests/unit/bridge/store_fixture.h"

using namespace bridge;
using namespace test;

namespace {

std::string refusals(const SpaceView& view) {
  std::string all;
  if (refusedForSpace(ocpp::MeterValues::Request{}, view)) all += "readings ";
  if (refusedForSpace(ocpp::StartTransaction::Request{}, view)) all += "starts ";
  if (refusedForSpace(ocpp::StopTransaction::Request{}, view)) all += "stops ";
  CPPUNIT_ASSERT(!refusedForSpace(ocpp::Heartbeat::Request{}, view));
  return all;
}

}  // namespace

TEST(quotaOrder,
     "C3: over its share a charger's MeterValues are refused first, then starts, stops only in the reserve") {
  constexpr std::uint64_t share = 1000;
  CPPUNIT_ASSERT_EQUAL(std::string(), refusals({false, 999, share}));
  CPPUNIT_ASSERT_EQUAL(std::string("readings "), refusals({false, 1000, share}));
  CPPUNIT_ASSERT_EQUAL(std::string("readings starts "), refusals({false, 1250, share}));
  CPPUNIT_ASSERT_EQUAL(std::string("readings starts "), refusals({false, 1'000'000, share}));
  CPPUNIT_ASSERT_EQUAL(std::string("starts "), refusals({true, 0, share}));
  CPPUNIT_ASSERT_EQUAL(std::string("readings starts "), refusals({true, 1, share}));
  CPPUNIT_ASSERT_EQUAL(std::string("readings starts "), refusals({true, 1499, share}));
  CPPUNIT_ASSERT_EQUAL(std::string("readings starts stops "), refusals({true, 1500, share}));
  CPPUNIT_ASSERT_EQUAL(std::string(), refusals({false, 1'000'000, 0}));  // no limit
  CPPUNIT_ASSERT_EQUAL(std::uint64_t(16 * 1024 * 1024), usualShare(100));
  CPPUNIT_ASSERT_EQUAL(std::uint64_t(64) << 20, usualShare(std::int64_t(1) << 30));
}

TEST(quotaBytes, "C3: the bytes that wait are counted per charger, over restarts, and go when they are delivered") {
  Loop loop;
  TempDir dir;
  std::uint64_t before = 0;
  {
    SqliteStore store(loop, storeOptions(dir));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(0), store.waitingBytes("CP"));
    for (std::uint64_t n = 1; n <= 3; ++n) store.put("CP", queuedStop(n));
    outcomeOf(loop, store, store.put("other", queuedStop(1)));
    before = store.waitingBytes("CP");
    CPPUNIT_ASSERT(before > 300 && before == 3 * store.waitingBytes("other"));
    session::QueuedRecord again = queuedStop(3);
    again.attempts = 2;  // no new message
    outcomeOf(loop, store, store.put("CP", again));
    CPPUNIT_ASSERT_EQUAL(before, store.waitingBytes("CP"));
  }
  SqliteStore store(loop, storeOptions(dir));
  CPPUNIT_ASSERT_EQUAL(before, store.waitingBytes("CP"));
  outcomeOf(loop, store, store.erase("CP", queuedStop(2)));
  outcomeOf(loop, store, store.erase("CP", queuedStop(2)));  // gone already
  CPPUNIT_ASSERT_EQUAL(before / 3 * 2, store.waitingBytes("CP"));
  outcomeOf(loop, store, store.forgetCharger("CP", "sold"));
  CPPUNIT_ASSERT_EQUAL(std::uint64_t(0), store.waitingBytes("CP"));
  CPPUNIT_ASSERT_EQUAL(before / 3, store.waitingBytes("other"));
}

TEST(rateBucket, "C3: a charger may be faster than its rate for a while, and then as fast as its rate") {
  using std::chrono::milliseconds;
  const ocpp::Steady begin{};
  Rate rate(10, 3);
  int taken = 0;
  for (int i = 0; i < 100; ++i) taken += rate.take(1, begin);
  CPPUNIT_ASSERT_EQUAL(30, taken);
  for (int i = 1; i <= 100; ++i) taken += rate.take(1, begin + milliseconds(20 * i));  // 50 each second
  CPPUNIT_ASSERT(taken >= 49 && taken <= 51);
  CPPUNIT_ASSERT(rate.take(1'000'000, begin + milliseconds(60'000)));  // larger than the bucket: from a full one
  CPPUNIT_ASSERT(!rate.take(1, begin + milliseconds(60'010)));
  Rate none(0, 3);
  for (int i = 0; i < 1000; ++i) CPPUNIT_ASSERT(none.take(1e9, begin));
}

TEST(quotaDead, "C3: dead letters that nobody has resolved count for the share, over restarts, until somebody does") {
  CPPUNIT_ASSERT_EQUAL(std::string("readings starts "), refusals({false, 250, 1000, 1000}));
  Loop loop;
  TempDir dir;
  std::uint64_t before = 0;
  const auto dead = [](std::uint64_t number) {
    return session::DeadLetterRecord{number, queuedStop(number).request, 1, "no", at(1), at(2), number};
  };
  {
    SqliteStore store(loop, storeOptions(dir));
    outcomeOf(loop, store, store.put("CP", dead(1)));
    before = store.deadBytes("CP");
    CPPUNIT_ASSERT(before > 200 && store.waitingBytes("CP") == 0);
    outcomeOf(loop, store, store.put("CP", dead(1)));  // the same
    CPPUNIT_ASSERT_EQUAL(before, store.deadBytes("CP"));
    outcomeOf(loop, store, store.put("CP", dead(2)));
    CPPUNIT_ASSERT_EQUAL(2 * before, store.deadBytes("CP"));
  }
  SqliteStore store(loop, storeOptions(dir));
  CPPUNIT_ASSERT_EQUAL(2 * before, store.deadBytes("CP"));
  outcomeOf(loop, store, store.erase("CP", dead(1)));  // delivered after all
  outcomeOf(loop, store, store.erase("CP", dead(1)));
  CPPUNIT_ASSERT_EQUAL(before, store.deadBytes("CP"));
  outcomeOf(loop, store, store.put("CP", dead(1)));  // and refused again
  CPPUNIT_ASSERT_EQUAL(2 * before, store.deadBytes("CP"));
}

TEST(quotaCharger,
     "C3: a charger over --charger-bytes gets Faults for MeterValues first, then for starts, and its stops are taken; "
     "another charger is not touched") {
  FakeOutside world;
  world.options.limits.chargerBytes = 20'000;
  world.start(R"({"R1": {}, "R2": {}})");
  world.backends.at("ws://central/ocpp").up = false;
  const auto started = world.send("R1", startAt(world.loop.calendar()));
  world.loop.pass(std::chrono::minutes(1));
  const std::int64_t id = started->as<ocpp::StartTransaction>().transactionId.value;
  ocpp::MeterValues::Request values;
  values.connectorId = 1;
  values.transactionId = ocpp::TransactionId{id};
  values.meterValue.resize(1);
  values.meterValue[0].sampledValue.resize(1);
  values.meterValue[0].sampledValue[0].value = std::string(2000, '1');
  const auto taken = [&](const char* who, const ocpp::Request& request) {
    values.meterValue[0].timestamp = {world.loop.calendar(), true};
    const auto exchange = world.send(who, request);
    world.loop.pass(std::chrono::minutes(1));
    return exchange->status() == 200;
  };
  int readings = 0;
  while (readings < 100 && taken("R1", values)) ++readings;
  CPPUNIT_ASSERT_MESSAGE(std::to_string(readings), readings >= 5 && readings < 20);
  CPPUNIT_ASSERT_MESSAGE("starts still", taken("R1", startAt(world.loop.calendar(), 2)));
  session::QueuedRecord large{900, values, 0};
  large.key = 900;
  for (std::uint64_t n = 900; n < 903; ++n) {
    large.key = large.number = n;
    world.store().put("R1", large);
  }
  world.loop.run();
  CPPUNIT_ASSERT(!taken("R1", startAt(world.loop.calendar(), 3)));
  CPPUNIT_ASSERT(!taken("R1", values));
  CPPUNIT_ASSERT_MESSAGE("stops never", taken("R1", stopAt(world.loop.calendar(), id)));
  CPPUNIT_ASSERT(taken("R2", startAt(world.loop.calendar())));
}
