// SPDX-License-Identifier: GPL-2.0-or-later
// Looking for queued messages and transactions in memory, as record_find.cpp does in SQL.
#include <map>
#include <set>
#include <tuple>

#include "bridge/memory_store.h"

namespace bridge {

std::vector<StoredRecord> MemoryStore::findNamed(const Content& content, const session::QueuedRecord& queued) {
  session::FindTransaction named;
  session::TransactionRecord started;
  started.key = queued.starts;
  const auto its = content.records.find(keyOf(started));
  if (queued.starts != 0)
    return its == content.records.end() ? std::vector<StoredRecord>() : std::vector<StoredRecord>{its->second.second};
  if (const auto* start = std::get_if<ocpp::StartTransaction::Request>(&queued.request)) named.start = *start;
  if (const auto* stop = std::get_if<ocpp::StopTransaction::Request>(&queued.request))
    named.soapTxId = stop->transactionId.value;
  if (const auto* values = std::get_if<ocpp::MeterValues::Request>(&queued.request); values && values->transactionId)
    named.soapTxId = values->transactionId->value;
  return find(content, named);
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
    for (StoredRecord& transaction : findNamed(content, *queued))
      if (given.insert(keyOf(transaction)).second) found.push_back(std::move(transaction));
    found.emplace_back(*queued);
  }
  return found;
}

std::vector<StoredRecord> MemoryStore::find(const Content& content, const session::FindTransaction& wanted) {
  using Rank = std::tuple<bool, bool, std::uint64_t, std::uint64_t>;  // stopped then, live, newest
  std::map<Rank, const session::TransactionRecord*> ranked;
  std::vector<StoredRecord> found;
  for (const auto& [key, entry] : content.records) {
    const auto* tx = std::get_if<session::TransactionRecord>(&entry.second);
    if (!tx) continue;
    if (!wanted.start && tx->soapTxId == wanted.soapTxId)
      ranked[{wanted.stop && tx->stop == wanted.stop, tx->state != session::TransactionState::Closed, tx->sequence,
              entry.first}] = tx;
    else if (wanted.start && tx->start == wanted.start->timestamp.at && tx->meterStart == wanted.start->meterStart &&
             tx->connectorId == wanted.start->connectorId)
      found.emplace_back(*tx);
  }
  if (!ranked.empty()) found.emplace_back(*ranked.rbegin()->second);
  return found;
}

}  // namespace bridge
