// SPDX-License-Identifier: GPL-2.0-or-later
// Records by key, with the keys and the order of the tables in schema.cpp.
#include "bridge/memory_store.h"

#include <algorithm>
#include <limits>
#include <memory>

#include "bridge/random_id.h"
#include "bridge/record_text.h"
#include "session/transactions.h"

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

std::string* backendIn(StoredRecord& record) {
  if (auto* tx = std::get_if<session::TransactionRecord>(&record)) return &tx->backend;
  if (auto* queued = std::get_if<session::QueuedRecord>(&record)) return &queued->backend;
  if (auto* dead = std::get_if<session::DeadLetterRecord>(&record)) return &dead->backend;
  return nullptr;
}
std::string backendOf(StoredRecord& record) {
  const std::string* backend = backendIn(record);
  return backend ? *backend : "";
}

/// TX-2: what the transaction is called is not given again.
template <class Marks>
void noteName(const session::TransactionRecord& tx, Marks& marks) {
  if (tx.soapTxId == tx.backendTxId) return;
  auto& highest = tx.provisional ? marks.lastProvisional : marks.lastAlias;
  highest = std::max(highest.value_or(tx.soapTxId), tx.soapTxId);
}

void giveKey(session::TransactionRecord& record, std::uint64_t key) { record.key = key; }
void giveKey(session::QueuedRecord& record, std::uint64_t key) { record.key = key; }
void giveKey(session::DeadLetterRecord& record, std::uint64_t key) { record.key = key; }
template <class R>
void giveKey(R&, std::uint64_t) {}  // their keys say what they are

/// Of two records with one key: is one a later state of the other?
bool sameThing(const StoredRecord& old, const StoredRecord& record) {
  const auto sameRequest = [](const ocpp::Request& a, const ocpp::Request& b) {
    return a.index() == b.index() && recordText(a) == recordText(b);
  };
  if (const auto* a = std::get_if<session::TransactionRecord>(&old)) {
    const auto& b = std::get<session::TransactionRecord>(record);
    return a->connectorId == b.connectorId && a->idTag == b.idTag && a->start == b.start &&
           a->meterStart == b.meterStart;
  }
  if (const auto* a = std::get_if<session::QueuedRecord>(&old))
    return sameRequest(a->request, std::get<session::QueuedRecord>(record).request);
  if (const auto* a = std::get_if<session::DeadLetterRecord>(&old))
    return sameRequest(a->request, std::get<session::DeadLetterRecord>(record).request);
  return true;
}

}  // namespace

MemoryStore::MemoryStore(Post post) : post_(std::move(post)), alive_(std::make_shared<bool>(true)) {}
MemoryStore::~MemoryStore() {
  *alive_ = false;
  for (auto& [ticket, done] : std::exchange(waiting_, {})) done(false, "the store is closed");
}

Ticket MemoryStore::add(std::function<void()> change) {
  changes_.push_back(std::move(change));
  if (!posted_ && !held_) {
    posted_ = true;
    post_([this, alive = alive_] {
      if (!*alive) return;
      posted_ = false;
      if (!held_) commit(full_.empty() ? std::exchange(failNext_, "") : full_);
    });
  }
  return ++last_;
}

Ticket MemoryStore::put(const std::string& identity, StoredRecord record) {
  return add([this, identity, record = std::move(record)] { keep(identity, record); });
}

void MemoryStore::keep(const std::string& identity, StoredRecord record) {
  Content& content = chargers_[identity];
  content.row.identity = identity;
  makeRoom(identity, content, record);
  content.lastNumber = std::max(content.lastNumber, numberOf(record));
  const auto [place, fresh] = content.records.try_emplace(keyOf(record), order_, record);
  if (fresh) {
    ++order_;
    return;
  }
  const std::string before = backendOf(place->second.second);
  if (auto* queued = std::get_if<session::QueuedRecord>(&record)) queued->number = numberOf(place->second.second);
  place->second.second = std::move(record);
  if (std::string* backend = backendIn(place->second.second); backend && backend->empty()) *backend = before;
}

