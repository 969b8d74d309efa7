// SPDX-License-Identifier: GPL-2.0-or-later
// The thread that writes: whatever has come together while it was busy becomes one transaction with one fsync.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "bridge/data_dir.h"
#include "bridge/housekeeping.h"
#include "bridge/record_rows.h"
#include "bridge/sqlite.h"
#include "bridge/store.h"

namespace bridge {

/// What became of a transaction: every change up to `upTo` is on disk, except the failed ones.
struct CommitOutcome {
  Ticket upTo = 0;
  std::vector<std::pair<Ticket, std::shared_ptr<const std::string>>> failed;
};

class StoreWriter {
 public:
  struct Callbacks {  ///< All on the writer's thread.
    std::function<void(CommitOutcome&&)> onCommit;
    std::function<void(std::vector<OperatorCommand>&&)> onCommands;
    std::function<ocpp::Instant()> clock;
  };
  using Turn = std::vector<StoreOperation>;
  struct Question {
    std::string identity;
    Wanted wanted;
    std::function<void(ReadResult&&)> done;  ///< On the writer's thread.
  };

  struct Pace {
    std::chrono::milliseconds lookEvery;  ///< For commands and returning space.
    /// From the begin of one commit to the begin of the next, at least, when many chargers want something kept.
    std::chrono::milliseconds commitSpacing;
  };

  /// `window`: most queued messages of a charger that are loaded at start.
  StoreWriter(std::unique_ptr<Database> database, std::size_t window, SpaceReserve reserve, Callbacks callbacks,
              Pace pace);
  /// Writes what was submitted, then ends.
  ~StoreWriter();
  StoreWriter(const StoreWriter&) = delete;
  StoreWriter& operator=(const StoreWriter&) = delete;

  /// For use before start(), on the caller's thread.
  RecordRows& rows() { return rows_; }
  void start();

  /// The changes of one turn of the loop; they stay together. Thread-safe, does not wait for the disk.
  void submit(Turn&& turn);
  /// Answered soon, before what is submitted later is written. Thread-safe.
  void ask(Question&& question);
  StoreStatus status() const;

 private:
  using Error = std::shared_ptr<const std::string>;

  void run();
  void answer(Question& question);
  bool isCrowd(const std::vector<Turn>& turns);
  void commit(std::vector<Turn>& turns);
  void writeTogether(const std::vector<Turn>& turns);
  void writeApart(const std::vector<Turn>& turns, CommitOutcome& outcome);
  Error writeOne(const Turn& turn, const std::vector<std::size_t>& places);
  void look();
  void keepHouse();
  void countRows();

  std::unique_ptr<Database> database_;
  RecordRows rows_;
  SpaceReserve reserve_;
  Callbacks callbacks_;
  Pace pace_;
  std::unique_ptr<Statement> dataVersion_;
  std::int64_t seenVersion_ = -1;
  std::uint64_t lastCommand_ = 0;
  bool written_ = true;  ///< Since the last look.
  Housekeeping housekeeping_;
  std::deque<std::string> lately_;  ///< Chargers that have had something kept, newest last.

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Turn> submitted_;
  std::vector<Question> asked_;
  bool ending_ = false;
  StoreStatus status_;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace bridge
