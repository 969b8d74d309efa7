// SPDX-License-Identifier: GPL-2.0-or-later
// Remote start and stop, availability, unlocking, resets and triggers (OCPP 1.6
// sections 5.2, 5.11, 5.12, 5.14, 5.17, 5.18).
#include "station/impl.h"

namespace station {

using namespace ocpp;

namespace {

Reply say(Response response) { return Result<Response>(std::move(response)); }
Reply remoteStart(bool accepted) {
  return say(
      RemoteStartTransaction::Response{accepted ? RemoteStartStopStatus::Accepted : RemoteStartStopStatus::Rejected});
}

}  // namespace

Reply Station::Impl::on(CallId, const RemoteStartTransaction::Request& request, Steady now) {
  if (registration_ == RegistrationStatus::Pending || request.connectorId == 0)
    return remoteStart(false);  // section 4.2
  if (request.chargingProfile &&
      (!isV16() || request.chargingProfile->chargingProfilePurpose != ChargingProfilePurpose::TxProfile))
    return remoteStart(false);
  if (request.chargingProfile) {
    ChargingProfiles trial = profiles_;
    if (!trial.install(request.connectorId.value_or(1), *request.chargingProfile, wall(now)).empty())
      return remoteStart(false);
  }
  IdTagInfo info{AuthorizationStatus::Accepted, {}, {}};
  if (const IdTagInfo* known = authorization_.known(request.idTag)) info.parentIdTag = known->parentIdTag;
  const auto fits = [&](const Connector& c) {
    return usable(c) && !c.grant && !blockedByReservation(c.id, request.idTag, info.parentIdTag);
  };
  int chosen = request.connectorId.value_or(0);
  if (chosen == 0) {
    for (const Connector& c : connectors_)
      if (c.id > 0 && fits(c) && (chosen == 0 || (c.plug != Plug::None && connector(chosen)->plug == Plug::None)))
        chosen = c.id;
  }
  Connector* c = connector(chosen);
  if (!c || !fits(*c)) return remoteStart(false);
  if (configuration_.boolean(Key::AuthorizeRemoteTxRequests)) {
    tagForStart(chosen, request.idTag, request.chargingProfile, now);
    return remoteStart(true);
  }
  return remoteStart(grant(chosen, request.idTag, info, request.chargingProfile, now));
}

Reply Station::Impl::on(CallId, const RemoteStopTransaction::Request& request, Steady now) {
  auto status = RemoteStartStopStatus::Rejected;
  for (Connector& c : connectors_) {
    if (registration_ == RegistrationStatus::Pending || !c.transaction || c.transaction->id != request.transactionId)
      continue;
    stop(c, Reason::Remote, {}, now);
    status = RemoteStartStopStatus::Accepted;
  }
  return say(RemoteStopTransaction::Response{status});
}

Reply Station::Impl::on(CallId, const ChangeAvailability::Request& request, Steady) {
  const auto answer = [](AvailabilityStatus status) { return say(ChangeAvailability::Response{status}); };
  if (request.connectorId < 0 || request.connectorId >= static_cast<int>(connectors_.size()))
    return answer(AvailabilityStatus::Rejected);
  const bool operative = request.type == AvailabilityType::Operative;
  bool scheduled = false;
  // With 0 the change is for the station and for every connector (section 5.2).
  for (Connector& c : connectors_) {
    if (request.connectorId != 0 && c.id != request.connectorId) continue;
    const bool busy = c.id == 0 ? running() > 0 : c.transaction.has_value();
    c.scheduledInoperative = !operative && busy;
    if (operative || !busy) c.operative = operative;
    scheduled = scheduled || c.scheduledInoperative;
    if (!operative) c.grant.reset();
    keepAvailability(c);
  }
  return answer(scheduled ? AvailabilityStatus::Scheduled : AvailabilityStatus::Accepted);
}

Reply Station::Impl::on(CallId id, const UnlockConnector::Request& request, Steady now) {
  Connector* c = connector(request.connectorId);
  if (!c || !c->outlet.hasLock()) return say(UnlockConnector::Response{UnlockStatus::NotSupported});
  if (c->unlock) return say(UnlockConnector::Response{UnlockStatus::UnlockFailed});
  c->unlock = PendingUnlock{id, now + settings_.unlockTimeout};
  c->retainedFor.reset();
  if (c->transaction)
    stop(*c, Reason::UnlockCommand, {}, now);  // unlocks
  else
    c->outlet.release();
  return std::nullopt;
}

Reply Station::Impl::on(CallId, const Reset::Request& request, Steady now) {
  // An installation that is cut off may leave no firmware at all.
  if (firmware_.step == FirmwareStep::Installing) return say(Reset::Response{ResetStatus::Rejected});
  const bool hard = request.type == ResetType::Hard;
  stopAll(hard ? Reason::HardReset : Reason::SoftReset, now);
  reset_ = PendingReset{hard, hard ? now : now + settings_.resetGrace};
  return say(Reset::Response{ResetStatus::Accepted});
}

// A soft reset waits until everything is said, or cannot be said, or the grace is over; what was not said is kept.
void Station::Impl::tickReset(Steady now) {
  if (!reset_ || contactorsOpening()) return;
  const bool silent = !inFlight_ && queue_.size() == 0 && outbox_.empty();
  if (!silent && online() && now < reset_->until) return;
  for (Connector& c : connectors_) {
    if (c.unlock) emit(Answer{c.unlock->id, Response(UnlockConnector::Response{UnlockStatus::UnlockFailed})});
    c.unlock.reset();
  }
  for (const auto& each : dataCalls_)
    emit(Answer{each.first, Fault{FaultCode::InternalError, "the charge point is restarting"}});
  dataCalls_.clear();
  emit(Reboot{reset_->hard});
  rebooting_ = true;
}

// ResetRetries (section 9.1); then the station goes on, and says that something is wrong with it.
void Station::Impl::rebootFailed(Steady now) {
  if (!rebooting_) return;
  if (reset_ && reset_->tries < configuration_.integer(Key::ResetRetries)) {
    ++reset_->tries;
    return emit(Reboot{reset_->hard});
  }
  reset_.reset();
  rebooting_ = false;
  note(Level::Error, "the board could not restart");
  BoardFault failed;
  failed.blocking = false;
  failed.code = ChargePointErrorCode::InternalError;
  failed.info = "restart failed";
  fault(0, failed, now);
}

Reply Station::Impl::on(CallId, const TriggerMessage::Request& request, Steady now) {
  const auto answer = [](TriggerMessageStatus status) { return say(TriggerMessage::Response{status}); };
  const bool exists = !request.connectorId || *request.connectorId == 0 || connector(*request.connectorId);
  if (!exists) return answer(TriggerMessageStatus::Rejected);
  const auto each = [&](auto&& visit) {
    for (Connector& c : connectors_)
      if (!request.connectorId || *request.connectorId == c.id) visit(c);
  };
  const bool files = hasFeature(Profile::FirmwareManagement);
  switch (request.requestedMessage) {
    case MessageTrigger::BootNotification: bootAt_ = now; break;
    case MessageTrigger::Heartbeat: enqueue(Purpose::Heartbeat, Heartbeat::Request{}, 0, 0, true); break;
    case MessageTrigger::StatusNotification: each([&](Connector& c) { announce(c, now, true); }); break;
    case MessageTrigger::MeterValues: {
      bool any = false;
      each([&](const Connector& c) { any = triggerMeterValues(c, now) || any; });
      if (!any) return answer(TriggerMessageStatus::Rejected);
      break;
    }
    case MessageTrigger::DiagnosticsStatusNotification:
      if (!files) return answer(TriggerMessageStatus::NotImplemented);
      notifyDiagnostics(upload_ ? DiagnosticsStatus::Uploading : DiagnosticsStatus::Idle, true);
      break;
    case MessageTrigger::FirmwareStatusNotification: {
      if (!files) return answer(TriggerMessageStatus::NotImplemented);
      constexpr FirmwareStatus shown[] = {FirmwareStatus::Idle, FirmwareStatus::Idle, FirmwareStatus::Downloading,
                                          FirmwareStatus::Downloaded, FirmwareStatus::Installing};
      notifyFirmware(shown[static_cast<std::size_t>(firmware_.step)], true);
      break;
    }
  }
  return answer(TriggerMessageStatus::Accepted);
}

}  // namespace station
