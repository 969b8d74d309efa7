// SPDX-License-Identifier: GPL-2.0-or-later
// First all changes in one transaction. If the data of one charger is refused, the others do not suffer; if the disk
// is full, the reserve is given up; if that does not help either, the transaction fails as a whole.
#include "bridge/store_writer.h"

#include <algorithm>
#include <iterator>

#include "bridge/open_database.h"

namespace bridge {

namespace {

using Clock = std::chrono::steady_clock;

std::size_t sizeOf(const std::vector<StoreWriter::Turn>& turns) {
  std::size_t size = 0;
  for (const auto& turn : turns) size += turn.size();
  return size;
}

void failAll(const std::vector<StoreWriter::Turn>& turns, const std::string& why, CommitOutcome& outcome) {
  const auto error = std::make_shared<const std::string>(why);
  outcome.failed.clear();
  for (const auto& turn : turns)
    for (const StoreOperation& operation : turn) outcome.failed.emplace_back(operation.ticket, error);
}

}  // namespace

StoreWriter::StoreWriter(std::unique_ptr<Database> database, const std::string& path, std::size_t window,
                         SpaceReserve reserve, Callbacks callbacks, Pace pace)
    : database_(std::move(database)),
      rows_(*database_, window),
      path_(path),
      files_(path),
      promised_(path + ".promised"),
      trouble_(pace.calm),
      reserve_(std::move(reserve)),
      callbacks_(std::move(callbacks)),
      pace_(pace),
      dataVersion_(std::make_unique<Statement>(*database_, "PRAGMA data_version")) {
  files_.remember();
  std::vector<StoreEvent> events;
  const Promised there = promisedIn(*database_);
  if (const std::string missing = promised_.missing(there); !missing.empty())
    events.push_back({session::Level::Error, "store-lost", "", missing});
  promised_.write(there);
  reserve_.occupy();
  tellSpace(events);
  countRows();
  countDead();
  if (!events.empty()) callbacks_.onEvents(std::move(events));
}

StoreWriter::~StoreWriter() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    ending_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void StoreWriter::start() {
  thread_ = std::thread([this] { run(); });
}

void StoreWriter::submit(Turn&& turn) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    submitted_.push_back(std::move(turn));
    if (submitted_.size() > 1) return;  // it is awake
  }
  wake_.notify_one();
}

void StoreWriter::ask(Question&& question) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    asked_.push_back(std::move(question));
  }
  wake_.notify_one();
}

StoreStatus StoreWriter::status() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return status_;
}

std::uint64_t StoreWriter::deadBytes(const std::string& identity) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = dead_.find(identity);
  return found == dead_.end() ? 0 : static_cast<std::uint64_t>(std::max<std::int64_t>(0, found->second));
}

template <class Work>
bool StoreWriter::guarded(const char* what, Work&& work) noexcept {
  try {
    work();
    return true;
  } catch (const std::exception& error) { caught(what, error.what()); } catch (...) {
    caught(what, "an exception of no known type");
  }
  return false;
}

void StoreWriter::caught(const char* what, const char* why) noexcept {
  try {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (status_.internal++ > 0 && Clock::now() - caughtAt_ < std::chrono::minutes(1)) return;
    }
    caughtAt_ = Clock::now();
    callbacks_.onEvents(
        {{session::Level::Error, "store", "", std::string("an internal error in ") + what + ": " + why}});
  } catch (...) {}  // telling needs memory; the counter has it
}

/// Nobody waits for ever for what became of the changes.
void StoreWriter::failed(const std::vector<Turn>& turns) noexcept {
  const auto tell = [&] {
    CommitOutcome outcome;
    outcome.upTo = turns.back().back().ticket;
    failAll(turns, "an internal error", outcome);
    callbacks_.onCommit(std::move(outcome));
  };
  while (!guarded("telling", tell)) std::this_thread::sleep_for(std::chrono::milliseconds(50));
}

void StoreWriter::run() {
  guarded("looking", [this] { look(); });
  auto nextLook = Clock::now() + pace_.lookEvery;
  auto nextCommit = Clock::now();
  for (;;) {
    std::vector<Turn> turns;
    std::vector<Question> questions;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      wake_.wait_until(lock, nextLook, [this] { return ending_ || !submitted_.empty() || !asked_.empty(); });
      if (submitted_.empty() && ending_) return;
      if (!submitted_.empty())  // under load, let more come together
        wake_.wait_until(lock, nextCommit, [this] { return ending_ || !asked_.empty(); });
      questions.swap(asked_);  // they rest on what is durable: no need to wait
      if (Clock::now() >= nextCommit || ending_) turns.swap(submitted_);
    }
    for (const Question& question : questions) guarded("reading", [&] { question(rows_); });
    if (!turns.empty()) nextCommit = Clock::now() + (isCrowd(turns) ? pace_.commitSpacing : pace_.commitSpacing.zero());
    if (!turns.empty() && !guarded("writing", [&] { commit(turns); })) failed(turns);
    if (Clock::now() < nextLook) continue;
    guarded("looking", [this] { look(); });
    guarded("keeping house", [this] { keepHouse(); });
    nextLook = Clock::now() + pace_.lookEvery;
  }
}

