// SPDX-License-Identifier: GPL-2.0-or-later
// Requests of the charger that are no transaction messages: what is answered here, what is forwarded and how.
#include <algorithm>

#include "ocpp/plausible.h"
#include "session/impl.h"

namespace session {

using namespace ocpp;

namespace {

/// SM-5: a charger's own clock wobbles; a heartbeat a little early still counts as the next one.
constexpr Duration heartbeatTolerance = std::chrono::seconds(5);
constexpr Duration heartbeatMost = std::chrono::hours(24);

}  // namespace

void GatewaySession::Impl::seen(Now now) {
  lastSeen_ = now.calendar;
  seenAt_ = now.steady;
}

/// SM-5: told by its distance from the steady clock, so that setting our calendar does not change what chargers hear.
void GatewaySession::Impl::measureCentralClock(Instant told, Now now) {
  if (isPlausible(told))
    centralClock_ = told.time_since_epoch() - now.steady.time_since_epoch();
  else
    centralClock_.reset();
}

/// SM-5: our own time instead of one that the back-end did not say, cannot have meant, or that cannot be read.
void GatewaySession::Impl::mendCentralTime(DateTime& told, Now now) {
  const bool mends = !isPlausible(told.at);
  if (mends && !centralClockMended_)  // said once, not with every heartbeat
    note(Level::Warning, "the back-end's currentTime is missing or before 2010: chargers are told the bridge's time");
  centralClockMended_ = mends;
  if (mends) told = {bridgeTime(now), true};
}

/// Our own time; while nobody has set our clock, what the back-end has said lately.
Instant GatewaySession::Impl::bridgeTime(Now now) const {
  return isPlausible(now.calendar) ? now.calendar : centralTime(now);
}

/// What the back-end would say, or our own time as long as it has said nothing.
Instant GatewaySession::Impl::centralTime(Now now) const {
  return centralClock_ ? Instant(now.steady.time_since_epoch() + *centralClock_) : now.calendar;
}

void GatewaySession::Impl::fromCharger(ChargerRequest request, Now now) {
  seen(now);
  version_ = request.version;
  if (services_.toUtc) toUtc(request.request, services_.toUtc);
  wantCentral(now);
  if (Actions::senders[request.request.index()] == Role::CentralSystem) {
    answer({request.exchange, request.version}, Fault{FaultCode::NotSupported, "not an operation of a charge point"});
  } else if (!repeated(request, now) && !awaitsStore(request)) {
    handle(request, now);
  }
  pump(now);
}

void GatewaySession::Impl::handle(ChargerRequest& request, Now now) {
  std::visit(
      [&](const auto& message) {
        using M = std::decay_t<decltype(message)>;
        if constexpr (std::is_same_v<M, BootNotification::Request>) return onBoot(request, now);
        if constexpr (std::is_same_v<M, Heartbeat::Request>) return onHeartbeat(request, now);
        if constexpr (std::is_same_v<M, Authorize::Request>) return onAuthorize(request, now);
        if constexpr (std::is_same_v<M, StatusNotification::Request>) return onStatus(request, now);
        if constexpr (std::is_same_v<M, StartTransaction::Request>) return onStart(request, now);
        if constexpr (std::is_same_v<M, StopTransaction::Request>) return onStop(request, now);
        if constexpr (std::is_same_v<M, MeterValues::Request>) return onMeterValues(request, now);
        if constexpr (std::is_same_v<M, DataTransfer::Request>) return onDataTransfer(request, now);
        if constexpr (std::is_same_v<M, FirmwareStatusNotification::Request>) return onFirmwareStatus(request, now);
        if constexpr (std::is_same_v<M, DiagnosticsStatusNotification::Request>)
          return onDiagnosticsStatus(request, now);
        submit(callFor(request, now), now);
      },
      request.request);
}

/// SM-7 key 1: the same bytes under the same MessageID.
bool GatewaySession::Impl::repeated(const ChargerRequest& request, Now now) {
  if (is<Heartbeat>(request.request) || startsAgain(request.request)) return false;
  const auto key = Repeats::keyOf(request);
  if (!key) return false;
  const auto same = [&](const OutCall& call) { return call.repeatKey == key; };
  if (OutCall* running = outbox_.find(same)) {
    attach(*running, request, now);
    return true;
  }
  const Response* before = repeats_.find(*key, now.steady);
  if (before) answer({request.exchange, request.version}, *before);
  return before != nullptr;
}

OutCallPtr GatewaySession::Impl::callFor(ChargerRequest& request, Now now) const {
  auto call = std::make_unique<OutCall>();
  call->repeatKey = Repeats::keyOf(request);
  call->request = std::move(request.request);
  call->version = request.version;
  call->waiters.push_back({request.exchange, request.version});
  call->holdUntil = now.steady + settings_.soapHold;
  return call;
}

void GatewaySession::Impl::chargerLeft(Exchange exchange) {
  const auto leave = [&](OutCall& call) {
    auto& waiters = call.waiters;
    const auto gone = [&](const Waiter& w) { return w.exchange == exchange; };
    waiters.erase(std::remove_if(waiters.begin(), waiters.end(), gone), waiters.end());
  };
  for (auto& call : outbox_.all()) leave(*call);  // what it asked for goes on (SM-13)
  for (ChargerRequest& each : awaiting_)
    if (each.exchange == exchange) each.exchange = nobody;
}

void GatewaySession::Impl::onBoot(ChargerRequest& request, Now now) {
  if (fitRequest(request.request) > 0) note(Level::Warning, "BootNotification: values cut to their limits");
  const auto& boot = std::get<BootNotification::Request>(request.request);
  evidence_.booted(transactions_);
  if (boot_ && boot_->request.firmwareVersion != boot.firmwareVersion) forgetLearned();  // EM-7
  if (!boot_) boot_.emplace();
  boot_->version = request.version;
  boot_->request = boot;
  boot_->unsent = true;
  refusals_.bootBarred = false;
  refusals_.bootCloses = 0;
  keepRecord(*boot_);
  for (Connector& each : connectors_) each.reported = false;
  if (rejected() && link_ == Link::Waiting) open(now);  // SM-4
  const auto waiting = [](const OutCall& c) { return is<BootNotification>(c.request) && !c.onWire(); };
  if (OutCall* queued = outbox_.find(waiting)) {
    queued->request = std::move(request.request);
    if (queued->waiters.empty()) queued->holdUntil = now.steady + settings_.soapHold;
    queued->waiters.push_back({request.exchange, request.version});
    return;
  }
  submit(callFor(request, now), now);
}

void GatewaySession::Impl::onHeartbeat(const ChargerRequest& request, Now now) {
  const int interval = boot_ && boot_->interval > 0 ? boot_->interval : settings_.defaultInterval;
  const Duration every = std::min<Duration>(std::chrono::seconds(interval), heartbeatMost);
  const bool surplus = heartbeatAt_ && now.steady - *heartbeatAt_ + std::min(heartbeatTolerance, every / 10) < every;
  const auto why = obstacle();
  if (surplus && !why) {  // SM-5
    answer({request.exchange, request.version}, Response(Heartbeat::Response{{centralTime(now), true}}));
    return;
  }
  if (!why) heartbeatAt_ = now.steady;
  auto call = std::make_unique<OutCall>();
  call->request = Heartbeat::Request{};
  call->version = request.version;
  call->waiters.push_back({request.exchange, request.version});
  call->holdUntil = now.steady + settings_.heartbeatHold;
  submit(std::move(call), now);
}

void GatewaySession::Impl::onAuthorize(ChargerRequest& request, Now now) {
  const auto& tag = std::get<Authorize::Request>(request.request).idTag;
  if (TagAliases::tooLong(tag)) {  // L-8
    Authorize::Response invalid;
    invalid.idTagInfo.status = AuthorizationStatus::Invalid;
    note(Level::Warning, "Authorize: idTag longer than 20 characters answered Invalid");
    answer({request.exchange, request.version}, Response(invalid));
    return;
  }
  submit(callFor(request, now), now);
}

void GatewaySession::Impl::onStatus(ChargerRequest& request, Now now) {
  if (fitRequest(request.request) > 0) note(Level::Info, "StatusNotification: values cut to their limits");
  auto& raw = std::get<StatusNotification::Request>(request.request);
  if (!raw.timestamp) raw.timestamp = DateTime{now.calendar, true};  // always set: delivery may be late (SM-14)
  if (Connector* known = connector(raw.connectorId)) {
    known->record.raw = raw;
    known->reported = known->unsaid = true;
    if (raw.status != ChargePointStatus::Occupied) known->record.releasePending = false;
    raw = derived(*known);
    keepRecord(known->record);
  } else {
    raw = deriveNotification(request.version, raw, {}, settings_.strictStatus);
  }
  if (barred(raw)) {  // ER-3: word for word what the back-end closes the connection behind
    answer({request.exchange, request.version}, Response(StatusNotification::Response{}));
    return;
  }
  const auto waiting = [&](const OutCall& c) {
    const auto* status = std::get_if<StatusNotification::Request>(&c.request);
    return status && status->connectorId == raw.connectorId && !c.onWire() && c.waiters.empty();
  };
  if (OutCall* older = outbox_.find(waiting)) outbox_.take(*older);  // SM-8: only the newest counts
  submit(callFor(request, now), now);
}

void GatewaySession::Impl::onFirmwareStatus(ChargerRequest& request, Now now) {
  const auto status = std::get<FirmwareStatusNotification::Request>(request.request).status;
  firmwareStatus_ = status;  // EM-5
  if (status == FirmwareStatus::Installed || status == FirmwareStatus::InstallationFailed ||
      status == FirmwareStatus::DownloadFailed)
    firmwareRuns_ = false;
  dropOlder(request.request.index());
  submit(callFor(request, now), now);
}

void GatewaySession::Impl::onDiagnosticsStatus(ChargerRequest& request, Now now) {
  const auto status = std::get<DiagnosticsStatusNotification::Request>(request.request).status;
  diagnosticsStatus_ = status;
  const bool over = status == DiagnosticsStatus::Uploaded || status == DiagnosticsStatus::UploadFailed;
  if (over) diagnosticsRun_ = false;
  auto call = callFor(request, now);
  if (logRequestId_) {  // EM-11
    call->request = logStatus(status, *logRequestId_);
    if (over) logRequestId_.reset();
  }
  dropOlder(call->request.index());
  submit(std::move(call), now);
}

/// SM-8: of messages that nobody waits for any more, only the newest of the action counts.
void GatewaySession::Impl::dropOlder(std::size_t action) {
  const auto waiting = [&](const OutCall& c) {
    return c.request.index() == action && !c.onWire() && c.waiters.empty();
  };
  if (OutCall* older = outbox_.find(waiting)) outbox_.take(*older);
}

void GatewaySession::Impl::onDataTransfer(ChargerRequest& request, Now now) {
  const auto& transfer = std::get<DataTransfer::Request>(request.request);
  DataTransfer::Response refused;
  if (codePoints(transfer.vendorId) > 255)
    refused.status = DataTransferStatus::UnknownVendorId;
  else if (transfer.messageId && codePoints(*transfer.messageId) > 50)
    refused.status = DataTransferStatus::UnknownMessageId;
  else
    return submit(callFor(request, now), now);
  answer({request.exchange, request.version}, Response(refused));
}

}  // namespace session
