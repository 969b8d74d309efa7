// SPDX-License-Identifier: GPL-2.0-or-later
// Stops that name no transaction (TX-3, TX-10), and starts that are said again by a charger without a clock (SM-7).
#include "tests/support/session_harness.h"

using namespace test;

namespace {

/// What makes a stop without number that of the open transaction 17, or not.
struct Case {
  const char* why;
  std::function<void(session::Settings&)> settings = [](auto&) {};
  std::function<void(StartTransaction::Request&)> start = [](auto&) {};
  std::function<void(SessionHarness&)> meanwhile = [](auto&) {};
  std::function<void(StopTransaction::Request&)> stop = [](auto&) {};
  bool taken = true;
};

StartTransaction::Response startedIn(const char* parent) {
  auto response = SessionHarness::started(17);
  response.idTagInfo.parentIdTag = IdToken(parent);
  return response;
}

std::int64_t numberSent(const Case& each, std::int64_t said) {
  session::Settings settings;
  each.settings(settings);
  SessionHarness h(settings);
  h.boot(Version::V15, 3600);
  auto start = h.start(1, "TAG");
  each.start(start);
  h.send(Version::V15, start);
  h.toCentral<StartTransaction>();
  h.reply(startedIn("FAMILY"));
  h.effects.clear();
  each.meanwhile(h);
  h.effects.clear();
  h.now += std::chrono::hours(1);
  auto stop = h.stop(said);
  each.stop(stop);
  h.send(Version::V15, stop);
  while (!std::holds_alternative<session::ToCentral>(h.effects.front())) h.effects.pop_front();
  const std::int64_t sent = h.toCentral<StopTransaction>().transactionId.value;
  const bool noted = std::any_of(h.notes.begin(), h.notes.end(),
                                 [](const std::string& note) { return note.find("stop-without-id") == 0; });
  CPPUNIT_ASSERT_EQUAL_MESSAGE(each.why, sent == 17, noted && sent == 17);
  return sent;
}

void reads(SessionHarness& h, const char* value, std::optional<UnitOfMeasure> unit = {}) {
  auto values = h.meterValues(1, {"2024-05-01T08:30:00Z"}, value);
  values.transactionId = TransactionId{17};
  values.meterValue.front().sampledValue.front().unit = unit;
  h.send(Version::V15, values);
  h.toCentral<MeterValues>();
  h.reply(MeterValues::Response{});
}

std::vector<Case> cases() {
  const auto two = [](session::Settings& s) { s.connectors = 2; };
  const auto tag = [](const char* text) { return [=](StopTransaction::Request& s) { s.idTag = IdToken(text); }; };
  const auto meter = [](int wh) { return [=](StopTransaction::Request& s) { s.meterStop = wh; }; };
  const auto time = [](const char* text) { return [=](StopTransaction::Request& s) { s.timestamp = at(text); }; };
  const auto read = [](const char* value, std::optional<UnitOfMeasure> unit = {}) {
    return [=](SessionHarness& h) { reads(h, value, unit); };
  };
  const auto another = [](SessionHarness& h) {
    h.send(Version::V15, h.start(2, "OTHER"));
    h.toCentral<StartTransaction>();
    h.reply(h.started(18));
  };
  std::vector<Case> all{{"nothing speaks against it"}};
  const auto add = [&](Case each, bool taken) {
    each.taken = taken;
    all.push_back(std::move(each));
  };
  add({"two are open", {}, {}, another}, false);
  add({"the meter ran backwards", {}, {}, {}, meter(999)}, false);
  add({"the meter stood still", {}, {}, {}, meter(1000)}, true);
  add({"below the last reading", {}, {}, read("1900"), meter(1899)}, false);
  add({"at the last reading", {}, {}, read("1900"), meter(1900)}, true);
  add({"below the last reading in kWh", {}, {}, read("1.9", UnitOfMeasure::kWh), meter(1899)}, false);
  add({"a reading of something else", {}, {}, read("230.1", UnitOfMeasure::V), meter(1100)}, true);
  add({"before the start", {}, {}, {}, time("2024-05-01T07:59:59Z")}, false);
  add({"before the start, by a clock that is not set", {}, {}, {}, time("2000-01-01T00:10:00Z")}, true);
  add({"its own idTag", {}, {}, {}, tag("tag")}, true);
  add({"the parent idTag", {}, {}, {}, tag("Family")}, true);
  add({"a stranger's idTag", {}, {}, {}, tag("OTHER")}, false);
  add({"two connectors, no idTag", two}, false);
  add({"two connectors, its idTag", two, {}, {}, tag("TAG")}, true);
  add({"two connectors, its parent", two, {}, {}, tag("FAMILY")}, false);
  return all;
}

std::function<void(StartTransaction::Request&)> at1970() {
  return [](StartTransaction::Request& start) { start.timestamp = at("1970-01-01T00:00:30Z"); };
}

}  // namespace

