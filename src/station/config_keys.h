// SPDX-License-Identifier: GPL-2.0-or-later
// Configuration keys of a charge point (OCPP 1.6 section 9): the table, and what a value must look like.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ocpp/enums.h"
#include "ocpp/version.h"

namespace station {

/// The keys that the station itself reads or answers; the order is that of the table.
enum class Key {
  AllowOfflineTxForUnknownId,
  AuthorizationCacheEnabled,
  AuthorizeRemoteTxRequests,
  BlinkRepeat,
  ClockAlignedDataInterval,
  ConnectionTimeOut,
  ConnectorPhaseRotation,
  ConnectorPhaseRotationMaxLength,
  GetConfigurationMaxKeys,
  HeartbeatInterval,
  LightIntensity,
  LocalAuthorizeOffline,
  LocalPreAuthorize,
  MaxEnergyOnInvalidId,
  MeterValuesAlignedData,
  MeterValuesAlignedDataMaxLength,
  MeterValuesSampledData,
  MeterValuesSampledDataMaxLength,
  MeterValueSampleInterval,
  MinimumStatusDuration,
  NumberOfConnectors,
  ResetRetries,
  StopTransactionOnEVSideDisconnect,
  StopTransactionOnInvalidId,
  StopTxnAlignedData,
  StopTxnAlignedDataMaxLength,
  StopTxnSampledData,
  StopTxnSampledDataMaxLength,
  SupportedFeatureProfiles,
  SupportedFeatureProfilesMaxLength,
  TransactionMessageAttempts,
  TransactionMessageRetryInterval,
  UnlockConnectorOnEVSideDisconnect,
  LocalAuthListEnabled,
  LocalAuthListMaxLength,
  SendLocalListMaxLength,
  ReserveConnectorZeroSupported,
  SupportedFileTransferProtocols,
  ChargeProfileMaxStackLevel,
  ChargingScheduleAllowedChargingRateUnit,
  ChargingScheduleMaxPeriods,
  ConnectorSwitch3to1PhaseSupported,
  MaxChargingProfilesInstalled
};
constexpr std::size_t keyCount = static_cast<std::size_t>(Key::MaxChargingProfilesInstalled) + 1;

enum class KeyType {
  Boolean,        ///< true or false.
  Integer,        ///< Between least and most of its row.
  Measurands,     ///< A list of measurands, each with a phase or without; at most as many as its MaxLength key says.
  PhaseRotation,  ///< A list such as `0.RST, 1.RST`.
  Text
};
enum class KeyAccess { Read, Write };
/// Who acts on the value.
enum class KeyUse {
  Station,
  Board,  ///< By effect Configured: at power-up and after each change.
  Nobody  ///< It only informs the central system.
};

/// A key; `least` and `most` are the range of an Integer.
struct KeyRow {
  std::string_view name;
  KeyType type;
  int least, most;
  KeyAccess access;
  bool reboot;  ///< A change takes effect after the next start only.
  std::string_view initial;
  ocpp::Profile profile;
  KeyUse use;
};

const KeyRow& keyRow(Key key);
/// The key of that name, whatever its case (HeartBeatInterval of OCPP 1.5 included).
std::optional<Key> findKey(std::string_view name);
/// The spelling of a version.
std::string_view nameOf(Key key, ocpp::Version version);
/// The key that limits how many items a list has; nothing for keys without such a limit.
std::optional<Key> lengthKeyOf(Key list);

/// One item of a list of measurands.
struct MeasurandItem {
  ocpp::Measurand measurand{};
  std::optional<ocpp::Phase> phase;
};
/// Nothing if an item is no measurand of OCPP 1.6. An empty text is an empty list.
std::optional<std::vector<MeasurandItem>> parseMeasurands(std::string_view text);

/// True when the value has the type and stands in the range of the row.
bool isValid(const KeyRow& row, std::string_view value);

}  // namespace station
