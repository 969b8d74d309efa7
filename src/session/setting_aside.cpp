// SPDX-License-Identifier: GPL-2.0-or-later
// Messages that are set aside with everything of their transaction: others pass them (ER-3, SM-10, TX-8).
#include <algorithm>

#include "session/impl.h"

namespace session {

using namespace ocpp;

namespace {
constexpr Duration loadAgainAfter = std::chrono::seconds(2);
}  // namespace

/// Which transaction it belongs to, as the charger numbers it; nothing when that is not known.
std::optional<SetAside::Id> GatewaySession::Impl::laneOf(const OutCall& call) const {
  if (!call.transactional) return std::nullopt;
  if (is<StartTransaction>(call.request)) {
    const Transaction record = call.transaction ? call.transaction : startedBy(call);
    if (record && record->provisional) return record->soapTxId;
  }
  std::optional<std::int64_t> id;
  if (const auto* stop = std::get_if<StopTransaction::Request>(&call.request)) id = stop->transactionId.value;
  if (const auto* values = std::get_if<MeterValues::Request>(&call.request); values && values->transactionId)
    id = values->transactionId->value;
  const bool none = id == -1 || (id == 0 && !transactions_.bySoapId(0) && !aside_.find(0));
  if (id && !none) return id;
  return call.kept != 0 ? std::optional(SetAside::noTransaction(call.kept)) : std::nullopt;
}

SetAside::Lane* GatewaySession::Impl::laneFor(const OutCall& call) {
  if (aside_.empty()) return nullptr;
  const auto id = laneOf(call);
  return id ? aside_.find(*id) : nullptr;
}

SetAside::Lane& GatewaySession::Impl::openLane(const OutCall& call, Steady due) {
  const SetAside::Id id = *laneOf(call);
  SetAside::Lane& lane = aside_.open(id, due);
  const auto* start = std::get_if<StartTransaction::Request>(&call.request);
  const auto* stop = std::get_if<StopTransaction::Request>(&call.request);
  const Transaction record = transactions_.bySoapId(id);
  lane.stops = lane.stops || stop;
  if (record) {
    lane.connectorId = record->connectorId;
    lane.tag = SetAside::tagOf(record->idTag);
  } else if (start) {
    lane.connectorId = start->connectorId;
    lane.tag = SetAside::tagOf(start->idTag);
  } else if (stop && stop->idTag && lane.tag == 0) {
    lane.tag = SetAside::tagOf(*stop->idTag);
  }
  return lane;
}

/// What is behind it in its transaction goes along.
void GatewaySession::Impl::setAside(OutCall& call, Now now) {
  openLane(call, call.notBefore);
  keepWaiting(laneOf(call), now);
}

/// Older messages are kept: what waits behind them is kept as well, in its order (TX-9). `lane`: only of that one.
void GatewaySession::Impl::keepWaiting(std::optional<SetAside::Id> lane, Now now) {
  std::vector<OutCall*> waiting;
  for (const auto& call : outbox_.all()) {
    const bool free = call->transactional && call->kept == 0 && !call->onWire() && !is<StartTransaction>(call->request);
    if (free && (!lane || laneOf(*call) == lane)) waiting.push_back(call.get());
  }
  for (OutCall* call : waiting) {
    if (call->waiters.empty())
      keepQueued(*call, now);
    else
      giveUp(*call, Why::Slow, now);
  }
}

/// A message of the store: true when its place is a lane, in which it then is.
bool GatewaySession::Impl::staysAside(const OutCall& call) {
  if (!call.setAside && !laneFor(call)) return false;
  const SetAside::Id id = *laneOf(call);
  const bool delivered = !call.setAside && is<StartTransaction>(call.request);  // again, by the operator
  SetAside::Lane& lane = openLane(call, call.notBefore);
  aside_.add(id, call.kept);
  if (!delivered) return true;
  lane.first = call.kept;  // before its stop
  if (aside_.out() != id) aside_.setDue(id, call.notBefore);
  return true;
}

/// Messages whose place is a lane leave memory.
void GatewaySession::Impl::parkAside(Now now) {
  std::vector<OutCall*> leaving;
  for (const auto& call : outbox_.all()) {
    if (call->kept == 0 || call->onWire() || call->suspect || call->discarded || !call->waiters.empty()) continue;
    const bool due = link_ == Link::Up && mayTalk() && call->notBefore <= now.steady;
    // What is behind parked ones comes to its lane with them: the order within the transaction stays.
    if (call->setAside ? !due : !call->behindParked && laneFor(*call)) leaving.push_back(call.get());
  }
  for (OutCall* call : leaving) {
    SetAside::Lane& lane = openLane(*call, call->notBefore);
    const SetAside::Id id = *laneOf(*call);
    aside_.add(id, call->kept);
    if (call->setAside) {
      lane.silence = call->silence;
      if (aside_.out() == id)
        aside_.putBack(call->notBefore);
      else
        aside_.setDue(id, call->notBefore);
    } else {
      call->setAside = true;
      keepRecord(queuedRecord(*call, now));
    }
    outbox_.take(*call);
  }
  if (!leaving.empty()) evictParked();
}

/// When the message that was out is over, the next one of its lane has its turn.
void GatewaySession::Impl::tidyAside(Now now) {
  if (!aside_.out() || loadingAside_ || outbox_.find([](const OutCall& c) { return c.setAside; })) return;
  SetAside::Lane& lane = *aside_.find(*aside_.out());
  lane.silence = {};
  lane.before.reset();
  lane.urged = false;
  aside_.putBack(lane.urgent ? Steady::min() : now.steady);
  trimTransactions();
}

bool GatewaySession::Impl::mayTryAside() const {
  if (aside_.empty() || aside_.out() || loading_ || draining_) return false;
  return leftBehind_ || (link_ == Link::Up && mayTalk());
}

void GatewaySession::Impl::loadAside(Now now) {
  if (!mayTryAside() || loadAgainAt_ > now.steady) return;
  const auto due = aside_.firstDue();
  if (!due || due->first > now.steady) return;
  const std::uint64_t number = aside_.find(due->second)->next();
  aside_.takeOut(due->second);
  loadingAside_ = true;
  loading_ = LoadQueued{number, number, 1};
  emit(*loading_);
}

void GatewaySession::Impl::asideLoaded(std::optional<std::vector<Record>> records, Now now) {
  const std::uint64_t asked = loading_->first;
  loading_.reset();
  loadingAside_ = false;
  const SetAside::Id id = *aside_.out();
  SetAside::Lane* lane = aside_.find(id);
  if (!records) {
    loadAgainAt_ = now.steady + loadAgainAfter;
    aside_.calm();
    aside_.putBack(lane->due);
    return pump(now);
  }
  for (const Record& record : *records)
    if (const auto* transaction = std::get_if<TransactionRecord>(&record)) takeBack(*transaction, now);
  for (const Record& record : *records) {
    const auto* queued = std::get_if<QueuedRecord>(&record);
    if (!queued || !lane->numbers.contains(queued->number)) continue;  // discarded meanwhile
    auto call = callOf(*queued, now);
    call->setAside = true;
    call->notBefore = now.steady;
    call->silence = lane->silence;
    call->discarded = leftBehind_;  // TX-14
    openLane(*call, now.steady);
    outbox_.pushFront(std::move(call));
  }
  aside_.remove(id, asked);
  pump(now);
}

/// It has been tried, whatever came of it: no start waits for its lane any more.
void GatewaySession::Impl::tried(const OutCall& call) {
  if (!call.setAside) return;
  if (SetAside::Lane* lane = laneFor(call)) lane->urgent = false;
}

/// What is sent now. Before a start, set-aside stops of its connector or tag have their turn: the back-end may think
/// that their transactions still run.
OutCall* GatewaySession::Impl::nextCall(Now now) {
  if (startWaits_ && !aside_.urgent()) {
    startWaits_ = false;
    for (const auto& call : outbox_.all()) call->waitsForStops = false;
  }
  while (OutCall* call = outbox_.next(now)) {
    const auto* start = std::get_if<StartTransaction::Request>(&call->request);
    if (!start || call->stopsTried || call->setAside || aside_.empty()) return call;
    call->stopsTried = true;
    if (aside_.urge(start->connectorId, start->idTag, now.steady) == 0) return call;
    call->waitsForStops = startWaits_ = true;
    loadAside(now);
  }
  return nullptr;
}

}  // namespace session
