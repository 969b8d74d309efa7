// SPDX-License-Identifier: GPL-2.0-or-later
// Looking up transactions, newest first: numbers of finished ones may come again.
#include "session/transactions.h"

#include <algorithm>
#include <limits>

#include "ocpp/plausible.h"

namespace session {

using namespace ocpp;

namespace {

bool fitsInt32(std::int64_t id) {
  return id >= std::numeric_limits<std::int32_t>::min() && id <= std::numeric_limits<std::int32_t>::max();
}

bool isLive(const TransactionRecord& record) { return record.state != TransactionState::Closed; }

template <class Test>
Transaction newest(const std::vector<Transaction>& all, Test test) {
  const auto found = std::find_if(all.rbegin(), all.rend(), [&](const Transaction& t) { return test(*t); });
  return found == all.rend() ? nullptr : *found;
}

/// Live ones come before finished ones of the same number.
template <class Test>
Transaction newestLive(const std::vector<Transaction>& all, Test test) {
  auto live = newest(all, [&](const TransactionRecord& t) { return isLive(t) && test(t); });
  return live ? live : newest(all, test);
}

}  // namespace

bool isOpen(const TransactionRecord& record) {
  return record.state == TransactionState::Starting || record.state == TransactionState::Active;
}

bool isNamed(const TransactionRecord& record) { return record.provisional || record.backendTxId; }

bool isStrange(const TransactionRecord& record) { return record.connectorId == strangeConnector; }

bool byClock(Instant said, Instant received) {
  constexpr Duration most = std::chrono::hours(7 * 24);
  return isPlausible(said) && said - received <= most && received - said <= most;
}

bool isUndelivered(const TransactionRecord& record) { return record.provisional && !record.backendTxId; }

Transaction Transactions::begin(const StartTransaction::Request& start, std::uint64_t key, Now now,
                                Transaction& orphaned) {
  orphaned = openOn(start.connectorId);
  if (orphaned) orphaned->state = TransactionState::Orphaned;  // TX-13
  Transaction made = adopt(start, key, now);
  made->state = TransactionState::Starting;
  return made;
}

Transaction Transactions::adopt(const StartTransaction::Request& start, std::uint64_t key, Now now) {
  auto made = std::make_shared<LiveTransaction>();
  made->connectorId = start.connectorId;
  made->idTag = start.idTag;
  made->start = start.timestamp.at;
  made->meterStart = start.meterStart;
  made->seen = made->heard = now.calendar;
  made->heardAt = now.steady;
  made->key = key;
  made->state = TransactionState::Orphaned;
  made->sequence = ++lastSequence_;
  all_.push_back(made);
  return made;
}

Transaction Transactions::add(const TransactionRecord& record, Now now) {
  all_.push_back(std::make_shared<LiveTransaction>(record, now.steady));
  all_.back()->sequence = ++lastSequence_;
  return all_.back();
}

void Transactions::restore(const TransactionRecord& record, Now now) {
  const auto same = [&](const Transaction& t) { return t->key == record.key; };
  if (std::any_of(all_.begin(), all_.end(), same)) return;
  const auto younger = [&](const Transaction& t) { return t->sequence > record.sequence; };
  all_.insert(std::find_if(all_.begin(), all_.end(), younger),
              std::make_shared<LiveTransaction>(record, now.steady - std::max(record.silent, Duration::zero())));
  restoreSequence(record.sequence);
  if (record.provisional)
    restoreNames(std::nullopt, record.soapTxId);
  else if (record.backendTxId && record.soapTxId != *record.backendTxId)
    restoreNames(record.soapTxId, std::nullopt);
}

void Transactions::restoreNames(std::optional<std::int64_t> lastAlias, std::optional<std::int64_t> lastProvisional) {
  if (lastAlias) nextAlias_ = std::max(nextAlias_, *lastAlias + 1);
  if (lastProvisional) nextProvisional_ = std::max(nextProvisional_, *lastProvisional + 1);
}

void Transactions::remove(const Transaction& transaction) {
  all_.erase(std::remove(all_.begin(), all_.end(), transaction), all_.end());
}

bool Transactions::nameTaken(std::int64_t name, const Transaction& self) const {
  if ((name >= firstAlias && name < nextAlias_) || (name >= firstProvisional && name < nextProvisional_)) return true;
  return std::any_of(all_.begin(), all_.end(), [&](const Transaction& t) {
    return t != self && isLive(*t) && isNamed(*t) && t->soapTxId == name;
  });
}

std::int64_t Transactions::nameForCharger(std::int64_t backendTxId, const Transaction& self,
                                          const std::function<bool(std::int64_t)>& inUse) {
  if (fitsInt32(backendTxId) && !nameTaken(backendTxId, self) && !inUse(backendTxId)) return backendTxId;
  while (nameTaken(nextAlias_, self)) ++nextAlias_;
  return nextAlias_++;  // TX-2, TX-3
}

std::int64_t Transactions::nextProvisional() {
  while (nameTaken(nextProvisional_, nullptr)) ++nextProvisional_;
  return nextProvisional_++;
}

Transaction Transactions::byKey(std::uint64_t key) const {
  return newest(all_, [&](const TransactionRecord& t) { return t.key == key; });
}

Transaction Transactions::bySoapId(std::int64_t id) const {
  return newestLive(all_, [&](const TransactionRecord& t) { return isNamed(t) && t.soapTxId == id; });
}

bool Transactions::given(std::int64_t soapTxId) const {
  return newest(all_, [&](const TransactionRecord& t) {
           return isNamed(t) && !isStrange(t) && t.soapTxId == soapTxId;
         }) != nullptr;
}

Transaction Transactions::onlyOpen() const {
  return open() == 1 ? newest(all_, [](const TransactionRecord& t) { return isOpen(t); }) : nullptr;
}

Transaction Transactions::byBackendId(std::int64_t id) const {
  return newestLive(all_, [&](const TransactionRecord& t) { return t.backendTxId == id; });
}

Transaction Transactions::stoppedBy(const StopTransaction::Request& stop) const {
  return newest(all_, [&](const TransactionRecord& t) {
    return isNamed(t) && t.soapTxId == stop.transactionId.value && t.stop == stop.timestamp.at &&
           t.meterStop == stop.meterStop;
  });
}

Transaction Transactions::stoppedThen(const StopTransaction::Request& stop) const {
  return newest(
      all_, [&](const TransactionRecord& t) { return t.stop == stop.timestamp.at && t.meterStop == stop.meterStop; });
}

Transaction Transactions::sameStart(const StartTransaction::Request& start) const {
  return newest(all_, [&](const TransactionRecord& t) {
    return t.connectorId == start.connectorId && t.start == start.timestamp.at && t.meterStart == start.meterStart &&
           equalFold(t.idTag, start.idTag);
  });
}

Transaction Transactions::startedBy(const StartTransaction::Request& start,
                                    const std::function<bool(const std::string& idTag)>& isTag) const {
  const auto same = [&](const TransactionRecord& t) {
    return t.connectorId == start.connectorId && t.start == start.timestamp.at && t.meterStart == start.meterStart &&
           isTag(t.idTag);
  };
  const auto waits = [&](const Transaction& t) { return same(*t) && isUndelivered(*t); };
  const auto next = std::find_if(all_.begin(), all_.end(), waits);
  return next == all_.end() ? newest(all_, same) : *next;
}

Transaction Transactions::openOn(int connectorId) const {
  return newest(all_, [&](const TransactionRecord& t) { return t.connectorId == connectorId && isOpen(t); });
}

Transaction Transactions::covering(int connectorId, Instant at) const {
  return newest(all_, [&](const TransactionRecord& t) {
    return isNamed(t) && t.connectorId == connectorId && t.start <= at && (!t.stop || at <= *t.stop);
  });
}

std::size_t Transactions::open() const {
  return static_cast<std::size_t>(std::count_if(all_.begin(), all_.end(), [](const auto& t) { return isOpen(*t); }));
}

std::int64_t Transactions::toBackend(std::int64_t soapTxId) const {
  const Transaction known = bySoapId(soapTxId);
  return known && known->backendTxId ? *known->backendTxId : soapTxId;
}

std::int64_t Transactions::toCharger(std::int64_t backendTxId) const {
  const Transaction known = byBackendId(backendTxId);
  return known ? known->soapTxId : backendTxId;
}

std::vector<Transaction> Transactions::trim(const std::function<bool(const TransactionRecord&)>& needed) {
  std::vector<Transaction> dropped;
  const auto dropOldest = [&](auto test) {
    const auto oldest = std::find_if(all_.begin(), all_.end(), [&](const Transaction& t) { return test(*t); });
    if (oldest == all_.end()) return false;
    dropped.push_back(*oldest);
    all_.erase(oldest);
    return true;
  };
  // As long as messages of it may wait, only the record knows what the back-end calls it (TX-1, TX-6).
  const auto finished = [&](const TransactionRecord& t) {
    return (t.state == TransactionState::Closed || t.state == TransactionState::Orphaned) && !isUndelivered(t) &&
           !needed(t);
  };
  const auto stays = [&](const TransactionRecord& t) {
    const bool renamed = t.backendTxId && t.soapTxId != *t.backendTxId;
    return isUndelivered(t) || t.state == TransactionState::Starting || t.state == TransactionState::StopQueued ||
           (t.state == TransactionState::Active && renamed) || needed(t);
  };
  auto surplus = std::count_if(all_.begin(), all_.end(), [&](const Transaction& t) { return finished(*t); }) -
                 static_cast<std::ptrdiff_t>(mostFinished);
  for (; surplus > 0; --surplus) dropOldest(finished);
  while (all_.size() > most && dropOldest([&](const TransactionRecord& t) { return !stays(t); })) continue;
  return dropped;
}

}  // namespace session
