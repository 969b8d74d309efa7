// SPDX-License-Identifier: GPL-2.0-or-later
// CALLs on their way to the back-end, and what a charger is told when there is no answer (SM-8, SM-9, TX-4, TX-9).
#include <algorithm>

#include "session/impl.h"
#include "session/metering.h"

namespace session {

using namespace ocpp;

namespace {

constexpr std::size_t mostLooseReadings = 16;  // SM-8: MeterValues without transaction
constexpr std::size_t mostCalls = 256;

/// The answer that says "taken" and nothing more.
Response taken(const Request& request) {
  if (is<StopTransaction>(request)) return StopTransaction::Response{};
  if (is<MeterValues>(request)) return MeterValues::Response{};
  if (is<StatusNotification>(request)) return StatusNotification::Response{};
  if (is<FirmwareStatusNotification>(request)) return FirmwareStatusNotification::Response{};
  return DiagnosticsStatusNotification::Response{};
}

/// Messages that are old news but no loss: the charger is told that they were taken (SM-8).
bool isProgress(const Request& request) {
  return is<FirmwareStatusNotification>(request) || is<DiagnosticsStatusNotification>(request) ||
         is<LogStatusNotification>(request);
}

Fault internal(const char* text) { return {FaultCode::InternalError, text}; }

}  // namespace

/// What stands between a message and the back-end, or nothing.
std::optional<Why> GatewaySession::Impl::obstacle() const {
  if (draining_) return Why::Down;
  if (rejected() && !bootUnsent()) return Why::Rejected;
  if (onHold()) return Why::OnHold;
  if (link_ == Link::Opening || link_ == Link::Up) return std::nullopt;
  return refused() ? Why::Refused : Why::Down;
}

bool GatewaySession::Impl::mayTalk() const { return !rejected() && !onHold(); }

MessageKind GatewaySession::Impl::kindOf(const OutCall& call) const {
  if (is<StartTransaction>(call.request)) return MessageKind::Start;
  return call.transactional ? MessageKind::Transactional : MessageKind::Plain;
}

void GatewaySession::Impl::submit(OutCallPtr call, Now now) {
  if (call->transactional) {
    hear(*call, now);
    if (keptElsewhere(*call, now)) return;  // TX-14
  }
  OutCall& added = *call;
  const bool boot = is<BootNotification>(added.request);
  const bool behindKept = added.transactional && settings_.durable && !is<StartTransaction>(added.request) &&
                          (queueHasKept() || laneFor(added));
  added.behindParked = added.transactional && !parked_.empty();
  if (boot)
    outbox_.pushFront(std::move(call));
  else
    outbox_.push(std::move(call));
  auto why = obstacle();
  if (boot && why && link_ != Link::Waiting && link_ != Link::Closed && !draining_) why.reset();  // it lifts the others
  if (!why && outbox_.all().size() > mostCalls) why = Why::Down;
  if (why)
    giveUp(added, *why, now);
  else if (behindKept)
    keepWaiting(queueHasKept() ? std::nullopt : laneOf(added), now);  // TX-9: answered as soon as it is kept
  limitQueue();
}

void GatewaySession::Impl::submitOwn(Request request, Now now) {
  const auto* status = std::get_if<StatusNotification::Request>(&request);
  if (status && barred(*status)) return;  // ER-3
  auto call = std::make_unique<OutCall>();
  call->request = std::move(request);
  call->version = version();
  submit(std::move(call), now);
}

void GatewaySession::Impl::pump(Now now) {
  buryDiscarded(now);
  parkAside(now);
  tidyAside(now);
  park();
  loadMore(now);
  loadAside(now);
  if (link_ != Link::Up) return;
  if (mayTalk()) {
    if (OutCall* call = nextCall(now)) send(*call, now);
    return;
  }
  if (outbox_.onWire()) return;
  if (OutCall* boot = outbox_.find([](const OutCall& c) { return is<BootNotification>(c.request); })) send(*boot, now);
}

void GatewaySession::Impl::send(OutCall& call, Now now) {
  Request request = call.request;
  std::visit(  // TX-1
      [&](auto& message) {
        forEach<TransactionId>(message, [&](TransactionId& id) { id.value = transactions_.toBackend(id.value); });
      },
      request);
  if (auto* stop = std::get_if<StopTransaction::Request>(&request); stop && call.withoutReadings)
    stop->transactionData.clear();                                       // ER-3
  spellCelsius(request, call.otherCelsius ? otherCelsius() : celsius_);  // MV-8
  if (call.silence.unanswered == 0) call.silence.answers = refusals_.answers;
  std::string id = services_.newMessageId();
  emit(ToCentral{id, std::move(request)});
  outbox_.sent(call, std::move(id), now);
}

void GatewaySession::Impl::giveUp(OutCall& call, Why why, Now now) {
  if (!call.waiters.empty()) {
    const Result<Response> result = localAnswer(call, why, now);
    const bool promised = call.kept != 0 && !is<StartTransaction>(call.request);
    if (promised && result && call.repeatKey)
      repeats_.put(*call.repeatKey, *result, now.steady);  // it may leave memory
    for (const Waiter& waiter : call.waiters) answer(waiter, result);
    call.waiters.clear();
  }
  if (!worthKeeping(call, why)) drop(call);
}

void GatewaySession::Impl::giveUpAll(Why why, Now now) {
  std::vector<OutCall*> calls;
  for (const auto& call : outbox_.all()) calls.push_back(call.get());
  for (OutCall* call : calls) giveUp(*call, why, now);
}

/// True when the message still goes to the back-end although nobody waits for it.
bool GatewaySession::Impl::worthKeeping(const OutCall& call, Why why) const {
  if (call.onWire()) return true;  // the next CALL must wait for its answer (SM-10)
  if (call.transactional) {
    if (call.kept != 0) return true;
    if (settings_.durable && is<MeterValues>(call.request) && call.waiters.empty()) return true;  // a part, see above
    if (leaving_ || leftBehind_) return false;               // TX-14, TX-15: nobody would ever see that it waits
    return call.everSent && !is<MeterValues>(call.request);  // SM-13: the back-end may have it: say it again
  }
  if (is<MeterValues>(call.request) || isProgress(call.request)) return true;
  if (is<StatusNotification>(call.request)) return why == Why::Slow;  // else the current state is sent later
  return is<BootNotification>(call.request) && why == Why::Slow;      // else it is replayed
}

void GatewaySession::Impl::drop(OutCall& call) {
  const OutCallPtr taken = outbox_.take(call);
  if (is<StartTransaction>(taken->request) && taken->transaction) transactions_.remove(taken->transaction);  // TX-4 (a)
}

void GatewaySession::Impl::forgetLate(OutCall& call) {
  if (is<StartTransaction>(call.request) && call.transaction) transactions_.remove(call.transaction);
  late_.erase(std::find_if(late_.begin(), late_.end(), [&](const OutCallPtr& c) { return c.get() == &call; }));
}

void GatewaySession::Impl::limitQueue() {
  const auto loose = [](const OutCall& c) {
    return is<MeterValues>(c.request) && !c.transactional && !c.onWire() && c.waiters.empty();
  };
  std::size_t count = 0;
  for (const auto& call : outbox_.all()) count += loose(*call);
  if (count > mostLooseReadings) outbox_.take(*outbox_.find(loose));
}

QueuedRecord GatewaySession::Impl::queuedRecord(const OutCall& call, Now now) {
  const Duration wait = std::max(Duration::zero(), call.notBefore - now.steady);
  return {call.kept,  call.request, call.attempts, wait,        call.repeatKey.value_or(0),
          call.key,   call.backend, call.setAside, call.reason, call.withoutReadings,
          call.starts};
}

void GatewaySession::Impl::keepQueued(OutCall& call, Now now) {
  if (call.kept != 0) return;
  call.kept = ++queueNumber_;
  call.key = services_.newKey();
  call.backend = settings_.backend;
  if (is<StartTransaction>(call.request) && call.transaction) call.starts = call.transaction->key;
  const auto* values = std::get_if<MeterValues::Request>(&call.request);
  if (const Transaction of =
          values && values->transactionId ? transactions_.bySoapId(values->transactionId->value) : nullptr;
      of && isOpen(*of) && of->lastRegister)
    keepRecord(*of);  // TX-3: together with the reading, so it costs no write of its own
  keepRecord(queuedRecord(call, now));
}

void GatewaySession::Impl::forgetQueued(OutCall& call) {
  if (call.kept == 0) return;
  QueuedRecord gone;
  gone.number = call.kept;
  gone.key = call.key;
  forgetRecord(gone);
  call.kept = 0;
}

Result<Response> GatewaySession::Impl::localAnswer(OutCall& call, Why why, Now now) {
  const Request& request = call.request;
  if (is<BootNotification>(request)) return localBoot(why, now);
  if (is<StartTransaction>(request)) return localStart(call, why, now);
  if (call.transactional) {
    if (!settings_.durable) return internal("the central system cannot be reached; please repeat");
    for (const auto& part : outbox_.all())  // MV-2: earlier parts of the same message have no answer of their own
      if (part->transactional && part->waiters.empty() && !is<StartTransaction>(part->request)) keepQueued(*part, now);
    keepQueued(call, now);
    if (auto* stop = std::get_if<StopTransaction::Request>(&call.request); stop && call.transaction)
      finish(*call.transaction, *stop, TransactionState::StopQueued);
    return taken(request);
  }
  if (why == Why::Rejected || why == Why::Refused)
    return Fault{FaultCode::SecurityError, "the central system does not accept this charge point"};
  if (is<Heartbeat>(request)) return Response(Heartbeat::Response{{bridgeTime(now), true}});  // SM-5
  if (const auto* authorize = std::get_if<Authorize::Request>(&request))
    return localAuthorize(authorize->idTag, why, now);
  if (is<MeterValues>(request) || is<StatusNotification>(request) || isProgress(request)) return taken(request);
  return internal("the central system cannot be reached");
}

Result<Response> GatewaySession::Impl::localBoot(Why why, Now now) {
  BootNotification::Response response;
  response.currentTime = {bridgeTime(now), true};
  response.status = RegistrationStatus::Rejected;
  response.interval = settings_.rejectedInterval;
  if (why == Why::Refused) {
    const auto wait =
        std::chrono::duration_cast<std::chrono::seconds>(reopenAt_.value_or(now.steady) - now.steady).count();
    if (refusedStatus_ == 404) response.interval = std::max(response.interval, static_cast<int>(wait));
  } else if (everAccepted_ || why == Why::OnHold) {  // SM-8; the back-end hears of it later
    response.status = RegistrationStatus::Accepted;
    response.interval = handedOutInterval();
  }
  return Response(response);
}

Result<Response> GatewaySession::Impl::localAuthorize(const IdToken& tag, Why why, Now now) const {
  const auto known = why == Why::OnHold ? std::nullopt : authorized_.find(tag, now);
  if (!known) return internal("the central system cannot be asked about this idTag");  // not Invalid: SM-9
  return Response(Authorize::Response{*known});
}

/// TX-4. A repetition gets the id that was given before (SM-7).
Result<Response> GatewaySession::Impl::localStart(OutCall& call, Why why, Now now) {
  link(call, now);
  TransactionRecord& record = *call.transaction;
  if (!record.provisional) {
    if (why == Why::Refused && refusedStatus_ == 404)
      return Fault{FaultCode::SecurityError, "the central system does not know this charge point"};
    const auto policy = settings_.durable ? settings_.startOffline : StartOffline::Fault;
    const auto known = authorized_.find(record.idTag, now);
    const bool accepted = known && known->status == AuthorizationStatus::Accepted;
    if (policy == StartOffline::Fault || (policy == StartOffline::ProvisionalIfAuthorized && !accepted))
      return internal("the central system cannot be reached; please repeat");
    record.soapTxId = transactions_.nextProvisional();
    record.provisional = true;
    record.startInfo = accepted ? *known : IdTagInfo{};
    record.startInfo->status = AuthorizationStatus::Accepted;
    keepRecord(record);
    keepQueued(call, now);
  }
  StartTransaction::Response response;
  response.transactionId.value = record.soapTxId;
  response.idTagInfo = *record.startInfo;
  return Response(response);
}

}  // namespace session
