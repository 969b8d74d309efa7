// SPDX-License-Identifier: GPL-2.0-or-later
// What each answer promises whoever gets it (TX-9, CK-4).
#pragma once

#include <algorithm>
#include <iterator>
#include <string_view>

#include "ocpp/messages.h"

namespace session {

enum class Promise {
  Nothing,  ///< It may be lost with the process.
  Message,  ///< The charger's message is kept, or delivered (TX-9).
  Setting   ///< Accepted: the bridge's own key has that value, also after a restart (CK-4).
};

struct PromiseRow {
  std::string_view action;
  Promise promise;
};

/// One row for each action.
inline constexpr PromiseRow promiseRows[] = {
    {"Authorize", Promise::Nothing},
    {"BootNotification", Promise::Nothing},
    {"DataTransfer", Promise::Nothing},
    {"DiagnosticsStatusNotification", Promise::Nothing},
    {"FirmwareStatusNotification", Promise::Nothing},
    {"Heartbeat", Promise::Nothing},
    {"MeterValues", Promise::Message},
    {"StartTransaction", Promise::Message},
    {"StatusNotification", Promise::Nothing},
    {"StopTransaction", Promise::Message},
    {"CancelReservation", Promise::Nothing},
    {"ChangeAvailability", Promise::Nothing},
    {"ChangeConfiguration", Promise::Setting},
    {"ClearCache", Promise::Nothing},
    {"ClearChargingProfile", Promise::Nothing},
    {"GetCompositeSchedule", Promise::Nothing},
    {"GetConfiguration", Promise::Nothing},
    {"GetDiagnostics", Promise::Nothing},
    {"GetLocalListVersion", Promise::Nothing},
    {"RemoteStartTransaction", Promise::Nothing},
    {"RemoteStopTransaction", Promise::Nothing},
    {"ReserveNow", Promise::Nothing},
    {"Reset", Promise::Nothing},
    {"SendLocalList", Promise::Nothing},
    {"SetChargingProfile", Promise::Nothing},
    {"TriggerMessage", Promise::Nothing},
    {"UnlockConnector", Promise::Nothing},
    {"UpdateFirmware", Promise::Nothing},
    {"LogStatusNotification", Promise::Nothing},
    {"SecurityEventNotification", Promise::Nothing},
    {"SignCertificate", Promise::Nothing},
    {"SignedFirmwareStatusNotification", Promise::Nothing},
    {"CertificateSigned", Promise::Nothing},
    {"DeleteCertificate", Promise::Nothing},
    {"ExtendedTriggerMessage", Promise::Nothing},
    {"GetInstalledCertificateIds", Promise::Nothing},
    {"GetLog", Promise::Nothing},
    {"InstallCertificate", Promise::Nothing},
    {"SignedUpdateFirmware", Promise::Nothing},
};

/// How many rows an action has.
constexpr std::size_t promiseRowsOf(std::string_view action) {
  std::size_t rows = 0;
  for (const PromiseRow& row : promiseRows) rows += row.action == action;
  return rows;
}

constexpr bool everyActionHasOnePromise() {
  for (const std::string_view action : ocpp::Actions::names)
    if (promiseRowsOf(action) != 1) return false;
  return std::size(promiseRows) == ocpp::actionCount;
}
static_assert(everyActionHasOnePromise(), "an action says what its answer promises in one row");

inline Promise promiseOf(const ocpp::Response& response) {
  const std::string_view action = ocpp::actionName(response);
  return std::find_if(std::begin(promiseRows), std::end(promiseRows),
                      [&](const PromiseRow& row) { return row.action == action; })
      ->promise;
}

}  // namespace session
