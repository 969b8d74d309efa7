// SPDX-License-Identifier: GPL-2.0-or-later
// Records by key, with the keys and the order of the tables in schema.cpp.
#include "bridge/memory_store.h"

#include <algorithm>
#include <memory>

namespace bridge {

namespace {

/// Place of the type in what load() gives; negative = not given.
struct PlaceOf {
  int operator()(const session::BootRecord&) const { return 0; }
  int operator()(const session::ConnectorRecord&) const { return 1; }
  int operator()(const session::SettingRecord&) const { return 2; }
  int operator()(const session::TransactionRecord&) const { return 3; }
  int operator()(const session::AuthorizationRecord&) const { return 4; }
  int operator()(const session::AnswerRecord&) const { return 5; }
  int operator()(const session::QueuedRecord&) const { return 6; }
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
    charger.lastNumber = content.lastNumber;
    using Place = std::pair<int, std::uint64_t>;
    std::map<Place, const StoredRecord*> sorted;
    for (const auto& [key, entry] : content.records) {
      const int table = std::visit(PlaceOf(), entry.second);
      const auto* queued = std::get_if<session::QueuedRecord>(&entry.second);
      if (table >= 0) sorted[{table, queued ? queued->number : entry.first}] = &entry.second;
    }
    for (const auto& [place, record] : sorted) charger.records.push_back(*record);
    each(std::move(charger));
  }
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
