// SPDX-License-Identifier: GPL-2.0-or-later
// The store on disk: SQLite in WAL mode, every commit synchronised, written by a thread of its own.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "bridge/data_dir.h"
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
  Ticket commandDone(std::uint64_t command) override;
  void whenDurable(Ticket ticket, Done done) override;
  bool pending(Ticket ticket) const override { return ticket > settled_; }
  std::uint64_t backlog() const override { return last_ - settled_; }
  void load(const std::function<void(StoredCharger&&)>& each,
            const std::function<void(const std::string& line)>& problem) override;
  void read(const std::string& identity, Wanted wanted, std::function<void(ReadResult&&)> done) override;
  void onCommand(std::function<void(OperatorCommand&&)> carryOut) override { carryOut_ = std::move(carryOut); }
  StoreStatus status() const override { return writer_->status(); }

 private:
  Ticket add(StoreOperation::Kind kind, std::string identity,
             std::variant<StoredRecord, ChargerRow, std::uint64_t> content);
  void turnEnds();
  void settle(CommitOutcome&& outcome);
  void finish(Ticket ticket, const Done& done) const;
  /// Runs `task` on the loop unless the store is gone by then. Thread-safe.
  void post(std::function<void()> task);

  Loop& loop_;
  SqliteStoreOptions options_;
  DataDirLock lock_;
  std::shared_ptr<bool> alive_;  ///< Looked at on the loop only.
  std::function<void(OperatorCommand&&)> carryOut_;
  Ticket last_ = 0, settled_ = 0;
  StoreWriter::Turn turn_;
  std::multimap<Ticket, Done> waiting_;
  std::map<Ticket, std::shared_ptr<const std::string>> failed_;  ///< The newest, for those who ask late.
  ev_prepare endOfTurn_{};
  bool started_ = false;
  std::unique_ptr<StoreWriter> writer_;
};

}  // namespace bridge
