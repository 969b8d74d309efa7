// SPDX-License-Identifier: GPL-2.0-or-later
// Time and tasks of a simulated process: what a Loop and its clock are to the real one.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <utility>

#include "bridge/clock.h"
#include "bridge/deadlines.h"
#include "tests/support/fake_now.h"

namespace test {

/// Nothing happens by itself: run() does what is due now, pass() lets time pass and does what becomes due, in order.
class FakeLoop : public bridge::Clock {
 public:
  explicit FakeLoop(ocpp::Instant begin) : now_(begin), deadlines_(*this, [] {}) {}

  ocpp::Steady steady() const override { return now_.steady; }
  ocpp::Instant calendar() const override { return now_.calendar; }
  bridge::Deadlines& deadlines() { return deadlines_; }

  void post(std::function<void()> task) { tasks_.push_back(std::move(task)); }
  /// After that time, unless the task is needless by then: it must find out itself.
  void after(ocpp::Duration delay, std::function<void()> task) {
    timers_.emplace(now_.steady + delay, std::move(task));
  }

  void run() {
    do {
      while (!tasks_.empty()) {
        const auto task = std::move(tasks_.front());
        tasks_.pop_front();
        task();
        if (afterEach) afterEach();
      }
      if (idle) idle();
    } while (!tasks_.empty());
  }
  void pass(ocpp::Duration time) {
    const ocpp::Steady end = now_.steady + time;
    for (run(); true; run()) {
      ocpp::Steady next = end;
      if (const auto due = deadlines_.earliest()) next = std::min(next, *due);
      if (!timers_.empty()) next = std::min(next, timers_.begin()->first);
      now_.reach(next);
      deadlines_.advance();
      while (!timers_.empty() && timers_.begin()->first <= now_.steady)
        tasks_.push_back(timers_.extract(timers_.begin()).mapped());
      if (now_.steady >= end && tasks_.empty()) break;
    }
    run();
  }
  /// Somebody sets the calendar.
  void jump(ocpp::Duration by) { now_.jump(by); }

  std::function<void()> afterEach;  ///< After each task: for laws that hold always.
  std::function<void()> idle;       ///< Before run() ends: for what works beside the loop, such as a disk.

 private:
  FakeNow now_;
  std::deque<std::function<void()>> tasks_;
  std::multimap<ocpp::Steady, std::function<void()>> timers_;
  bridge::Deadlines deadlines_;
};

}  // namespace test