/// As the tables: nothing takes another one's place (TX-15).
void MemoryStore::makeRoom(const std::string& identity, Content& content, StoredRecord& record) {
  const auto old = content.records.find(keyOf(record));
  const bool known = old != content.records.end();
  bool conflict = known && !sameThing(old->second.second, record);
  if (conflict) std::visit([](auto& each) { giveKey(each, newKey()); }, record);
  if (auto* queued = std::get_if<session::QueuedRecord>(&record); queued && (!known || conflict)) {
    const auto taken = [&](const auto& entry) {
      const auto* other = std::get_if<session::QueuedRecord>(&entry.second.second);
      return other && other->number == queued->number;
    };
    if (conflict || std::any_of(content.records.begin(), content.records.end(), taken)) {
      queued->number = content.lastNumber + 1;
      conflict = true;
    }
  }
  if (!conflict) return;
  ++status_.conflicts;
  if (tell_) tell_({session::Level::Error, "store-conflict", identity, "another one is kept beside it"});
}

Ticket MemoryStore::erase(const std::string& identity, StoredRecord record) {
  return add([this, identity, key = keyOf(record)] {
    Content& content = chargers_[identity];
    const auto gone = content.records.find(key);
    if (gone == content.records.end()) return;
    if (const auto* tx = std::get_if<session::TransactionRecord>(&gone->second.second)) noteName(*tx, content);
    content.records.erase(gone);
  });
}

Ticket MemoryStore::forgetCharger(const std::string& identity, const std::string& why) {
  return add([this, identity, why] {
    Content& content = chargers_[identity];
    content.row = {};
    content.row.identity = identity;
    content.forgotten = true;
    for (auto each = content.records.begin(); each != content.records.end();) {
      StoredRecord& record = each->second.second;
      if (auto* tx = std::get_if<session::TransactionRecord>(&record);
          tx && !why.empty() && session::isUndelivered(*tx))
        tx->backendTxId = -1;
      if (auto* tx = std::get_if<session::TransactionRecord>(&record); tx && !why.empty() && session::isOpen(*tx))
        tx->state = session::TransactionState::Orphaned;
      const bool bills = std::holds_alternative<session::TransactionRecord>(record) ||
                         std::holds_alternative<session::DeadLetterRecord>(record);
      const bool waits = std::holds_alternative<session::QueuedRecord>(record) && why.empty();
      each = bills || waits ? std::next(each) : content.records.erase(each);
    }
  });
}

Ticket MemoryStore::putCharger(ChargerRow row) {
  return add([this, row = std::move(row)] {
    Content& content = chargers_[row.identity];
    const bool adopts = content.row.backend.empty();
    content.row = row;
    content.forgotten = false;
    for (auto& [key, entry] : content.records)
      if (std::string* backend = backendIn(entry.second); adopts && backend && backend->empty()) *backend = row.backend;
  });
}

