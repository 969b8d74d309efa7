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
  serve(c, now);
  if (!c.transaction && !c.grant && before == Plug::None) c.preparingUntil = now + seconds(Key::ConnectionTimeOut);
  finish(now);
}

void Station::Impl::evDraws(int connectorId, bool draws, Steady now) {
  Connector* c = connector(connectorId);
  if (!c || rebooting_) return;
  c->evDraws = draws && c->plug == Plug::Connected;
  finish(now);
}

void Station::Impl::raise(Connector& c, const BoardFault& fault) {
  const auto same =
      std::find_if(c.faults.begin(), c.faults.end(), [&](const auto& each) { return each.code == fault.code; });
  if (same == c.faults.end())
    c.faults.push_back(fault);
  else
    *same = fault;
}

void Station::Impl::fault(int connectorId, const BoardFault& fault, Steady now) {
  if (rebooting_ || connectorId < 0 || connectorId >= static_cast<int>(connectors_.size())) return;
  if (fault.code == ChargePointErrorCode::NoError) return;
  Connector& c = connectors_[static_cast<std::size_t>(connectorId)];
  raise(c, fault);
  // Whoever says it of a lock that is to hold a plug: nothing flows then (A12).
  if (fault.code == ChargePointErrorCode::ConnectorLockFailure && c.transaction) c.outlet.lockSays(LockState::Failed);
  finish(now);
}

void Station::Impl::faultGone(int connectorId, ChargePointErrorCode code, Steady now) {
  if (rebooting_ || connectorId < 0 || connectorId >= static_cast<int>(connectors_.size())) return;
  Connector& of = connectors_[static_cast<std::size_t>(connectorId)];
  if (code == ChargePointErrorCode::PowerSwitchFailure && of.outlet.stuck()) return;  // powerOff() ends that
  of.faults.erase(
      std::remove_if(of.faults.begin(), of.faults.end(), [&](const auto& each) { return each.code == code; }),
      of.faults.end());
  const bool lock = code == ChargePointErrorCode::ConnectorLockFailure;
  if (lock && of.transaction && !of.outlet.holds() && !of.outlet.locking()) of.outlet.lock(now);
  for (std::size_t i = 1; i < connectors_.size(); ++i)
    if (!isFaulted(connectors_[i])) serve(connectors_[i], now);
  finish(now);
}

void Station::Impl::lockState(int connectorId, LockState state, Steady now) {
  Connector* c = connector(connectorId);
  if (!c) return;
  const bool lost = state == LockState::Unlocked && c->transaction && c->outlet.hasLock() && !c->outlet.locking();
  c->outlet.lockSays(state);
  if (rebooting_) return;
  if (c->unlock && state != LockState::Locked && !c->outlet.releasing()) {
    const auto status = state == LockState::Unlocked ? UnlockStatus::Unlocked : UnlockStatus::UnlockFailed;
    emit(Answer{c->unlock->id, Response(UnlockConnector::Response{status})});
    c->unlock.reset();
  }
  BoardFault failure;
  failure.code = ChargePointErrorCode::ConnectorLockFailure;
  failure.blocking = false;
  if (state == LockState::Failed || lost)
    fault(connectorId, failure, now);
  else
    faultGone(connectorId, failure.code, now);
}

void Station::Impl::powerOff(int connectorId, Steady now) {
  Connector* c = connector(connectorId);
  if (!c) return;
  c->outlet.opened();
  reportIfOff(*c);
  if (rebooting_) return;
  if (c->outlet.isOpen() && std::exchange(c->stuckTold, false))
    return faultGone(connectorId, ChargePointErrorCode::PowerSwitchFailure, now);
  serve(*c, now);
  finish(now);
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
  for (Connector& c : connectors_) reportIfOff(c);
  rebooting_ = true;  // what is queued goes out after the restart
}

}  // namespace station
