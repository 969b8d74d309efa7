// SPDX-License-Identifier: GPL-2.0-or-later
// A fleet as a load: charge points act in turns, and time flies for the one whose turn it is.
#pragma once

#include <deque>
#include <functional>
#include <vector>

#include "tests/tools/cp/session.h"

namespace cp {

class Turns {
 public:
  /// What was asked for is over: what became of its requests, and how long it took.
  using Done = std::function<void(const Numbers& numbers, std::chrono::duration<double> time)>;

  /// Everything given outlives it.
  explicit Turns(Wire& wire);

  /// A charge point with its sessions; its number is returned.
  std::size_t add(Point& point, Sessions& sessions);
  /// About so many requests, as fast as answers come; `done` is called when all are answered. Not while busy().
  void run(std::uint64_t requests, Done done);
  bool busy() const { return done_ != nullptr; }
  /// So many requests a second, without end.
  void runAt(int perSecond);
  /// Call it whenever something about this charge point may have changed.
  void changed(std::size_t number);

 private:
  struct Member {
    Point* point;
    Sessions* sessions;
    bool acting = false;
  };
  void go();
  bool wanted() const;
  /// True when something is said.
  bool turn(Member& member);

  Wire& wire_;
  std::vector<Member> members_;
  std::deque<std::size_t> waiting_;  ///< Whose turn is next.
  std::size_t acting_ = 0;
  std::uint64_t until_ = 0;  ///< Requests of the wire at which no more turns are given.
  Done done_;
  Numbers before_;
  std::chrono::steady_clock::time_point since_;
  bool going_ = false;
  bridge::Timer again_, pace_;
};

}  // namespace cp
