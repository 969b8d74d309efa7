// SPDX-License-Identifier: GPL-2.0-or-later
// Attempts that failed: when the next one comes, and when there is none (ER-3, TX-8, SM-15, section 7.2).
#include <algorithm>

#include "session/impl.h"

namespace session {

using namespace ocpp;

namespace {

constexpr int mostAttempts = 32;  ///< Of a message that is set aside: about seven days.
constexpr Duration asideFirst = std::chrono::minutes(15);
constexpr Duration longestWait = std::chrono::hours(6);
constexpr int mostSilent = 3;                        ///< Attempts without an answer that count as one refusal.
constexpr Duration pause = std::chrono::seconds(5);  ///< After silence: others that wait get their turn.
constexpr std::size_t mostText = 255, mostDeadStarts = 8, mostLate = 4;

bool isReadings(const Request& request) { return is<MeterValues>(request); }

std::string inWords(const Refusal& refusal) {
  std::string text(refusal.action);
  text += ": " + refusal.code + (refusal.text.empty() ? "" : " \"" + refusal.text + "\"");
  text += ", attempt " + std::to_string(refusal.attempt) + " of " + std::to_string(refusal.of);
  if (!refusal.next) return text;
  return text + ", next in " + std::to_string(std::chrono::duration_cast<std::chrono::seconds>(*refusal.next).count()) +
         " s";
}

}  // namespace

Verdict GatewaySession::Impl::verdictOf(const Fault& fault, const OutCall& call) {
  Verdict why{std::string(faultRow(fault.code).jsonCode), fault.description, neverTaken(fault.code), false};
  why.unheard =
      isReadings(call.request) && (fault.code == FaultCode::NotSupported || fault.code == FaultCode::NotImplemented);
  return why;
}

/// The first phase of ER-3; the back-end's key decides.
int GatewaySession::Impl::firstAttempts() const {
  return std::max(1, numberSetting("TransactionMessageAttempts", settings_.retryAttempts));
}

/// Never longer than six hours, whatever the back-end's key says.
Duration GatewaySession::Impl::waitAfter(int attempts) const {
  const int beyond = attempts - firstAttempts();
  if (beyond >= 0) return beyond > 8 ? longestWait : std::min(asideFirst * (1 << beyond), longestWait);
  const int interval = std::max(0, numberSetting("TransactionMessageRetryInterval", settings_.retryInterval));
  return std::min(Duration(std::chrono::seconds(interval)) * attempts, longestWait);
}

void GatewaySession::Impl::noteRefusal(std::string_view event, Level level, const OutCall& call, const Verdict& why,
                                       int of, std::optional<Duration> next, Now now) {
  Refusal refusal{actionName(call.request),   why.code, why.text.substr(0, mostText),
                  std::max(1, call.attempts), of,       next};
  refusals_.last = std::make_unique<Refusal>(refusal);
  refusals_.at = now.calendar;
  std::string text = inWords(refusal);
  emit(Note{level, std::move(text), {}, event, std::move(refusal)});
}

bool GatewaySession::Impl::promised(const OutCall& call) const {
  return call.kept != 0 || (settings_.durable && kindOf(call) == MessageKind::Transactional);
}

/// A message that the charger was told we keep. It stays until it is delivered or a dead letter.
void GatewaySession::Impl::refused(OutCallPtr call, Verdict why, Now now) {
  link(*call, now);  // TX-8: whatever it dies of, its transaction hears of it
  if (!call->waiters.empty()) {
    const Result<Response> told = localAnswer(*call, Why::Slow, now);  // success; ER-3
    answerAll(*call, told, now);
  }
  keepQueued(*call, now);
  ++refusals_.count;
  call->reason = why.code + " " + why.text;
  call->silence = {why.code.rfind("closed", 0) == 0, 0, 0};  // so each further close counts
  SetAside::Lane* lane = laneFor(*call);
  if (lane && call->setAside) lane->urgent = false;
  if (lane && call->setAside && lane->before && !why.never) {  // tried before its time
    call->notBefore = std::max(*lane->before, now.steady + pause);
    lane->before.reset();
    noteRefusal("central-refused", Level::Warning, *call, why, mostAttempts, call->notBefore - now.steady, now);
    return outbox_.pushFront(std::move(call));
  }
  if (lane && call->setAside) lane->urged = false;
  const int first = firstAttempts(), all = why.never ? first : std::max(first, mostAttempts);
  if (++call->attempts >= all || (why.unheard && refusals_.readingsUnheard)) return deadLetter(*call, why, now);
  const Duration wait = waitAfter(call->attempts);
  call->notBefore = now.steady + wait;
  noteRefusal("central-refused", Level::Warning, *call, why, all, wait, now);
  if (call->attempts >= first && !call->setAside) {
    noteRefusal("set-aside", Level::Warning, *call, why, all, wait, now);
    call->setAside = true;
    setAside(*call, now);
  }
  keepRecord(queuedRecord(*call, now));
  outbox_.pushFront(std::move(call));
}

/// A message that nobody was promised: its charger is told, and repeats it or not.
void GatewaySession::Impl::refusedUnpromised(OutCallPtr call, const Verdict& why, const Fault& told, Now now) {
  ++refusals_.count;
  noteRefusal("central-refused", Level::Warning, *call, why, std::max(1, call->attempts), std::nullopt, now);
  if (is<MeterValues>(call->request) && call->waiters.empty()) ++refusals_.lostReadings;
  if (is<StartTransaction>(call->request)) {
    deadStart(*call, why, now);
    if (call->transaction) transactions_.remove(call->transaction);
  }
  answerAll(*call, told, now);
}

/// Section 7.2: a start that the back-end can never take is kept, once, so that somebody can bill it.
void GatewaySession::Impl::deadStart(const OutCall& call, const Verdict& why, Now now) {
  const auto& start = std::get<StartTransaction::Request>(call.request);
  if (!settings_.durable || !why.never || why.code.rfind("Not", 0) == 0) return;
  if (refusals_.deadStart(start) != refusals_.deadStarts.end()) return;
  if (refusals_.deadStarts.size() == mostDeadStarts) refusals_.deadStarts.erase(refusals_.deadStarts.begin());
  refusals_.deadStarts.push_back({++queueNumber_, call.request, 1, why.code + " " + why.text, now.calendar,
                                  now.calendar, services_.newKey(), settings_.backend,
                                  call.transaction ? call.transaction->key : 0});
  ++refusals_.deadLetters;
  emit(Note{Level::Error,
            "StartTransaction refused for ever, kept for billing: " + why.code + " " + why.text,
            {},
            "dead-letter",
            {}});
  keepRecord(refusals_.deadStarts.back());
}

/// ER-3, SM-15: given up, said so, and kept with its context.
void GatewaySession::Impl::deadLetter(OutCall& call, const Verdict& why, Now now) {
  noteRefusal("dead-letter", why.unheard ? Level::Info : Level::Error, call, why, std::max(1, call.attempts),
              std::nullopt, now);
  if (isReadings(call.request)) ++refusals_.lostReadings;
  if (why.unheard) refusals_.readingsUnheard = true;
  keepDead(call, why.code + " " + why.text, now);
}

void GatewaySession::Impl::keepDead(OutCall& call, const std::string& reason, Now now) {
  if (is<StartTransaction>(call.request) && call.transaction) {
    call.transaction->backendTxId = -1;  // TX-8: what follows says that it was never started
    if (call.transaction->state == TransactionState::Starting) call.transaction->state = TransactionState::Active;
    keepRecord(*call.transaction);
  }
  ++refusals_.deadLetters;
  keepRecord(DeadLetterRecord{call.kept, call.request, call.attempts, reason, now.calendar, now.calendar, call.key,
                              call.backend, call.starts});
  forgetQueued(call);
}

/// The CALL on the wire has had its time (TX-5, ER-3).
void GatewaySession::Impl::unanswered(OutCall& call, Now now) {
  note(Level::Warning, "no answer to " + std::string(actionName(call.request)));
  if (call.late) return settle(outbox_.take(call), Response(*call.late), now);
  if (!call.waiters.empty()) giveUp(call, Why::Slow, now);  // repetitions that came while it was asked (SM-7)
  if (outbox_.onWire() == &call) giveUpWaiting(outbox_.take(call), now);
}

void GatewaySession::Impl::giveUpWaiting(OutCallPtr call, Now now) {
  if (call->kept == 0) {
    if (is<BootNotification>(call->request))
      bootAgainAt_ = now.steady + std::chrono::seconds(settings_.rejectedInterval);
    if (late_.size() == mostLate) forgetLate(*late_.front());
    late_.push_back(std::move(call));
    return;
  }
  call->formerId = call->id;
  outbox_.unsend(*call);
  tried(*call);
  ++call->silence.unanswered;
  if (call->silence.unanswered >= mostSilent && call->silence.answers != refusals_.answers)
    return refused(std::move(call), {"timeout", "no answer to 3 attempts, while other CALLs are answered"}, now);
  call->notBefore = now.steady + pause;  // it stays at its place: an outage is no refusal
  outbox_.pushFront(std::move(call));
}

/// True when it is the answer to the attempt before, of a message that is tried again: it was heard after all.
bool GatewaySession::Impl::answeredLate(CentralReply& reply, Now now) {
  OutCall* call = outbox_.find([&](const OutCall& c) { return !c.formerId.empty() && c.formerId == reply.id; });
  if (!call) return false;
  if (!reply.result || reply.result->index() != call->request.index()) return true;  // the next attempt decides
  if (call->onWire())
    call->late = *reply.result;  // the wire is its own until that attempt has had its time (SM-10)
  else
    settle(outbox_.take(*call), std::move(reply.result), now);
  return true;
}

}  // namespace session