/// False while it is always the same few: a charger whose queue is drained waits for each commit, and nobody else
/// would share it.
bool StoreWriter::isCrowd(const std::vector<Turn>& turns) {
  constexpr std::size_t few = 8;
  bool crowd = false;
  for (const Turn& turn : turns)
    for (const StoreOperation& operation : turn) {
      if (std::find(lately_.begin(), lately_.end(), operation.identity) != lately_.end()) continue;
      if (lately_.size() == few) {
        crowd = true;
        lately_.pop_front();
      }
      lately_.push_back(operation.identity);
    }
  return crowd;
}

void StoreWriter::commit(std::vector<Turn>& turns) {
  CommitOutcome outcome;
  outcome.upTo = turns.back().back().ticket;
  bool committed = true;
  std::string error;
  try {
    if (!filesStand(outcome.events)) throw std::runtime_error(goneFile_ + ": removed or replaced while it was in use");
    try {
      writeTogether(turns);
    } catch (const SqliteError& refused) {
      if (refused.full() && reserve_.held()) {
        reserve_.release();
        writeTogether(turns);
      } else if (refused.environment()) {
        throw;
      } else {
        writeApart(turns, outcome);
      }
    } catch (const std::exception&) { writeApart(turns, outcome); }
    if (!outcome.failed.empty()) error = *outcome.failed.front().second;
  } catch (const std::exception& refused) {
    committed = false;
    error = refused.what();
    failAll(turns, error, outcome);
    trouble_.failed(wordsOf(refused), outcome.failed.size(), Clock::now(), outcome.events);
  }
  written_ = written_ || committed;
  std::uint64_t conflicts = 0;
  if (committed) {
    trouble_.succeeded();
    guarded("counting what is promised", [this] { promised_.write(promisedIn(*database_)); });
    auto besides = rows_.takeBesides();
    conflicts = besides.events.size();
    std::move(besides.events.begin(), besides.events.end(), std::back_inserter(outcome.events));
    outcome.grown = std::move(besides.grown);
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const auto& [identity, bytes] : besides.dead)
      if ((dead_[identity] += bytes) == 0) dead_.erase(identity);
  }
  tellSpace(outcome.events);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    status_.commits += committed;
    status_.operations += sizeOf(turns) - outcome.failed.size();
    status_.failed += outcome.failed.size();
    status_.conflicts += conflicts;
    status_.lastError = std::move(error);
    status_.degraded = trouble_.why();
  }
  callbacks_.onCommit(std::move(outcome));
}

void StoreWriter::writeTogether(const std::vector<Turn>& turns) {
  rows_.takeBesides();  // of an attempt that failed
  Transaction transaction(*database_);
  for (const Turn& turn : turns)
    for (const StoreOperation& operation : turn) rows_.apply(operation);
  transaction.commit();
}

/// Each charger's changes of each turn stand or fall together, without the others'.
void StoreWriter::writeApart(const std::vector<Turn>& turns, CommitOutcome& outcome) {
  outcome.failed.clear();
  rows_.takeBesides();
  Transaction transaction(*database_);
  for (const Turn& turn : turns) {
    std::unordered_map<std::string, std::vector<std::size_t>> places;
    for (std::size_t i = 0; i < turn.size(); ++i) places[turn[i].identity].push_back(i);
    for (const auto& [identity, own] : places)
      if (const Error error = writeOne(turn, own))
        for (const std::size_t i : own) outcome.failed.emplace_back(turn[i].ticket, error);
  }
  transaction.commit();
}

StoreWriter::Error StoreWriter::writeOne(const Turn& turn, const std::vector<std::size_t>& places) {
  database_->run("SAVEPOINT one");
  const auto besides = rows_.besides();
  try {
    for (const std::size_t i : places) rows_.apply(turn[i]);
  } catch (const std::exception& error) {
    const auto* refused = dynamic_cast<const SqliteError*>(&error);
    if (refused && refused->environment()) throw;
    const Error why = std::make_shared<const std::string>(error.what());
    database_->run("ROLLBACK TO one; RELEASE one");
    rows_.forgetBesides(besides);
    return why;
  }
  database_->run("RELEASE one");
  return nullptr;
}

