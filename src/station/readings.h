// SPDX-License-Identifier: GPL-2.0-or-later
// Readings of a meter as the board gives them, and meter values as the central system gets them.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ocpp/shared/meter_value.h"
#include "station/config_keys.h"

namespace station {

/// One quantity. `milli` is in thousandths of the unit.
struct Reading {
  ocpp::Measurand measurand = ocpp::Measurand::EnergyActiveImportRegister;
  std::int64_t milli = 0;
  ocpp::UnitOfMeasure unit = ocpp::UnitOfMeasure::Wh;
  std::optional<ocpp::Phase> phase;
  std::optional<ocpp::Location> location;
};
using Readings = std::vector<Reading>;

/// The energy register in Wh, rounded down; nothing if the readings have none that stands for all phases.
std::optional<int> registerOf(const Readings& readings);

/// The readings that the list asks for and the version has words for. An item without a phase asks for all of them.
/// The list of samples may be empty.
ocpp::MeterValue sample(const Readings& readings, const std::vector<MeasurandItem>& items, ocpp::ReadingContext context,
                        ocpp::Version version, ocpp::Instant at);

}  // namespace station
