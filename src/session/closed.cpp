// SPDX-License-Identifier: GPL-2.0-or-later
// A close of the WebSocket right behind the only CALL under way: the back-end may have choked on that CALL (ER-3).
#include <algorithm>

#include "session/impl.h"

namespace session {

using namespace ocpp;

namespace {

constexpr int tooBig = 1009;  ///< RFC 6455.
constexpr Duration bootRests = std::chrono::hours(1);

/// The server says that it goes or starts again: no message is to blame.
bool isServersOwn(int code) { return code == 1001 || code == 1012 || code == 1013; }

bool same(const StatusNotification::Request& a, const StatusNotification::Request& b) {
  return sameStatus(a, b) && a.timestamp == b.timestamp;
}

/// Which one it was, for people.
std::string named(const Request& request) {
  std::string name(actionName(request));
  if (const auto* status = std::get_if<StatusNotification::Request>(&request))
    name += " of connector " + std::to_string(status->connectorId);
  if (const auto* start = std::get_if<StartTransaction::Request>(&request))
    name += " of connector " + std::to_string(start->connectorId);
  if (const auto* stop = std::get_if<StopTransaction::Request>(&request))
    name += " of transaction " + std::to_string(stop->transactionId.value);
  if (const auto* values = std::get_if<MeterValues::Request>(&request))
    name += " of connector " + std::to_string(values->connectorId);
  return name;
}

}  // namespace

/// Before the CALL is taken off the wire.
void GatewaySession::Impl::closedBehind(const CentralDown& why, Now now) {
  OutCall* call = outbox_.onWire();
  if (!call || !why.wasOpen || why.ours || draining_) return;
  tried(*call);
  if (call->late || now.steady - call->sentAt > callTimeout) return;
  if (why.closeCode == tooBig && lighten(*call, now)) return;
  if (why.outage || isServersOwn(why.closeCode)) return;
  note(Level::Warning, "the back-end has closed the connection (code " + std::to_string(why.closeCode) + ") behind " +
                           named(call->request));
  call->suspect = true;
  refusals_.suspect = Suspect{call->request.index(), why.closeCode, why.reason, std::nullopt};
  if (const auto* status = std::get_if<StatusNotification::Request>(&call->request))
    refusals_.suspect->status = *status;
}

/// A stop that is too big for the back-end goes without its readings from now on: what bills is in its other fields.
bool GatewaySession::Impl::lighten(OutCall& call, Now now) {
  const auto* stop = std::get_if<StopTransaction::Request>(&call.request);
  if (!stop || stop->transactionData.empty() || call.withoutReadings) return false;
  call.withoutReadings = true;
  ++refusals_.lostReadings;
  emit(Note{Level::Warning,
            named(call.request) + " is too big for the back-end (1009) and goes without its " +
                std::to_string(stop->transactionData.size()) + " readings",
            {},
            "lost-readings",
            {}});
  if (call.kept != 0) keepRecord(queuedRecord(call, now));
  return true;
}

void GatewaySession::Impl::wasOutage() {
  refusals_.suspect.reset();
  if (OutCall* call = outbox_.find([](const OutCall& c) { return c.suspect; })) call->suspect = false;
}

/// On the next connection: by now it is known whether the close was one of an outage.
void GatewaySession::Impl::judgeClose(Now now) {
  if (!refusals_.suspect) return;
  const Suspect seen = *std::exchange(refusals_.suspect, std::nullopt);
  const Verdict why{"closed " + std::to_string(seen.closeCode), seen.reason};
  OutCall* call = outbox_.find([](const OutCall& c) { return c.suspect; });
  if (call) call->suspect = false;
  if (seen.status) {
    Connector* known = findConnector(seen.status->connectorId);
    if (!known) return;
    if (!known->closed || !same(known->closed->request, *seen.status))
      known->closed = std::make_unique<ClosedStatus>(ClosedStatus{*seen.status, 0});
    if (++known->closed->times < 2) return;
    OutCall again;
    again.request = *seen.status;
    again.attempts = known->closed->times;
    ++refusals_.count;
    noteRefusal("central-refused", Level::Warning, again, why, again.attempts, std::nullopt, now);
    note(Level::Warning, named(again.request) + " is not sent again until there is a newer one");
  } else if (seen.action == Request(BootNotification::Request{}).index()) {
    if (++refusals_.bootCloses < 2) return;
    OutCall again;
    again.request = BootNotification::Request{};
    again.attempts = refusals_.bootCloses;
    refusals_.bootBarred = true;
    bootAgainAt_ = now.steady + bootRests;
    ++refusals_.count;
    noteRefusal("central-refused", Level::Warning, again, why, again.attempts, bootRests, now);
    note(Level::Warning, "BootNotification is not sent again before the charger boots or an hour has passed");
  } else if (call) {
    if (!std::exchange(call->silence.closed, true)) return;
    OutCallPtr taken = outbox_.take(*call);
    if (promised(*taken)) return refused(std::move(taken), why, now);
    const Fault told{FaultCode::InternalError, "the central system closes the connection behind this message"};
    refusedUnpromised(std::move(taken), why, told, now);
  }
}

/// The back-end has closed the connection twice behind this very status.
bool GatewaySession::Impl::barred(const StatusNotification::Request& status) {
  const Connector* known = findConnector(status.connectorId);
  return known && known->closed && known->closed->times >= 2 && same(known->closed->request, status);
}

}  // namespace session