TEST(stopWithoutIdCases, "TX-3, TX-10: a stop of 0, empty or -1 is that of the only open transaction, if it may be") {
  for (Case each : cases()) {
    if (!each.settings) each.settings = [](auto&) {};
    if (!each.start) each.start = [](auto&) {};
    if (!each.meanwhile) each.meanwhile = [](auto&) {};
    if (!each.stop) each.stop = [](auto&) {};
    for (const std::int64_t said : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{-4711}})
      CPPUNIT_ASSERT_EQUAL_MESSAGE(each.why, each.taken ? std::int64_t{17} : said, numberSent(each, said));
  }
}

TEST(givenNegative, "TX-3: a negative number that a back-end has given is one like others") {
  SessionHarness h;
  h.boot(Version::V15, 3600);
  h.begin(Version::V15, 1, -1);
  h.send(Version::V15, h.stop(-1));
  h.toCentral<StopTransaction>();
  h.reply(StopTransaction::Response{});
  h.effects.clear();
  h.begin(Version::V15, 2, 18, "OTHER");
  h.send(Version::V15, h.stop(-1, "2024-05-01T10:00:00Z"));
  CPPUNIT_ASSERT_EQUAL(std::int64_t{-1}, h.toCentral<StopTransaction>().transactionId.value);
}

TEST(strangeTwice, "TX-3, TX-10: that a stop of -1 was once passed on unchanged does not make it a number") {
  SessionHarness h;
  h.boot(Version::V15, 3600);
  h.send(Version::V15, h.stop(-1, "2024-05-01T07:00:00Z"));
  CPPUNIT_ASSERT_EQUAL(std::int64_t{-1}, h.toCentral<StopTransaction>().transactionId.value);
  h.reply(StopTransaction::Response{});
  h.effects.clear();
  h.begin(Version::V15, 1, 17);
  h.send(Version::V15, h.stop(-1));
  CPPUNIT_ASSERT_EQUAL(std::int64_t{17}, h.toCentral<StopTransaction>().transactionId.value);
}

TEST(metersOfMinusOne, "TX-3: MeterValues of -1 belong to no transaction; with fillTransaction to their connector's") {
  for (const bool fill : {false, true}) {
    session::Settings settings;
    settings.fillTransaction = fill;
    SessionHarness h(settings);
    h.boot(Version::V15, 3600);
    h.begin(Version::V15, 1, 17);
    auto values = h.meterValues(1, {"2024-05-01T08:30:00Z"});
    values.transactionId = TransactionId{-1};
    h.send(Version::V15, values);
    CPPUNIT_ASSERT(h.toCentral<MeterValues>().transactionId ==
                   (fill ? std::optional(TransactionId{17}) : std::nullopt));
  }
}

