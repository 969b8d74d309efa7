// SPDX-License-Identifier: GPL-2.0-or-later
// Connectors: their status and who is told, contactors and limits, and their timers (OCPP 1.6 section 4.9).
#include "station/impl.h"

namespace station {

using namespace ocpp;

namespace {

bool sameReport(const StatusNotification::Request& a, const StatusNotification::Request& b) {
  return a.status == b.status && a.errorCode == b.errorCode && a.info == b.info &&
         a.vendorErrorCode == b.vendorErrorCode && a.vendorId == b.vendorId;
}

template <class Field>
void putText(std::optional<Field>& to, const std::string& text) {
  if (!text.empty()) to = Field(std::string(cutTo(text, Field::limit)));
}

}  // namespace

// A lock that failed is a warning, but not to a transaction whose plug it should hold (A12).
bool Station::Impl::blocks(const Connector& c, const BoardFault& fault) const {
  return fault.blocking || (fault.code == ChargePointErrorCode::ConnectorLockFailure && c.transaction &&
                            !c.outlet.holds() && !c.outlet.locking());
}

bool Station::Impl::isFaulted(const Connector& c) const {
  const auto any = [this](const Connector& of) {
    return std::any_of(of.faults.begin(), of.faults.end(), [&](const auto& each) { return blocks(of, each); });
  };
  return any(c) || any(connectors_[0]);
}

// Before new firmware is installed no connector takes another user (section 5.19). What ChangeAvailability says of the
// station it says of every connector, and a connector can be put back into service alone after that.
bool Station::Impl::isOperative(const Connector& c) const {
  return c.operative && firmware_.step != FirmwareStep::Downloaded && firmware_.step != FirmwareStep::Installing;
}

bool Station::Impl::usable(const Connector& c) const {
  const bool metered = !c.hardware.meter || registerOf(c.readings);
  return metered && !c.retainedFor && !isFaulted(c) && isOperative(c) && !c.scheduledInoperative && !c.transaction &&
         c.outlet.isOpen() && !c.ending && !reset_ && !rebooting_ && queue_.hasRoomForTransaction(unreported());
}

Situation Station::Impl::situation(const Connector& c) const {
  Situation s;
  s.faulted = isFaulted(c);
  s.transaction = c.transaction.has_value();
  s.evDraws = c.plug == Plug::Connected && c.evDraws;
  s.offered = c.limit && !(c.limit->perPhase == 0) && c.outlet.holds();
  s.spent = c.spent;
  s.inUse = c.plug != Plug::None || c.grant;
  // G2: only whom it is for takes the connector, not the cable of whoever comes by.
  s.operative = isOperative(c);
  s.reserved = !c.grant && std::any_of(reservations_.begin(), reservations_.end(),
                                       [&](const auto& each) { return each.second.connectorId == c.id; });
  if (c.id != 0) return s;
  // The station itself is Available, Unavailable or Faulted only.
  Situation whole;
  whole.faulted = s.faulted;
  whole.operative = s.operative;
  return whole;
}

void Station::Impl::settle(Connector& c, Steady now) {
  // A transaction shows when the lock holds the plug, and its end when the contactor is open; faults show at once.
  if (((c.transaction && c.outlet.locking()) || c.ending) && !isFaulted(c)) return;
  const Steady stable = seconds(Key::MinimumStatusDuration);
  for (const Status step : route(c.status, statusIn(situation(c)))) {
    c.status = step;
    if (stable == Steady{})
      announce(c, now);
    else
      c.announceAt = now + stable;
  }
  if (!c.announceAt) announce(c, now);  // another error with the same status
  endReservations(c);
}

void Station::Impl::announce(Connector& c, Steady now, bool triggered) {
  StatusNotification::Request report;
  report.connectorId = c.id;
  report.status = reduced(c.status, settings_.version);
  report.errorCode = ChargePointErrorCode::NoError;
  auto shown = std::find_if(c.faults.begin(), c.faults.end(), [&](const auto& each) { return blocks(c, each); });
  if (shown == c.faults.end()) shown = c.faults.begin();
  if (shown != c.faults.end()) {
    report.errorCode = shown->code;
    putText(report.info, shown->info);
    putText(report.vendorId, shown->vendorId);
    putText(report.vendorErrorCode, shown->vendorErrorCode);
  }
  if (!triggered && c.announced && sameReport(*c.announced, report)) return;
  report.timestamp = stamp(now);
  const bool fresh = !c.announced || !sameReport(*c.announced, report);
  c.announced = report;
  if (online() || (triggered && registration_ == RegistrationStatus::Pending)) {
    enqueue(Purpose::Report, std::move(report), c.id, 0, triggered);
    c.unsaid = false;
  } else {
    c.unsaid = c.unsaid || fresh;
  }
}

void Station::Impl::announceAll(bool onlyUnsaid, Steady now) {
  for (Connector& c : connectors_)
    if (!onlyUnsaid || c.unsaid) announce(c, now, true);
}

// Limits as profiles and the grid allow; the contactor follows from them and from the EV.
void Station::Impl::updatePower(Steady now) {
  const std::vector<Limit> limits = currentLimits(now);
  limitsAt_.reset();
  if (running() > 0)
    if (const auto change = nextLimitChange(wall(now))) limitsAt_ = (*change - clockOffset_).time_since_epoch();
  // Whoever gets less is told before whoever gets more, so that the limit of the station holds in between as well.
  for (const bool giving : {false, true})
    for (std::size_t i = 1; i < connectors_.size(); ++i) power(connectors_[i], limits[i], giving, now);
}

void Station::Impl::power(Connector& c, const Limit& limit, bool giving, Steady now) {
  const bool more = c.limit && (limit.perPhase > c.limit->perPhase || limit.phases > c.limit->phases);
  if ((!c.limit || !(*c.limit == limit)) && more == giving) {
    c.limit = limit;
    emit(SetLimit{c.id, limit.in(ChargingRateUnit::A, settings_.supply), limit.phases,
                  limit.in(ChargingRateUnit::W, settings_.supply)});
  }
  const bool flows = c.transaction && limit.perPhase > 0 && c.plug == Plug::Connected && c.evDraws && !isFaulted(c) &&
                     c.outlet.holds();
  if (flows == giving) c.outlet.supply(flows, now);
}

void Station::Impl::keepAvailability(const Connector& c) {
  const std::string key = "availability/" + std::to_string(c.id);
  if (c.operative && !c.scheduledInoperative)
    forget(key);
  else
    keep(key, "Inoperative");
}

// What the board owes an answer about.
void Station::Impl::tickOutlet(Connector& c, Steady now) {
  for (auto overdue = c.outlet.tick(now); overdue != Outlet::Overdue::Nothing; overdue = c.outlet.tick(now)) {
    BoardFault failure;
    const bool contactor = overdue == Outlet::Overdue::Contactor;
    failure.code = contactor ? ChargePointErrorCode::PowerSwitchFailure : ChargePointErrorCode::ConnectorLockFailure;
    failure.blocking = contactor;
    failure.info = contactor ? "the contactor did not open" : "the lock did not answer";
    note(Level::Error, "connector " + std::to_string(c.id) + ": " + failure.info + " in time");
    c.stuckTold = c.stuckTold || contactor;
    raise(c, failure);
  }
}

void Station::Impl::tickConnector(Connector& c, Steady now) {
  const auto due = [&](std::optional<Steady>& timer) {
    if (!timer || now < *timer) return false;
    timer.reset();
    return true;
  };
  if (due(c.announceAt)) announce(c, now);
  if (c.grant && now >= c.grant->until) {
    c.grant.reset();
    c.spent = c.plug != Plug::None;  // B6
    note(Level::Info, "connector " + std::to_string(c.id) + ": no transaction within ConnectionTimeOut");
  }
  if (due(c.preparingUntil) && c.plug != Plug::None && !c.transaction && !c.grant) c.spent = true;
  if (c.unlock && now >= c.unlock->until) {
    emit(Answer{c.unlock->id, ocpp::Response(UnlockConnector::Response{UnlockStatus::UnlockFailed})});
    c.unlock.reset();
  }
  tickOutlet(c, now);
  if (c.faultedSince && c.transaction && now >= *c.faultedSince + settings_.faultGrace) stop(c, Reason::Other, {}, now);
  if (due(c.sampleAt) && c.transaction) {
    c.sampleAt = now + std::max(seconds(Key::MeterValueSampleInterval), Steady(1000));
    sampleTransaction(c, Key::MeterValuesSampledData, ReadingContext::SamplePeriodic, now);
    addStopData(c, Key::StopTxnSampledData, ReadingContext::SamplePeriodic, wall(now));
  }
  if (due(c.keepMeterAt) && c.transaction) {
    c.keepMeterAt = now + settings_.keepMeterEvery;
    keepTransaction(c);
  }
}

}  // namespace station
