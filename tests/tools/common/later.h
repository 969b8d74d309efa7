// SPDX-License-Identifier: GPL-2.0-or-later
// Things that are done a while later, any number of them.
#pragma once

#include <chrono>
#include <functional>
#include <iterator>
#include <list>
#include <utility>

#include "bridge/loop.h"

namespace tool {

/// What is not done yet is forgotten with it.
class Later {
 public:
  explicit Later(bridge::Loop& loop) : loop_(loop) {}

  /// Never from inside, unless `delay` is 0: then at once.
  void after(std::chrono::milliseconds delay, std::function<void()> task) {
    if (delay.count() == 0) return task();
    timers_.emplace_back(loop_);
    const auto place = std::prev(timers_.end());
    place->start(delay, [this, place, task = std::move(task)] {
      const auto work = task;  // this function object goes with the timer
      timers_.erase(place);
      work();
    });
  }
  void clear() { timers_.clear(); }

 private:
  bridge::Loop& loop_;
  std::list<bridge::Timer> timers_;
};

}  // namespace tool
