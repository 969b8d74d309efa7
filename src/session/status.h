// SPDX-License-Identifier: GPL-2.0-or-later
// What OCPP 1.6 calls the state that a 1.2 or 1.5 charger reports: the rules ST-1..ST-7, as a pure function.
#pragma once

#include "ocpp/messages/status_notification.h"
#include "ocpp/version.h"

namespace session {

/// What is known about a connector besides its last report.
struct ConnectorSituation {
  bool openTransaction = false;  ///< Starting, Active or provisional.
  bool authorized = true;        ///< The start was answered Accepted, or not answered yet.
  bool releasePending = false;   ///< A transaction has closed and the cable is still in (ST-6).
  bool zeroPower = false;        ///< Fresh samples say that nothing flows (ST-4 with infer_power).
};

ocpp::ChargePointStatus deriveStatus(const ocpp::StatusNotification::Request& raw, const ConnectorSituation& situation);

/// The StatusNotification that the back-end gets for what the charger said. 1.6 chargers are copied.
ocpp::StatusNotification::Request deriveNotification(ocpp::Version version,
                                                     const ocpp::StatusNotification::Request& raw,
                                                     const ConnectorSituation& situation, bool strict);

/// True when both say the same apart from the time.
bool sameStatus(const ocpp::StatusNotification::Request& a, const ocpp::StatusNotification::Request& b);

}  // namespace session
