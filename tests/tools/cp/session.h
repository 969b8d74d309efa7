// SPDX-License-Identifier: GPL-2.0-or-later
// Charging sessions by themselves: plug in, show the tag, charge, show it again, unplug.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "bridge/loop.h"
#include "tests/tools/cp/point.h"

namespace cp {

class Sessions {
 public:
  struct Events {
    std::function<void(const std::string& problem)> ended;  ///< For each session; "" for a good one.
    std::function<void()> changed;                          ///< As of the charge point. May be empty.
  };

  /// Watches the charge point, which outlives it. Begins when it is registered; each session takes the next connector.
  /// In turns (--at-once) it begins with a pause, and charging and pauses end by the charge point's clock alone.
  Sessions(Point& point, std::string idTag, const Options& options, bridge::Loop& loop, Events events);

  bool charging() const { return step_ == Step::Charge; }
  /// Until charging or a pause is over.
  std::optional<Moment> untilDue() const;
  /// In turns: ends charging or a pause if it is time.
  void look(Moment now);
  /// No session is left to be run.
  bool over() const { return step_ == Step::Over; }

 private:
  enum class Step { Begin, Start, Charge, Stop, Settle, Pause, Over };
  void look();
  bool advance();
  void enter(Step step, int seconds);
  bool ofTime() const { return step_ == Step::Charge || step_ == Step::Pause; }
  void onTimer();
  void end(const std::string& problem);

  Point& point_;
  std::string idTag_;
  const Options& options_;
  bridge::Timer timer_;
  Events events_;
  Step step_ = Step::Begin;
  Moment due_{};  ///< By the charge point's clock.
  int connector_ = 1, done_ = 0;
  bool looking_ = false, again_ = false;
};

}  // namespace cp
