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
#include "bridge/database_files.h"
#include "bridge/housekeeping.h"
#include "bridge/promised_count.h"
#include "bridge/record_rows.h"
#include "bridge/sqlite.h"
#include "bridge/store.h"
#include "bridge/store_trouble.h"

namespace bridge {

/// What became of a transaction: every change up to `upTo` is on disk, except the failed ones.
struct CommitOutcome {
  Ticket upTo = 0;
  std::vector<std::pair<Ticket, std::shared_ptr<const std::string>>> failed;
  std::vector<StoreEvent> events;
  std::vector<std::pair<std::string, std::int64_t>> grown;  ///< As RecordRows::Besides has it.
};

class StoreWriter {
 public:
  struct Callbacks {  ///< All on the writer's thread.
    std::function<void(CommitOutcome&&)> onCommit;
    std::function<void(std::vector<OperatorCommand>&&)> onCommands;
    std::function<void(std::vector<StoreEvent>&&)> onEvents;
    std::function<ocpp::Instant()> clock;
  };
  using Turn = std::vector<StoreOperation>;
  /// Reads and tells somebody, on the writer's thread; throws nothing.
  using Question = std::function<void(RecordRows& rows)>;

  struct Pace {
    std::chrono::milliseconds lookEvery;  ///< For commands and returning space.
    /// From the begin of one commit to the begin of the next, at least, when many chargers want something kept.
    std::chrono::milliseconds commitSpacing;
    std::chrono::milliseconds calm;  ///< Trouble is over when nothing has failed for so long.
  };

  /// `path`: of the database, which has been written to. `window`: most queued messages of a charger that are loaded at
  /// start.
  StoreWriter(std::unique_ptr<Database> database, const std::string& path, std::size_t window, SpaceReserve reserve,
              Callbacks callbacks, Pace pace);
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
  /// Of a charger's dead letters that nobody has resolved.
  std::uint64_t deadBytes(const std::string& identity) const;

 private:
  using Error = std::shared_ptr<const std::string>;

  void run();
  /// C6: what is thrown ends neither the thread nor the process; it is counted and told.
  template <class Work>
  bool guarded(const char* what, Work&& work) noexcept;
  void caught(const char* what, const char* why) noexcept;
  void failed(const std::vector<Turn>& turns) noexcept;
  bool isCrowd(const std::vector<Turn>& turns);
  void commit(std::vector<Turn>& turns);
  void writeTogether(const std::vector<Turn>& turns);
  void writeApart(const std::vector<Turn>& turns, CommitOutcome& outcome);
  Error writeOne(const Turn& turn, const std::vector<std::size_t>& places);
  void look();
  void probe();
  void lookAtDatabase(std::vector<StoreEvent>& events);
  bool filesStand(std::vector<StoreEvent>& events);
  void rescue(std::vector<StoreEvent>& events);
  void tellSpace(std::vector<StoreEvent>& events);
  void keepHouse();
  void countRows();
  void countDead();

  std::unique_ptr<Database> database_;
  RecordRows rows_;
  std::string path_;
  DatabaseFiles files_;
  PromisedCount promised_;
  StoreTrouble trouble_;
  std::string goneFile_;  ///< Removed or replaced under us, or "".
  bool spaceLow_ = false;
  SpaceReserve reserve_;
  Callbacks callbacks_;
  Pace pace_;
  std::unique_ptr<Statement> dataVersion_;
  std::int64_t seenVersion_ = -1;
  std::uint64_t lastCommand_ = 0;
  bool written_ = true;  ///< Since the last look.
  std::chrono::steady_clock::time_point caughtAt_{};
  Housekeeping housekeeping_;
  std::deque<std::string> lately_;  ///< Chargers that have had something kept, newest last.

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Turn> submitted_;
  std::vector<Question> asked_;
  bool ending_ = false;
  StoreStatus status_;
  std::unordered_map<std::string, std::int64_t> dead_;  // bytes, by identity
  std::thread thread_;                                  // last: it uses all of the above
};

}  // namespace bridge