TEST(startsAgain,
     "SM-7: the same start after its stop is a new transaction of a charger without a clock, never of others") {
  for (const auto& [time, again] : {std::pair{"1970-01-01T00:00:30Z", true}, std::pair{"2009-12-31T00:00:00Z", true},
                                    std::pair{"2024-04-23T08:00:00Z", true}, std::pair{"2024-05-09T08:00:00Z", true},
                                    std::pair{"2024-04-25T08:00:00Z", false}, std::pair{"2024-05-01T07:59:00Z", false}})
    for (const bool sameMessage : {false, true}) {
      SessionHarness h;
      h.boot(Version::V15, 3600);
      const auto first = h.send(Version::V15, h.start(1, "TAG", time), "m1", "d1");
      h.toCentral<StartTransaction>();
      h.reply(h.started(17));
      h.answered<StartTransaction>(first);
      const auto repeated = h.send(Version::V15, h.start(1, "TAG", time), "m2", "d1");  // not stopped yet
      CPPUNIT_ASSERT_EQUAL(std::int64_t{17}, h.answered<StartTransaction>(repeated).transactionId.value);
      h.send(Version::V15, h.stop(17));
      h.toCentral<StopTransaction>();
      h.reply(StopTransaction::Response{});
      h.effects.clear();
      h.boot(Version::V15, 3600);  // proves nothing
      const auto second = h.send(Version::V15, h.start(1, "TAG", time), sameMessage ? "m1" : "m3", "d1");
      if (!again) {
        CPPUNIT_ASSERT_EQUAL(std::int64_t{17}, h.answered<StartTransaction>(second).transactionId.value);
        continue;
      }
      h.toCentral<StartTransaction>();
      h.reply(h.started(18));
      CPPUNIT_ASSERT_EQUAL(std::int64_t{18}, h.answered<StartTransaction>(second).transactionId.value);
      CPPUNIT_ASSERT(std::any_of(h.notes.begin(), h.notes.end(),
                                 [](const std::string& note) { return note.find("start-again") == 0; }));
      h.effects.clear();
      const auto third = h.send(Version::V15, h.start(1, "TAG", time), "m4", "d1");  // of the newest: not stopped
      CPPUNIT_ASSERT_EQUAL(std::int64_t{18}, h.answered<StartTransaction>(third).transactionId.value);
      h.send(Version::V15, h.stop(18));
      CPPUNIT_ASSERT_EQUAL(std::int64_t{18}, h.toCentral<StopTransaction>().transactionId.value);
    }
}

TEST(startsAgainOffline,
     "SM-7, TX-6: three equal sessions of an outage, of a charger without a clock, arrive as three, also after "
     "restarts") {
  SessionHarness first(durable(session::StartOffline::Provisional));
  first.boot(Version::V15, 36000);
  first.down();
  std::vector<std::int64_t> names;
  for (int i = 0; i < 3; ++i) {
    auto start = first.start(1, "TAG");
    at1970()(start);
    names.push_back(first.answered<StartTransaction>(first.send(Version::V15, start, "m", "same")).transactionId.value);
    auto stop = first.stop(names.back(), "1970-01-01T00:10:00Z");
    stop.meterStop = 1500 + i;
    first.answered<StopTransaction>(first.send(Version::V15, stop));
  }
  CPPUNIT_ASSERT(names[0] != names[1] && names[1] != names[2]);
  SessionHarness h(durable(session::StartOffline::Provisional), first.store);
  h.pass(seconds(10));
  h.opens();
  for (int i = 0; i < 3; ++i) {
    h.toCentral<StartTransaction>();
    h.reply(h.started(100 + i));
    const auto stop = h.toCentral<StopTransaction>();
    CPPUNIT_ASSERT_EQUAL(std::int64_t{100 + i}, stop.transactionId.value);
    CPPUNIT_ASSERT_EQUAL(1500 + i, stop.meterStop);
    h.reply(StopTransaction::Response{});
  }
  h.nothing();
}

TEST(startsAgainOrphaned,
     "SM-7, TX-13: the same start as that of a transaction that is nobody's any more is a new one") {
  SessionHarness h;
  h.boot(Version::V15, 3600);
  const auto starts = [&](const char* tag, std::int64_t id) {
    const auto exchange = h.send(Version::V15, h.start(1, tag, "1970-01-01T00:00:30Z"));
    h.toCentral<StartTransaction>();
    h.reply(h.started(id));
    CPPUNIT_ASSERT_EQUAL(id, h.answered<StartTransaction>(exchange).transactionId.value);
    h.effects.clear();
  };
  starts("TAG", 17);
  starts("OTHER", 18);  // on the same connector: 17 is an orphan
  starts("TAG", 19);
}

TEST(startsAgainWhileStopping, "SM-7: a stop that has not been answered yet has named the transaction as well") {
  SessionHarness h;
  h.boot(Version::V15, 3600);
  h.send(Version::V15, h.start(1, "TAG", "1970-01-01T00:00:30Z"));
  h.toCentral<StartTransaction>();
  h.reply(h.started(17));
  h.effects.clear();
  h.send(Version::V15, h.stop(17));
  h.toCentral<StopTransaction>();
  const auto again = h.send(Version::V15, h.start(1, "TAG", "1970-01-01T00:00:30Z"));
  h.reply(StopTransaction::Response{});
  h.take<session::AnswerCharger>();
  h.toCentral<StartTransaction>();
  h.reply(h.started(18));
  CPPUNIT_ASSERT_EQUAL(std::int64_t{18}, h.answered<StartTransaction>(again).transactionId.value);
}
