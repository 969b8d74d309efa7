// SPDX-License-Identifier: GPL-2.0-or-later
// CALLs of the back-end: what is answered here, and what the charger is asked, one at a time (sections 4.2, 6, SM-11).
#include <algorithm>
#include <limits>
#include <set>

#include "session/config_keys.h"
#include "session/impl.h"

namespace session {

using namespace ocpp;

namespace {

constexpr std::size_t mostInCalls = 32;
constexpr std::size_t mostKeys = 1000;  // that a CALL may name (C1)

Fault property(const char* text) { return {FaultCode::PropertyConstraintViolation, text}; }

std::optional<Fault> wrongList(const SendLocalList::Request& list) {
  if (list.listVersion <= 0) return property("listVersion must be positive");  // erratum 3.52
  std::set<std::string> seen;
  for (const AuthorizationData& entry : list.localAuthorizationList) {
    if (!seen.insert(folded(entry.idTag)).second) return property("an idTag stands twice in the list");
    if (list.updateType == UpdateType::Full && !entry.idTagInfo)
      return Fault{FaultCode::OccurenceConstraintViolation, "idTagInfo is required in a Full list"};
  }
  return std::nullopt;
}

}  // namespace

void GatewaySession::Impl::fromCentral(CentralCall call, Now now) {
  if (Actions::senders[call.request.index()] == Role::ChargePoint)
    return answerCentral(call.id, Fault{FaultCode::NotImplemented, "charge points do not serve this action"});
  if (leaving_) return answerCentral(call.id, Fault{FaultCode::InternalError, "this charge point is being removed"});
  if (!version_) return answerCentral(call.id, Fault{FaultCode::GenericError, "charge point not heard of yet"});
  if (const auto fault = wrongCall(call.request)) return answerCentral(call.id, *fault);
  if (!answeredLocally(call, now)) {
    if (inCalls_.size() >= mostInCalls)
      return answerCentral(call.id, Fault{FaultCode::InternalError, "too many CALLs are waiting"});
    auto waiting = std::make_unique<InCall>();
    waiting->id = std::move(call.id);
    waiting->request = std::move(call.request);
    if (const auto* keys = std::get_if<GetConfiguration::Request>(&waiting->request))
      for (const auto& key : keys->key)
        if (ownerOf(key, version()) == Owner::Charger || ownerOf(key, version()) == Owner::Fallback)
          waiting->remaining.push_back(key);
    inCalls_.push_back(std::move(waiting));
    pumpCharger();
  }
  pump(now);
}

std::optional<Fault> GatewaySession::Impl::wrongCall(const Request& request) const {
  if (const auto* list = std::get_if<SendLocalList::Request>(&request))
    if (const auto fault = wrongList(*list)) return fault;
  const auto* get = std::get_if<GetConfiguration::Request>(&request);
  if (get && get->key.size() > mostKeys) return property("more than 1000 keys");
  return unfitForXml(request);  // L-6
}

/// Negative answers that the charger would not give better.
std::optional<Response> GatewaySession::Impl::refusal(const Request& request) const {
  const bool start = is<RemoteStartTransaction>(request), stop = is<RemoteStopTransaction>(request);
  const RemoteStartTransaction::Response noStart{RemoteStartStopStatus::Rejected};
  const RemoteStopTransaction::Response noStop{RemoteStartStopStatus::Rejected};
  if (pending() && start) return noStart;  // RS-4
  if (pending() && stop) return noStop;
  if (const auto* remote = std::get_if<RemoteStartTransaction::Request>(&request))
    if (remote->chargingProfile && version() != Version::V16 && settings_.remoteStartProfileReject)
      return noStart;  // RS-1
  bool fits = true;
  std::visit(
      [&](const auto& message) {
        forEach<TransactionId>(message, [&](const TransactionId& id) {
          const std::int64_t known = transactions_.toCharger(id.value);
          fits = fits && known >= std::numeric_limits<std::int32_t>::min() &&
                 known <= std::numeric_limits<std::int32_t>::max();
        });
      },
      request);
  if (!fits && start) return noStart;
  if (!fits && stop) return noStop;
  if (!fits) return SetChargingProfile::Response{ChargingProfileStatus::Rejected};
  if (const auto* transfer = std::get_if<DataTransfer::Request>(&request))
    if (transfer->data && !isXmlText(*transfer->data) && !lacks(version(), request))
      return DataTransfer::Response{DataTransferStatus::Rejected, {}};  // L-6
  if (const auto* reserve = std::get_if<ReserveNow::Request>(&request)) {
    const SettingRecord* zero = setting("ReserveConnectorZeroSupported");
    if (reserve->connectorId == 0 && zero && equalFold(zero->value, "false"))
      return ReserveNow::Response{ReservationStatus::Rejected};
  }
  return std::nullopt;
}

bool GatewaySession::Impl::answeredLocally(CentralCall& call, Now now) {
  if (const auto refused = refusal(call.request)) {
    answerCentral(call.id, *refused);
    return true;
  }
  if (configurationLocally(call, now) || triggerLocally(call, now)) return true;
  if (!lacks(version(), call.request)) return false;
  const auto* log = std::get_if<GetLog::Request>(&call.request);
  if (log && log->logType == LogType::DiagnosticsLog) return false;  // EM-11
  const auto negative = answerForLacking(call.request);
  if (settings_.callErrorForUnsupported || !negative)
    answerCentral(call.id,
                  Fault{FaultCode::NotSupported, "OCPP " + std::string(name(version())) + " has no such operation"});
  else
    answerCentral(call.id, *negative);
  return true;
}

/// A request of our own to the charger (TX-7).
void GatewaySession::Impl::ask(Request request) {
  auto own = std::make_unique<InCall>();
  own->request = std::move(request);
  inCalls_.push_back(std::move(own));
  pumpCharger();
}

void GatewaySession::Impl::pumpCharger() {
  if (inCalls_.empty() || inCalls_.front()->sent != 0) return;
  InCall& call = *inCalls_.front();
  call.sent = ++chargerRequestId_;
  evidence_.asked(call.sent, call.request, transactions_);
  emit(ToCharger{call.sent, version(), translated(call)});
}

/// Section 4.2: what this charger's version says.
Request GatewaySession::Impl::translated(InCall& call) {
  if (is<GetConfiguration>(call.request)) return nextKeys(call);
  if (const auto* log = std::get_if<GetLog::Request>(&call.request)) {  // EM-11
    GetDiagnostics::Request diagnostics;
    diagnostics.location = Uri(log->log.remoteLocation);
    diagnostics.startTime = log->log.oldestTimestamp;
    diagnostics.stopTime = log->log.latestTimestamp;
    diagnostics.retries = log->retries;
    diagnostics.retryInterval = log->retryInterval;
    return diagnostics;
  }
  Request request = call.request;
  if (auto* start = std::get_if<RemoteStartTransaction::Request>(&request)) {
    if (version() != Version::V16) start->chargingProfile.reset();  // RS-1
    if (start->connectorId.value_or(0) == 0) {                      // RS-2
      start->connectorId.reset();
      if (connectorCount() == 1) start->connectorId = 1;
    }
  }
  if (auto* change = std::get_if<ChangeConfiguration::Request>(&request)) {
    std::string_view key = keyFor(version(), change->key);
    if (call.secondSpelling || (otherKeySpelling_ && !otherSpelling(key).empty())) key = otherSpelling(key);
    if (call.secondSpelling && otherKeySpelling_) key = keyFor(version(), change->key);
    change->key = Key<50>(std::string(key));
    if (version() != Version::V16 && isMeasurandList(change->key))
      change->value = measurandsFor15(change->value).value_or(change->value);  // CK-5
  }
  std::visit(  // TX-1
      [&](auto& message) {
        forEach<TransactionId>(message, [&](TransactionId& id) { id.value = transactions_.toCharger(id.value); });
      },
      request);
  aliases_.putBack(request);  // L-8
  return request;
}

}  // namespace session
