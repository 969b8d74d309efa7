// SPDX-License-Identifier: GPL-2.0-or-later
// StartTransaction, StopTransaction and MeterValues of the charger (TX-n, MV-n).
#include <algorithm>

#include "session/impl.h"
#include "session/metering.h"

namespace session {

using namespace ocpp;

namespace {
constexpr Duration remoteStartWindow = std::chrono::seconds(300);  // RS-3
constexpr std::size_t mostSamplesRemembered = 32;                  // EM-4
}  // namespace

void GatewaySession::Impl::onStart(ChargerRequest& request, Now now) {
  auto& start = std::get<StartTransaction::Request>(request.request);
  if (const int meant = asMeant(start).connectorId; meant != start.connectorId) {
    start.connectorId = meant;
    note(Level::Info, "StartTransaction: connector 0 of one is 1");
  }
  if (startsAgain(start))
    note(Level::Warning,
         "start-again: the same StartTransaction after its stop, by a clock that is not set, is a new one");
  if (repeatedStart(request, start, now)) return;
  Transaction orphaned;
  const Transaction record = transactions_.begin(start, services_.newKey(), now, orphaned);
  record->backend = settings_.backend;
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

/// G-9.
StartTransaction::Request GatewaySession::Impl::asMeant(StartTransaction::Request start) const {
  if (start.connectorId == 0 && connectorCount() == 1) start.connectorId = 1;
  return start;
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

/// SM-7: a charger without a clock says every start alike. When the transaction is over, or nobody's (TX-13), it means
/// another one; with a clock it repeats what it is not sure of after a crash.
bool GatewaySession::Impl::startsAgain(const Request& request) const {
  const auto* said = std::get_if<StartTransaction::Request>(&request);
  const Transaction known = said ? transactions_.sameStart(asMeant(*said)) : nullptr;
  if (!known || byClock(known->start, known->seen)) return false;
  const auto stops = [&](const OutCall& c) { return c.transaction == known && is<StopTransaction>(c.request); };
  return known->stop || known->state == TransactionState::Orphaned || outbox_.find(stops) != nullptr;
}

/// SM-7 key 2: the same start under a new MessageID.
bool GatewaySession::Impl::repeatedStart(const ChargerRequest& request, const StartTransaction::Request& start,
                                         Now now) {
  const Transaction known = transactions_.sameStart(start);
  if (!known || startsAgain(start)) return false;
  if (known->provisional || known->backendTxId) {
    if (known->state == TransactionState::Orphaned && known->backendTxId && !transactions_.openOn(known->connectorId)) {
      known->state = TransactionState::Active;  // delivered by the operator, and it says that it runs
      keepRecord(*known);
    }
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
  nameTransaction(stop, now);
  if (repeatedStop(request, stop, now)) return;
  const Transaction record = transactions_.bySoapId(stop.transactionId.value);
  if (request.version != Version::V16 && !stop.reason) {
    if (record) stop.reason = evidence_.reasonOf(*record, stop.idTag.has_value(), now.steady);  // TX-11
    if (stop.reason && record->stopEvidence != stop.reason) {  // a repeat must say the same (TX-12)
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

/// TX-3, TX-10: a stop that names no transaction (empty, nil, 0, a negative number that no back-end gave; QUIRKS P2,
/// X10) is that of the only open one, if nothing speaks against it.
void GatewaySession::Impl::nameTransaction(StopTransaction::Request& stop, Now now) {
  std::int64_t& id = stop.transactionId.value;
  if (id > 0 || transactions_.given(id) || !settings_.nameTransaction) return;
  const Transaction only = transactions_.onlyOpen();
  const bool open = only && isNamed(*only), fits = open && mayBeOf(*only, stop, now);
  // Without a clock the same words are said of each transaction: what runs comes before what is over (SM-7).
  if (const Transaction before = transactions_.stoppedThen(stop);
      before && (!fits || byClock(stop.timestamp.at, now.calendar))) {
    id = before->soapTxId;
    return;
  }
  if (!open) return;
  const std::string number = std::to_string(only->soapTxId);
  if (!fits)
    return note(Level::Warning,
                "stop-without-id: StopTransaction of " + std::to_string(id) + " does not fit the open " + number);
  note(Level::Warning, "stop-without-id: StopTransaction of " + std::to_string(id) + " taken for " + number,
       "lost-transaction");
  id = only->soapTxId;
}

bool GatewaySession::Impl::mayBeOf(const TransactionRecord& open, const StopTransaction::Request& stop, Now now) const {
  if (stop.meterStop < std::max(open.meterStart, open.lastRegister.value_or(open.meterStart))) return false;
  const bool clocks = byClock(open.start, open.seen) && byClock(stop.timestamp.at, now.calendar);
  if (clocks && stop.timestamp.at < open.start) return false;
  const bool sameTag = stop.idTag && equalFold(*stop.idTag, open.idTag);
  if (connectorCount().value_or(1) > 1) return sameTag;  // the other connector may run what we do not know
  const auto parent = open.startInfo ? open.startInfo->parentIdTag : std::nullopt;
  return sameTag || !stop.idTag || (parent && equalFold(*stop.idTag, *parent));
}

/// QUIRKS P4, TX-3: a number that nobody gave is none; with `fillTransaction` the connector's open transaction is
/// meant.
void GatewaySession::Impl::nameTransaction(MeterValues::Request& values) {
  if (values.transactionId && values.transactionId->value <= 0 && !transactions_.given(values.transactionId->value)) {
    note(Level::Info, "MeterValues of transaction " + std::to_string(values.transactionId->value) + " belong to none",
         "lost-transaction");
    values.transactionId.reset();
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
  rememberRegister(values);
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

/// TX-3. Kept together with a reading that is kept, else with the record's next change: a write of its own for each
/// reading would cost more than it saves, as a nameless stop behind a crash is rare.
void GatewaySession::Impl::rememberRegister(const MeterValues::Request& request) {
  const Transaction owner = request.transactionId ? transactions_.bySoapId(request.transactionId->value)
                                                  : transactions_.openOn(request.connectorId);
  if (!owner || !isOpen(*owner)) return;
  for (const MeterValue& reading : request.meterValue)
    if (const auto read = importRegister(reading)) owner->lastRegister = read;
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
