// SPDX-License-Identifier: GPL-2.0-or-later
// One link that comes up is told to the other chargers of its back-end: all of them, a few per turn (SM-2, B3).
#include "bridge/reachable.h"

#include <map>

#include "tests/support/fake_now.h"
#include "tests/support/test.h"

namespace {

struct Time : bridge::Clock {
  ocpp::Steady at{std::chrono::hours(1)};
  ocpp::Steady steady() const override { return at; }
  ocpp::Instant calendar() const override { return {}; }
};

struct World {
  Time time;
  bridge::Deadlines deadlines{time, [] {}};
  std::map<std::string, std::vector<std::string>> members;
  std::map<std::string, int> told;
  std::size_t inTurn = 0, mostInTurn = 0;
  bridge::Reachable reachable{deadlines, time, [this](const std::string& backend) { return members[backend]; },
                              [this](const std::string& identity) {
                                ++told[identity];
                                ++inTurn;
                              }};
  World() {
    for (int i = 0; i < 20'000; ++i) members["ws://a/"].push_back("A" + std::to_string(i));
    members["ws://b/"].push_back("B");
  }
  void pass(ocpp::Duration time_) {
    for (const ocpp::Steady end = time.at + time_; time.at < end;) {
      time.at += std::chrono::milliseconds(bridge::Deadlines::tickMs);
      inTurn = 0;
      deadlines.advance();
      mostInTurn = std::max(mostInTurn, inTurn);
    }
  }
};

}  // namespace

TEST(reachableAll, "SM-2, B3: 20,000 chargers are told within seconds, a slice per turn, and those of others are not") {
  World w;
  w.reachable.linkUp("ws://a/");
  CPPUNIT_ASSERT(w.told.empty());  // not in the turn of the link
  w.pass(std::chrono::seconds(4));
  CPPUNIT_ASSERT_EQUAL(std::size_t{20'000}, w.told.size());
  CPPUNIT_ASSERT_EQUAL(0, w.told["B"]);
  CPPUNIT_ASSERT(w.mostInTurn <= bridge::Reachable::slice);
}

TEST(reachableOften,
     "SM-2, B3: a back-end whose links all come up is told of once in ten seconds, and once behind the last") {
  World w;
  w.reachable.linkUp("ws://b/");
  for (int i = 0; i < 80; ++i) {
    w.pass(std::chrono::milliseconds(100));
    w.reachable.linkUp("ws://b/");
  }
  CPPUNIT_ASSERT_EQUAL(1, w.told["B"]);
  w.pass(std::chrono::seconds(60));
  CPPUNIT_ASSERT_EQUAL(2, w.told["B"]);
  w.reachable.linkUp("ws://b/");
  w.pass(std::chrono::seconds(1));
  CPPUNIT_ASSERT_EQUAL(3, w.told["B"]);
}
