// SPDX-License-Identifier: GPL-2.0-or-later
// Metering towards the back-end: the rules MV-1..MV-5 and MV-8, as pure functions.
#pragma once

#include <optional>
#include <vector>

#include "ocpp/messages.h"
#include "session/transactions.h"

namespace session {

/// MV-1, MV-3: drops readings without values; says what OCPP 1.2 leaves unsaid.
void completeMeterValues(ocpp::Version version, std::vector<ocpp::MeterValue>& readings);

/// MV-2: one request per run of readings of the same transaction, in order; each gets that transaction's id.
/// A request that names its transaction, or of connector 0, stays whole.
std::vector<ocpp::MeterValues::Request> splitByTransaction(ocpp::MeterValues::Request request,
                                                           const Transactions& transactions);

/// MV-8: writes every temperature unit in degrees Celsius as `spelling`. False when there is none.
bool spellCelsius(ocpp::Request& request, ocpp::UnitOfMeasure spelling);

/// The meter's register of energy in Wh, rounded down; nothing when the reading has none.
std::optional<int> importRegister(const ocpp::MeterValue& reading);

/// ST-4 infer_power: true or false when the reading has import power or current, nothing when it has neither.
std::optional<bool> nothingFlows(const ocpp::MeterValue& reading);

}  // namespace session
