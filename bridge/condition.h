// SPDX-License-Identifier: GPL-2.0-or-later
// Condition: is the bridge well, and if not, why; for /health and the events degraded and recovered.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "bridge/deadlines.h"
#include "session/effect.h"

namespace bridge {

/// One thing that an operator should look at. The bridge serves chargers all the same.
struct Trouble {
  const char* word;       ///< back-end-away, messages-refused, dead-letters, unserved, move-waits, disk, log.
  std::size_t count = 0;  ///< Of what the text speaks of.
  std::string text;
  bool told = false;  ///< Whoever found it tells it: it is no part of degraded and recovered.
};
using Troubles = std::vector<Trouble>;

/// Looks every few seconds and tells what has changed: one line when a kind of trouble begins, one when the last is
/// over. Each trouble has one source of lines: those of the disk are the store's.
class Condition : private Deadlines::Node {
 public:
  using Look = std::function<Troubles()>;
  using Tell = std::function<void(session::Level, const char* event, const std::string& text)>;
  static constexpr auto every = std::chrono::seconds(5);

  Condition(Deadlines& deadlines, Look look, Tell tell);

  /// As of the last look, at most `every` ago.
  const Troubles& troubles() const { return troubles_; }
  bool well() const { return troubles_.empty(); }

 private:
  void onDeadline() override;

  Deadlines& deadlines_;
  Look look_;
  Tell tell_;
  Troubles troubles_;
  Troubles untold_;  // of them those that are told here
};

/// Words and texts, for one line.
std::string textOf(const Troubles& troubles);

}  // namespace bridge
