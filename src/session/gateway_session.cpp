// SPDX-License-Identifier: GPL-2.0-or-later
// The public face of a session: events in, effects out, and the one clock of all its timers.
#include "session/gateway_session.h"

#include <algorithm>

#include "ocpp/plausible.h"
#include "session/impl.h"

namespace session {

using namespace ocpp;

namespace {
void earlier(std::optional<Steady>& first, Steady candidate) {
  if (!first || candidate < *first) first = candidate;
}
}  // namespace

GatewaySession::Impl::Impl(Settings settings, Services services)
    : settings_(std::move(settings)),
      services_(std::move(services)),
      celsius_(settings_.spellCelcius ? UnitOfMeasure::Celcius : UnitOfMeasure::Celsius) {
  if (settings_.lifecycle == WsLifecycle::AlwaysOn) waitToOpen({}, false);  // SM-1
}

void GatewaySession::Impl::tick(Now now) {
  for (OutCall* due = nullptr; (due = outbox_.find([&](const OutCall& c) {
                                 return !c.waiters.empty() && c.holdUntil <= now.steady;
                               })) != nullptr;)
    giveUp(*due, Why::Slow, now);
  if (OutCall* call = outbox_.onWire(); call && call->sentAt + callTimeout <= now.steady) unanswered(*call, now);
  reopenWhenDue(now);
  if (fillStatusAt_ && *fillStatusAt_ <= now.steady) fillStatus(now);
  countSilence(now);
  if (bootAgainAt_ && *bootAgainAt_ <= now.steady) {
    bootAgainAt_.reset();
    refusals_.bootBarred = false;
    if (link_ == Link::Up && (bootUnsent() || !registered())) replayBoot();
  }
  if (mayFallSilent() && offlineAt() <= now.steady) {
    note(Level::Warning, "charger is silent: closing its connection to the back-end");  // SM-6
    close(1001, "charge point is offline");
  }
  pump(now);
}

std::optional<Steady> GatewaySession::Impl::deadline() const {
  std::optional<Steady> first;
  for (const auto& call : outbox_.all())
    if (!call->waiters.empty()) earlier(first, call->holdUntil);
  const OutCall* head = outbox_.find([](const OutCall& c) { return c.transactional && !c.setAside; });
  if (head && !head->behindParked && !head->waitsForStops && link_ == Link::Up && !outbox_.onWire() && mayTalk())
    earlier(first, head->notBefore);  // ER-3
  if (const OutCall* call = outbox_.onWire()) earlier(first, call->sentAt + callTimeout);
  if (link_ == Link::Waiting && !draining_) earlier(first, reopenAt_.value_or(Steady{}));
  if (fillStatusAt_) earlier(first, *fillStatusAt_);
  if (bootAgainAt_) earlier(first, *bootAgainAt_);
  if (mayFallSilent()) earlier(first, offlineAt());
  if (wantsMore()) earlier(first, loadAgainAt_);
  if (const auto due = silenceDue()) earlier(first, *due);
  if (const auto lane = mayTryAside() ? aside_.firstDue() : std::nullopt)
    earlier(first, std::max(lane->first, loadAgainAt_));
  return first;
}

std::optional<Effect> GatewaySession::Impl::next() {
  if (effects_.empty()) return std::nullopt;
  std::optional<Effect> first(std::move(effects_.front()));
  effects_.pop_front();
  return first;
}

void GatewaySession::Impl::drain(Now now) {
  draining_ = true;
  answerAwaiting({FaultCode::InternalError, "going down, please repeat"});
  giveUpAll(Why::Down, now);
}

bool GatewaySession::Impl::idle() const {
  return !outbox_.onWire() && inCalls_.empty() && awaiting_.empty() &&
         !outbox_.find([](const OutCall& c) { return !c.waiters.empty(); });
}

Overview GatewaySession::Impl::overview() const {
  Overview seen;
  seen.centralUp = link_ == Link::Up;
  seen.chargerOnline = link_ != Link::Closed && lastSeen_ != Instant{};
  seen.version = version_;
  if (boot_) seen.registration = boot_->status;
  seen.lastSeen = lastSeen_;
  seen.openTransactions = transactions_.open();
  seen.waitingForCentral = waitingForCentral();
  seen.setAside = aside_.count();
  for (const auto& call : outbox_.all()) {
    seen.setAside += call->setAside;
    seen.refused += call->attempts > 0 && !call->setAside;
  }
  seen.refusals = refusals_.count;
  if (refusals_.last) seen.lastRefusal = *refusals_.last;
  seen.refusedAt = refusals_.at;
  seen.lostReadings = refusals_.lostReadings;
  seen.deadLetters = refusals_.deadLetters;
  return seen;
}

namespace {
/// SM-5: no clock that is known has been set, and a charger would set its own by it.
bool tellsNoTime(const Response& response) {
  const auto* boot = std::get_if<BootNotification::Response>(&response);
  const auto* beat = std::get_if<Heartbeat::Response>(&response);
  return (boot && !isPlausible(boot->currentTime.at)) || (beat && !isPlausible(beat->currentTime.at));
}
}  // namespace

void GatewaySession::Impl::answer(const Waiter& waiter, Result<Response> result) {
  if (result && tellsNoTime(*result))
    result = Fault{FaultCode::InternalError, "no clock is set here yet; please repeat"};
  if (waiter.exchange != nobody) emit(AnswerCharger{waiter.exchange, waiter.version, std::move(result)});
}

void GatewaySession::Impl::answerAll(OutCall& call, const Result<Response>& result, Now now) {
  if (call.repeatKey && result) repeats_.put(*call.repeatKey, *result, now.steady);
  for (const Waiter& waiter : call.waiters) answer(waiter, result);
  call.waiters.clear();
}

void GatewaySession::Impl::answerCentral(const std::string& id, Result<Response> result, bool own) {
  emit(AnswerCentral{id, std::move(result), own});
}

// --- the public class

GatewaySession::GatewaySession(Settings settings, Services services)
    : impl_(std::make_unique<Impl>(std::move(settings), std::move(services))) {}
GatewaySession::~GatewaySession() = default;
GatewaySession::GatewaySession(GatewaySession&&) noexcept = default;
GatewaySession& GatewaySession::operator=(GatewaySession&&) noexcept = default;

void GatewaySession::restore(const Record& record, Now now) { impl_->restore(record, now); }
void GatewaySession::restore(const InStore& rest, Now now) { impl_->restore(rest, now); }
void GatewaySession::queuedLoaded(std::optional<std::vector<Record>> records, Now now) {
  impl_->queuedLoaded(std::move(records), now);
}
void GatewaySession::transactionFound(std::optional<std::vector<Record>> records, Now now) {
  impl_->transactionFound(std::move(records), now);
}
void GatewaySession::wasSeen(std::optional<Version> version, Instant lastSeen, Now now) {
  impl_->wasSeen(version, lastSeen, now);
}
bool GatewaySession::redeliver(const DeadLetterRecord& letter, Now now) { return impl_->redeliver(letter, now); }
bool GatewaySession::retryNow(std::uint64_t number, Now now) { return impl_->retryNow(number, now); }
bool GatewaySession::discard(std::uint64_t number, const std::string& reason, Now now, const QueuedRecord* stored) {
  return impl_->discard(number, reason, stored, now);
}
Ties GatewaySession::ties(Now now) const { return impl_->ties(now); }
void GatewaySession::moveTo(Settings settings, Now now) { impl_->moveTo(std::move(settings), now); }
void GatewaySession::leaveBehind(const std::string& why, Now now) { impl_->leaveBehind(why, now); }
void GatewaySession::callBackEnd(Settings settings) { impl_->callBackEnd(std::move(settings)); }
void GatewaySession::reconnect(const std::string& why, Now now) { impl_->reconnect(why, now); }
void GatewaySession::leave(Now now) { impl_->leave(now); }
void GatewaySession::stay() { impl_->stay(); }
void GatewaySession::configure(Settings settings) { impl_->configure(std::move(settings)); }
void GatewaySession::fromCharger(ChargerRequest request, Now now) { impl_->fromCharger(std::move(request), now); }
void GatewaySession::fromCharger(ChargerReply reply, Now now) { impl_->fromCharger(std::move(reply), now); }
void GatewaySession::buryUnread(ChargerRequest request, const UnreadStop& unread, Now now) {
  impl_->buryUnread(std::move(request), unread, now);
}
void GatewaySession::chargerLeft(Exchange exchange, Now) { impl_->chargerLeft(exchange); }
void GatewaySession::fromCentral(CentralCall call, Now now) { impl_->fromCentral(std::move(call), now); }
void GatewaySession::fromCentral(CentralReply reply, Now now) { impl_->fromCentral(std::move(reply), now); }
void GatewaySession::centralReachable(Now now) { impl_->centralReachable(now); }
void GatewaySession::centralIsUp(Now now) { impl_->centralIsUp(now); }
void GatewaySession::centralIsDown(const CentralDown& why, Now now) { impl_->centralIsDown(why, now); }
void GatewaySession::tick(Now now) { impl_->tick(now); }
void GatewaySession::wasOutage() { impl_->wasOutage(); }
std::optional<Steady> GatewaySession::deadline() const { return impl_->deadline(); }
std::optional<Effect> GatewaySession::next() { return impl_->next(); }
void GatewaySession::drain(Now now) { impl_->drain(now); }
bool GatewaySession::wantsCentral() const { return impl_->wantsCentral(); }
bool GatewaySession::idle() const { return impl_->idle(); }
Overview GatewaySession::overview() const { return impl_->overview(); }
std::size_t GatewaySession::waitingForCentral() const { return impl_->waitingForCentral(); }

}  // namespace session
