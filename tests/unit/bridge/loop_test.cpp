// SPDX-License-Identifier: GPL-2.0-or-later
// The loop's own services: posted calls, timers, coarse deadlines, signals.
#include "bridge/loop.h"

#include <csignal>
#include <thread>

#include "tests/unit/bridge/io_fixture.h"

using bridge::Deadlines;
using bridge::Loop;
using bridge::Timer;
using std::chrono::milliseconds;
using test::waitFor;

namespace {

struct Node : Deadlines::Node {
  explicit Node(std::function<void()> then = {}) : task(std::move(then)) {}
  void onDeadline() override {
    ++fired;
    at = bridge::systemClock().steady().time_since_epoch().count();
    if (task) task();
  }
  std::function<void()> task;
  int fired = 0;
  std::int64_t at = 0;
};

}  // namespace

TEST(loopPost, "posted tasks run in order, from any thread, never inside post(), and may post again") {
  Loop loop;
  std::vector<int> order;
  std::thread other([&] {
    for (int i = 0; i < 1000; ++i) loop.post([&order, i] { order.push_back(i); });
    loop.post([&] { loop.post([&] { loop.stop(); }); });
  });
  loop.run();
  other.join();
  CPPUNIT_ASSERT_EQUAL(std::size_t(1000), order.size());
  for (int i = 0; i < 1000; ++i) CPPUNIT_ASSERT_EQUAL(i, order[static_cast<std::size_t>(i)]);
  loop.stop();
  loop.run();
  loop.post([] { CPPUNIT_FAIL("dropped with the loop"); });
}

TEST(loopTimer, "a timer fires once or each period, and its task may restart, stop or destroy it") {
  Loop loop;
  auto timer = std::make_unique<Timer>(loop);
  int fired = 0;
  timer->start(milliseconds(5), [&] {
    timer->startEvery(milliseconds(5), [&] {
      if (++fired == 3) timer.reset();
    });
  });
  waitFor(loop, "three periods", [&] { return fired == 3; });
  Timer stopped(loop);
  stopped.start(milliseconds(1), [&] { fired = 100; });
  stopped.stop();
  test::serveFor(loop, 20);
  CPPUNIT_ASSERT_EQUAL(3, fired);
  CPPUNIT_ASSERT(!stopped.active());
}

TEST(loopDeadlines, "a deadline fires once, not before its time, and moves when armed again, later or earlier") {
  Loop loop;
  const auto start = bridge::systemClock().steady().time_since_epoch().count();
  Node early;
  Node later;
  Node sooner;
  Node never;
  loop.deadlines().arm(early, milliseconds(100));
  loop.deadlines().arm(later, milliseconds(50));
  loop.deadlines().arm(later, milliseconds(300));
  loop.deadlines().arm(sooner, milliseconds(60000));
  loop.deadlines().arm(sooner, milliseconds(10));
  loop.deadlines().arm(never, milliseconds(10));
  Deadlines::disarm(never);
  waitFor(loop, "all", [&] { return early.fired + later.fired + sooner.fired == 3; });
  CPPUNIT_ASSERT(early.at - start >= 95);
  CPPUNIT_ASSERT(later.at - start >= 295);
  CPPUNIT_ASSERT(sooner.at - start < 60000);
  CPPUNIT_ASSERT_EQUAL(0, never.fired);
}

TEST(loopDeadlineChanges, "a deadline's task may arm itself and destroy others that are due together") {
  Loop loop;
  auto victim = std::make_unique<Node>();
  auto second = std::make_unique<Node>();
  Node killer([&] { victim.reset(); });
  Node again;
  again.task = [&] {
    if (again.fired < 3) loop.deadlines().arm(again, milliseconds(10));
    second.reset();
  };
  loop.deadlines().arm(again, milliseconds(10));
  loop.deadlines().arm(killer, milliseconds(10));
  loop.deadlines().arm(*victim, milliseconds(10));
  loop.deadlines().arm(*second, milliseconds(10));
  waitFor(loop, "three times", [&] { return again.fired == 3; });
  CPPUNIT_ASSERT_EQUAL(1, killer.fired);
}

TEST(loopSignal, "a watched signal runs its task on the loop") {
  Loop loop;
  int seen = 0;
  bridge::SignalWatch watch(loop, SIGUSR1, [&] { ++seen; });
  std::raise(SIGUSR1);
  waitFor(loop, "the signal", [&] { return seen == 1; });
}

TEST(loopTwoLoops, "two loops live in one process, each on its own thread") {
  Loop one;
  int count = 0;
  std::thread other([&] {
    Loop two;
    two.post([&] {
      one.post([&] {
        ++count;
        one.stop();
      });
      two.stop();
    });
    two.run();
  });
  one.run();
  other.join();
  CPPUNIT_ASSERT_EQUAL(1, count);
}
