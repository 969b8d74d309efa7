// SPDX-License-Identifier: GPL-2.0-or-later
// Registration: replaying BootNotification, Pending and Rejected, and the status round after an accepted boot
// (SM-3, SM-4, ST-9).
#include <algorithm>

#include "session/impl.h"

namespace session {

using namespace ocpp;

bool GatewaySession::Impl::onHold() const {
  return pending() && settings_.pendingPolicy == PendingPolicy::AcceptAndHold && boot_->version != Version::V16;
}

/// SM-3: on a new connection.
bool GatewaySession::Impl::bootNeeded() const {
  if (!boot_ || refusals_.bootBarred) return false;
  if (outbox_.find([](const OutCall& c) { return is<BootNotification>(c.request); })) return false;
  return bootUnsent() || !registered() || (settings_.bootReplayAlways && transactions_.open() == 0);
}

void GatewaySession::Impl::replayBoot() {
  if (refusals_.bootBarred) return;  // ER-3
  if (outbox_.find([](const OutCall& c) { return is<BootNotification>(c.request); })) return;
  for (Connector& each : connectors_) each.reported = false;  // the back-end starts anew (ST-9)
  auto call = std::make_unique<OutCall>();
  call->request = boot_->request;
  call->version = boot_->version;
  outbox_.pushFront(std::move(call));
}

void GatewaySession::Impl::bootAnswered(OutCall& call, BootNotification::Response response, Now now) {
  measureCentralClock(response.currentTime.at, now);
  mendCentralTime(response.currentTime, now);
  boot_->status = response.status;
  boot_->answeredAt = now.calendar;
  boot_->interval = response.interval;
  boot_->unsent = false;
  bootAgainAt_.reset();
  keepRecord(*boot_);
  const BootNotification::Response told = bootForCharger(call.version, response);
  const bool replayed = call.waiters.empty();
  if (told.status == RegistrationStatus::Accepted && !replayed) lastInterval_ = told.interval;
  answerAll(call, Response(told), now);
  if (registered()) {
    everAccepted_ = true;
    if (lastInterval_ <= 0) lastInterval_ = told.interval;
    if (call.version != Version::V16 || replayed) fillStatusAt_ = now.steady + settings_.statusFill;  // ST-9
    if (replayed) sendChangedStatus();  // what was said while nothing could be passed on (SM-3, SM-4)
  } else if (rejected()) {              // SM-4
    giveUpAll(Why::Rejected, now);
    close(1000, "registration rejected");
    waitToOpen(now.steady + std::chrono::seconds(told.interval), true);
  } else if (onHold()) {
    giveUpAll(Why::OnHold, now);
    bootAgainAt_ =
        now.steady + std::chrono::seconds(response.interval > 0 ? response.interval : settings_.rejectedInterval);
  }
}

/// Section 4.1 and SM-4: what the charger's version can say.
BootNotification::Response GatewaySession::Impl::bootForCharger(Version version,
                                                                BootNotification::Response response) const {
  constexpr int mostPending = 300;
  const int wait = response.interval > 0 ? response.interval : settings_.rejectedInterval;
  switch (response.status) {
    case RegistrationStatus::Accepted: response.interval = heartbeatFor(response.interval); break;
    case RegistrationStatus::Rejected: response.interval = wait; break;
    case RegistrationStatus::Pending:
      response.interval = wait;
      if (version == Version::V16) break;
      if (onHold()) {
        response.status = RegistrationStatus::Accepted;
        response.interval = heartbeatFor(0);
      } else {
        response.status = RegistrationStatus::Rejected;
        response.interval = std::min(wait, mostPending);
      }
      break;
  }
  return response;
}

/// What the charger is told when the back-end says so many seconds, 0 for none (CK-4, SM-5).
int GatewaySession::Impl::heartbeatFor(int seconds) const {
  if (heartbeatOverride_) return *heartbeatOverride_;
  const int regular = seconds > 0 ? seconds : settings_.defaultInterval;
  return settings_.heartbeatMost > 0 ? std::min(regular, settings_.heartbeatMost) : regular;
}

int GatewaySession::Impl::handedOutInterval() const {
  return lastInterval_ > 0 ? lastInterval_ : settings_.defaultInterval;
}

/// ST-9: the statuses that the charger has not told since its boot.
void GatewaySession::Impl::fillStatus(Now now) {
  fillStatusAt_.reset();
  if (link_ != Link::Up || !registered()) return;
  Connector* whole = connector(0);
  if (whole && !whole->record.raw.timestamp && version() != Version::V16) {
    whole->record.raw.connectorId = 0;
    whole->record.raw.errorCode = ChargePointErrorCode::NoError;
    whole->record.raw.timestamp = DateTime{now.calendar, true};
  }
  for (Connector& each : connectors_) {
    if (each.reported || !each.record.raw.timestamp) continue;
    each.reported = true;
    submitOwn(derived(each), now);
  }
}

}  // namespace session
