// SPDX-License-Identifier: GPL-2.0-or-later
// Transactions: how they start and stop, and what the central system says about them (OCPP 1.6 sections 4.8 and 4.10).
#include "station/impl.h"

namespace station {

using namespace ocpp;

void Station::Impl::keepTransaction(Connector& c) {
  keep("transaction/" + std::to_string(c.id), toRecord(*c.unreported()));
  if (c.ending) keep("ending/" + std::to_string(c.id), toRecord(c.ending->stop));
}

// Whoever waits for a connector that can be used (again): a tag shown for any cable, the tag of free charging, a grant.
void Station::Impl::serve(Connector& c, Steady now) {
  const bool fresh = c.plug != Plug::None && !c.transaction && !c.grant && !c.spent && usable(c);
  if (fresh && floatingGrant_ && !blockedByReservation(c.id, floatingGrant_->idTag, floatingGrant_->parentIdTag)) {
    c.grant = std::move(floatingGrant_);
    floatingGrant_.reset();
    c.preparingUntil.reset();
  } else if (fresh && settings_.freeTag && c.plug == Plug::Connected) {
    grant(c.id, *settings_.freeTag, {AuthorizationStatus::Accepted, {}, {}}, {}, now);
  }
  startIfReady(c, now);
}

void Station::Impl::startIfReady(Connector& c, Steady now) {
  if (!c.grant || c.plug != Plug::Connected || !usable(c)) return;
  const Grant grant = std::move(*c.grant);
  c.grant.reset();
  // Whoever can see the status sees that somebody came, except where plugging in is all it takes (A3 to A5).
  if (!settings_.freeTag) {
    c.grant = grant;
    settle(c, now);
    c.grant.reset();
  }
  start(c, grant, now);
}

void Station::Impl::start(Connector& c, const Grant& grant, Steady now) {
  Transaction transaction;
  transaction.connectorId = c.id;
  transaction.number = ++lastTransaction_;
  transaction.idTag = grant.idTag;
  transaction.parentIdTag = grant.parentIdTag;
  transaction.start = transaction.last = stamp(now);
  transaction.meterStart = transaction.meterLast = registerOf(c.readings).value_or(0);
  transaction.clockKnown = clockKnown_;
  StartTransaction::Request request;
  request.connectorId = c.id;
  request.idTag = grant.idTag;
  request.timestamp = transaction.start;
  request.meterStart = transaction.meterStart;
  request.reservationId = grant.reservationId;
  if (grant.reservationId) removeReservation(*grant.reservationId);
  keep("lastTransaction", std::to_string(lastTransaction_));
  c.transaction = std::move(transaction);
  c.spent = false;
  c.preparingUntil.reset();
  keepTransaction(c);
  queue_.add(std::move(request), {c.transaction->number, 0, clockKnown_}, ++lastOrder_);
  if (grant.profile) {
    const Profiles before = profiles_.all();
    const std::string problem = profiles_.install(c.id, *grant.profile, wall(now));
    keepProfiles(before);
    if (!problem.empty()) note(Level::Warning, "the profile of the remote start was not installed: " + problem);
  }
  c.outlet.lock(now);
  const Steady interval = seconds(Key::MeterValueSampleInterval);
  if (interval > Steady{}) c.sampleAt = now + interval;
  c.keepMeterAt = now + settings_.keepMeterEvery;
  addStopData(c, Key::StopTxnSampledData, ReadingContext::TransactionBegin, wall(now));
}

void Station::Impl::started(std::int64_t number, const StartTransaction::Request& request,
                            const StartTransaction::Response& response, Steady now) {
  // The delivered start was removed from the queue just now: that and the id must be kept together.
  queue_.identify(number, response.transactionId);
  const auto found = std::find_if(connectors_.begin(), connectors_.end(),
                                  [&](Connector& c) { return c.unreported() && c.unreported()->number == number; });
  if (found == connectors_.end()) return learn(request.idTag, response.idTagInfo, now);
  Transaction& transaction = *found->unreported();
  transaction.id = response.transactionId;
  if (response.idTagInfo.parentIdTag) transaction.parentIdTag = response.idTagInfo.parentIdTag;
  if (response.idTagInfo.status != AuthorizationStatus::Accepted && !transaction.invalid) {
    transaction.invalid = true;
    transaction.meterAtInvalid = transaction.meterLast;
  }
  keepTransaction(*found);
  learn(request.idTag, response.idTagInfo, now);
  checkInvalid(*found, now);
}

void Station::Impl::startGivenUp(std::int64_t number) {
  queue_.identify(number, {});
  for (Connector& c : connectors_) {
    if (!c.unreported() || c.unreported()->number != number) continue;
    c.unreported()->startLost = true;
    keepTransaction(c);
  }
}

// MaxEnergyOnInvalidId is delivered still; then the transaction stops, or only the energy (section 4.8).
bool Station::Impl::mayDeliver(const Connector& c) const {
  if (!c.transaction->invalid) return true;
  return c.transaction->meterLast - c.transaction->meterAtInvalid < configuration_.integer(Key::MaxEnergyOnInvalidId);
}

void Station::Impl::checkInvalid(Connector& c, Steady now) {
  if (c.transaction && !mayDeliver(c) && configuration_.boolean(Key::StopTransactionOnInvalidId))
    stop(c, Reason::DeAuthorized, {}, now);
}

// The one way by which a transaction ends while there is power. Its time and reason are those of now; the register is
// that of the moment when the contactor is open (A12), since until then the EV draws on.
void Station::Impl::stop(Connector& c, Reason reason, std::optional<IdToken> idTag, Steady now) {
  if (!c.transaction) return;
  const DecidedStop decided{c.transaction->number, reason, std::move(idTag), stamp(now)};
  // Section 4.8: a plug is not handed out to whoever comes by when its owner did not end the transaction.
  const bool byOwner =
      reason != Reason::DeAuthorized &&
      (reason != Reason::EVDisconnected || configuration_.boolean(Key::UnlockConnectorOnEVSideDisconnect));
  const bool retained = c.outlet.hasLock() && !byOwner && c.plug != Plug::None;
  if (retained) c.retainedFor = c.transaction->idTag;
  end(c, decided);
  if (!c.outlet.isOpen()) keepTransaction(c);  // a power cut finds it as it is
  reportIfOff(c);
  if (!retained) c.outlet.release();
}

void Station::Impl::end(Connector& c, DecidedStop stop) {
  if (stop.at.at < c.transaction->start.at) stop.at = c.transaction->start;  // the clock was set back
  c.ending = Ending{std::move(*c.transaction), std::move(stop)};
  c.transaction.reset();
  profiles_.forgetTransaction(c.id);
  c.sampleAt.reset();
  c.keepMeterAt.reset();
  c.spent = c.plug != Plug::None;
  if (c.scheduledInoperative) {
    c.scheduledInoperative = false;
    c.operative = false;
  }
  if (connectors_[0].scheduledInoperative && running() == 0) {
    connectors_[0].scheduledInoperative = false;
    connectors_[0].operative = false;
  }
}

// A contactor that does not open in its time holds up no bill.
void Station::Impl::reportIfOff(Connector& c) {
  if (!c.ending || c.outlet.closed() || c.outlet.opening()) return;
  const Ending ending = std::move(*c.ending);
  c.ending.reset();
  addStopData(c, Key::StopTxnSampledData, ReadingContext::TransactionEnd, ending.stop.at.at);
  report(c, ending);
}

void Station::Impl::report(Connector& c, const Ending& ending) {
  const Transaction& transaction = ending.transaction;
  StopTransaction::Request request;
  request.transactionId = transaction.id.value_or(TransactionId{-1});
  request.idTag = ending.stop.idTag;
  request.timestamp = ending.stop.at;
  request.meterStop = std::max(transaction.meterLast, transaction.meterStart);
  request.reason = ending.stop.reason;
  for (auto& each : c.stopData) request.transactionData.push_back(std::move(each.second));
  forgetStopData(c);
  queue_.add(std::move(request), {transaction.number, 0, clockKnown_ || transaction.clockKnown}, ++lastOrder_);
  forget("transaction/" + std::to_string(c.id));
  forget("ending/" + std::to_string(c.id));
}

void Station::Impl::stopAll(Reason reason, Steady now) {
  for (Connector& c : connectors_) stop(c, reason, {}, now);
}

// The meter counted on, or it did not: what it shows now is what was delivered. A stop that was decided keeps its time
// and reason; else the time is the last one known.
void Station::Impl::endAfterPowerLoss(Connector& c) {
  if (c.ending && (!c.transaction || c.transaction->number != c.ending->stop.number)) {
    forget("ending/" + std::to_string(c.id));  // the medium has lost the transaction
    c.ending.reset();
  }
  if (!c.transaction) return;
  Transaction& transaction = *c.transaction;
  transaction.meterLast = std::max(transaction.meterLast, registerOf(c.readings).value_or(0));
  transaction.clockKnown = true;  // counted in another run; it can not be corrected any more
  lastTransaction_ = std::max(lastTransaction_, transaction.number);
  std::sort(c.stopData.begin(), c.stopData.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  end(c, c.ending ? c.ending->stop : DecidedStop{transaction.number, Reason::PowerLoss, {}, transaction.last});
  report(c, *std::exchange(c.ending, std::nullopt));
}

}  // namespace station
