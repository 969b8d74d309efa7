// SPDX-License-Identifier: GPL-2.0-or-later
// Records by key, with the keys and the order of the tables in schema.cpp.
#include "bridge/memory_store.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <set>
#include <tuple>

namespace bridge {

namespace {

/// Place of the type in what load() gives; negative = chosen apart, or not given.
struct PlaceOf {
  static constexpr int transactions = 3;
  int operator()(const session::BootRecord&) const { return 0; }
  int operator()(const session::ConnectorRecord&) const { return 1; }
  int operator()(const session::SettingRecord&) const { return 2; }
  int operator()(const session::TransactionRecord&) const { return -1; }
  int operator()(const session::AuthorizationRecord&) const { return 4; }
  int operator()(const session::AliasRecord&) const { return 5; }
  int operator()(const session::QueuedRecord&) const { return -1; }
  int operator()(const session::DeadLetterRecord&) const { return -1; }
};

std::uint64_t numberOf(const StoredRecord& record) {
  if (const auto* queued = std::get_if<session::QueuedRecord>(&record)) return queued->number;
  if (const auto* dead = std::get_if<session::DeadLetterRecord>(&record)) return dead->number;
  return 0;
}

}  // namespace

MemoryStore::MemoryStore(Post post) : post_(std::move(post)), alive_(std::make_shared<bool>(true)) {}
MemoryStore::~MemoryStore() { *alive_ = false; }

Ticket MemoryStore::add(std::function<void()> change) {
  changes_.push_back(std::move(change));
  if (!posted_ && !held_) {
    posted_ = true;
    post_([this, alive = alive_] {
      if (!*alive) return;
      posted_ = false;
      if (!held_) commit(std::exchange(failNext_, ""));
    });
  }
  return ++last_;
}

Ticket MemoryStore::put(const std::string& identity, StoredRecord record) {
  return add([this, identity, record = std::move(record)] {
    Content& content = chargers_[identity];
    content.row.identity = identity;
    content.lastNumber = std::max(content.lastNumber, numberOf(record));
    const auto [place, fresh] = content.records.try_emplace(keyOf(record), order_, record);
    if (fresh)
      ++order_;
    else
      place->second.second = record;
  });
}

Ticket MemoryStore::erase(const std::string& identity, StoredRecord record) {
  return add([this, identity, key = keyOf(record)] { chargers_[identity].records.erase(key); });
}

Ticket MemoryStore::putCharger(ChargerRow row) {
  return add([this, row = std::move(row)] { chargers_[row.identity].row = row; });
}

Ticket MemoryStore::commandDone(std::uint64_t) {
  return add([] {});
}

void MemoryStore::commit(const std::string& error) {
  const Ticket upTo = last_;
  std::deque<std::function<void()>> changes;
  changes.swap(changes_);
  if (changes.empty()) return;
  if (error.empty()) {
    for (const auto& change : changes) change();
    ++status_.commits;
    status_.operations += changes.size();
  } else {
    status_.failed += changes.size();
    for (Ticket ticket = settled_ + 1; ticket <= upTo; ++ticket) failed_[ticket] = error;
  }
  status_.lastError = error;
  settle(upTo, error);
}

void MemoryStore::settle(Ticket upTo, const std::string& error) {
  settled_ = upTo;
  const auto alive = alive_;
  while (*alive && !waiting_.empty() && waiting_.begin()->first <= settled_) {
    const auto next = waiting_.extract(waiting_.begin());
    next.mapped()(error.empty(), error);
  }
}

void MemoryStore::whenDurable(Ticket ticket, Done done) {
  if (pending(ticket)) {
    waiting_.emplace(ticket, std::move(done));
    return;
  }
  const auto failed = failed_.find(ticket);
  post_([alive = alive_, done = std::move(done), error = failed == failed_.end() ? "" : failed->second] {
    if (*alive) done(error.empty(), error);
  });
}

void MemoryStore::load(const std::function<void(StoredCharger&&)>& each,
                       const std::function<void(const std::string&)>&) {
  for (const auto& [identity, content] : chargers_) {
    StoredCharger charger;
    static_cast<ChargerRow&>(charger) = content.row;
    std::map<std::pair<int, std::uint64_t>, const StoredRecord*> sorted;
    for (const auto& [key, entry] : content.records)
      if (const int table = std::visit(PlaceOf(), entry.second); table >= 0)
        sorted[{table, entry.first}] = &entry.second;
    for (const auto& [place, record] : sorted) charger.records.push_back(*record);
    loadTransactions(content, charger);
    session::InStore& rest = charger.rest;
    rest.lastNumber = content.lastNumber;
    rest.firstQueued = 1;
    constexpr std::uint64_t last = std::numeric_limits<std::int64_t>::max();
    for (StoredRecord& record : find(content, session::LoadQueued{0, last, session::queueWindow})) {
      if (const auto* queued = std::get_if<session::QueuedRecord>(&record)) rest.firstQueued = queued->number + 1;
      const auto same = [&](const StoredRecord& other) { return keyOf(other) == keyOf(record); };
      if (std::none_of(charger.records.begin(), charger.records.end(), same))
        charger.records.push_back(std::move(record));
    }
    if (find(content, session::LoadQueued{rest.firstQueued, last, 1}).empty()) rest.firstQueued = 0;
    if (rest.firstQueued != 0) rest.lastQueued = content.lastNumber;
    each(std::move(charger));
  }
}

/// Those that the SQL of record_load.cpp chooses.
void MemoryStore::loadTransactions(const Content& content, StoredCharger& charger) {
  using State = session::TransactionState;
  std::map<std::uint64_t, const session::TransactionRecord*> all;
  std::vector<const session::TransactionRecord*> over;
  for (const auto& [key, entry] : content.records)
    if (const auto* tx = std::get_if<session::TransactionRecord>(&entry.second)) {
      charger.rest.newestStart = std::max(charger.rest.newestStart.value_or(tx->start), tx->start);
      auto& highest = tx->provisional ? charger.rest.lastProvisional : charger.rest.lastAlias;
      if (tx->soapTxId != tx->backendTxId) highest = std::max(highest.value_or(tx->soapTxId), tx->soapTxId);
      const bool named = tx->backendTxId || !tx->provisional;
      const bool isOver = tx->state == State::Closed || tx->state == State::Orphaned;
      if (isOver && named) over.push_back(tx);
      if (!isOver && (named || tx->state != State::StopQueued)) all[entry.first] = tx;
    }
  std::sort(over.begin(), over.end(), [](const auto* a, const auto* b) { return a->start > b->start; });
  if (over.size() > 8) over.resize(8);
  for (const auto* tx : over) all[content.records.at(keyOf(*tx)).first] = tx;
  const auto place = std::find_if(charger.records.begin(), charger.records.end(), [](const StoredRecord& r) {
    return std::visit(PlaceOf(), r) > PlaceOf::transactions;
  });
  std::vector<StoredRecord> chosen;
  for (const auto& [order, tx] : all) chosen.emplace_back(*tx);
  charger.records.insert(place, chosen.begin(), chosen.end());
}

std::vector<StoredRecord> MemoryStore::find(const Content& content, const session::LoadQueued& wanted) {
  std::map<std::uint64_t, const session::QueuedRecord*> sorted;
  for (const auto& [key, entry] : content.records)
    if (const auto* queued = std::get_if<session::QueuedRecord>(&entry.second))
      if (queued->number >= wanted.first && queued->number <= wanted.last) sorted[queued->number] = queued;
  std::vector<StoredRecord> found;
  std::set<std::string> given;
  std::size_t messages = 0;
  for (const auto& [number, queued] : sorted) {
    if (++messages > wanted.most) break;
    session::FindTransaction named;
    if (const auto* start = std::get_if<ocpp::StartTransaction::Request>(&queued->request)) named.start = *start;
    if (const auto* stop = std::get_if<ocpp::StopTransaction::Request>(&queued->request))
      named.soapTxId = stop->transactionId.value;
    if (const auto* values = std::get_if<ocpp::MeterValues::Request>(&queued->request); values && values->transactionId)
      named.soapTxId = values->transactionId->value;
    for (StoredRecord& transaction : find(content, named))
      if (given.insert(keyOf(transaction)).second) found.push_back(std::move(transaction));
    found.emplace_back(*queued);
  }
  return found;
}

std::vector<StoredRecord> MemoryStore::find(const Content& content, const session::FindTransaction& wanted) {
  using Rank = std::tuple<bool, bool, std::uint64_t>;  // stopped then, live, newest
  std::map<Rank, const session::TransactionRecord*> ranked;
  std::vector<StoredRecord> found;
  for (const auto& [key, entry] : content.records) {
    const auto* tx = std::get_if<session::TransactionRecord>(&entry.second);
    if (!tx) continue;
    if (!wanted.start && tx->soapTxId == wanted.soapTxId)
      ranked[{wanted.stop && tx->stop == wanted.stop, tx->state != session::TransactionState::Closed, entry.first}] =
          tx;
    else if (wanted.start && tx->start == wanted.start->timestamp.at && tx->meterStart == wanted.start->meterStart &&
             tx->connectorId == wanted.start->connectorId)
      found.emplace_back(*tx);
  }
  if (!ranked.empty()) found.emplace_back(*ranked.rbegin()->second);
  return found;
}

void MemoryStore::read(const std::string& identity, Wanted wanted, std::function<void(ReadResult&&)> done) {
  post_([this, alive = alive_, identity, wanted = std::move(wanted), done = std::move(done)] {
    if (!*alive) return;
    ReadResult result;
    result.ok = true;
    result.records = std::visit([&](const auto& question) { return find(chargers_[identity], question); }, wanted);
    done(std::move(result));
  });
}

std::vector<StoredRecord> MemoryStore::content(const std::string& identity) const {
  std::vector<StoredRecord> all;
  if (const auto found = chargers_.find(identity); found != chargers_.end())
    for (const auto& [key, entry] : found->second.records) all.push_back(entry.second);
  return all;
}

StoreStatus MemoryStore::status() const {
  StoreStatus status = status_;
  for (const auto& [identity, content] : chargers_)
    for (const auto& [key, entry] : content.records) {
      status.queued += std::holds_alternative<session::QueuedRecord>(entry.second);
      status.deadLetters += std::holds_alternative<session::DeadLetterRecord>(entry.second);
    }
  return status;
}

}  // namespace bridge
