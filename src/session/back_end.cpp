// SPDX-License-Identifier: GPL-2.0-or-later
// Which back-end a charger and its transactions belong to: what binds them, moving, and leaving (TX-14, TX-15).
#include <algorithm>

#include "session/impl.h"

namespace session {

using namespace ocpp;

namespace {
constexpr Duration silentTooLong = std::chrono::hours(7 * 24);  // TX-14
constexpr Duration heardEvery = std::chrono::hours(24);         // `heard` on disk is at most so old
constexpr Duration silenceKept = std::chrono::hours(6);         // the silence that a restart may forget

/// The transaction that a stop or readings name, or nothing.
std::optional<std::int64_t> namedBy(const Request& request) {
  if (const auto* stop = std::get_if<StopTransaction::Request>(&request)) return stop->transactionId.value;
  const auto* values = std::get_if<MeterValues::Request>(&request);
  if (values && values->transactionId) return values->transactionId->value;
  return std::nullopt;
}
}  // namespace

void GatewaySession::Impl::hear(const OutCall& call, Now now) {
  const auto named = namedBy(call.request);
  const Transaction record = named ? transactions_.bySoapId(*named) : nullptr;
  if (!record) return;
  record->heardAt = now.steady;
  const bool counted = std::exchange(record->silent, {}) != Duration::zero();
  const Duration age = now.calendar - record->heard;
  if (isOpen(*record) && (counted || age > heardEvery || age < -heardEvery)) {
    record->heard = now.calendar;
    keepRecord(*record);
  }
}

namespace {
/// How long a process has seen it silent is worth keeping.
bool countsSilence(const TransactionRecord& record) {
  return isOpen(record) && isNamed(record) && record.silent < silentTooLong;
}
}  // namespace

std::optional<Steady> GatewaySession::Impl::silenceDue() const {
  std::optional<Steady> first;
  for (const Transaction& each : transactions_.all()) {
    if (!settings_.durable || !countsSilence(*each)) continue;
    const Steady due = each->heardAt + each->silent + silenceKept;
    first = std::min(first.value_or(due), due);
  }
  return first;
}

/// TX-14: the seven days are counted by processes, so that no calendar makes a transaction old.
void GatewaySession::Impl::countSilence(Now now) {
  for (const Transaction& each : transactions_.all()) {
    if (!settings_.durable || !countsSilence(*each) || now.steady - each->heardAt - each->silent < silenceKept)
      continue;
    each->silent = now.steady - each->heardAt;
    keepRecord(*each);
  }
}

bool GatewaySession::Impl::isElsewhere(const TransactionRecord& record) const {
  return !record.backend.empty() && record.backend != settings_.backend;
}

/// True when the message was dealt with: it is about a transaction whose start another back-end has. This one must not
/// hear of it, so it is kept with what belongs to that one.
bool GatewaySession::Impl::keptElsewhere(OutCall& call, Now now) {
  const auto named = namedBy(call.request);
  const Transaction record = named ? transactions_.bySoapId(*named) : nullptr;
  if (!record || !isElsewhere(*record)) return false;
  const std::string what =
      std::string(actionName(call.request)) + " of a transaction of the former back-end " + record->backend;
  if (!settings_.durable) {
    note(Level::Error, what + " cannot be kept without a data directory");
    answerAll(call, Fault{FaultCode::InternalError, "the transaction belongs to another central system"}, now);
    return true;
  }
  emit(Note{Level::Error, "dead letter: " + what, {}, "dead-letter", {}});
  ++refusals_.deadLetters;
  if (const auto* stop = std::get_if<StopTransaction::Request>(&call.request))
    finish(*record, *stop, TransactionState::Closed);
  keepRecord(DeadLetterRecord{++queueNumber_, call.request, 0, "the charge point has moved to another back-end",
                              now.calendar, now.calendar, services_.newKey(), record->backend});
  const bool stopped = is<StopTransaction>(call.request);
  answerAll(call, stopped ? Response(StopTransaction::Response{}) : Response(MeterValues::Response{}), now);
  return true;
}

Ties GatewaySession::Impl::ties(Now now) const {
  Ties ties;
  ties.queued = parked_.count() + aside_.count();  // set-aside messages count as queued
  for (const auto& call : outbox_.all())  // a start of which the charger was told a Fault binds as a transaction only
    ties.queued += call->transactional && (call->kept != 0 || call->onWire() || !call->waiters.empty());
  for (const Transaction& each : transactions_.all()) {
    if (!isOpen(*each) || isElsewhere(*each)) continue;
    ++(now.steady - each->heardAt <= silentTooLong ? ties.open : ties.old);
  }
  ties.busy = !idle();
  return ties;
}

void GatewaySession::Impl::moveTo(Settings settings, Now now) {
  settings_ = std::move(settings);
  leftBehind_.reset();
  const bool wanted = link_ != Link::Closed;
  close(1000, "the charge point moves to another back-end");
  dropUnkept();
  backoff_.reset();
  refusedStatus_ = 0;
  bootAgainAt_.reset();
  refusals_.startAnew();
  for (const auto& call : outbox_.all()) call->suspect = false;
  fillStatusAt_.reset();
  centralClock_.reset();
  heartbeatAt_.reset();
  celsius_ = settings_.spellCelcius ? UnitOfMeasure::Celcius : UnitOfMeasure::Celsius;
  if (boot_) {  // SM-3: as if the charger had booted for it
    boot_->status.reset();
    boot_->unsent = true;
    keepRecord(*boot_);
  }
  for (Connector& each : connectors_) {
    each.reported = false;
    each.unsaid = true;
    each.closed.reset();
    if (!each.record.delivered) continue;
    each.record.delivered.reset();
    keepRecord(each.record);
  }
  forgetTags();  // whom the former back-end let charge says nothing about this one's customers
  if (wanted && !draining_) open(now);
  pump(now);
}

void GatewaySession::Impl::leaveBehind(const std::string& why, Now now) {
  leftBehind_ = why;
  if (outbox_.onWire()) {  // its answer would come too late to count
    close(1000, "the charge point moves to another back-end");
    waitToOpen(now.steady + settings_.reconnectFirst, false);
  }
  giveUpAll(Why::Down, now);  // whoever waits is told that it is kept
  dropUnkept();
  aside_.allDue(now.steady);
  pump(now);
}

/// What nobody was promised and nobody waits for: its charger says it again, to whom it belongs to then.
void GatewaySession::Impl::dropUnkept() {
  const auto unkept = [](const OutCall& c) {
    return c.transactional && c.kept == 0 && !c.onWire() && c.waiters.empty();
  };
  while (OutCall* call = outbox_.find(unkept)) drop(*call);
}

void GatewaySession::Impl::callBackEnd(Settings settings) {
  leftBehind_.reset();
  const std::string former = settings_.backend;
  settings_ = std::move(settings);
  for (const Transaction& each : transactions_.all())
    if (each->backend == former) each->backend = settings_.backend;
  for (const auto& call : outbox_.all())
    if (call->backend == former) call->backend = settings_.backend;
}

void GatewaySession::Impl::leave(Now now) {
  leaving_ = true;
  leftBehind_.reset();
  const Fault gone{FaultCode::InternalError, "this charge point is being removed"};
  answerAwaiting(gone);
  for (const auto& call : outbox_.all())  // its stop would be refused
    if (is<StartTransaction>(call->request) && call->kept == 0) answerAll(*call, gone, now);
  giveUpAll(Why::Down, now);
  dropUnkept();
  for (const auto& call : inCalls_)
    if (call->answerable && !call->id.empty()) answerCentral(call->id, gone);
  inCalls_.clear();
  timedOut_.reset();
  pump(now);
}

}  // namespace session
