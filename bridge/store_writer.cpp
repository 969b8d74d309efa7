// SPDX-License-Identifier: GPL-2.0-or-later
// First all changes in one transaction. If the data of one charger is refused, the others do not suffer; if the disk
// is full, the reserve is given up; if that does not help either, the transaction fails as a whole.
#include "bridge/store_writer.h"

#include <algorithm>

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

StoreWriter::StoreWriter(std::unique_ptr<Database> database, std::size_t window, SpaceReserve reserve,
                         Callbacks callbacks, Pace pace)
    : database_(std::move(database)),
      rows_(*database_, window),
      reserve_(std::move(reserve)),
      callbacks_(std::move(callbacks)),
      pace_(pace),
      dataVersion_(std::make_unique<Statement>(*database_, "PRAGMA data_version")) {
  status_.spaceLow = reserve_.wanted() && !reserve_.occupy();
  countRows();
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

void StoreWriter::run() {
  look();
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
    for (Question& question : questions) answer(question);
    if (!turns.empty()) nextCommit = Clock::now() + (isCrowd(turns) ? pace_.commitSpacing : pace_.commitSpacing.zero());
    if (!turns.empty()) commit(turns);
    if (Clock::now() < nextLook) continue;
    look();
    keepHouse();
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

void StoreWriter::answer(Question& question) {
  ReadResult result;
  try {
    result = rows_.read(question.identity, question.wanted);
  } catch (const std::exception& error) { result.problems.emplace_back(error.what()); }
  question.done(std::move(result));
}

void StoreWriter::commit(std::vector<Turn>& turns) {
  CommitOutcome outcome;
  outcome.upTo = turns.back().back().ticket;
  bool committed = true;
  std::string error;
  try {
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
  }
  written_ = written_ || committed;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    status_.commits += committed;
    status_.operations += sizeOf(turns) - outcome.failed.size();
    status_.failed += outcome.failed.size();
    status_.lastError = std::move(error);
    status_.spaceLow = reserve_.wanted() && !reserve_.held();
  }
  callbacks_.onCommit(std::move(outcome));
}

void StoreWriter::writeTogether(const std::vector<Turn>& turns) {
  Transaction transaction(*database_);
  for (const Turn& turn : turns)
    for (const StoreOperation& operation : turn) rows_.apply(operation);
  transaction.commit();
}

/// Each charger's changes of each turn stand or fall together, without the others'.
void StoreWriter::writeApart(const std::vector<Turn>& turns, CommitOutcome& outcome) {
  outcome.failed.clear();
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
  try {
    for (const std::size_t i : places) rows_.apply(turn[i]);
  } catch (const std::exception& error) {
    const auto* refused = dynamic_cast<const SqliteError*>(&error);
    if (refused && refused->environment()) throw;
    const Error why = std::make_shared<const std::string>(error.what());
    database_->run("ROLLBACK TO one; RELEASE one");
    return why;
  }
  database_->run("RELEASE one");
  return nullptr;
}

void StoreWriter::look() {
  try {
    if (reserve_.wanted() && !reserve_.held() && reserve_.occupy()) {
      const std::lock_guard<std::mutex> lock(mutex_);
      status_.spaceLow = false;
    }
    dataVersion_->step();
    const std::int64_t version = dataVersion_->number(0);
    dataVersion_->reset();
    const bool otherWrote = version != seenVersion_;
    if (otherWrote || written_) countRows();
    seenVersion_ = version;
    written_ = false;
    if (!otherWrote) return;
    auto commands = rows_.commandsAfter(lastCommand_);
    if (commands.empty()) return;
    lastCommand_ = commands.back().id;
    callbacks_.onCommands(std::move(commands));
  } catch (const SqliteError& error) {
    const std::lock_guard<std::mutex> lock(mutex_);
    status_.lastError = error.what();
  }
}

void StoreWriter::keepHouse() {
  try {
    housekeeping_.step(*database_, callbacks_.clock());
  } catch (const SqliteError&) {}  // a full disk; commits tell
}

void StoreWriter::countRows() {
  const auto queued = static_cast<std::uint64_t>(database_->number("SELECT count(*) FROM queued"));
  const ocpp::Instant oldest(ocpp::Duration(database_->number("SELECT created FROM queued ORDER BY id LIMIT 1")));
  const auto dead =
      static_cast<std::uint64_t>(database_->number("SELECT count(*) FROM dead_letter WHERE resolution IS NULL"));
  const std::lock_guard<std::mutex> lock(mutex_);
  status_.queued = queued;
  status_.oldestQueued = oldest;
  status_.deadLetters = dead;
}

}  // namespace bridge
