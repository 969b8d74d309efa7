// SPDX-License-Identifier: GPL-2.0-or-later
// Readings are copied as they are; only 1.2 needs words and transactions added (MV-2, MV-3).
#include "session/metering.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string_view>

#include "ocpp/text.h"

namespace session {

using namespace ocpp;

void completeMeterValues(Version version, std::vector<MeterValue>& readings) {
  readings.erase(std::remove_if(readings.begin(), readings.end(), [](const auto& m) { return m.sampledValue.empty(); }),
                 readings.end());
  if (version != Version::V12) return;
  for (MeterValue& reading : readings)
    for (SampledValue& sample : reading.sampledValue) {
      sample.measurand = Measurand::EnergyActiveImportRegister;
      sample.unit = UnitOfMeasure::Wh;
    }
}

std::vector<MeterValues::Request> splitByTransaction(MeterValues::Request request, const Transactions& transactions) {
  std::vector<MeterValues::Request> parts;
  if (request.transactionId || request.connectorId <= 0) {
    parts.push_back(std::move(request));
    return parts;
  }
  for (MeterValue& reading : request.meterValue) {
    const Transaction owner = transactions.covering(request.connectorId, reading.timestamp.at);
    const std::optional<TransactionId> id = owner ? std::optional(TransactionId{owner->soapTxId}) : std::nullopt;
    if (parts.empty() || parts.back().transactionId != id) {
      parts.emplace_back();
      parts.back().connectorId = request.connectorId;
      parts.back().transactionId = id;
    }
    parts.back().meterValue.push_back(std::move(reading));
  }
  return parts;
}

bool spellCelsius(Request& request, UnitOfMeasure spelling) {
  bool found = false;
  const auto each = [&](UnitOfMeasure& unit) {
    if (unit != UnitOfMeasure::Celsius && unit != UnitOfMeasure::Celcius) return;
    unit = spelling;
    found = true;
  };
  if (auto* values = std::get_if<MeterValues::Request>(&request)) forEach<UnitOfMeasure>(*values, each);
  if (auto* stop = std::get_if<StopTransaction::Request>(&request)) forEach<UnitOfMeasure>(*stop, each);
  return found;
}

std::optional<int> importRegister(const MeterValue& reading) {
  std::optional<int> found;
  for (const SampledValue& sample : reading.sampledValue) {
    if (sample.measurand.value_or(Measurand::EnergyActiveImportRegister) != Measurand::EnergyActiveImportRegister)
      continue;
    if (sample.phase || sample.format == ValueFormat::SignedData) continue;
    if (sample.location && *sample.location != Location::Outlet) continue;
    const UnitOfMeasure unit = sample.unit.value_or(UnitOfMeasure::Wh);
    if (unit != UnitOfMeasure::Wh && unit != UnitOfMeasure::kWh) continue;
    const std::string_view text = trimmed(sample.value);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) continue;
    if (unit == UnitOfMeasure::kWh) value *= 1000;
    if (value >= 0 && value <= std::numeric_limits<int>::max()) found = static_cast<int>(value);
  }
  return found;
}

std::optional<bool> nothingFlows(const MeterValue& reading) {
  std::optional<bool> nothing;
  for (const SampledValue& sample : reading.sampledValue) {
    const bool tells = sample.measurand == Measurand::PowerActiveImport || sample.measurand == Measurand::CurrentImport;
    if (!tells || sample.format == ValueFormat::SignedData) continue;
    const bool zero = std::string_view(sample.value).find_first_of("123456789") == std::string_view::npos;
    nothing = nothing.value_or(true) && zero;
  }
  return nothing;
}

}  // namespace session
