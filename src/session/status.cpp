// SPDX-License-Identifier: GPL-2.0-or-later
// The table of status derivation; the first row that fits decides.
#include "session/status.h"

namespace session {

using namespace ocpp;

namespace {

struct Case {
  const StatusNotification::Request& raw;
  const ConnectorSituation& now;
  bool occupied() const { return raw.status == ChargePointStatus::Occupied; }
  bool mode3() const { return raw.errorCode == ChargePointErrorCode::EVCommunicationError; }
};

struct Row {
  bool (*fits)(const Case&);
  ChargePointStatus result;
};

using Status = ChargePointStatus;
constexpr Row rows[] = {
    // ST-1: the charge point itself is free whatever its connectors do.
    {[](const Case& c) { return c.raw.connectorId == 0 && (c.occupied() || c.raw.status == Status::Reserved); },
     Status::Available},
    // ST-3: 1.6 calls Mode3Error a warning that suspends charging.
    {[](const Case& c) { return c.occupied() && c.mode3() && c.now.openTransaction; }, Status::SuspendedEVSE},
    // ST-5 stands before ST-4, whose condition it excludes.
    {[](const Case& c) { return c.occupied() && c.now.openTransaction && !c.now.authorized; }, Status::SuspendedEVSE},
    // ST-4
    {[](const Case& c) { return c.occupied() && c.now.openTransaction && c.now.zeroPower; }, Status::SuspendedEV},
    {[](const Case& c) { return c.occupied() && c.now.openTransaction; }, Status::Charging},
    // ST-6, ST-6b
    {[](const Case& c) { return c.occupied() && c.now.releasePending; }, Status::Finishing},
    {[](const Case& c) { return c.occupied(); }, Status::Preparing},
};

}  // namespace

ChargePointStatus deriveStatus(const StatusNotification::Request& raw, const ConnectorSituation& situation) {
  const Case given{raw, situation};
  for (const Row& row : rows)
    if (row.fits(given)) return row.result;
  return raw.status;  // ST-2
}

StatusNotification::Request deriveNotification(Version version, const StatusNotification::Request& raw,
                                               const ConnectorSituation& situation, bool strict) {
  StatusNotification::Request derived = raw;
  if (version == Version::V16) return derived;
  derived.status = deriveStatus(raw, situation);
  const bool faultedMode3 =
      derived.status == Status::Faulted && raw.errorCode == ChargePointErrorCode::EVCommunicationError;
  if (strict && faultedMode3) {  // ST-7: 1.6 section 4.9 knows the code only with an EV that is still there
    derived.errorCode = ChargePointErrorCode::OtherError;
    if (!derived.vendorErrorCode) derived.vendorErrorCode = "Mode3Error";
  }
  return derived;
}

bool sameStatus(const StatusNotification::Request& a, const StatusNotification::Request& b) {
  return a.connectorId == b.connectorId && a.status == b.status && a.errorCode == b.errorCode && a.info == b.info &&
         a.vendorId == b.vendorId && a.vendorErrorCode == b.vendorErrorCode;
}

}  // namespace session
