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
    // name                              type         least most  access reboot initial profile use
    {"AllowOfflineTxForUnknownId", T::Boolean, 0, 0, W, false, "false", Profile::Core, KeyUse::Station},
    {"AuthorizationCacheEnabled", T::Boolean, 0, 0, W, false, "true", Profile::Core, KeyUse::Station},
    {"AuthorizeRemoteTxRequests", T::Boolean, 0, 0, W, false, "false", Profile::Core, KeyUse::Station},
    {"BlinkRepeat", T::Integer, 0, 1000, W, false, "3", Profile::Core, KeyUse::Board},
    {"ClockAlignedDataInterval", T::Integer, 0, day, W, false, "0", Profile::Core, KeyUse::Station},
    {"ConnectionTimeOut", T::Integer, 1, day, W, false, "60", Profile::Core, KeyUse::Station},
    {"ConnectorPhaseRotation", T::PhaseRotation, 0, 0, W, false, "", Profile::Core, KeyUse::Board},
    {"ConnectorPhaseRotationMaxLength", T::Integer, 0, any, R, false, "", Profile::Core, KeyUse::Station},
    {"GetConfigurationMaxKeys", T::Integer, 1, any, R, false, "50", Profile::Core, KeyUse::Station},
    {"HeartbeatInterval", T::Integer, 1, 30 * day, W, false, "3600", Profile::Core, KeyUse::Station},
    {"LightIntensity", T::Integer, 0, 100, W, false, "100", Profile::Core, KeyUse::Board},
    {"LocalAuthorizeOffline", T::Boolean, 0, 0, W, false, "true", Profile::Core, KeyUse::Station},
    {"LocalPreAuthorize", T::Boolean, 0, 0, W, false, "false", Profile::Core, KeyUse::Station},
    {"MaxEnergyOnInvalidId", T::Integer, 0, any, W, false, "0", Profile::Core, KeyUse::Station},
    {"MeterValuesAlignedData", T::Measurands, 0, 0, W, false, energy, Profile::Core, KeyUse::Station},
    {"MeterValuesAlignedDataMaxLength", T::Integer, 0, any, R, false, "16", Profile::Core, KeyUse::Station},
    {"MeterValuesSampledData", T::Measurands, 0, 0, W, false, energy, Profile::Core, KeyUse::Station},
    {"MeterValuesSampledDataMaxLength", T::Integer, 0, any, R, false, "16", Profile::Core, KeyUse::Station},
    {"MeterValueSampleInterval", T::Integer, 0, day, W, false, "60", Profile::Core, KeyUse::Station},
    {"MinimumStatusDuration", T::Integer, 0, 3600, W, false, "0", Profile::Core, KeyUse::Station},
    {"NumberOfConnectors", T::Integer, 0, any, R, false, "", Profile::Core, KeyUse::Nobody},
    {"ResetRetries", T::Integer, 0, 100, W, false, "1", Profile::Core, KeyUse::Station},
    {"StopTransactionOnEVSideDisconnect", T::Boolean, 0, 0, W, false, "true", Profile::Core, KeyUse::Station},
    {"StopTransactionOnInvalidId", T::Boolean, 0, 0, W, false, "true", Profile::Core, KeyUse::Station},
    {"StopTxnAlignedData", T::Measurands, 0, 0, W, false, "", Profile::Core, KeyUse::Station},
    {"StopTxnAlignedDataMaxLength", T::Integer, 0, any, R, false, "16", Profile::Core, KeyUse::Station},
    {"StopTxnSampledData", T::Measurands, 0, 0, W, false, "", Profile::Core, KeyUse::Station},
    {"StopTxnSampledDataMaxLength", T::Integer, 0, any, R, false, "16", Profile::Core, KeyUse::Station},
    {"SupportedFeatureProfiles", T::Text, 0, 0, R, false, "", Profile::Core, KeyUse::Nobody},
    {"SupportedFeatureProfilesMaxLength", T::Integer, 0, any, R, false, "6", Profile::Core, KeyUse::Nobody},
    {"TransactionMessageAttempts", T::Integer, 1, 1000, W, false, "3", Profile::Core, KeyUse::Station},
    {"TransactionMessageRetryInterval", T::Integer, 0, day, W, false, "60", Profile::Core, KeyUse::Station},
    {"UnlockConnectorOnEVSideDisconnect", T::Boolean, 0, 0, W, false, "true", Profile::Core, KeyUse::Station},
    {"LocalAuthListEnabled", T::Boolean, 0, 0, W, false, "true", Profile::LocalAuthListManagement, KeyUse::Station},
    {"LocalAuthListMaxLength", T::Integer, 0, any, R, false, "", Profile::LocalAuthListManagement, KeyUse::Station},
    {"SendLocalListMaxLength", T::Integer, 0, any, R, false, "", Profile::LocalAuthListManagement, KeyUse::Station},
    {"ReserveConnectorZeroSupported", T::Boolean, 0, 0, R, false, "true", Profile::Reservation, KeyUse::Station},
    {"SupportedFileTransferProtocols", T::Text, 0, 0, R, false, "", Profile::FirmwareManagement, KeyUse::Nobody},
    {"ChargeProfileMaxStackLevel", T::Integer, 0, any, R, false, "", Profile::SmartCharging, KeyUse::Station},
    {"ChargingScheduleAllowedChargingRateUnit", T::Text, 0, 0, R, false, "Current,Power", Profile::SmartCharging,
     KeyUse::Nobody},
    {"ChargingScheduleMaxPeriods", T::Integer, 1, any, R, false, "", Profile::SmartCharging, KeyUse::Station},
    {"ConnectorSwitch3to1PhaseSupported", T::Boolean, 0, 0, R, false, "", Profile::SmartCharging, KeyUse::Nobody},
    {"MaxChargingProfilesInstalled", T::Integer, 0, any, R, false, "", Profile::SmartCharging, KeyUse::Station},
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
