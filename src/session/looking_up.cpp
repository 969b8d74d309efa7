// SPDX-License-Identifier: GPL-2.0-or-later
// Transactions that have left memory are looked up in the store when a charger names or repeats one (SM-7 key 2). What
// the charger says about transactions meanwhile waits behind the question.
#include <algorithm>

#include "session/impl.h"

namespace session {

using namespace ocpp;

void GatewaySession::Impl::evicted(const TransactionRecord& record) {
  if (!settings_.durable) return;
  newestStart_ = std::max(newestStart_.value_or(record.start), record.start);
  if (strange_ == record.soapTxId) strange_.reset();
}

/// A message in memory starts or stops it: what becomes of that must be written here.
bool GatewaySession::Impl::linkedInQueue(const TransactionRecord& record) const {
  return outbox_.find([&](const OutCall& c) { return c.transaction.get() == &record; }) != nullptr;
}

/// A message in memory speaks of it.
bool GatewaySession::Impl::namedInQueue(const TransactionRecord& record) const {
  return outbox_.find([&](const OutCall& c) {
    bool names = false;
    if (c.transactional)
      std::visit(
          [&](const auto& message) {
            forEach<TransactionId>(message, [&](TransactionId id) { names = names || id.value == record.soapTxId; });
          },
          c.request);
    return names;
  });
}

void GatewaySession::Impl::trimTransactions() {
  const auto named = [this](const TransactionRecord& record) { return namedInQueue(record) || linkedInQueue(record); };
  for (const Transaction& dropped : transactions_.trim(named)) evicted(*dropped);
}

/// What must be known before the request is dealt with and only the store can tell, or nothing.
std::optional<FindTransaction> GatewaySession::Impl::unknownTransaction(const ChargerRequest& request) const {
  if (!newestStart_) return std::nullopt;
  if (const auto* asked = std::get_if<StartTransaction::Request>(&request.request)) {
    const StartTransaction::Request start = asMeant(*asked);
    if (start.timestamp.at > *newestStart_ || transactions_.sameStart(start)) return std::nullopt;
    return FindTransaction{start, 0, {}};
  }
  std::optional<std::int64_t> id;
  const auto* stop = std::get_if<StopTransaction::Request>(&request.request);
  const auto* values = std::get_if<MeterValues::Request>(&request.request);
  if (stop) id = stop->transactionId.value;
  if (values && values->transactionId) id = values->transactionId->value;
  if (!id || id == strange_) return std::nullopt;
  const Transaction known = transactions_.bySoapId(*id);
  // The number of a finished one may be that of an older one as well.
  const bool another = known && stop && known->state == TransactionState::Closed && !transactions_.stoppedBy(*stop);
  if (known && !another) return std::nullopt;
  return FindTransaction{std::nullopt, *id, stop ? std::optional(stop->timestamp.at) : std::nullopt};
}

/// True when the question was asked.
bool GatewaySession::Impl::lookUp(const ChargerRequest& request) {
  auto wanted = unknownTransaction(request);
  if (!wanted) return false;
  emit(std::move(*wanted));
  return true;
}

/// True when the request was taken over: it is dealt with when the store has answered.
bool GatewaySession::Impl::awaitsStore(ChargerRequest& request) {
  const Request& message = request.request;
  if (!is<StartTransaction>(message) && !is<StopTransaction>(message) && !is<MeterValues>(message)) return false;
  if (awaiting_.empty() && !lookUp(request)) return false;
  awaiting_.push_back(std::move(request));
  if (draining_) answerAwaiting({FaultCode::InternalError, "going down, please repeat"});
  return true;
}

void GatewaySession::Impl::transactionFound(std::optional<std::vector<Record>> records, Now now) {
  if (awaiting_.empty()) return;  // answered meanwhile: we are going down
  if (!records) {
    answerAwaiting({FaultCode::InternalError, "what is stored cannot be read now, please repeat"});
    return;
  }
  const auto wanted = unknownTransaction(awaiting_.front());
  if (wanted && !wanted->start && records->empty()) strange_ = wanted->soapTxId;
  for (const Record& record : *records)
    if (const auto* transaction = std::get_if<TransactionRecord>(&record)) takeBack(*transaction, now);
  bool asked = false;
  for (bool first = true; !awaiting_.empty() && !asked; first = false) {
    asked = !first && lookUp(awaiting_.front());
    if (asked) break;
    ChargerRequest next = std::move(awaiting_.front());
    awaiting_.pop_front();
    if (!repeated(next, now)) handle(next, now);
  }
  trimTransactions();
  pump(now);
}

void GatewaySession::Impl::answerAwaiting(const Fault& fault) {
  for (const ChargerRequest& each : awaiting_) answer({each.exchange, each.version}, fault);
  awaiting_.clear();
}

}  // namespace session
