// SPDX-License-Identifier: GPL-2.0-or-later
// When the WebSocket is open: first message, back-off, silence of the charger (SM-1, SM-2, SM-6, SM-13).
#include <algorithm>

#include "session/impl.h"

namespace session {

using namespace ocpp;

namespace {
constexpr Duration offlineLeast = std::chrono::seconds(180);  // SM-6
constexpr Duration offlineExtra = std::chrono::seconds(60);
constexpr Duration stable = std::chrono::seconds(60);  ///< A connection that held so long starts the back-off anew.
constexpr Duration soon = std::chrono::seconds(1);     ///< After the charger spoke.
}  // namespace

/// SM-1 charger_driven: any message of the charger.
void GatewaySession::Impl::wantCentral(Now now) {
  if (link_ == Link::Closed && !draining_) open(now);
  hurry(soon, now);
}

void GatewaySession::Impl::open(Now now) {
  link_ = Link::Opening;
  openedAt_ = now.steady;
  emit(OpenCentral{});
}

/// `at`: nothing means drawn by the next tick(), which is due at once. `patient`: nothing shortens the wait.
void GatewaySession::Impl::waitToOpen(std::optional<Steady> at, bool patient) {
  link_ = Link::Waiting;
  reopenAt_ = at;
  patient_ = patient;
}

/// SM-2: thousands of chargers of one bridge do not come at once.
Duration GatewaySession::Impl::drawn(Duration within) const {
  const double jitter = services_.jitter ? services_.jitter() : 0.5;
  return Duration(static_cast<Duration::rep>(static_cast<double>(within.count()) * jitter));
}

void GatewaySession::Impl::reopenWhenDue(Now now) {
  if (link_ != Link::Waiting || draining_) return;
  if (!reopenAt_) reopenAt_ = now.steady + drawn(2 * settings_.reconnectFirst);
  if (*reopenAt_ <= now.steady) open(now);
}

/// SM-2: there is reason to think that the back-end answers again. Attempts stay reconnectFirst apart.
void GatewaySession::Impl::hurry(Duration within, Now now) {
  if (link_ != Link::Waiting || patient_ || !reopenAt_) return;
  const Steady next = std::max(now.steady + drawn(within), openedAt_ + settings_.reconnectFirst);
  reopenAt_ = std::min(*reopenAt_, next);
}

void GatewaySession::Impl::centralReachable(Now now) {
  if (link_ != Link::Waiting || patient_) return;
  backoff_.reset();
  hurry(2 * settings_.reconnectFirst, now);
}

void GatewaySession::Impl::close(int code, std::string reason) {
  if (link_ == Link::Opening || link_ == Link::Up) emit(CloseCentral{code, std::move(reason)});
  link_ = Link::Closed;
  connectionLost();
}

void GatewaySession::Impl::centralIsUp(Now now) {
  link_ = Link::Up;
  upSince_ = now.steady;
  refusedStatus_ = 0;
  judgeClose(now);
  sendChangedStatus();
  if (bootNeeded()) replayBoot();  // pushed last, stands first (SM-3)
  pump(now);
}

void GatewaySession::Impl::centralIsDown(const CentralDown& why, Now now) {
  if (link_ == Link::Closed || link_ == Link::Waiting) return;
  if (why.wasOpen && now.steady - upSince_ >= stable) backoff_.reset();
  refusedStatus_ = why.httpStatus;
  if (why.misconfigured) note(Level::Error, "the back-end does not speak ocpp1.6 here: " + why.reason);  // SM-2
  const double jitter = services_.jitter ? services_.jitter() : 0.5;
  const bool hopeless = why.misconfigured || refused();
  const Duration wait = hopeless ? Backoff::spread(settings_.reconnectMost, jitter)
                                 : backoff_.next(settings_.reconnectFirst, settings_.reconnectMost, jitter);
  waitToOpen(now.steady + wait, hopeless);
  closedBehind(why, now);
  OutCall* heard = outbox_.onWire();
  connectionLost();
  if (heard && heard->late) settle(outbox_.take(*heard), Response(*heard->late), now);
  giveUpAll(refused() ? Why::Refused : Why::Down, now);
  pump(now);
}

/// Nobody answers any more: what is on the wire is unsent again, and CALLs of the back-end have lost their asker.
void GatewaySession::Impl::connectionLost() {
  outbox_.disconnect();
  while (!late_.empty()) forgetLate(*late_.back());
  for (std::size_t i = inCalls_.size(); i-- > 0;) {
    if (inCalls_[i]->id.empty()) continue;
    if (inCalls_[i]->sent == 0)
      inCalls_.erase(inCalls_.begin() + static_cast<std::ptrdiff_t>(i));
    else
      inCalls_[i]->answerable = false;
  }
}

void GatewaySession::Impl::reconnectWithNewPassword(Now now) {
  if (link_ == Link::Opening || link_ == Link::Up) emit(CloseCentral{1000, "new AuthorizationKey"});
  connectionLost();
  open(now);
}

void GatewaySession::Impl::reconnect(const std::string& why, Now now) {
  if (link_ == Link::Closed || draining_) return;
  close(1000, why);
  backoff_.reset();
  refusedStatus_ = 0;
  link_ = Link::Waiting;
  const double jitter = services_.jitter ? services_.jitter() : 0.5;
  reopenAt_ = now.steady + std::chrono::duration_cast<Duration>(settings_.reconnectFirst * jitter);
}

Steady GatewaySession::Impl::offlineAt() const {
  const Duration silence = std::chrono::seconds(settings_.offlineFactor * handedOutInterval()) + offlineExtra;
  return std::max(seenAt_ + std::max(silence, offlineLeast), graceUntil_);
}

/// SM-6: a silent charger loses its connection, but not before what we promised is delivered.
bool GatewaySession::Impl::mayFallSilent() const {
  if (link_ == Link::Closed || settings_.lifecycle == WsLifecycle::AlwaysOn) return false;
  return inCalls_.empty() && !outbox_.onWire() && awaiting_.empty() && !hasKept();
}

bool GatewaySession::Impl::online(Now now) const { return lastSeen_ != Instant{} && now.steady < offlineAt(); }

}  // namespace session