/// False when what is written now would be lost (A11).
bool StoreWriter::filesStand(std::vector<StoreEvent>& events) {
  const std::string gone = files_.changed();
  if (!gone.empty() && goneFile_.empty()) {
    goneFile_ = gone;
    rescue(events);
  }
  goneFile_ = gone;
  return gone.empty();
}

/// What was kept is still in the file that we hold open, until the process ends.
void StoreWriter::rescue(std::vector<StoreEvent>& events) {
  const std::string copy = path_ + ".rescued-" + fileDate();
  std::string text =
      goneFile_ + " was removed or replaced while the bridge works on it: nothing is promised any more. ";
  try {
    copyDatabase(*database_, copy);
    text += "What was kept until now is in " + copy + "; put the files back, or stop the bridge and restore that copy";
  } catch (const std::exception& error) { text += "A copy of what was kept could not be made: " + wordsOf(error); }
  events.push_back({session::Level::Error, "store-lost", "", text});
}

/// One line when the reserve is given up, one when it is there again.
void StoreWriter::tellSpace(std::vector<StoreEvent>& events) {
  const bool low = reserve_.wanted() && !reserve_.held();
  if (low != spaceLow_)
    events.push_back(
        low ? StoreEvent{session::Level::Error, "degraded", "",
                         "the disk is full: new transactions are refused, what is left is for the stops of "
                         "running ones"}
            : StoreEvent{session::Level::Warning, "recovered", "",
                         "there is space on the disk again: new transactions are taken"});
  spaceLow_ = low;
  const std::lock_guard<std::mutex> lock(mutex_);
  status_.spaceLow = low;
}

void StoreWriter::look() {
  std::vector<StoreEvent> events;
  if (reserve_.wanted() && !reserve_.held()) reserve_.occupy();
  tellSpace(events);
  if (!filesStand(events))
    trouble_.failed(goneFile_ + ": removed or replaced while it was in use", 0, Clock::now(), events);
  else if (!trouble_.why().empty())
    probe();
  lookAtDatabase(events);
  trouble_.look(Clock::now(), events);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    status_.degraded = trouble_.why();
  }
  if (!events.empty()) callbacks_.onEvents(std::move(events));
}

/// Trouble ends also when nobody wants anything kept.
void StoreWriter::probe() {
  try {
    proveWritable(*database_);
    trouble_.succeeded();
  } catch (const SqliteError&) {}  // it goes on, and has been told
}

void StoreWriter::lookAtDatabase(std::vector<StoreEvent>& events) {
  try {
    dataVersion_->step();
    const std::int64_t version = dataVersion_->number(0);
    dataVersion_->reset();
    const bool otherWrote = version != seenVersion_;
    if (otherWrote || written_) countRows();
    seenVersion_ = version;
    written_ = false;
    if (!otherWrote) return;
    countDead();  // the operator resolves some
    auto commands = rows_.commandsAfter(lastCommand_);
    if (commands.empty()) return;
    lastCommand_ = commands.back().id;
    callbacks_.onCommands(std::move(commands));
  } catch (const SqliteError& error) {
    trouble_.failed(wordsOf(error), 0, Clock::now(), events);
    const std::lock_guard<std::mutex> lock(mutex_);
    status_.lastError = error.what();
  }
}

void StoreWriter::keepHouse() {
  try {
    const ocpp::Steady steady(std::chrono::duration_cast<ocpp::Duration>(Clock::now().time_since_epoch()));
    housekeeping_.step(*database_, {steady, callbacks_.clock()});
  } catch (const SqliteError&) {}  // a full disk; commits tell
}

void StoreWriter::countDead() {
  auto dead = rows_.deadBytes();
  const std::lock_guard<std::mutex> lock(mutex_);
  dead_ = std::move(dead);
}

void StoreWriter::countRows() {
  const auto queued = static_cast<std::uint64_t>(database_->number("SELECT count(*) FROM queued"));
  const auto aside = static_cast<std::uint64_t>(database_->number("SELECT count(*) FROM queued WHERE set_aside"));
  const ocpp::Instant oldest(ocpp::Duration(database_->number("SELECT created FROM queued ORDER BY id LIMIT 1")));
  const auto dead =
      static_cast<std::uint64_t>(database_->number("SELECT count(*) FROM dead_letter WHERE resolution IS NULL"));
  const std::lock_guard<std::mutex> lock(mutex_);
  status_.queued = queued;
  status_.oldestQueued = oldest;
  status_.setAside = aside;
  status_.deadLetters = dead;
}

}  // namespace bridge
