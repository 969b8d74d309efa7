// SPDX-License-Identifier: GPL-2.0-or-later
// What is thrown away in the end: transactions that are over and resolved dead letters, 90 days old (SM-7, SM-15).
#pragma once

#include <chrono>
#include <cstdint>

#include "bridge/sqlite.h"
#include "ocpp/time.h"

namespace bridge {

class Housekeeping {
 public:
  static constexpr std::chrono::hours retention{90 * 24};
  static constexpr std::chrono::hours every{24};

  /// Once a day, a little with each call until it is done, so that nobody waits long. Throws SqliteError.
  void step(Database& database, ocpp::Instant now);

 private:
  ocpp::Instant dueAt_{};
  std::int64_t after_ = 0;  ///< Transactions up to this row have been looked at today.
};

}  // namespace bridge
