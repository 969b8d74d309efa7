// SPDX-License-Identifier: GPL-2.0-or-later
// The loop's half of the store: collecting the changes of a turn, and telling who waits.
#include "bridge/sqlite_store.h"

#include "bridge/log.h"
#include "bridge/schema.h"

namespace bridge {

namespace {

constexpr std::size_t mostFailed = 65536;

}  // namespace

SqliteStore::SqliteStore(Loop& loop, SqliteStoreOptions options)
    : loop_(loop), options_(std::move(options)), lock_(options_.directory), alive_(std::make_shared<bool>(true)) {
  if (!options_.clock) options_.clock = wallClock;
  StoreWriter::Callbacks callbacks;
  callbacks.onCommit = [this](CommitOutcome&& outcome) {
    post([this, moved = std::make_shared<CommitOutcome>(std::move(outcome))] { settle(std::move(*moved)); });
  };
  callbacks.onCommands = [this](std::vector<OperatorCommand>&& commands) {
    post([this, moved = std::make_shared<std::vector<OperatorCommand>>(std::move(commands))] {
      for (OperatorCommand& command : *moved)
        if (carryOut_) carryOut_(std::move(command));
    });
  };
  callbacks.clock = options_.clock;
  writer_ = std::make_unique<StoreWriter>(openDatabase(databasePath(options_.directory), options_.vfs), options_.window,
                                          SpaceReserve(options_.directory + "/reserve", options_.reserveBytes),
                                          std::move(callbacks),
                                          StoreWriter::Pace{options_.lookEvery, options_.commitSpacing});
  ev_prepare_init(&endOfTurn_,
                  [](struct ev_loop*, ev_prepare* watch, int) { static_cast<SqliteStore*>(watch->data)->turnEnds(); });
  endOfTurn_.data = this;
  ev_prepare_start(loop_.raw(), &endOfTurn_);
  ev_unref(loop_.raw());  // it keeps no loop alive
}

SqliteStore::~SqliteStore() {
  ev_ref(loop_.raw());
  ev_prepare_stop(loop_.raw(), &endOfTurn_);
  if (!turn_.empty()) turnEnds();
  writer_.reset();
  *alive_ = false;
}

void SqliteStore::post(std::function<void()> task) {
  loop_.post([alive = alive_, task = std::move(task)] {
    if (*alive) task();
  });
}

Ticket SqliteStore::add(StoreOperation::Kind kind, std::string identity,
                        std::variant<StoredRecord, ChargerRow, std::uint64_t> content) {
  turn_.push_back({kind, ++last_, std::move(identity), std::move(content), options_.clock()});
  return last_;
}

Ticket SqliteStore::put(const std::string& identity, StoredRecord record) {
  return add(StoreOperation::Kind::Put, identity, std::move(record));
}
Ticket SqliteStore::erase(const std::string& identity, StoredRecord record) {
  return add(StoreOperation::Kind::Erase, identity, std::move(record));
}
Ticket SqliteStore::putCharger(ChargerRow row) {
  std::string identity = row.identity;
  return add(StoreOperation::Kind::Charger, std::move(identity), std::move(row));
}
Ticket SqliteStore::commandDone(std::uint64_t command) { return add(StoreOperation::Kind::CommandDone, "", command); }

void SqliteStore::turnEnds() {
  if (!started_) {
    started_ = true;
    writer_->start();
  }
  if (turn_.empty()) return;
  const std::size_t usual = turn_.size();
  writer_->submit(std::move(turn_));
  turn_ = {};
  turn_.reserve(usual);
}

void SqliteStore::whenDurable(Ticket ticket, Done done) {
  if (pending(ticket)) {
    waiting_.emplace(ticket, std::move(done));
    return;
  }
  post([this, ticket, done = std::move(done)] { finish(ticket, done); });
}

void SqliteStore::finish(Ticket ticket, const Done& done) const {
  const auto failed = failed_.find(ticket);
  done(failed == failed_.end(), failed == failed_.end() ? std::string() : *failed->second);
}

void SqliteStore::settle(CommitOutcome&& outcome) {
  settled_ = outcome.upTo;
  for (auto& [ticket, error] : outcome.failed) failed_[ticket] = std::move(error);
  while (failed_.size() > mostFailed) failed_.erase(failed_.begin());
  const auto alive = alive_;
  while (*alive && !waiting_.empty() && waiting_.begin()->first <= settled_) {
    const auto next = waiting_.extract(waiting_.begin());
    finish(next.key(), next.mapped());
  }
}

void SqliteStore::read(const std::string& identity, Wanted wanted, std::function<void(ReadResult&&)> done) {
  const auto answer = [this, done = std::move(done)](ReadResult&& result) {
    post([done, moved = std::make_shared<ReadResult>(std::move(result))] { done(std::move(*moved)); });
  };
  writer_->ask({identity, std::move(wanted), answer});
}

void SqliteStore::load(const std::function<void(StoredCharger&&)>& each,
                       const std::function<void(const std::string& line)>& problem) {
  writer_->rows().load(each, problem);
}

}  // namespace bridge
