// SPDX-License-Identifier: GPL-2.0-or-later
// Answers of the charger to what the back-end asked: what they prove, and what the back-end is told (4.2, 6.2, 7.3).
#include <algorithm>

#include "session/impl.h"

namespace session {

using namespace ocpp;

namespace {

constexpr Duration resetGrace = std::chrono::seconds(180);
constexpr std::size_t mostRemoteStarts = 4;

/// The action that the charger was asked for this CALL.
std::size_t askedAction(const Request& request) {
  return is<GetLog>(request) ? indexOf<GetDiagnostics> : request.index();
}

template <class R, class S>
bool has(const Response& response, S status) {
  const auto* typed = std::get_if<R>(&response);
  return typed && typed->status == status;
}

}  // namespace

void GatewaySession::Impl::fromCharger(ChargerReply reply, Now now) {
  const bool spoke = reply.response || reply.failure == ChargerFailure::Faulted;
  if (spoke) seen(now);
  if (timedOut_ && timedOut_->sent == reply.id) {  // section 7.3: late, but it happened
    note(Level::Info, "late answer to " + std::string(actionName(timedOut_->request)));
    if (reply.response && reply.response->index() == timedOut_->request.index())
      understood(*timedOut_, *reply.response, now);
    timedOut_.reset();
    return;
  }
  if (inCalls_.empty() || inCalls_.front()->sent != reply.id || reply.id == 0) return;
  InCall& call = *inCalls_.front();
  if (reply.response && reply.response->index() != askedAction(call.request)) {
    reply.response.reset();
    reply.failure = ChargerFailure::Malformed;
  }
  if (reply.response) {
    if (services_.toUtc) toUtc(*reply.response, services_.toUtc);
    if (fitResponse(*reply.response) > 0) note(Level::Info, "response of the charger: values cut to their limits");
    if (applied(call, *reply.response, now))
      finishInCall(std::move(*reply.response));
    else
      call.sent = 0;  // once more, or the next part
  } else {
    chargerFailed(call, reply, now);
  }
  pumpCharger();
  pump(now);
}

void GatewaySession::Impl::finishInCall(Result<Response> result) {
  const auto call = std::move(inCalls_.front());
  inCalls_.erase(inCalls_.begin());
  if (inCalls_.empty()) inCalls_.shrink_to_fit();
  if (call->answerable && !call->id.empty()) answerCentral(call->id, std::move(result));
}

/// Turns the charger's answer into the back-end's. False when the charger must be asked again first.
bool GatewaySession::Impl::applied(InCall& call, Response& response, Now now) {
  if (is<GetConfiguration>(call.request)) return keysAnswered(call, response);
  if (auto* changed = std::get_if<ChangeConfiguration::Response>(&response))
    if (!changeAnswered(call, *changed)) return false;
  if (const auto* log = std::get_if<GetLog::Request>(&call.request)) {  // EM-11
    response = logStarted(*log, std::get<GetDiagnostics::Response>(response));
    return true;
  }
  if (auto* list = std::get_if<SendLocalList::Response>(&response))
    if (list->status == UpdateStatus::HashError) list->status = UpdateStatus::Failed;  // 2.7
  const auto* unlock = std::get_if<UnlockConnector::Request>(&call.request);
  if (unlock && version() != Version::V16) {  // 2.6, erratum 3.87
    auto& status = std::get<UnlockConnector::Response>(response).status;
    const auto count = connectorCount();
    if (status == UnlockStatus::UnlockFailed && count && unlock->connectorId > *count)
      status = UnlockStatus::NotSupported;
  }
  if (auto* transfer = std::get_if<DataTransfer::Response>(&response))
    if (transfer->data && !isUtf8(*transfer->data)) transfer->data.reset();
  understood(call, response, now);
  return true;
}

/// TX-11: only what was not refused explains a stop.
void GatewaySession::Impl::noteEvidence(const InCall& call, const Response& response, Now now) {
  const bool did = has<RemoteStopTransaction::Response>(response, RemoteStartStopStatus::Accepted) ||
                   has<UnlockConnector::Response>(response, UnlockStatus::Unlocked) ||
                   has<Reset::Response>(response, ResetStatus::Accepted);
  if (!did) return evidence_.refused(call.sent);
  if (const Transaction changed = evidence_.accepted(call.sent, transactions_, now.steady)) keepRecord(*changed);
}

/// What an answer means for later (TX-11, RS-3, EM-5, SM-5).
void GatewaySession::Impl::understood(const InCall& call, const Response& response, Now now) {
  const Request& request = call.request;
  noteEvidence(call, response, now);
  if (const auto* start = std::get_if<RemoteStartTransaction::Request>(&request)) {
    if (!has<RemoteStartTransaction::Response>(response, RemoteStartStopStatus::Accepted)) return;
    if (remoteStarts_.size() == mostRemoteStarts) remoteStarts_.erase(remoteStarts_.begin());
    const auto connectorId = start->connectorId.value_or(0) > 0 ? start->connectorId : std::nullopt;
    remoteStarts_.push_back({connectorId, start->idTag, now.steady});
  } else if (is<Reset>(request)) {
    if (has<Reset::Response>(response, ResetStatus::Accepted)) graceUntil_ = now.steady + resetGrace;
  } else if (const auto* trigger = std::get_if<TriggerMessage::Request>(&request)) {
    if (trigger->requestedMessage == MessageTrigger::Heartbeat &&
        has<TriggerMessage::Response>(response, TriggerMessageStatus::Accepted))
      heartbeatAt_.reset();  // SM-5: the next one is asked for
  } else if (is<ClearCache>(request)) {
    if (has<ClearCache::Response>(response, ClearCacheStatus::Accepted)) forgetTags();
  } else if (is<UpdateFirmware>(request)) {
    firmwareRuns_ = true;
    firmwareStatus_.reset();
  } else if (const auto* started = std::get_if<GetDiagnostics::Response>(&response)) {
    diagnosticsRun_ = started->fileName.has_value();
    diagnosticsStatus_.reset();
    logRequestId_.reset();
  }
}

void GatewaySession::Impl::chargerFailed(InCall& call, const ChargerReply& reply, Now now) {
  const bool notSupported = reply.failure == ChargerFailure::Faulted && (reply.fault.code == FaultCode::NotSupported ||
                                                                         reply.fault.code == FaultCode::NotImplemented);
  if (notSupported) {  // section 6.2
    if (is<GetConfiguration>(call.request)) {
      Response nothing = GetConfiguration::Response{{}, call.remaining};
      call.remaining.clear();
      if (keysAnswered(call, nothing)) return finishInCall(std::move(nothing));
    }
    if (auto answer = answerForNotSupported(call.request)) {
      if (applied(call, *answer, now)) return finishInCall(std::move(*answer));
      call.sent = 0;
      return;
    }
  }
  if (reply.failure == ChargerFailure::Faulted && reply.fault.code == FaultCode::IdentityMismatch)
    note(Level::Warning, "another charger answers at the callback URL");
  note(Level::Warning, std::string(actionName(call.request)) + " failed: " + faultForCentral(reply).description);
  if (reply.failure == ChargerFailure::Timeout || reply.failure == ChargerFailure::Broken)
    evidence_.unanswered(call.sent, now.steady);
  else
    evidence_.refused(call.sent);
  if (reply.failure != ChargerFailure::Timeout) return finishInCall(faultForCentral(reply));
  auto remembered = std::make_unique<InCall>();
  remembered->request = call.request;
  remembered->sent = call.sent;
  finishInCall(faultForCentral(reply));
  timedOut_ = std::move(remembered);
}

}  // namespace session
