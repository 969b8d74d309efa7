// SPDX-License-Identifier: GPL-2.0-or-later
// What the board reports: cables, EVs, faults, locks, buttons and the power supply.
#include "station/impl.h"

namespace station {

using namespace ocpp;

void Station::Impl::plugged(int connectorId, Plug plug, Steady now) {
  Connector* found = connector(connectorId);
  if (!found || rebooting_ || found->plug == plug) return;
  Connector& c = *found;
  const Plug before = c.plug;
  c.plug = c.hardware.fixedCable && plug == Plug::Cable ? Plug::None : plug;
  if (c.plug != Plug::Connected) c.evDraws = false;
  if (c.transaction && c.plug != Plug::Connected) {
    // With our own cable, or with the user's still in the socket, the EV may come back.
    const bool evSide = c.hardware.fixedCable || c.plug == Plug::Cable;
    if (!evSide || configuration_.boolean(Key::StopTransactionOnEVSideDisconnect))
      stop(c, Reason::EVDisconnected, {}, now);
  }
  if (c.plug == Plug::None) {
    c.preparingUntil.reset();
    if (!c.transaction) {
      c.spent = false;
      c.retainedFor.reset();
    }
  }
  if (!c.transaction && before == Plug::None) {
    if (!c.grant && floatingGrant_ && usable(c) &&
        !blockedByReservation(c.id, floatingGrant_->idTag, floatingGrant_->parentIdTag)) {
      c.grant = std::move(floatingGrant_);
      floatingGrant_.reset();
    }
    if (!c.grant) c.preparingUntil = now + seconds(Key::ConnectionTimeOut);
  }
  if (c.plug == Plug::Connected && !c.transaction && !c.grant && !c.spent && settings_.freeTag && usable(c))
    grant(c.id, *settings_.freeTag, {AuthorizationStatus::Accepted, {}, {}}, {}, now);
  startIfReady(c, now);
  finish(now);
}

void Station::Impl::evDraws(int connectorId, bool draws, Steady now) {
  Connector* c = connector(connectorId);
  if (!c || rebooting_) return;
  c->evDraws = draws && c->plug == Plug::Connected;
  finish(now);
}

void Station::Impl::fault(int connectorId, const BoardFault& fault, Steady now) {
  if (rebooting_ || connectorId < 0 || connectorId >= static_cast<int>(connectors_.size())) return;
  auto& faults = connectors_[static_cast<std::size_t>(connectorId)].faults;
  const auto same =
      std::find_if(faults.begin(), faults.end(), [&](const auto& each) { return each.code == fault.code; });
  if (fault.code == ChargePointErrorCode::NoError) return;
  if (same == faults.end())
    faults.push_back(fault);
  else
    *same = fault;
  for (Connector& c : connectors_)
    if (isFaulted(c) && !c.faultedSince) c.faultedSince = now;
  finish(now);
}

void Station::Impl::faultGone(int connectorId, ChargePointErrorCode code, Steady now) {
  if (rebooting_ || connectorId < 0 || connectorId >= static_cast<int>(connectors_.size())) return;
  auto& faults = connectors_[static_cast<std::size_t>(connectorId)].faults;
  faults.erase(std::remove_if(faults.begin(), faults.end(), [&](const auto& each) { return each.code == code; }),
               faults.end());
  for (Connector& c : connectors_) {
    if (isFaulted(c)) continue;
    c.faultedSince.reset();
    if (c.id > 0) startIfReady(c, now);
  }
  finish(now);
}

void Station::Impl::lockState(int connectorId, LockState state, Steady now) {
  Connector* c = connector(connectorId);
  if (!c || rebooting_) return;
  if (c->unlock && state != LockState::Locked) {
    const auto status = state == LockState::Unlocked ? UnlockStatus::Unlocked : UnlockStatus::UnlockFailed;
    emit(Answer{c->unlock->id, Response(UnlockConnector::Response{status})});
    c->unlock.reset();
  }
  BoardFault failure;
  failure.code = ChargePointErrorCode::ConnectorLockFailure;
  failure.blocking = false;
  if (state == LockState::Failed)
    fault(connectorId, failure, now);
  else
    faultGone(connectorId, failure.code, now);
}

void Station::Impl::stopButton(int connectorId, Steady now) {
  Connector* c = connector(connectorId);
  if (!c || rebooting_) return;
  stop(*c, Reason::Local, {}, now);
  finish(now);
}

void Station::Impl::emergencyStop(int connectorId, Steady now) {
  if (rebooting_) return;
  if (connectorId == 0)
    stopAll(Reason::EmergencyStop, now);
  else if (Connector* c = connector(connectorId))
    stop(*c, Reason::EmergencyStop, {}, now);
  finish(now);
}

void Station::Impl::powerFailing(Steady now) {
  if (rebooting_) return;
  stopAll(Reason::PowerLoss, now);
  finish(now);
}

void Station::Impl::restarting(Steady now) {
  if (rebooting_) return;
  stopAll(Reason::Reboot, now);
  updatePower(now);
  rebooting_ = true;  // what is queued goes out after the restart
}

}  // namespace station
