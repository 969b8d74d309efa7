// SPDX-License-Identifier: GPL-2.0-or-later
// A chargers file that a Shard takes over: a slice of the chargers in each turn of the loop, so that nobody waits for
// all of them.
#pragma once

#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "bridge/shard.h"

namespace bridge {

/// From begin() to `done`. What the file says of a charger holds before that charger is served again: who asks for one
/// that had no turn yet calls bring() first.
class Shard::Reload : private Deadlines::Node {
 public:
  Reload(Shard& shard, Reloaded report, ReloadDone done);

  void begin();
  void bring(const std::string& identity);
  /// All that is left, at once.
  void finish();
  bool over() const { return over_; }

 private:
  static constexpr std::size_t slice = 128;  // chargers in a turn
  void onDeadline() override;
  void end();

  Shard& shard_;
  Reloaded report_;
  ReloadDone done_;
  std::vector<std::string> order_;
  std::unordered_set<std::string> left_;
  bool over_ = false;
};

}  // namespace bridge
