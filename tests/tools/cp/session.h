// SPDX-License-Identifier: GPL-2.0-or-later
// Charging sessions by themselves: plug in, show the tag, charge, show it again, unplug.
#pragma once

#include <functional>
#include <string>

#include "bridge/loop.h"
#include "tests/tools/cp/point.h"

namespace cp {

class Sessions {
 public:
  /// Called for each session; `problem` is "" for a good one.
  using Ended = std::function<void(const std::string& problem)>;

  /// Watches the charge point, which outlives it. Begins when it is registered; each session takes the next connector.
  Sessions(Point& point, std::string idTag, const Options& options, bridge::Loop& loop, Ended ended);

  bool charging() const { return step_ == Step::Charge; }
  /// No session is left to be run.
  bool over() const { return step_ == Step::Over; }

 private:
  enum class Step { Begin, Start, Charge, Stop, Settle, Pause, Over };
  void look();
  bool advance();
  void enter(Step step, int seconds);
  void onTimer();
  void end(const std::string& problem);

  Point& point_;
  std::string idTag_;
  const Options& options_;
  bridge::Timer timer_;
  Ended ended_;
  Step step_ = Step::Begin;
  int connector_ = 1, done_ = 0;
  bool looking_ = false, again_ = false;
};

}  // namespace cp
