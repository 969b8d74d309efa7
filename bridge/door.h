// SPDX-License-Identifier: GPL-2.0-or-later
// Counts and tells what people get wrong at our door.
#pragma once

#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

#include "bridge/door_mistake.h"
#include "bridge/log.h"

namespace bridge {

/// Each mistake is counted, and a few of each kind a minute are lines of the log (event `door`).
class Door {
 public:
  explicit Door(Log& log) : log_(log) {}

  void tell(DoorMistake what, std::string_view peer);
  /// The kinds that have come, with their numbers, for /health.
  nlohmann::ordered_json report() const;

 private:
  Log& log_;
  std::array<std::uint64_t, doorMistakes> counts_{};
};

}  // namespace bridge
