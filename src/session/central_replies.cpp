// SPDX-License-Identifier: GPL-2.0-or-later
// Outcomes of CALLs: what the charger is told, what is remembered, what follows (sections 4.1 and 7.2).
#include <algorithm>

#include "ocpp/plausible.h"
#include "session/impl.h"
#include "session/metering.h"

namespace session {

using namespace ocpp;

void GatewaySession::Impl::fromCentral(CentralReply reply, Now now) {
  OutCallPtr call;
  if (OutCall* asked = outbox_.onWire(); asked && asked->id == reply.id) {
    if (asked->late) reply.result = Response(*asked->late);
    call = outbox_.take(*asked);
  } else if (answeredLate(reply, now)) {
    return pump(now);
  } else {
    const auto late = std::find_if(late_.begin(), late_.end(), [&](const OutCallPtr& c) { return c->id == reply.id; });
    if (late == late_.end()) {
      note(Level::Debug, "answer to no question: " + reply.id);
      return;
    }
    call = std::move(*late);
    late_.erase(late);
  }
  outbox_.unsend(*call);
  ++refusals_.answers;
  if (reply.result && reply.result->index() != call->request.index())
    reply.result = Fault{FaultCode::InternalError, "answer to another action"};
  const bool start = is<StartTransaction>(call->request);
  if (reply.unreadable && call->transactional && !start) {  // section 7.2: the back-end has it
    note(Level::Warning, "unreadable answer to " + std::string(actionName(call->request)) +
                             " taken as success: " + reply.result.fault().description);
    reply.result =
        is<StopTransaction>(call->request) ? Response(StopTransaction::Response{}) : Response(MeterValues::Response{});
  }
  settle(std::move(call), std::move(reply.result), now);
  pump(now);
}

/// The transaction of a restored start, if it is known (TX-6).
Transaction GatewaySession::Impl::startedBy(const OutCall& call) const {
  if (call.starts != 0) return transactions_.byKey(call.starts);
  const auto& start = std::get<StartTransaction::Request>(call.request);
  return transactions_.startedBy(start, [&](const std::string& idTag) {  // SM-7: once each, by the tag as well
    return equalFold(TagAliases::tooLong(idTag) ? TagAliases::aliasOf(idTag, services_.sha1Hex) : idTag, start.idTag);
  });
}

/// A restored message finds its transaction.
void GatewaySession::Impl::link(OutCall& call, Now now) {
  if (call.transaction) return;
  if (const auto* stop = std::get_if<StopTransaction::Request>(&call.request))
    call.transaction = transactions_.bySoapId(stop->transactionId.value);
  const auto* start = std::get_if<StartTransaction::Request>(&call.request);
  if (!start) return;
  call.transaction = startedBy(call);
  if (call.transaction) return;
  if (call.starts == 0) call.starts = services_.newKey();
  call.transaction = transactions_.adopt(*start, call.starts, now);
}

void GatewaySession::Impl::settle(OutCallPtr call, Result<Response> result, Now now) {
  link(*call, now);
  if (is<BootNotification>(call->request)) refusals_.bootCloses = 0;
  if (!result) return failed(std::move(call), result.fault(), now);
  forgetQueued(*call);
  if (call->otherCelsius) celsius_ = otherCelsius();  // MV-8: it likes this one
  const Request& request = call->request;
  if (is<BootNotification>(request)) return bootAnswered(*call, std::get<BootNotification::Response>(*result), now);
  if (is<StartTransaction>(request)) return startAnswered(*call, std::get<StartTransaction::Response>(*result), now);
  if (is<MeterValues>(request)) refusals_.readingsUnheard = false;
  if (is<StopTransaction>(request)) return stopAnswered(*call, std::get<StopTransaction::Response>(*result), now);
  if (const auto* status = std::get_if<StatusNotification::Request>(&request)) statusAnswered(*status);
  if (auto* beat = std::get_if<Heartbeat::Response>(&*result)) {  // SM-5
    if (now.steady - call->sentAt <= settings_.heartbeatHold) measureCentralClock(beat->currentTime.at, now);
    mendCentralTime(beat->currentTime, now);
  }
  if (const auto* authorize = std::get_if<Authorize::Request>(&request))
    rememberTag(authorize->idTag, std::get<Authorize::Response>(*result).idTagInfo, now);
  if (is<LogStatusNotification>(request)) result = Response(DiagnosticsStatusNotification::Response{});  // EM-11
  if (auto* transfer = std::get_if<DataTransfer::Response>(&*result))
    if (transfer->data && !isXmlText(*transfer->data)) transfer->data.reset();  // L-6
  answerAll(*call, result, now);
}

/// SM-3 (c) and MV-8: faults after which the same message is sent once more.
bool GatewaySession::Impl::tryAgain(OutCallPtr& call, const Fault& fault) {
  if (link_ != Link::Up || draining_) return false;
  const bool boot = is<BootNotification>(call->request);
  if (fault.code == FaultCode::SecurityError && !boot && !call->repeatedAfterBoot) {
    call->repeatedAfterBoot = true;
    if (!boot_) {
      note(Level::Warning, "the back-end wants a BootNotification and the charger never sent one: making one up");
      boot_.emplace();
      boot_->version = version();
      boot_->request.chargePointVendor = settings_.bootVendor;
      boot_->request.chargePointModel = settings_.bootModel;
    }
    if (call->transaction) call->everSent = false;  // it was refused: nothing there to repeat for
    outbox_.pushFront(std::move(call));
    replayBoot();
    return true;
  }
  if (!isConstraint(fault.code) || call->otherCelsius || !spellCelsius(call->request, celsius_)) return false;
  call->otherCelsius = true;
  outbox_.pushFront(std::move(call));
  return true;
}

void GatewaySession::Impl::failed(OutCallPtr call, const Fault& fault, Now now) {
  if (tryAgain(call, fault)) return;
  if (is<BootNotification>(call->request)) bootAgainAt_ = now.steady + std::chrono::seconds(settings_.rejectedInterval);
  Verdict why = verdictOf(fault, *call);
  if (promised(*call)) return refused(std::move(call), std::move(why), now);
  const Fault told = faultForCharger(fault, kindOf(*call));
  refusedUnpromised(std::move(call), why, told, now);
}

void GatewaySession::Impl::startAnswered(OutCall& call, StartTransaction::Response response, Now now) {
  TransactionRecord& record = *call.transaction;
  rememberTag(record.idTag, response.idTagInfo, now);
  record.backendTxId = response.transactionId.value;
  record.backend = settings_.backend;
  if (!record.provisional)
    record.soapTxId = transactions_.nameForCharger(*record.backendTxId, call.transaction,
                                                   [this](std::int64_t id) { return aside_.find(id) != nullptr; });
  if (record.state == TransactionState::Starting) record.state = TransactionState::Active;
  record.authorized = response.idTagInfo.status == AuthorizationStatus::Accepted;
  record.startInfo = response.idTagInfo;
  if (record.provisional && !record.authorized && isOpen(record)) {  // TX-7
    record.stopEvidence = Reason::DeAuthorized;
    ask(RemoteStopTransaction::Request{TransactionId{*record.backendTxId}});
  }
  keepRecord(record);
  const auto& start = std::get<StartTransaction::Request>(call.request);
  const auto letter = refusals_.deadStart(start);
  if (letter != refusals_.deadStarts.end() && isPlausible(start.timestamp.at)) {  // SM-7: billed once
    note(Level::Info, "dead letter " + std::to_string(letter->number) +
                          " is settled: the charge point has said the same start again, and it was taken");
    forgetRecord(*letter);
    refusals_.deadStarts.erase(letter);
  }
  response.transactionId.value = record.soapTxId;
  answerAll(call, Response(response), now);
  synthesise(record.connectorId, {record.start, true}, now);  // ST-8
}

void GatewaySession::Impl::stopAnswered(OutCall& call, const StopTransaction::Response& response, Now now) {
  const auto& stop = std::get<StopTransaction::Request>(call.request);
  if (stop.idTag && response.idTagInfo) rememberTag(*stop.idTag, *response.idTagInfo, now);
  if (!call.transaction) rememberUnknownStop(call, stop, now);
  TransactionRecord& record = *call.transaction;
  record.stopInfo = response.idTagInfo;
  finish(record, stop, TransactionState::Closed);
  answerAll(call, Response(response), now);
  if (record.connectorId > 0) synthesise(record.connectorId, stop.timestamp, now);  // ST-8
}

/// TX-10: so that a repeated stop of an unknown transaction is known (SM-7 key 2).
void GatewaySession::Impl::rememberUnknownStop(OutCall& call, const StopTransaction::Request& stop, Now now) {
  TransactionRecord unknown;
  unknown.soapTxId = stop.transactionId.value;
  unknown.backendTxId = stop.transactionId.value;
  unknown.connectorId = strangeConnector;
  unknown.start = stop.timestamp.at;
  unknown.seen = unknown.heard = now.calendar;
  unknown.key = services_.newKey();
  unknown.backend = settings_.backend;
  call.transaction = transactions_.add(unknown, now);
  trimTransactions();
}

void GatewaySession::Impl::statusAnswered(const StatusNotification::Request& request) {
  if (Connector* known = findConnector(request.connectorId)) {
    known->record.delivered = request;
    known->unsaid = false;
    known->closed.reset();
    keepRecord(known->record);
  }
}

}  // namespace session
