// SPDX-License-Identifier: GPL-2.0-or-later
// What is known about each connector, and the notifications that the bridge sends of its own (ST-8, SM-3).
#include <algorithm>

#include "session/impl.h"
#include "session/metering.h"

namespace session {

using namespace ocpp;

namespace {
constexpr std::size_t mostConnectors = 64;
}

Connector* GatewaySession::Impl::findConnector(int connectorId) {
  const auto found = std::find_if(connectors_.begin(), connectors_.end(),
                                  [&](const Connector& c) { return c.record.connectorId == connectorId; });
  return found == connectors_.end() ? nullptr : &*found;
}

/// Made when new, in the order of the numbers; nullptr for what no charge point has.
Connector* GatewaySession::Impl::connector(int connectorId) {
  if (Connector* known = findConnector(connectorId)) return known;
  if (connectorId < 0 || connectors_.size() == mostConnectors) return nullptr;
  const auto place = std::find_if(connectors_.begin(), connectors_.end(),
                                  [&](const Connector& c) { return c.record.connectorId > connectorId; });
  const auto made = connectors_.emplace(place);
  made->record.connectorId = connectorId;
  return &*made;
}

/// Section 5.2: configured, else told, else the highest number seen.
std::optional<int> GatewaySession::Impl::connectorCount() const {
  if (settings_.connectors) return settings_.connectors;
  if (const int told = numberSetting("NumberOfConnectors", 0); told > 0) return told;
  if (connectors_.empty() || connectors_.back().record.connectorId == 0) return std::nullopt;
  return connectors_.back().record.connectorId;
}

ConnectorSituation GatewaySession::Impl::situation(const Connector& connector) const {
  ConnectorSituation now;
  const Transaction open = transactions_.openOn(connector.record.connectorId);
  now.openTransaction = open != nullptr;
  now.authorized = !open || open->authorized;
  now.releasePending = connector.record.releasePending;
  now.zeroPower = settings_.inferPower && connector.zeroPower;
  return now;
}

StatusNotification::Request GatewaySession::Impl::derived(const Connector& connector) const {
  return deriveNotification(version(), connector.record.raw, situation(connector), settings_.strictStatus);
}

/// ST-8: a notification of our own when a transaction has changed what an Occupied connector is called.
void GatewaySession::Impl::synthesise(int connectorId, DateTime at, Now now) {
  Connector* known = findConnector(connectorId);
  if (version() == Version::V16 || link_ != Link::Up || !known) return;
  if (known->record.raw.status != ChargePointStatus::Occupied || !known->record.raw.timestamp) return;
  StatusNotification::Request made;
  made.connectorId = connectorId;
  made.status = derived(*known).status;
  made.errorCode = known->record.raw.errorCode;  // Occupied, so whatever it is is a warning
  made.timestamp = at;
  const auto queued = [&](const OutCall& c) {
    const auto* status = std::get_if<StatusNotification::Request>(&c.request);
    return status && status->connectorId == connectorId && !c.onWire();
  };
  if (OutCall* waiting = outbox_.find(queued)) {
    std::get<StatusNotification::Request>(waiting->request).status = made.status;
    return;
  }
  const auto& delivered = known->record.delivered;
  if (delivered && delivered->status == made.status && delivered->errorCode == made.errorCode) return;
  submitOwn(made, now);
}

/// SM-3: after a reconnect, what has changed since the back-end was last told. Put in front of the queue.
void GatewaySession::Impl::sendChangedStatus() {
  std::size_t place = 0;
  for (const Connector& each : connectors_) {
    const int id = each.record.connectorId;
    if (!each.record.raw.timestamp) continue;
    StatusNotification::Request status = derived(each);
    if (barred(status)) continue;  // ER-3
    if (const auto& last = each.record.delivered) {
      const bool same = each.unsaid ? sameStatus(*last, status)
                                    : last->status == status.status && last->errorCode == status.errorCode;
      if (same) continue;
    }
    const bool queued = outbox_.find([&](const OutCall& c) {
      const auto* other = std::get_if<StatusNotification::Request>(&c.request);
      return other && other->connectorId == id;
    });
    if (queued) continue;
    auto call = std::make_unique<OutCall>();
    call->version = version();
    call->request = std::move(status);
    outbox_.pushFront(std::move(call), place++);
  }
}

/// ST-6: the transaction is over and the cable still in.
void GatewaySession::Impl::released(int connectorId) {
  Connector* known = findConnector(connectorId);
  if (!known || known->record.raw.status != ChargePointStatus::Occupied) return;
  if (transactions_.openOn(connectorId)) return;
  known->record.releasePending = true;
  known->zeroPower = false;
  keepRecord(known->record);
}

void GatewaySession::Impl::inferPower(Connector& connector, const MeterValue& reading, Now now) {
  const auto zero = nothingFlows(reading);
  if (!zero || *zero == connector.zeroPower) return;
  connector.zeroPower = *zero;
  if (transactions_.openOn(connector.record.connectorId))
    synthesise(connector.record.connectorId, reading.timestamp, now);
}

}  // namespace session
