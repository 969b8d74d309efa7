// SPDX-License-Identifier: GPL-2.0-or-later
// What a Shard waits for: the store's answer about an identity, and the end of an event before a charger is destroyed.
#pragma once

#include <deque>
#include <string>
#include <utility>

#include "bridge/shard.h"

namespace bridge {

/// An identity that the store has been asked about, and who waits for it. As long as the store cannot read it, the
/// question is asked again from time to time.
class Shard::Loading : private Deadlines::Node {
 public:
  Loading(Shard& shard, std::string identity) : shard_(shard), identity_(std::move(identity)) {}

  void ask();
  /// False: too many wait already, or it is known that it cannot be read now.
  bool wait(Use& use);
  /// It could not be read; whoever waits is told. True the first time.
  bool failed();
  std::deque<Use> takeWaiting() { return std::exchange(waiting_, {}); }

 private:
  static constexpr std::size_t mostWaiting = 16;
  void onDeadline() override { ask(); }

  Shard& shard_;
  std::string identity_;
  std::deque<Use> waiting_;
  bool asked_ = false, failing_ = false;
};

class Shard::Reaper : private Deadlines::Node {
 public:
  explicit Reaper(Shard& shard) : shard_(shard) {}
  void wake() {
    if (!armed()) shard_.deadlines().arm(*this, std::chrono::milliseconds(0));
  }

 private:
  void onDeadline() override { shard_.reap(); }
  Shard& shard_;
};

}  // namespace bridge
