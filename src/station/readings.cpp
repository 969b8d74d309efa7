// SPDX-License-Identifier: GPL-2.0-or-later
// From readings to sampled values, within what a version can say.
#include "station/readings.h"

#include <algorithm>
#include <limits>
#include <string>

#include "ocpp/literals.h"

namespace station {

using ocpp::Measurand;
using ocpp::Version;

namespace {

// 12345 -> "12.345", 12000 -> "12"
std::string decimal(std::int64_t milli) {
  const std::uint64_t size = milli < 0 ? 0 - static_cast<std::uint64_t>(milli) : static_cast<std::uint64_t>(milli);
  std::string text = (milli < 0 ? "-" : "") + std::to_string(size / 1000);
  if (size % 1000 == 0) return text;
  std::string fraction = std::to_string(1000 + size % 1000).substr(1);
  while (fraction.back() == '0') fraction.pop_back();
  return text + "." + fraction;
}

bool isTotalEnergy(const Reading& reading) {
  return reading.measurand == Measurand::EnergyActiveImportRegister && !reading.phase;
}

std::int64_t wattHours(const Reading& reading) {
  const std::int64_t milli = std::max<std::int64_t>(reading.milli, 0);
  return reading.unit == ocpp::UnitOfMeasure::kWh ? milli : milli / 1000;
}

// OCPP 1.2 has one whole number of Wh, 1.5 no phases: a reading of one phase would pass for that of all.
bool canBeSaid(const Reading& reading, Version version) {
  if (version == Version::V12) return isTotalEnergy(reading);
  return ocpp::has(reading.measurand, ocpp::soapEncoding(version)) && (version == Version::V16 || !reading.phase);
}

bool isAsked(const Reading& reading, const std::vector<MeasurandItem>& items) {
  return std::any_of(items.begin(), items.end(), [&](const MeasurandItem& item) {
    return item.measurand == reading.measurand && (!item.phase || item.phase == reading.phase);
  });
}

}  // namespace

std::optional<int> registerOf(const Readings& readings) {
  const auto found = std::find_if(readings.begin(), readings.end(), isTotalEnergy);
  if (found == readings.end()) return std::nullopt;
  return static_cast<int>(std::min<std::int64_t>(wattHours(*found), std::numeric_limits<int>::max()));
}

ocpp::MeterValue sample(const Readings& readings, const std::vector<MeasurandItem>& items, ocpp::ReadingContext context,
                        Version version, ocpp::Instant at) {
  ocpp::MeterValue value;
  value.timestamp = {at, true};
  for (const Reading& reading : readings) {
    if (!isAsked(reading, items) || !canBeSaid(reading, version)) continue;
    ocpp::SampledValue each;
    each.value = ocpp::Opaque<0>(version == Version::V12 ? std::to_string(wattHours(reading)) : decimal(reading.milli));
    if (version != Version::V12) {
      each.context = context;
      each.measurand = reading.measurand;
      each.phase = reading.phase;
      each.location = reading.location;
      each.unit = reading.unit;
    }
    value.sampledValue.push_back(std::move(each));
  }
  return value;
}

}  // namespace station
