// SPDX-License-Identifier: GPL-2.0-or-later
// What an operator is told of back-ends that are away and of the bridge as a whole.
#include "bridge/condition.h"

#include "bridge/backend_watch.h"
#include "tests/support/fake_now.h"
#include "tests/support/test.h"

using namespace bridge;
using std::chrono::seconds;

namespace {

struct FakeClock : Clock {
  ocpp::Steady steady() const override { return now.steady; }
  ocpp::Instant calendar() const override { return now.calendar; }
  test::FakeNow now{ocpp::parseDateTime("2026-05-01T08:00:00Z")->at};
};

struct Bench {
  void pass(ocpp::Duration time) {
    for (const auto end = clock.now.steady + time; clock.now.steady < end;) {
      clock.now += std::chrono::milliseconds(Deadlines::tickMs);
      deadlines.advance();
    }
  }
  std::string told() { return std::exchange(lines, ""); }

  FakeClock clock;
  Deadlines deadlines{clock, [] {}};
  std::string lines;
};

struct Watched : Bench {
  BackendWatch watch{clock, deadlines,
                     [this](session::Level, const std::string& identity, const char* event, const std::string& text) {
                       lines += identity + " " + event + " " + text + "|";
                     }};
};

}  // namespace

TEST(outageOneLine, "an outage of a back-end is one line with a count when it begins and one when it ends") {
  Watched b;
  for (int i = 0; i < 300; ++i) b.watch.up("ws://a", "C" + std::to_string(i));
  b.told();
  for (int i = 0; i < 300; ++i) b.watch.away("ws://a", "C" + std::to_string(i), "code 1006");
  CPPUNIT_ASSERT_EQUAL(std::string(), b.told());
  b.pass(seconds(3));
  CPPUNIT_ASSERT_EQUAL(std::string(" outage back-end ws://a is away for 300 of 300 chargers: code 1006|"), b.told());
  for (int again = 0; again < 5; ++again)
    for (int i = 0; i < 300; ++i) b.watch.away("ws://a", "C" + std::to_string(i), "refused");
  b.pass(seconds(57));
  CPPUNIT_ASSERT_EQUAL(std::string(), b.told());
  CPPUNIT_ASSERT_EQUAL(std::size_t{300}, b.watch.states().at("ws://a").away);
  for (int i = 0; i < 300; ++i) b.watch.up("ws://a", "C" + std::to_string(i));
  CPPUNIT_ASSERT_EQUAL(std::string(" outage-over back-end ws://a is back for 300 chargers after 60 s|"), b.told());
  CPPUNIT_ASSERT_EQUAL(std::size_t{0}, b.watch.states().at("ws://a").away);
}

TEST(outageOfOne, "one charger that loses its link while others have theirs is a line about that charger") {
  Watched b;
  b.watch.up("ws://a", "C1");
  b.watch.up("ws://a", "C2");
  CPPUNIT_ASSERT_EQUAL(std::string("C1 central-up |C2 central-up |"), b.told());
  b.watch.away("ws://a", "C1", "code 1011 no");
  b.pass(seconds(3));
  CPPUNIT_ASSERT_EQUAL(std::string("C1 central-down code 1011 no|"), b.told());
  b.watch.up("ws://a", "C1");
  CPPUNIT_ASSERT_EQUAL(std::string("C1 central-up |"), b.told());
  b.watch.away("ws://a", "C1", "code 1012");
  b.watch.up("ws://a", "C1");
  b.pass(seconds(3));
  CPPUNIT_ASSERT_EQUAL_MESSAGE("back at once", std::string(), b.told());
}

TEST(outageOfTheOnly,
     "the only charger of a back-end is told by its name, and the back-end counts as away until it is back") {
  Watched b;
  b.watch.up("ws://a", "C1");
  b.told();
  b.watch.away("ws://a", "C1", "code 1006");
  b.pass(seconds(3));
  CPPUNIT_ASSERT_EQUAL(std::string("C1 central-down code 1006|"), b.told());
  CPPUNIT_ASSERT(b.watch.states().at("ws://a").outage);
  b.watch.up("ws://a", "C1");
  CPPUNIT_ASSERT_EQUAL(std::string("C1 central-up |"), b.told());
  CPPUNIT_ASSERT(!b.watch.states().at("ws://a").outage);
  b.watch.left("ws://a", "C1");
  CPPUNIT_ASSERT(b.watch.states().empty());
}

