// SPDX-License-Identifier: GPL-2.0-or-later
// What is thrown away in the end: transactions that are over and resolved dead letters, 90 days old (SM-7, SM-15).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "bridge/sqlite.h"
#include "ocpp/time.h"

namespace bridge {

class Housekeeping {
 public:
  static constexpr std::chrono::hours retention{90 * 24};
  static constexpr std::chrono::hours every{24};
  /// Nothing is thrown away by a calendar that has not kept step with the steady clock for so long: a clock that is 200
  /// days ahead for some seconds must not make us forget what recognises repeats (B1).
  static constexpr std::chrono::hours trust{24};
  static constexpr std::chrono::hours tolerance{1};

  using Steady = std::chrono::steady_clock::time_point;
  /// Once a day, a little with each call until it is done, so that nobody waits long. Throws SqliteError.
  void step(Database& database, ocpp::Now now);

 private:
  bool trusted(ocpp::Now now);

  ocpp::Steady dueAt_{};
  std::optional<ocpp::Duration> distance_;  ///< Calendar minus steady clock, since trustedAt_ - trust.
  ocpp::Steady trustedAt_{};
  std::int64_t after_ = 0;  ///< Transactions up to this row have been looked at today.
};

}  // namespace bridge
