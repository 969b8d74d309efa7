// SPDX-License-Identifier: GPL-2.0-or-later
// C4: turns of the loop are measured in CPU time, and those that are too long are told.
#include "bridge/turn_meter.h"

#include <thread>

#include "tests/unit/bridge/io_fixture.h"

using bridge::Loop;
using bridge::TurnMeter;
using std::chrono::milliseconds;

namespace {

void work(Loop& loop, TurnMeter::Time time) {
  const TurnMeter::Time end = loop.turns().spent() + time;
  while (loop.turns().spent() < end) continue;
}

}  // namespace

TEST(turnMeterCpu, "C4: a turn is as long as the CPU time of its handlers together; waiting and sleeping are none") {
  Loop loop;
  int told = 0;
  loop.turns().onTooLong([&](TurnMeter::Time) { ++told; });
  loop.post([] { std::this_thread::sleep_for(milliseconds(80)); });
  loop.post([&] { work(loop, milliseconds(15)); });
  loop.post([&] { work(loop, milliseconds(15)); });
  test::serveFor(loop, 5);
  CPPUNIT_ASSERT(loop.turns().longestEver() >= milliseconds(30));
  CPPUNIT_ASSERT(loop.turns().longestEver() < milliseconds(60));
  CPPUNIT_ASSERT_EQUAL(0, told);
}

TEST(turnMeterTold, "C4: a turn of more than 50 ms is counted and told, and is the longest of the last minute") {
  Loop loop;
  TurnMeter::Time told{0};
  loop.turns().onTooLong([&](TurnMeter::Time took) { told = took; });
  const std::uint64_t before = loop.turns().number();
  loop.post([&] { work(loop, milliseconds(55)); });
  test::waitFor(loop, "the line", [&] { return told.count() != 0; });
  CPPUNIT_ASSERT(told >= milliseconds(55));
  CPPUNIT_ASSERT_EQUAL(std::uint64_t(1), loop.turns().tooLong());
  CPPUNIT_ASSERT(loop.turns().longestEver() == told && loop.turns().longestLately() == told);
  CPPUNIT_ASSERT(loop.turns().number() > before);
}
