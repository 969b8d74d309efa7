// SPDX-License-Identifier: GPL-2.0-or-later
// TriggerMessage for chargers that do not have it, told from memory (EM-0..EM-6), and GetLog by GetDiagnostics (EM-11).
#include <algorithm>

#include "session/impl.h"

namespace session {

using namespace ocpp;

namespace {

constexpr int sampleIntervalUnknown = 300;  ///< Seconds; EM-4 accepts readings of twice this age.

constexpr std::size_t atMost(std::size_t value, std::size_t most) { return value < most ? value : most; }

}  // namespace

bool GatewaySession::Impl::triggerLocally(const CentralCall& call, Now now) {
  // In the order of MessageTrigger and of ExtendedMessageTrigger.
  static constexpr Trigger plain[] = {Trigger::Boot,      Trigger::DiagnosticsStatus, Trigger::FirmwareStatus,
                                      Trigger::Heartbeat, Trigger::MeterValues,       Trigger::Status};
  static constexpr Trigger extended[] = {Trigger::Boot,      Trigger::LogStatus,   Trigger::SignedFirmwareStatus,
                                         Trigger::Heartbeat, Trigger::MeterValues, Trigger::Unknown,
                                         Trigger::Status};
  std::vector<Request> then;
  if (const auto* request = std::get_if<TriggerMessage::Request>(&call.request)) {
    if (!lacks(version(), call.request)) return false;
    const Trigger trigger = plain[atMost(static_cast<std::size_t>(request->requestedMessage), 5)];
    TriggerMessage::Response response{triggered(trigger, request->connectorId, then, now)};
    answerCentral(call.id, Response(response));
  } else if (const auto* more = std::get_if<ExtendedTriggerMessage::Request>(&call.request)) {
    const Trigger trigger = extended[atMost(static_cast<std::size_t>(more->requestedMessage), 6)];
    ExtendedTriggerMessage::Response response{triggered(trigger, more->connectorId, then, now)};
    answerCentral(call.id, Response(response));
  } else {
    return false;
  }
  for (Request& request : then) submitOwn(std::move(request), now);  // EM-0: after the answer
  return true;
}

TriggerMessageStatus GatewaySession::Impl::triggered(Trigger trigger, std::optional<int> connectorId,
                                                     std::vector<Request>& then, Now now) {
  using Answer = TriggerMessageStatus;
  switch (trigger) {
    case Trigger::Boot:  // EM-1
      if (registered() || !boot_) return Answer::Rejected;
      then.push_back(boot_->request);
      return Answer::Accepted;
    case Trigger::Heartbeat:  // EM-2
      if (!online(now)) return Answer::Rejected;
      heartbeatAt_ = now.steady;
      then.push_back(Heartbeat::Request{});
      return Answer::Accepted;
    case Trigger::Status: return triggeredStatus(connectorId, then, now) ? Answer::Accepted : Answer::Rejected;
    case Trigger::MeterValues: return triggeredReadings(connectorId, then, now) ? Answer::Accepted : Answer::Rejected;
    case Trigger::Unknown: return Answer::NotImplemented;  // EM-6
    default: triggeredProgress(trigger, then); return Answer::Accepted;
  }
}

/// EM-3: with the times at which the charger said it.
bool GatewaySession::Impl::triggeredStatus(std::optional<int> connectorId, std::vector<Request>& then, Now now) {
  if (!online(now)) return false;
  if (!connectorId) {
    const Connector* whole = findConnector(0);
    if (!whole || !whole->record.raw.timestamp) {  // as ST-9
      StatusNotification::Request free;
      free.errorCode = ChargePointErrorCode::NoError;
      free.timestamp = DateTime{now.calendar, true};
      then.push_back(free);
    }
  }
  for (const Connector& each : connectors_)
    if (each.record.raw.timestamp && connectorId.value_or(each.record.connectorId) == each.record.connectorId)
      then.push_back(derived(each));
  return !then.empty();
}

/// EM-4.
bool GatewaySession::Impl::triggeredReadings(std::optional<int> connectorId, std::vector<Request>& then,
                                             Now now) const {
  const auto most = std::chrono::seconds(2 * numberSetting("MeterValueSampleInterval", sampleIntervalUnknown));
  for (const Connector& each : connectors_) {
    const bool wanted = connectorId.value_or(each.record.connectorId) == each.record.connectorId;
    if (!wanted || !each.reading || now.steady - each.reading->received > most) continue;
    MeterValues::Request values;
    values.connectorId = each.record.connectorId;
    values.transactionId = each.reading->transactionId;
    values.meterValue.push_back(each.reading->value);
    then.push_back(std::move(values));
  }
  return settings_.triggerMeterValues && !then.empty();
}

/// EM-5: what runs and was told, else Idle.
void GatewaySession::Impl::triggeredProgress(Trigger trigger, std::vector<Request>& then) const {
  const DiagnosticsStatus diagnostics =
      diagnosticsRun_ && diagnosticsStatus_ ? *diagnosticsStatus_ : DiagnosticsStatus::Idle;
  const bool updating = firmwareRuns_ && firmwareStatus_;
  if (trigger == Trigger::DiagnosticsStatus) then.push_back(DiagnosticsStatusNotification::Request{diagnostics});
  if (trigger == Trigger::LogStatus) {
    LogStatusNotification::Request log = logStatus(diagnostics, logRequestId_.value_or(0));
    if (!logRequestId_) log.requestId.reset();
    then.push_back(log);
  }
  if (trigger == Trigger::FirmwareStatus || (trigger == Trigger::SignedFirmwareStatus && updating))
    then.push_back(FirmwareStatusNotification::Request{updating ? *firmwareStatus_ : FirmwareStatus::Idle});
  else if (trigger == Trigger::SignedFirmwareStatus)
    then.push_back(SignedFirmwareStatusNotification::Request{SignedFirmwareStatus::Idle, std::nullopt});
}

LogStatusNotification::Request GatewaySession::Impl::logStatus(DiagnosticsStatus status, int requestId) {
  static constexpr UploadLogStatus words[] = {UploadLogStatus::Idle, UploadLogStatus::Uploaded,
                                              UploadLogStatus::UploadFailure, UploadLogStatus::Uploading};
  return {words[static_cast<std::size_t>(status)], requestId};  // in the order of DiagnosticsStatus
}

/// EM-11.
GetLog::Response GatewaySession::Impl::logStarted(const GetLog::Request& request,
                                                  const GetDiagnostics::Response& answer) {
  GetLog::Response response;
  response.status = LogStatus::Rejected;
  if (!answer.fileName || answer.fileName->empty()) return response;
  response.status = logRequestId_ ? LogStatus::AcceptedCanceled : LogStatus::Accepted;
  response.filename = *answer.fileName;
  logRequestId_ = request.requestId;
  diagnosticsRun_ = true;
  diagnosticsStatus_.reset();
  return response;
}

}  // namespace session
