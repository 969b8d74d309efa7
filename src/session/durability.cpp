// SPDX-License-Identifier: GPL-2.0-or-later
// What outlives the process: taking it back, dead letters, and what operators do with them (SM-1, SM-9, SM-15, ER-3).
#include <algorithm>

#include "ocpp/plausible.h"
#include "session/impl.h"

namespace session {

using namespace ocpp;

namespace {
/// A tag confirmed again within this time is not written to disk again.
constexpr Duration confirmedLately = std::chrono::hours(1);
/// No message waits longer for its next attempt, whatever was written down (B1).
constexpr Duration longestWait = std::chrono::hours(6);
}  // namespace

/// What an older database has kept is of the back-end that the charger has with this one first (TX-14): the store says
/// so as well from now on.
void GatewaySession::Impl::takeBack(TransactionRecord record, Now now) {
  if (record.backend.empty()) record.backend = settings_.backend;
  transactions_.restore(record, now);
}

void GatewaySession::Impl::restore(const Record& record, Now now) {
  if (const auto* transaction = std::get_if<TransactionRecord>(&record)) takeBack(*transaction, now);
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
    if (link_ == Link::Closed) waitToOpen({}, false);  // it must be delivered, charger or not
  }
}

void GatewaySession::Impl::restore(const InStore& rest, Now now) {
  queueNumber_ = std::max(queueNumber_, rest.lastNumber);
  if (rest.firstQueued != 0) parked_.add(rest.firstQueued, rest.lastQueued);
  transactions_.restoreNames(rest.lastAlias, rest.lastProvisional);
  transactions_.restoreSequence(rest.lastSequence);
  newestStart_ = rest.newestStart;
  for (const InStore::Repeat& repeat : rest.repeats) {  // as if of now: no clock says how old they are (B1)
    if (repeat.action == StopTransaction::action) repeats_.put(repeat.key, StopTransaction::Response{}, now.steady);
    if (repeat.action == MeterValues::action) repeats_.put(repeat.key, MeterValues::Response{}, now.steady);
  }
}

void GatewaySession::Impl::configure(Settings settings) {
  const bool lasting = settings.durable && !settings_.durable;
  settings_ = std::move(settings);
  if (!lasting) return;
  // From now on it is kept what there is of it (AU-1); what is queued was promised to nobody.
  if (boot_) keepRecord(*boot_);
  for (const Connector& each : connectors_) keepRecord(each.record);
  for (const SettingRecord& each : learned_) keepRecord(each);
  for (const Transaction& each : transactions_.all()) keepRecord(*each);
}

OutCallPtr GatewaySession::Impl::callOf(const QueuedRecord& queued, Now now) const {
  auto call = std::make_unique<OutCall>();
  call->request = queued.request;
  call->attempts = queued.attempts;
  if (queued.wait > Duration::zero()) call->notBefore = now.steady + std::min(queued.wait, longestWait);
  if (queued.repeatKey != 0) call->repeatKey = queued.repeatKey;
  call->kept = queued.number;
  call->key = queued.key;
  call->backend = queued.backend.empty() ? settings_.backend : queued.backend;
  call->starts = queued.starts;
  call->setAside = queued.setAside;
  call->reason = queued.reason;
  call->withoutReadings = queued.withoutReadings;
  call->silence.closed = queued.reason.rfind("closed", 0) == 0;
  call->transactional = true;
  if (is<StartTransaction>(call->request)) call->transaction = startedBy(*call);
  if (call->transaction) call->starts = call->transaction->key;
  return call;
}

void GatewaySession::Impl::pushKept(const QueuedRecord& queued, Now now) {
  queueNumber_ = std::max(queueNumber_, queued.number);
  auto call = callOf(queued, now);
  if (staysAside(*call)) return;
  call->behindParked = !parked_.empty();
  outbox_.push(std::move(call));
}

