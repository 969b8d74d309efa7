// SPDX-License-Identifier: GPL-2.0-or-later
// What outlives the process: taking it back, dead letters, and what operators do with them (SM-1, SM-9, SM-15, ER-3).
#include <algorithm>

#include "session/impl.h"

namespace session {

using namespace ocpp;

namespace {
/// A tag confirmed again within this time is not written to disk again.
constexpr Duration confirmedLately = std::chrono::hours(1);
/// No message waits longer for its next attempt, whatever was written down (B1).
constexpr Duration longestWait = std::chrono::hours(6);
}  // namespace

void GatewaySession::Impl::restore(const Record& record, Now now) {
  if (const auto* transaction = std::get_if<TransactionRecord>(&record)) transactions_.restore(*transaction);
  if (const auto* boot = std::get_if<BootRecord>(&record)) {
    boot_ = *boot;
    version_ = boot->version;
    everAccepted_ = registered();
    lastInterval_ = heartbeatFor(boot->interval);
  }
  if (const auto* known = std::get_if<ConnectorRecord>(&record)) {
    if (Connector* made = connector(known->connectorId)) made->record = *known;
  }
  if (const auto* known = std::get_if<SettingRecord>(&record)) {
    learned_.push_back(*known);
    applySetting(known->key, known->value);
    if (known->own) heartbeatOverride_ = parseInt32(known->value);  // CK-4
  }
  if (const auto* tag = std::get_if<AuthorizationRecord>(&record))
    authorized_.put(tag->idTag, tag->info, {now.steadyOf(tag->at), tag->at});
  if (const auto* alias = std::get_if<AliasRecord>(&record)) aliases_.put(alias->alias, alias->idTag);
  if (const auto* queued = std::get_if<QueuedRecord>(&record)) {
    pushKept(*queued, now);
    if (link_ == Link::Closed) link_ = Link::Waiting;  // due at once: it must be delivered, charger or not
  }
}

void GatewaySession::Impl::restore(const InStore& rest, Now now) {
  queueNumber_ = std::max(queueNumber_, rest.lastNumber);
  if (rest.firstQueued != 0) parked_.add(rest.firstQueued, rest.lastQueued);
  transactions_.restoreNames(rest.lastAlias, rest.lastProvisional);
  newestStart_ = rest.newestStart;
  for (const InStore::Repeat& repeat : rest.repeats) {
    if (repeat.action == StopTransaction::action)
      repeats_.put(repeat.key, StopTransaction::Response{}, now.steadyOf(repeat.at));
    if (repeat.action == MeterValues::action)
      repeats_.put(repeat.key, MeterValues::Response{}, now.steadyOf(repeat.at));
  }
}

OutCallPtr GatewaySession::Impl::callOf(const QueuedRecord& queued, Now now) {
  auto call = std::make_unique<OutCall>();
  call->request = queued.request;
  call->attempts = queued.attempts;
  call->notBefore = now.steady + std::clamp(queued.notBefore - now.calendar, Duration::zero(), longestWait);
  if (queued.repeatKey != 0) call->repeatKey = queued.repeatKey;
  call->kept = queued.number;
  call->transactional = true;
  return call;
}

void GatewaySession::Impl::pushKept(const QueuedRecord& queued, Now now) {
  queueNumber_ = std::max(queueNumber_, queued.number);
  auto call = callOf(queued, now);
  call->behindParked = !parked_.empty();
  outbox_.push(std::move(call));
}

void GatewaySession::Impl::wasSeen(std::optional<Version> version, Instant lastSeen, Now now) {
  if (version) version_ = version;
  lastSeen_ = std::min(lastSeen, now.calendar);
  seenAt_ = now.steadyOf(lastSeen);
  if (link_ == Link::Closed && online(now)) link_ = Link::Waiting;  // due at once (SM-1)
}

/// SM-9: remembered for the time when the back-end cannot be asked, and kept unless it was kept a short while ago.
void GatewaySession::Impl::rememberTag(const std::string& idTag, const IdTagInfo& info, Now now) {
  if (const auto old = authorized_.makeRoom(idTag)) forgetRecord(AuthorizationRecord{*old, {}, {}});
  if (authorized_.put(idTag, info, now, confirmedLately)) keepRecord(AuthorizationRecord{idTag, info, now.calendar});
}

void GatewaySession::Impl::forgetTags() {
  for (const std::string& idTag : authorized_.tags()) forgetRecord(AuthorizationRecord{idTag, {}, {}});
  authorized_.clear();
}

/// ER-3, SM-15: given up, said so, and kept with its context.
void GatewaySession::Impl::deadLetter(OutCall& call, const std::string& why, Now now) {
  note(Level::Error, "dead letter: " + std::string(actionName(call.request)) + " after " +
                         std::to_string(call.attempts) + " refusals: " + why);
  if (is<StartTransaction>(call.request) && call.transaction) {
    call.transaction->backendTxId = -1;  // TX-8: what follows says that it was never started
    if (call.transaction->state == TransactionState::Starting) call.transaction->state = TransactionState::Active;
    keepRecord(*call.transaction);
  }
  keepRecord(DeadLetterRecord{call.kept, call.request, call.attempts, why, now.calendar, now.calendar});
  forgetQueued(call);
}

void GatewaySession::Impl::redeliver(const DeadLetterRecord& letter, Now now) {
  QueuedRecord queued;
  queued.number = ++queueNumber_;
  queued.request = letter.request;
  keepRecord(queued);
  forgetRecord(letter);
  pushKept(queued, now);
  if (const auto* start = std::get_if<StartTransaction::Request>(&letter.request)) {
    OutCall* call = outbox_.find([&](const OutCall& c) { return c.kept == queued.number; });
    call->transaction = transactions_.startedBy(*start);
    if (!call->transaction) {
      Transaction orphaned;
      call->transaction = transactions_.begin(*start, now, orphaned);
    }
  }
  if (link_ == Link::Closed && !draining_) open(now);
  pump(now);
}

bool GatewaySession::Impl::retryNow(std::uint64_t number, Now now) {
  OutCall* call = outbox_.find([&](const OutCall& c) { return c.kept == number; });
  if (!call && !parked_.contains(number)) return false;
  if (call) call->notBefore = {};
  if (link_ == Link::Waiting) reopenAt_ = now.steady;
  if (link_ == Link::Closed && !draining_) open(now);
  pump(now);
  return true;
}

bool GatewaySession::Impl::discard(std::uint64_t number, const std::string& reason, const QueuedRecord* stored,
                                   Now now) {
  if (OutCall* call = outbox_.find([&](const OutCall& c) { return c.kept == number; })) {
    call->discarded = reason;
  } else if (stored && parked_.contains(number)) {
    parked_.remove(number, number);
    OutCallPtr taken = callOf(*stored, now);
    taken->discarded = reason;
    bury(std::move(taken), now);
  } else {
    return false;
  }
  pump(now);
  return true;
}

void GatewaySession::Impl::bury(OutCallPtr call, Now now) {
  link(*call, now);
  note(Level::Warning,
       "discarded by the operator: " + std::string(actionName(call->request)) + ": " + *call->discarded);
  if (!call->waiters.empty()) answerAll(*call, localAnswer(*call, Why::Slow, now), now);
  deadLetter(*call, *call->discarded, now);
}

/// The next CALL waits for the answer to one on the wire, whatever has become of it (SM-10).
void GatewaySession::Impl::buryDiscarded(Now now) {
  const auto due = [](const OutCall& c) { return c.discarded && !c.onWire(); };
  while (OutCall* call = outbox_.find(due)) bury(outbox_.take(*call), now);
}

}  // namespace session
