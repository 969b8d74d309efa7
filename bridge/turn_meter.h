// SPDX-License-Identifier: GPL-2.0-or-later
// How long the turns of a loop take, in CPU time of its thread: what one peer must not make long for the others (C4).
#pragma once

#include <ev.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>

namespace bridge {

/// A turn is what the loop does between two waits for events. What happens outside of the loop, such as the start of
/// the process, is none. CPU time to within a millisecond: the thread's clock costs a system call, so it is read only
/// where the clock on the wall, which is never behind it, says that a turn may have been long. Loop thread only.
class TurnMeter {
 public:
  using Time = std::chrono::microseconds;
  /// A turn longer than this is too long.
  static constexpr Time longest = std::chrono::milliseconds(50);

  explicit TurnMeter(struct ev_loop* loop);
  ~TurnMeter();
  TurnMeter(const TurnMeter&) = delete;
  TurnMeter& operator=(const TurnMeter&) = delete;

  /// Grows with every turn.
  std::uint64_t number() const { return number_; }
  /// CPU time of this turn so far; zero outside of the loop.
  Time spent() const;
  Time longestEver() const { return ever_; }
  /// Of the last minute, to within five seconds.
  Time longestLately() const;
  /// Turns that were too long.
  std::uint64_t tooLong() const { return tooLong_; }
  /// Called at the end of each turn that was too long.
  void onTooLong(std::function<void(Time)> tell) { tell_ = std::move(tell); }

 private:
  static constexpr std::size_t slots = 13;  // of five seconds each: twelve whole ones and the one under way
  struct Slot {
    std::int64_t number = -1;
    Time longest{0};
  };

  void begins(int);
  void ends(int);
  void enter(Time took, std::int64_t now);
  Time spentUntil(std::int64_t now) const;

  struct ev_loop* loop_;
  ev_check begin_{};
  ev_prepare end_{};
  std::uint64_t number_ = 0;
  std::int64_t startedAt_ = -1;  // nanoseconds on the wall; -1 = no turn
  std::int64_t cpuBefore_ = 0;   // of the thread's clock, read before this turn ...
  std::int64_t since_ = 0;       // ... and the turns since then, on the wall
  Time ever_{0};
  std::array<Slot, slots> lately_;
  std::uint64_t tooLong_ = 0;
  std::function<void(Time)> tell_;
};

}  // namespace bridge
