// SPDX-License-Identifier: GPL-2.0-or-later
// How much was promised, counted beside the database: SQLite drops a damaged end of its log without a word, and then
// everything in the database fits together (A11).
#pragma once

#include <cstdint>
#include <string>

#include "bridge/sqlite.h"

namespace bridge {

/// Highest IDs ever given to queued messages and transactions; they stay when the rows go.
struct Promised {
  std::int64_t messages = 0, transactions = 0;
  bool operator==(const Promised& other) const {
    return messages == other.messages && transactions == other.transactions;
  }
};

/// What the database has given. Throws SqliteError.
Promised promisedIn(Database& database);

/// A small file that is written after each commit, without waiting for the disk: it is never ahead of what is durable.
class PromisedCount {
 public:
  explicit PromisedCount(std::string path);
  ~PromisedCount();
  PromisedCount(const PromisedCount&) = delete;
  PromisedCount& operator=(const PromisedCount&) = delete;

  /// Compares with what an earlier process wrote. "" or a line for the log that tells how much is missing.
  std::string missing(const Promised& there) const;
  /// What fails here only costs the comparison.
  void write(const Promised& now);

 private:
  std::string path_;
  int file_ = -1;
  Promised written_{-1, -1};
};

}  // namespace bridge
