// SPDX-License-Identifier: GPL-2.0-or-later
// The store on disk: SQLite in WAL mode, every commit synchronised, written by a thread of its own.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "bridge/data_dir.h"
#include "bridge/database_files.h"
#include "bridge/loop.h"
#include "bridge/store.h"
#include "bridge/store_writer.h"

namespace bridge {

struct SqliteStoreOptions {
  std::string directory;
  std::int64_t reserveBytes = 16 * 1024 * 1024;  ///< Kept back for a full disk; 0 = nothing.
  std::string vfs;                               ///< SQLite's VFS, for tests; "" = the system's.
  std::function<ocpp::Instant()> clock;          ///< Wall clock; empty = the system's.
  /// How often commands and returning space are looked for; a look without news costs a few microseconds.
  std::chrono::milliseconds lookEvery = std::chrono::seconds(1);
  /// Commits for more than a few chargers begin at least so far apart: bounds fsyncs per second under load; a lone
  /// change never waits for it.
  std::chrono::milliseconds commitSpacing{5};
  /// Trouble of the disk is over when nothing has failed for so long (StoreTrouble).
  std::chrono::milliseconds calm = std::chrono::seconds(10);
  bool acceptLoss = false;  ///< See OpenHow.
  /// Most queued messages of a charger that load() gives.
  std::size_t window = session::queueWindow;
};

/// Must be destroyed before the Loop. The destructor writes what is still pending.
class SqliteStore : public Store {
 public:
  /// Throws BadConfiguration: see DataDirLock and openDatabase().
  SqliteStore(Loop& loop, SqliteStoreOptions options);
  ~SqliteStore() override;

  Ticket put(const std::string& identity, StoredRecord record) override;
  Ticket erase(const std::string& identity, StoredRecord record) override;
  Ticket putCharger(ChargerRow row) override;
  Ticket forgetCharger(const std::string& identity, const std::string& why) override;
  Ticket renameBackend(const std::string& identity, const std::string& former, const std::string& name) override;
  Ticket commandDone(std::uint64_t command) override;
  void whenDurable(Ticket ticket, Done done) override;
  bool pending(Ticket ticket) const override { return ticket > settled_; }
  std::uint64_t backlog() const override { return last_ - settled_; }
  void load(const std::function<void(StoredCharger&&)>& each,
            const std::function<void(const std::string& line)>& problem) override;
  void read(const std::string& identity, Wanted wanted, std::function<void(ReadResult&&)> done) override;
  void readCharger(const std::string& identity, std::function<void(ReadCharger&&)> done) override;
  void onEvent(std::function<void(const StoreEvent&)> tell) override;
  void onCommand(std::function<void(OperatorCommand&&)> carryOut) override { carryOut_ = std::move(carryOut); }
  StoreStatus status() const override { return writer_->status(); }
  std::uint64_t waitingBytes(const std::string& identity) const override;
  std::uint64_t deadBytes(const std::string& identity) const override { return writer_->deadBytes(identity); }

 private:
  Ticket add(StoreOperation::Kind kind, std::string identity, StoreOperation::Content content);
  void beforeWait(int events);
  void turnEnds();
  void settle(CommitOutcome&& outcome);
  void finish(Ticket ticket, const Done& done) const;
  void tellEvents();
  /// Remembers who waits for the answer to a question: if the store goes first, `broken` tells him (FIELD A4).
  std::uint64_t await(std::function<void()> broken);
  /// Runs `task` on the loop unless the store is gone by then. Thread-safe.
  void post(std::function<void()> task);

  Loop& loop_;
  SqliteStoreOptions options_;
  DataDirLock lock_;
  std::unique_ptr<DatabaseLock> databaseLock_;  ///< Outlives the connection of writer_.
  std::shared_ptr<bool> alive_;                 ///< Looked at on the loop only.
  std::function<void(OperatorCommand&&)> carryOut_;
  std::function<void(const StoreEvent&)> tell_;
  std::vector<StoreEvent> untold_;  ///< Until somebody listens.
  std::unordered_map<std::string, std::int64_t> waitingBytes_;
  Ticket last_ = 0, settled_ = 0;
  StoreWriter::Turn turn_;
  std::multimap<Ticket, Done> waiting_;
  std::uint64_t lastQuestion_ = 0;
  std::map<std::uint64_t, std::function<void()>> unanswered_;
  std::map<Ticket, std::shared_ptr<const std::string>> failed_;  ///< The newest, for those who ask late.
  Ticket unsure_ = 0;  ///< Of those up to it the failed ones may be forgotten: nobody is told that they were kept.
  ev_prepare endOfTurn_{};
  bool started_ = false;
  std::unique_ptr<StoreWriter> writer_;
};

}  // namespace bridge
