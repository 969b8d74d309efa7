// SPDX-License-Identifier: GPL-2.0-or-later
// StartTransaction, StopTransaction and MeterValues of the charger (TX-n, MV-n).
#include <algorithm>

#include "session/impl.h"
#include "session/metering.h"

namespace session {

using namespace ocpp;

namespace {
constexpr Duration remoteStartWindow = std::chrono::seconds(300);  // RS-3
constexpr Duration unlockWindow = std::chrono::seconds(60);        // TX-11
constexpr Duration resetWindow = std::chrono::minutes(5);
constexpr std::size_t mostSamplesRemembered = 32;  // EM-4
}  // namespace

void GatewaySession::Impl::onStart(ChargerRequest& request, Now now) {
  auto& start = std::get<StartTransaction::Request>(request.request);
  if (start.connectorId == 0 && connectorCount() == 1) {  // G-9
    start.connectorId = 1;
    note(Level::Info, "StartTransaction: connector 0 of one is 1");
  }
  if (repeatedStart(request, start, now)) return;
  Transaction orphaned;
  const Transaction record = transactions_.begin(start, now, orphaned);
  if (orphaned) keepRecord(*orphaned);
  trimTransactions();
  if (Connector* known = findConnector(start.connectorId)) known->record.releasePending = known->zeroPower = false;
  noteRemoteStart(start, now);
  if (TagAliases::tooLong(start.idTag)) start.idTag = aliasFor(start.idTag);  // L-8
  auto call = callFor(request, now);
  call->transaction = record;
  call->transactional = true;
  submit(std::move(call), now);
}

/// L-8: the alias may come back in a RemoteStartTransaction or SendLocalList, also after a restart.
IdToken GatewaySession::Impl::aliasFor(const std::string& idTag) {
  const std::string alias = TagAliases::aliasOf(idTag, services_.sha1Hex);
  if (!aliases_.knows(alias)) {
    if (const auto old = aliases_.makeRoom()) forgetRecord(AliasRecord{old->alias, old->idTag});
    aliases_.put(alias, idTag);
    keepRecord(AliasRecord{alias, idTag});
  }
  return IdToken(alias);
}

void GatewaySession::Impl::noteRemoteStart(const StartTransaction::Request& start, Now now) {
  const auto fits = [&](const RemoteStart& wish) {
    return now.steady - wish.at <= remoteStartWindow && equalFold(wish.idTag, start.idTag) &&
           wish.connectorId.value_or(start.connectorId) == start.connectorId;
  };
  const auto wish = std::find_if(remoteStarts_.begin(), remoteStarts_.end(), fits);
  if (wish == remoteStarts_.end()) return;
  remoteStarts_.erase(wish);
  note(Level::Debug, "StartTransaction follows a RemoteStartTransaction");  // RS-3
}

/// SM-7 key 2: the same start under a new MessageID.
bool GatewaySession::Impl::repeatedStart(const ChargerRequest& request, const StartTransaction::Request& start,
                                         Now now) {
  const Transaction known = transactions_.sameStart(start);
  if (!known) return false;
  if (known->provisional || known->backendTxId) {
    StartTransaction::Response response;
    response.transactionId.value = known->soapTxId;
    if (known->startInfo) response.idTagInfo = *known->startInfo;
    answer({request.exchange, request.version}, Response(response));
    return true;
  }
  const auto same = [&](const OutCallPtr& c) { return c->transaction == known; };
  const auto late = std::find_if(late_.begin(), late_.end(), same);
  if (late != late_.end()) {  // the back-end never answered: once more, word for word (TX-12)
    outbox_.unsend(**late);
    outbox_.push(std::move(*late));
    late_.erase(late);
  }
  OutCall* running = outbox_.find([&](const OutCall& c) { return c.transaction == known; });
  if (!running) {  // known from an earlier process only
    transactions_.remove(known);
    return false;
  }
  attach(*running, request, now);
  return true;
}

void GatewaySession::Impl::attach(OutCall& call, const ChargerRequest& request, Now now) {
  if (call.waiters.empty()) call.holdUntil = now.steady + settings_.soapHold;
  call.waiters.push_back({request.exchange, request.version});
  if (const auto why = obstacle())
    giveUp(call, *why, now);
  else if (call.kept != 0)
    giveUp(call, Why::Slow, now);  // TX-9: it is taken already
}

void GatewaySession::Impl::onStop(ChargerRequest& request, Now now) {
  auto& stop = std::get<StopTransaction::Request>(request.request);
  nameTransaction(stop);
  if (repeatedStop(request, stop, now)) return;
  const Transaction record = transactions_.bySoapId(stop.transactionId.value);
  if (request.version != Version::V16 && !stop.reason) {
    stop.reason = stopReason(stop, record.get(), now);
    if (stop.reason && record && record->stopEvidence != stop.reason) {  // a repeat must say the same (TX-12)
      record->stopEvidence = stop.reason;
      keepRecord(*record);
    }
  }
  if (settings_.alwaysSendReason && !stop.reason) stop.reason = Reason::Local;  // 4.3 item 9
  if (stop.idTag && TagAliases::tooLong(*stop.idTag)) stop.idTag.reset();       // L-8
  completeMeterValues(request.version, stop.transactionData);
  auto call = callFor(request, now);
  call->transaction = record;
  call->transactional = true;
  submit(std::move(call), now);
}

/// A stop that names no transaction (QUIRKS P2, X10: empty, nil or 0) means the only one that is open.
void GatewaySession::Impl::nameTransaction(StopTransaction::Request& stop) {
  if (stop.transactionId.value != 0 || transactions_.bySoapId(0) || !settings_.nameTransaction) return;
  Transaction only;
  for (const Transaction& each : transactions_.all()) {
    if (each->stop == stop.timestamp.at && each->meterStop == stop.meterStop) {  // said before
      stop.transactionId.value = each->soapTxId;
      return;
    }
    if (!isOpen(*each)) continue;
    if (only) return;
    only = each;
  }
  if (!only || only->soapTxId == 0) return;
  note(Level::Warning, "StopTransaction without transactionId taken for " + std::to_string(only->soapTxId),
       "lost-transaction");
  stop.transactionId.value = only->soapTxId;
}

/// QUIRKS P4: number 0 is none; with `fillTransaction` the connector's open transaction is meant.
void GatewaySession::Impl::nameTransaction(MeterValues::Request& values) {
  if (values.transactionId && values.transactionId->value == 0 && !transactions_.bySoapId(0)) {
    values.transactionId.reset();
    note(Level::Info, "MeterValues of transaction 0 belong to none", "lost-transaction");
  }
  if (values.transactionId || !settings_.fillTransaction) return;
  const Transaction open = transactions_.openOn(values.connectorId);
  if (!open || !(open->backendTxId || open->provisional)) return;
  values.transactionId = TransactionId{open->soapTxId};
  note(Level::Info, "MeterValues belong to transaction " + std::to_string(open->soapTxId), "fill-transaction");
}

bool GatewaySession::Impl::repeatedStop(const ChargerRequest& request, const StopTransaction::Request& stop, Now now) {
  const auto same = [&](const OutCall& c) {
    const auto* other = std::get_if<StopTransaction::Request>(&c.request);
    return other && other->transactionId == stop.transactionId && other->timestamp == stop.timestamp &&
           other->meterStop == stop.meterStop;
  };
  if (OutCall* running = outbox_.find(same)) {
    attach(*running, request, now);
    return true;
  }
  const Transaction known = transactions_.stoppedBy(stop);
  if (!known) return false;
  StopTransaction::Response response;
  response.idTagInfo = known->stopInfo;
  answer({request.exchange, request.version}, Response(response));
  return true;
}

/// TX-11: only evidence makes a reason; the first that fits.
std::optional<Reason> GatewaySession::Impl::stopReason(const StopTransaction::Request& stop,
                                                       const TransactionRecord* record, Now now) const {
  const bool byTag = stop.idTag.has_value();
  if (record && record->stopEvidence && record->stopEvidence != Reason::DeAuthorized) return record->stopEvidence;
  const bool unlocked = record && evidence_.unlockAt && evidence_.unlocked == record->connectorId;
  if (unlocked && now.steady - *evidence_.unlockAt <= unlockWindow) return Reason::UnlockCommand;
  const bool reset = evidence_.resetAt && now.steady - *evidence_.resetAt <= resetWindow;
  if (byTag) return std::nullopt;
  if (reset) return evidence_.reset;
  if (record && (!record->authorized || record->stopEvidence == Reason::DeAuthorized)) return Reason::DeAuthorized;
  if (record && evidence_.bootAt > record->seen) return Reason::Reboot;
  return std::nullopt;
}

void GatewaySession::Impl::finish(TransactionRecord& record, const StopTransaction::Request& stop,
                                  TransactionState state) {
  record.stop = stop.timestamp.at;
  record.meterStop = stop.meterStop;
  record.state = state;
  keepRecord(record);
  released(record.connectorId);
}

void GatewaySession::Impl::onMeterValues(ChargerRequest& request, Now now) {
  auto& values = std::get<MeterValues::Request>(request.request);
  if (request.version != Version::V12) nameTransaction(values);
  completeMeterValues(request.version, values.meterValue);
  if (values.meterValue.empty()) {  // MV-1
    answer({request.exchange, request.version}, Response(MeterValues::Response{}));
    return;
  }
  rememberReading(values, now);
  if (request.version == Version::V12 && !values.transactionId) {  // MV-2
    auto parts = splitByTransaction(std::move(values), transactions_);
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
      auto part = std::make_unique<OutCall>();
      part->version = request.version;
      part->transactional = parts[i].transactionId.has_value();
      part->request = std::move(parts[i]);
      submit(std::move(part), now);
    }
    values = std::move(parts.back());
  }
  const bool transactional = values.transactionId.has_value();
  auto call = callFor(request, now);
  call->transactional = transactional;
  submit(std::move(call), now);
}

void GatewaySession::Impl::rememberReading(const MeterValues::Request& request, Now now) {
  Connector* known = connector(request.connectorId);
  const MeterValue& last = request.meterValue.back();
  if (!known) return;
  if (settings_.inferPower) inferPower(*known, last, now);
  if (!settings_.triggerMeterValues || last.sampledValue.size() > mostSamplesRemembered) return;
  if (!known->reading) known->reading = std::make_unique<LastReading>();
  *known->reading = {now.steady, request.transactionId, last};
  if (version() != Version::V12 || request.transactionId) return;
  if (const Transaction open = transactions_.openOn(request.connectorId); open && open->backendTxId)
    known->reading->transactionId = TransactionId{open->soapTxId};
}

}  // namespace session