TEST(outageAgain, "an outage of which one charger never comes back is over, and the next one is told again") {
  Watched b;
  const auto each = [](int from, const auto& what) {
    for (int i = from; i < 300; ++i) what("C" + std::to_string(i));
  };
  each(0, [&](const std::string& name) { b.watch.up("ws://a", name); });
  b.told();
  each(0, [&](const std::string& name) { b.watch.away("ws://a", name, "code 1006"); });
  b.pass(seconds(30));
  b.told();
  each(1, [&](const std::string& name) { b.watch.up("ws://a", name); });
  b.watch.away("ws://a", "C0", "status 401");
  b.pass(seconds(5));
  CPPUNIT_ASSERT_EQUAL_MESSAGE("the last one may come", std::string(), b.told());
  b.pass(seconds(10));
  CPPUNIT_ASSERT_EQUAL(std::string(" outage-over back-end ws://a is back for 299 chargers after 40 s; 1 charger still "
                                   "away|C0 central-down status 401|"),
                       b.told());
  CPPUNIT_ASSERT(!b.watch.states().at("ws://a").outage);
  b.watch.away("ws://a", "C1", "code 1011");
  b.pass(seconds(3));
  CPPUNIT_ASSERT_EQUAL(std::string("C1 central-down code 1011|"), b.told());
  each(2, [&](const std::string& name) { b.watch.away("ws://a", name, "code 1006"); });
  b.pass(seconds(3));
  CPPUNIT_ASSERT_EQUAL(std::string(" outage back-end ws://a is away for 300 of 300 chargers: code 1006|"), b.told());
  each(0, [&](const std::string& name) { b.watch.up("ws://a", name); });
  CPPUNIT_ASSERT_EQUAL(std::string(" outage-over back-end ws://a is back for 300 chargers after 3 s|"), b.told());
}

TEST(outageLeft, "when those who were away are removed the outage is over, and a later one counts afresh") {
  Watched b;
  for (const char* name : {"C1", "C2", "C3"}) b.watch.up("ws://a", name);
  for (const char* name : {"C1", "C2"}) b.watch.away("ws://a", name, "code 1006");
  b.pass(seconds(3));
  b.told();
  for (const char* name : {"C1", "C2"}) b.watch.left("ws://a", name);
  CPPUNIT_ASSERT_EQUAL(std::string(" outage-over nobody waits for back-end ws://a any more; it is back for 1 charger|"),
                       b.told());
  b.watch.away("ws://a", "C3", "code 1011");
  b.pass(seconds(3));
  b.watch.up("ws://a", "C3");
  CPPUNIT_ASSERT_EQUAL(std::string("C3 central-down code 1011|C3 central-up |"), b.told());
}

TEST(conditionTold, "degraded is told when a kind of trouble begins, recovered when the last is over") {
  Bench b;
  Troubles now;
  Condition condition(
      b.deadlines, [&] { return now; },
      [&](session::Level, const char* event, const std::string& text) {
        b.lines += std::string(event) + " " + text + "|";
      });
  b.pass(seconds(6));
  CPPUNIT_ASSERT(condition.well() && b.told().empty());
  now = {{"dead-letters", 2, "2 dead letters"}};
  b.pass(seconds(6));
  CPPUNIT_ASSERT_EQUAL(std::string("degraded dead-letters: 2 dead letters|"), b.told());
  now = {{"dead-letters", 3, "3 dead letters"}, {"disk", 1, "full"}};
  b.pass(seconds(6));
  CPPUNIT_ASSERT_EQUAL(std::string("degraded disk: full|"), b.told());
  CPPUNIT_ASSERT_EQUAL(std::size_t{2}, condition.troubles().size());
  now.clear();
  b.pass(seconds(6));
  CPPUNIT_ASSERT_EQUAL(std::string("recovered was dead-letters: 3 dead letters; disk: full|"), b.told());
  CPPUNIT_ASSERT(condition.well());
}