Ticket MemoryStore::renameBackend(const std::string& identity, const std::string& former, const std::string& name) {
  return add([this, identity, former, name] {
    for (auto& [key, entry] : chargers_[identity].records)
      if (std::string* backend = backendIn(entry.second); backend && *backend == former) *backend = name;
  });
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

void MemoryStore::crash() {
  *alive_ = false;
  alive_ = std::make_shared<bool>(true);
  changes_.clear();
  waiting_.clear();
  failed_.clear();
  settled_ = last_;
  posted_ = false;
  carryOut_ = {};
  tell_ = {};
}

ChargerRow MemoryStore::row(const std::string& identity) const {
  const auto found = chargers_.find(identity);
  return found == chargers_.end() ? ChargerRow{} : found->second.row;
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
  const auto waits = [](const auto& entry) {
    return std::holds_alternative<session::QueuedRecord>(entry.second.second);
  };
  for (const auto& [identity, content] : chargers_)
    if (!content.forgotten || std::any_of(content.records.begin(), content.records.end(), waits))
      each(storedOf(content));
}

void MemoryStore::readCharger(const std::string& identity, std::function<void(ReadCharger&&)> done) {
  whenDurable(last_, [this, identity, done = std::move(done)](bool, const std::string&) {
    ReadCharger result;
    if (unreadable_) {
      result.problems.emplace_back("disk I/O error");
      return done(std::move(result));
    }
    result.ok = true;
    if (const auto found = chargers_.find(identity); found != chargers_.end()) result.charger = storedOf(found->second);
    done(std::move(result));
  });
}

StoredCharger MemoryStore::storedOf(const Content& content) {
  StoredCharger charger;
  static_cast<ChargerRow&>(charger) = content.row;
  charger.forgotten = content.forgotten;
  std::map<std::pair<int, std::uint64_t>, const StoredRecord*> sorted;
  for (const auto& [key, entry] : content.records)
    if (const int table = std::visit(PlaceOf(), entry.second); table >= 0) sorted[{table, entry.first}] = &entry.second;
  for (const auto& [place, record] : sorted) charger.records.push_back(*record);
  charger.rest.lastAlias = content.lastAlias;
  charger.rest.lastProvisional = content.lastProvisional;
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
  return charger;
}

/// Those that the SQL of record_load.cpp chooses.
void MemoryStore::loadTransactions(const Content& content, StoredCharger& charger) {
  using State = session::TransactionState;
  const auto rank = [&](const auto* tx) { return std::pair(tx->sequence, content.records.at(keyOf(*tx)).first); };
  std::map<std::pair<std::uint64_t, std::uint64_t>, const session::TransactionRecord*> all;
  std::vector<const session::TransactionRecord*> over;
  for (const auto& [key, entry] : content.records)
    if (const auto* tx = std::get_if<session::TransactionRecord>(&entry.second)) {
      charger.rest.newestStart = std::max(charger.rest.newestStart.value_or(tx->start), tx->start);
      charger.rest.lastSequence = std::max(charger.rest.lastSequence, tx->sequence);
      noteName(*tx, charger.rest);
      const bool named = tx->backendTxId || !tx->provisional;
      const bool isOver = tx->state == State::Closed || tx->state == State::Orphaned;
      if (isOver && named) over.push_back(tx);
      if (!isOver && (named || tx->state != State::StopQueued)) all[rank(tx)] = tx;
    }
  std::sort(over.begin(), over.end(), [&](const auto* a, const auto* b) { return rank(a) > rank(b); });
  if (over.size() > 8) over.resize(8);
  for (const auto* tx : over) all[rank(tx)] = tx;
  const auto place = std::find_if(charger.records.begin(), charger.records.end(), [](const StoredRecord& r) {
    return std::visit(PlaceOf(), r) > PlaceOf::transactions;
  });
  std::vector<StoredRecord> chosen;
  for (const auto& [order, tx] : all) chosen.emplace_back(*tx);
  charger.records.insert(place, chosen.begin(), chosen.end());
}

void MemoryStore::read(const std::string& identity, Wanted wanted, std::function<void(ReadResult&&)> done) {
  post_([this, alive = alive_, identity, wanted = std::move(wanted), done = std::move(done)] {
    if (!*alive) return;
    ReadResult result;
    if (unreadable_) {
      result.problems.emplace_back("disk I/O error");
      return done(std::move(result));
    }
    result.ok = true;
    result.records = std::visit([&](const auto& question) { return find(chargers_[identity], question); }, wanted);
    done(std::move(result));
  });
}

std::vector<StoredRecord> MemoryStore::content(const std::string& identity) const {
  std::vector<StoredRecord> all;
  const auto found = chargers_.find(identity);
  if (found == chargers_.end()) return all;
  for (const auto& [key, entry] : found->second.records) all.push_back(entry.second);
  return all;
}

std::uint64_t MemoryStore::bytesOf(const std::string& identity, bool dead) const {
  std::uint64_t bytes = 0;
  for (const StoredRecord& record : content(identity)) {
    const auto* queued = std::get_if<session::QueuedRecord>(&record);
    const auto* letter = std::get_if<session::DeadLetterRecord>(&record);
    if (dead ? letter != nullptr : queued != nullptr)
      bytes += recordText(dead ? letter->request : queued->request).size();
  }
  return bytes;
}

StoreStatus MemoryStore::status() const {
  StoreStatus status = status_;
  for (const auto& [identity, content] : chargers_)
    for (const auto& [key, entry] : content.records) {
      const auto* queued = std::get_if<session::QueuedRecord>(&entry.second);
      status.queued += queued != nullptr;
      status.setAside += queued != nullptr && queued->setAside;
      status.deadLetters += std::holds_alternative<session::DeadLetterRecord>(entry.second);
    }
  return status;
}

}  // namespace bridge