void GatewaySession::Impl::wasSeen(std::optional<Version> version, Instant lastSeen, Now now) {
  if (version) version_ = version;
  lastSeen_ = std::min(lastSeen, now.calendar);
  seenAt_ = now.steadyOf(lastSeen);
  if (link_ == Link::Closed && online(now)) waitToOpen({}, false);  // SM-1
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

bool GatewaySession::Impl::redeliver(const DeadLetterRecord& letter, Now now) {
  if (!letter.backend.empty() && letter.backend != settings_.backend) {  // TX-14
    note(Level::Warning, "dead letter " + std::to_string(letter.number) + " belongs to the back-end " + letter.backend +
                             " and goes there only: it stays a dead letter while the charge point has another one");
    return false;
  }
  QueuedRecord queued;
  queued.number = ++queueNumber_;
  queued.request = letter.request;
  queued.key = services_.newKey();
  queued.backend = settings_.backend;
  if (const auto* start = std::get_if<StartTransaction::Request>(&letter.request);
      start && isPlausible(start->timestamp.at)) {  // SM-7: billed once
    const Transaction said = startedBy(*callOf(queued, now));
    const std::string which = "dead letter " + std::to_string(letter.number);
    if (said && said->backendTxId && *said->backendTxId != -1) {
      note(Level::Warning, which + " is settled: the back-end has taken the same start as transaction " +
                               std::to_string(*said->backendTxId));
      forgetRecord(letter);
      pump(now);
      return true;
    }
    if (said && !said->backendTxId && said->key != letter.starts) {
      note(Level::Warning, which + " stays one: the charge point has said the same start again, which is on its way");
      return false;
    }
    if (said) queued.starts = said->key;
  }
  if (queued.starts == 0) queued.starts = letter.starts;
  if (is<StartTransaction>(letter.request)) {
    const OutCallPtr known = callOf(queued, now);
    link(*known, now);
    queued.starts = known->transaction->key;
  }
  keepRecord(queued);
  forgetRecord(letter);
  pushKept(queued, now);
  if (link_ == Link::Closed && !draining_) open(now);
  pump(now);
  return true;
}

bool GatewaySession::Impl::retryNow(std::uint64_t number, Now now) {
  OutCall* call = outbox_.find([&](const OutCall& c) { return c.kept == number; });
  const auto lane = aside_.holder(number);
  if (!call && !lane && !parked_.contains(number)) return false;
  if (call) call->notBefore = {};
  if (lane) aside_.setDue(*lane, now.steady);
  if (link_ == Link::Waiting) waitToOpen(now.steady, false);
  if (link_ == Link::Closed && !draining_) open(now);
  pump(now);
  return true;
}

bool GatewaySession::Impl::discard(std::uint64_t number, const std::string& reason, const QueuedRecord* stored,
                                   Now now) {
  if (OutCall* call = outbox_.find([&](const OutCall& c) { return c.kept == number; })) {
    call->discarded = reason;
  } else if (const auto lane = aside_.holder(number); stored && (lane || parked_.contains(number))) {
    parked_.remove(number, number);
    if (lane) aside_.remove(*lane, number);
    if (lane && aside_.find(*lane) && aside_.out() != lane) aside_.setDue(*lane, now.steady);  // what was behind it
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
  emit(Note{Level::Warning,
            "discarded by the operator: " + std::string(actionName(call->request)) + ": " + *call->discarded,
            {},
            "dead-letter",
            {}});
  if (!call->waiters.empty()) answerAll(*call, localAnswer(*call, Why::Slow, now), now);
  keepDead(*call, *call->discarded, now);
}

/// The next CALL waits for the answer to one on the wire, whatever has become of it (SM-10).
void GatewaySession::Impl::buryDiscarded(Now now) {
  const auto due = [](const OutCall& c) { return c.discarded && !c.onWire(); };
  if (leftBehind_)  // TX-14: also what was promised since
    for (const auto& call : outbox_.all())
      if (call->kept != 0 && !call->discarded) call->discarded = leftBehind_;
  while (OutCall* call = outbox_.find(due)) bury(outbox_.take(*call), now);
}

}  // namespace session
