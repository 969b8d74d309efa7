// SPDX-License-Identifier: GPL-2.0-or-later
// The table of configuration keys.
#include "station/config_keys.h"

#include <iterator>
#include <limits>

#include "ocpp/literals.h"
#include "ocpp/text.h"
#include "ocpp/values.h"

namespace station {

using ocpp::Profile;

namespace {

constexpr int any = std::numeric_limits<int>::max();
constexpr int day = 86400;
constexpr KeyAccess R = KeyAccess::Read, W = KeyAccess::Write;
constexpr std::string_view energy = "Energy.Active.Import.Register";
using T = KeyType;

// What the hardware or the settings decide has "" as initial value here and gets it from them (Configuration).
constexpr KeyRow rows[] = {
    // name                              type         least most  access reboot initial profile
    {"AllowOfflineTxForUnknownId", T::Boolean, 0, 0, W, false, "false", Profile::Core},
    {"AuthorizationCacheEnabled", T::Boolean, 0, 0, W, false, "true", Profile::Core},
    {"AuthorizeRemoteTxRequests", T::Boolean, 0, 0, W, false, "false", Profile::Core},
    {"BlinkRepeat", T::Integer, 0, 1000, W, false, "3", Profile::Core},
    {"ClockAlignedDataInterval", T::Integer, 0, day, W, false, "0", Profile::Core},
    {"ConnectionTimeOut", T::Integer, 1, day, W, false, "60", Profile::Core},
    {"ConnectorPhaseRotation", T::PhaseRotation, 0, 0, W, false, "", Profile::Core},
    {"ConnectorPhaseRotationMaxLength", T::Integer, 0, any, R, false, "", Profile::Core},
    {"GetConfigurationMaxKeys", T::Integer, 1, any, R, false, "50", Profile::Core},
    {"HeartbeatInterval", T::Integer, 1, 30 * day, W, false, "3600", Profile::Core},
    {"LightIntensity", T::Integer, 0, 100, W, false, "100", Profile::Core},
    {"LocalAuthorizeOffline", T::Boolean, 0, 0, W, false, "true", Profile::Core},
    {"LocalPreAuthorize", T::Boolean, 0, 0, W, false, "false", Profile::Core},
    {"MaxEnergyOnInvalidId", T::Integer, 0, any, W, false, "0", Profile::Core},
    {"MeterValuesAlignedData", T::Measurands, 0, 0, W, false, energy, Profile::Core},
    {"MeterValuesAlignedDataMaxLength", T::Integer, 0, any, R, false, "16", Profile::Core},
    {"MeterValuesSampledData", T::Measurands, 0, 0, W, false, energy, Profile::Core},
    {"MeterValuesSampledDataMaxLength", T::Integer, 0, any, R, false, "16", Profile::Core},
    {"MeterValueSampleInterval", T::Integer, 0, day, W, false, "60", Profile::Core},
    {"MinimumStatusDuration", T::Integer, 0, 3600, W, false, "0", Profile::Core},
    {"NumberOfConnectors", T::Integer, 0, any, R, false, "", Profile::Core},
    {"ResetRetries", T::Integer, 0, 100, W, false, "1", Profile::Core},
    {"StopTransactionOnEVSideDisconnect", T::Boolean, 0, 0, W, false, "true", Profile::Core},
    {"StopTransactionOnInvalidId", T::Boolean, 0, 0, W, false, "true", Profile::Core},
    {"StopTxnAlignedData", T::Measurands, 0, 0, W, false, "", Profile::Core},
    {"StopTxnAlignedDataMaxLength", T::Integer, 0, any, R, false, "16", Profile::Core},
    {"StopTxnSampledData", T::Measurands, 0, 0, W, false, "", Profile::Core},
    {"StopTxnSampledDataMaxLength", T::Integer, 0, any, R, false, "16", Profile::Core},
    {"SupportedFeatureProfiles", T::Text, 0, 0, R, false, "", Profile::Core},
    {"SupportedFeatureProfilesMaxLength", T::Integer, 0, any, R, false, "6", Profile::Core},
    {"TransactionMessageAttempts", T::Integer, 1, 1000, W, false, "3", Profile::Core},
    {"TransactionMessageRetryInterval", T::Integer, 0, day, W, false, "60", Profile::Core},
    {"UnlockConnectorOnEVSideDisconnect", T::Boolean, 0, 0, W, false, "true", Profile::Core},
    {"LocalAuthListEnabled", T::Boolean, 0, 0, W, false, "true", Profile::LocalAuthListManagement},
    {"LocalAuthListMaxLength", T::Integer, 0, any, R, false, "", Profile::LocalAuthListManagement},
    {"SendLocalListMaxLength", T::Integer, 0, any, R, false, "", Profile::LocalAuthListManagement},
    {"ReserveConnectorZeroSupported", T::Boolean, 0, 0, R, false, "true", Profile::Reservation},
    {"SupportedFileTransferProtocols", T::Text, 0, 0, R, false, "", Profile::FirmwareManagement},
    {"ChargeProfileMaxStackLevel", T::Integer, 0, any, R, false, "", Profile::SmartCharging},
    {"ChargingScheduleAllowedChargingRateUnit", T::Text, 0, 0, R, false, "Current,Power", Profile::SmartCharging},
    {"ChargingScheduleMaxPeriods", T::Integer, 1, any, R, false, "", Profile::SmartCharging},
    {"ConnectorSwitch3to1PhaseSupported", T::Boolean, 0, 0, R, false, "", Profile::SmartCharging},
    {"MaxChargingProfilesInstalled", T::Integer, 0, any, R, false, "", Profile::SmartCharging},
};
static_assert(std::size(rows) == keyCount, "a row for every key, in the same order");

struct LengthRow {
  Key list, length;
};
constexpr LengthRow lengths[] = {
    {Key::MeterValuesAlignedData, Key::MeterValuesAlignedDataMaxLength},
    {Key::MeterValuesSampledData, Key::MeterValuesSampledDataMaxLength},
    {Key::StopTxnAlignedData, Key::StopTxnAlignedDataMaxLength},
    {Key::StopTxnSampledData, Key::StopTxnSampledDataMaxLength},
    {Key::ConnectorPhaseRotation, Key::ConnectorPhaseRotationMaxLength},
};

template <class Visit>
bool everyItem(std::string_view list, Visit&& visit) {
  if (ocpp::trimmed(list).empty()) return true;
  for (;;) {
    const std::size_t comma = list.find(',');
    if (!visit(ocpp::trimmed(list.substr(0, comma)))) return false;
    if (comma == std::string_view::npos) return true;
    list.remove_prefix(comma + 1);
  }
}

std::optional<MeasurandItem> parseItem(std::string_view text) {
  constexpr auto words = ocpp::Encoding::Json16;
  if (const auto plain = ocpp::read<ocpp::Measurand>(text, words)) return MeasurandItem{plain->value, {}};
  const std::size_t dot = text.rfind('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto measurand = ocpp::read<ocpp::Measurand>(text.substr(0, dot), words);
  const auto phase = ocpp::read<ocpp::Phase>(text.substr(dot + 1), words);
  if (!measurand || !phase) return std::nullopt;
  return MeasurandItem{measurand->value, phase->value};
}

// `1.RST`: a connector and how its phases are wired, or NotApplicable, Unknown.
bool isRotation(std::string_view item) {
  constexpr std::string_view words[] = {"NotApplicable", "Unknown", "RST", "RTS", "SRT", "STR", "TRS", "TSR"};
  const std::size_t dot = item.find('.');
  if (dot == std::string_view::npos || dot == 0 || dot > 4) return false;
  for (const char c : item.substr(0, dot))
    if (c < '0' || c > '9') return false;
  for (const std::string_view word : words)
    if (ocpp::equalFold(item.substr(dot + 1), word)) return true;
  return false;
}

bool isWhole(std::string_view text, int least, int most) {
  const auto number = ocpp::parseInteger(text);
  return number && *number >= least && *number <= most;
}

}  // namespace

const KeyRow& keyRow(Key key) { return rows[static_cast<std::size_t>(key)]; }

std::optional<Key> findKey(std::string_view name) {
  const std::string_view bare = ocpp::trimmed(name);
  for (std::size_t i = 0; i < keyCount; ++i)
    if (ocpp::equalFold(rows[i].name, bare)) return static_cast<Key>(i);
  return std::nullopt;
}

std::string_view nameOf(Key key, ocpp::Version version) {
  if (key == Key::HeartbeatInterval && version != ocpp::Version::V16) return "HeartBeatInterval";
  return keyRow(key).name;
}

std::optional<Key> lengthKeyOf(Key list) {
  for (const LengthRow& row : lengths)
    if (row.list == list) return row.length;
  return std::nullopt;
}

std::optional<std::vector<MeasurandItem>> parseMeasurands(std::string_view text) {
  std::vector<MeasurandItem> items;
  const bool good = everyItem(text, [&](std::string_view each) {
    const auto item = parseItem(each);
    if (item) items.push_back(*item);
    return item.has_value();
  });
  if (!good) return std::nullopt;
  return items;
}

bool isValid(const KeyRow& row, std::string_view value) {
  switch (row.type) {
    case KeyType::Boolean: return ocpp::parseBoolean(value).has_value();
    case KeyType::Integer: return isWhole(value, row.least, row.most);
    case KeyType::Measurands: return parseMeasurands(value).has_value();
    case KeyType::PhaseRotation: return everyItem(value, isRotation);
    case KeyType::Text: return ocpp::codePoints(value) <= 500;
  }
  return false;
}

}  // namespace station
