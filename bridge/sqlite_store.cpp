// SPDX-License-Identifier: GPL-2.0-or-later
// The loop's half of the store: collecting the changes of a turn, and telling who waits.
#include "bridge/sqlite_store.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "bridge/log.h"
#include "bridge/open_database.h"
#include "bridge/watch.h"

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
        if (carryOut_)
          loop_.firewall().run(EventSource::Store, command.identity, [&] { carryOut_(std::move(command)); });
    });
  };
  callbacks.clock = options_.clock;
  callbacks.onEvents = [this](std::vector<StoreEvent>&& events) {
    post([this, moved = std::make_shared<std::vector<StoreEvent>>(std::move(events))] {
      std::move(moved->begin(), moved->end(), std::back_inserter(untold_));
      tellEvents();
    });
  };
  const std::string path = databasePath(options_.directory);
  OpenHow how;
  how.vfs = options_.vfs;
  how.acceptLoss = options_.acceptLoss;
  how.tell = [this](const std::string& line) { untold_.push_back({session::Level::Warning, "store", "", line}); };
  prepareDatabaseFile(path, how.acceptLoss, how.tell);
  databaseLock_ = std::make_unique<DatabaseLock>(path);
  writer_ = std::make_unique<StoreWriter>(openDatabase(path, how), path, options_.window,
                                          SpaceReserve(options_.directory + "/reserve", options_.reserveBytes),
                                          std::move(callbacks),
                                          StoreWriter::Pace{options_.lookEvery, options_.commitSpacing, options_.calm});
  waitingBytes_ = writer_->rows().waitingBytes();
  bindWatcher<EventSource::Store, &SqliteStore::beforeWait>(endOfTurn_, *this);
  ev_prepare_start(loop_.raw(), &endOfTurn_);
  ev_unref(loop_.raw());  // it keeps no loop alive
}

SqliteStore::~SqliteStore() {
  ev_ref(loop_.raw());
  ev_prepare_stop(loop_.raw(), &endOfTurn_);
  if (!turn_.empty()) turnEnds();
  writer_.reset();
  *alive_ = false;
  for (auto& [question, broken] : std::exchange(unanswered_, {})) broken();
  for (auto& [ticket, done] : std::exchange(waiting_, {})) done(false, "the store is closed");
}

std::uint64_t SqliteStore::await(std::function<void()> broken) {
  unanswered_.emplace(++lastQuestion_, std::move(broken));
  return lastQuestion_;
}

void SqliteStore::post(std::function<void()> task) {
  loop_.post([alive = alive_, task = std::move(task)] {
    if (*alive) task();
  });
}

Ticket SqliteStore::add(StoreOperation::Kind kind, std::string identity, StoreOperation::Content content) {
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
Ticket SqliteStore::forgetCharger(const std::string& identity, const std::string& why) {
  return add(StoreOperation::Kind::Forget, identity, why);
}
Ticket SqliteStore::renameBackend(const std::string& identity, const std::string& former, const std::string& name) {
  return add(StoreOperation::Kind::RenameBackend, identity, BackendNames{former, name});
}
Ticket SqliteStore::commandDone(std::uint64_t command) { return add(StoreOperation::Kind::CommandDone, "", command); }

void SqliteStore::beforeWait(int) { turnEnds(); }

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
  const bool known = failed != failed_.end(), ok = !known && ticket > unsure_;
  const std::string why = known ? *failed->second : ok ? "" : "it is not known any more whether it was kept";
  loop_.firewall().run(EventSource::Store, {}, [&] { done(ok, why); });
}

void SqliteStore::settle(CommitOutcome&& outcome) {
  settled_ = outcome.upTo;
  for (const auto& [identity, bytes] : outcome.grown)
    if ((waitingBytes_[identity] += bytes) == 0) waitingBytes_.erase(identity);
  for (StoreEvent& event : outcome.events) untold_.push_back(std::move(event));
  tellEvents();
  for (auto& [ticket, error] : outcome.failed) failed_[ticket] = std::move(error);
  const auto alive = alive_;
  while (*alive && !waiting_.empty() && waiting_.begin()->first <= settled_) {
    const auto next = waiting_.extract(waiting_.begin());
    finish(next.key(), next.mapped());
  }
  if (!*alive) return;
  for (; failed_.size() > mostFailed; failed_.erase(failed_.begin())) unsure_ = failed_.begin()->first;
}

void SqliteStore::read(const std::string& identity, Wanted wanted, std::function<void(ReadResult&&)> done) {
  const std::uint64_t question = await([done] { done({false, {}, {"the store is closed"}}); });
  const auto answer = [this, question, done = std::move(done)](ReadResult&& result) {
    post([this, question, done, moved = std::make_shared<ReadResult>(std::move(result))] {
      unanswered_.erase(question);
      loop_.firewall().run(EventSource::Store, {}, [&] { done(std::move(*moved)); });
    });
  };
  writer_->ask([identity, wanted = std::move(wanted), answer](RecordRows& rows) {
    ReadResult result;
    try {
      result = rows.read(identity, wanted);
    } catch (const std::exception& error) { result.problems.emplace_back(error.what()); }
    answer(std::move(result));
  });
}

void SqliteStore::readCharger(const std::string& identity, std::function<void(ReadCharger&&)> done) {
  const std::uint64_t question = await([done] { done({false, {}, {"the store is closed"}}); });
  const auto answer = [this, question, done = std::move(done)](ReadCharger&& result) {
    post([this, question, done, moved = std::make_shared<ReadCharger>(std::move(result))] {
      unanswered_.erase(question);
      done(std::move(*moved));
    });
  };
  const auto ask = [this, identity, answer, alive = alive_](bool, const std::string&) {
    if (!*alive) return;  // told already
    writer_->ask([identity, answer](RecordRows& rows) {
      ReadCharger result;
      try {
        result.charger = rows.readCharger(identity, [&](const std::string& line) { result.problems.push_back(line); });
        result.ok = true;
      } catch (const std::exception& error) { result.problems.emplace_back(error.what()); }
      answer(std::move(result));
    });
  };
  whenDurable(last_, ask);
}

std::uint64_t SqliteStore::waitingBytes(const std::string& identity) const {
  const auto found = waitingBytes_.find(identity);
  return found == waitingBytes_.end() ? 0 : static_cast<std::uint64_t>(std::max<std::int64_t>(0, found->second));
}

void SqliteStore::onEvent(std::function<void(const StoreEvent&)> tell) {
  tell_ = std::move(tell);
  tellEvents();
}

void SqliteStore::tellEvents() {
  if (!tell_) return;
  for (const StoreEvent& event : std::exchange(untold_, {}))
    loop_.firewall().run(EventSource::Store, {}, [&] { tell_(event); });
}

void SqliteStore::load(const std::function<void(StoredCharger&&)>& each,
                       const std::function<void(const std::string& line)>& problem) {
  writer_->rows().load(each, problem);
}

}  // namespace bridge
