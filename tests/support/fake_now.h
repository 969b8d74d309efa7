// SPDX-License-Identifier: GPL-2.0-or-later
// Both clocks of a test as one value: time that passes moves both, and jump() sets the calendar alone.
#pragma once

#include <optional>

#include "ocpp/time.h"

namespace test {

struct FakeNow : ocpp::Now {
  /// The steady clock begins anywhere, so that a reading of it that passes for a date is found.
  explicit FakeNow(ocpp::Instant begin) : ocpp::Now{ocpp::Steady(std::chrono::hours(1000)), begin} {}

  operator ocpp::Instant() const { return calendar; }
  FakeNow& operator+=(ocpp::Duration time) {
    steady += time;
    calendar += time;
    return *this;
  }
  /// An operator or NTP sets the clock.
  void jump(ocpp::Duration by) { calendar += by; }
  /// Time passes until then.
  void reach(ocpp::Steady then) {
    if (then > steady) *this += then - steady;
  }

  friend FakeNow operator+(FakeNow now, ocpp::Duration time) { return now += time; }
  friend FakeNow operator-(FakeNow now, ocpp::Duration time) { return now += -time; }
  friend bool operator==(const std::optional<ocpp::Steady>& due, const FakeNow& now) { return due == now.steady; }
  friend bool operator<=(ocpp::Steady due, const FakeNow& now) { return due <= now.steady; }
  friend bool operator==(ocpp::Instant at, const FakeNow& now) { return at == now.calendar; }
};

}  // namespace test
