// SPDX-License-Identifier: GPL-2.0-or-later
// How every version writes every enumeration: one table each, the versions in columns (1.2-S, 1.5-S, 1.6-S, 1.6-J).
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "ocpp/enums.h"
#include "ocpp/text.h"
#include "ocpp/version.h"

namespace ocpp {

/// What a version writes for a value. `nearest` marks the nearest word of a poorer version: written, never read.
struct Literal {
  std::string_view text;  ///< "" = this version has no word for the value.
  bool nearest = false;
  constexpr Literal(const char* word) : text(word) {}
  constexpr Literal(std::string_view word, bool isNearest) : text(word), nearest(isNearest) {}
};
constexpr Literal none{std::string_view{}, false};
constexpr Literal as(std::string_view word) { return {word, true}; }

template <class E>
struct LiteralRow {
  E value;
  Literal columns[4];  ///< By column(Encoding).
};
template <class E>
constexpr LiteralRow<E> all(E value, const char* word) {
  return {value, {word, word, word, word}};
}
template <class E>
constexpr LiteralRow<E> since15(E value, const char* word) {
  return {value, {none, word, word, word}};
}
template <class E>
constexpr LiteralRow<E> only16(E value, const char* word) {
  return {value, {none, none, word, word}};
}
template <class E>
constexpr LiteralRow<E> onlyJ(E value, const char* word) {
  return {value, {none, none, none, word}};
}

/// The table of enumeration E: `name` (its name in the 1.6 specification) and `rows`, in the order of the enumerators.
template <class E>
struct Literals;

/// The word of `encoding` for the value; "" if that version has none.
template <class E>
constexpr std::string_view write(E value, Encoding encoding) {
  return Literals<E>::rows[static_cast<std::size_t>(value)].columns[column(encoding)].text;
}

/// True when the version has exactly this value (not only a nearest word).
template <class E>
constexpr bool has(E value, Encoding encoding) {
  const Literal& cell = Literals<E>::rows[static_cast<std::size_t>(value)].columns[column(encoding)];
  return !cell.text.empty() && !cell.nearest;
}

/// How a literal was recognised.
enum class Match { Exact, Lenient };
template <class E>
struct Read {
  E value;
  Match match;
};

/// Misspellings seen in the field; read, never written (L-5).
template <class E>
constexpr std::optional<E> misspelt(std::string_view) {
  return std::nullopt;
}
template <>
constexpr std::optional<DataTransferStatus> misspelt(std::string_view text) {
  if (text == "UnknownVendor") return DataTransferStatus::UnknownVendorId;
  return std::nullopt;
}

/// L-5: the exact word of the encoding; then trimmed, any case; then a word of any version (lenient). Nothing: ER-6
/// decides.
template <class E>
std::optional<Read<E>> read(std::string_view text, Encoding encoding) {
  for (const auto& row : Literals<E>::rows) {
    const Literal& cell = row.columns[column(encoding)];
    if (cell.text == text && !cell.nearest && !cell.text.empty()) return Read<E>{row.value, Match::Exact};
  }
  const std::string_view bare = trimmed(text);
  if (bare.empty()) return std::nullopt;
  const auto lenient = [&](std::size_t c) -> std::optional<Read<E>> {
    for (const auto& row : Literals<E>::rows)
      if (!row.columns[c].nearest && equalFold(row.columns[c].text, bare)) return Read<E>{row.value, Match::Lenient};
    return std::nullopt;
  };
  if (auto found = lenient(column(encoding))) return found;
  for (std::size_t c = 4; c-- > 0;)
    if (auto found = lenient(c)) return found;
  if (auto value = misspelt<E>(bare)) return Read<E>{*value, Match::Lenient};
  return std::nullopt;
}

template <>
struct Literals<AuthorizationStatus> {
  using E = AuthorizationStatus;
  static constexpr std::string_view name = "AuthorizationStatus";
  static constexpr LiteralRow<E> rows[] = {
      all(E::Accepted, "Accepted"), all(E::Blocked, "Blocked"),           all(E::Expired, "Expired"),
      all(E::Invalid, "Invalid"),   all(E::ConcurrentTx, "ConcurrentTx"),
  };
};

template <>
struct Literals<AvailabilityStatus> {
  using E = AvailabilityStatus;
  static constexpr std::string_view name = "AvailabilityStatus";
  static constexpr LiteralRow<E> rows[] = {
      all(E::Accepted, "Accepted"),
      all(E::Rejected, "Rejected"),
      all(E::Scheduled, "Scheduled"),
  };
};

template <>
struct Literals<AvailabilityType> {
  using E = AvailabilityType;
  static constexpr std::string_view name = "AvailabilityType";
  static constexpr LiteralRow<E> rows[] = {
      all(E::Inoperative, "Inoperative"),
      all(E::Operative, "Operative"),
  };
};

template <>
struct Literals<CancelReservationStatus> {
  using E = CancelReservationStatus;
  static constexpr std::string_view name = "CancelReservationStatus";
  static constexpr LiteralRow<E> rows[] = {
      since15(E::Accepted, "Accepted"),
      since15(E::Rejected, "Rejected"),
  };
};

template <>
struct Literals<ChargePointErrorCode> {
  using E = ChargePointErrorCode;
  static constexpr std::string_view name = "ChargePointErrorCode";
  static constexpr LiteralRow<E> rows[] = {
      all(E::ConnectorLockFailure, "ConnectorLockFailure"),
      {E::EVCommunicationError, {"Mode3Error", "Mode3Error", "EVCommunicationError", "EVCommunicationError"}},
      {E::GroundFailure, {as("NoError"), "GroundFailure", "GroundFailure", "GroundFailure"}},
      all(E::HighTemperature, "HighTemperature"),
      {E::InternalError, {as("NoError"), as("OtherError"), "InternalError", "InternalError"}},
      {E::LocalListConflict, {as("NoError"), as("OtherError"), "LocalListConflict", "LocalListConflict"}},
      all(E::NoError, "NoError"),
      {E::OtherError, {as("NoError"), "OtherError", "OtherError", "OtherError"}},
      {E::OverCurrentFailure, {as("NoError"), "OverCurrentFailure", "OverCurrentFailure", "OverCurrentFailure"}},
      {E::OverVoltage, {as("NoError"), as("OtherError"), "OverVoltage", "OverVoltage"}},
      all(E::PowerMeterFailure, "PowerMeterFailure"),
      all(E::PowerSwitchFailure, "PowerSwitchFailure"),
      all(E::ReaderFailure, "ReaderFailure"),
      all(E::ResetFailure, "ResetFailure"),
      {E::UnderVoltage, {as("NoError"), "UnderVoltage", "UnderVoltage", "UnderVoltage"}},
      {E::WeakSignal, {as("NoError"), "WeakSignal", "WeakSignal", "WeakSignal"}},
  };
};

template <>
struct Literals<ChargePointStatus> {
  using E = ChargePointStatus;
  static constexpr std::string_view name = "ChargePointStatus";
  static constexpr LiteralRow<E> rows[] = {
      all(E::Available, "Available"),
      {E::Preparing, {as("Occupied"), as("Occupied"), "Preparing", "Preparing"}},
      {E::Charging, {as("Occupied"), as("Occupied"), "Charging", "Charging"}},
      {E::SuspendedEVSE, {as("Occupied"), as("Occupied"), "SuspendedEVSE", "SuspendedEVSE"}},
      {E::SuspendedEV, {as("Occupied"), as("Occupied"), "SuspendedEV", "SuspendedEV"}},
      {E::Finishing, {as("Occupied"), as("Occupied"), "Finishing", "Finishing"}},
      {E::Reserved, {as("Unavailable"), "Reserved", "Reserved", "Reserved"}},
      all(E::Unavailable, "Unavailable"),
      all(E::Faulted, "Faulted"),
      {E::Occupied, {"Occupied", "Occupied", none, none}},
  };
};

template <>
struct Literals<ChargingProfileKind> {
  using E = ChargingProfileKind;
  static constexpr std::string_view name = "ChargingProfileKind";
  static constexpr LiteralRow<E> rows[] = {
      only16(E::Absolute, "Absolute"),
      only16(E::Recurring, "Recurring"),
      only16(E::Relative, "Relative"),
  };
};

template <>
struct Literals<ChargingProfilePurpose> {
  using E = ChargingProfilePurpose;
  static constexpr std::string_view name = "ChargingProfilePurpose";
  static constexpr LiteralRow<E> rows[] = {
      only16(E::ChargePointMaxProfile, "ChargePointMaxProfile"),
      only16(E::TxDefaultProfile, "TxDefaultProfile"),
      only16(E::TxProfile, "TxProfile"),
  };
};

template <>
struct Literals<ChargingProfileStatus> {
  using E = ChargingProfileStatus;
  static constexpr std::string_view name = "ChargingProfileStatus";
  static constexpr LiteralRow<E> rows[] = {
      only16(E::Accepted, "Accepted"),
      only16(E::Rejected, "Rejected"),
      only16(E::NotSupported, "NotSupported"),
  };
};

template <>
struct Literals<ChargingRateUnit> {
  using E = ChargingRateUnit;
  static constexpr std::string_view name = "ChargingRateUnit";
  static constexpr LiteralRow<E> rows[] = {
      only16(E::W, "W"),
      only16(E::A, "A"),
  };
};

template <>
struct Literals<ClearCacheStatus> {
  using E = ClearCacheStatus;
  static constexpr std::string_view name = "ClearCacheStatus";
  static constexpr LiteralRow<E> rows[] = {
      all(E::Accepted, "Accepted"),
      all(E::Rejected, "Rejected"),
  };
};

template <>
struct Literals<ClearChargingProfileStatus> {
  using E = ClearChargingProfileStatus;
  static constexpr std::string_view name = "ClearChargingProfileStatus";
  static constexpr LiteralRow<E> rows[] = {
      only16(E::Accepted, "Accepted"),
      only16(E::Unknown, "Unknown"),
  };
};

template <>
struct Literals<ConfigurationStatus> {
  using E = ConfigurationStatus;
  static constexpr std::string_view name = "ConfigurationStatus";
  static constexpr LiteralRow<E> rows[] = {
      all(E::Accepted, "Accepted"),
      all(E::Rejected, "Rejected"),
      {E::RebootRequired, {as("Accepted"), as("Accepted"), "RebootRequired", "RebootRequired"}},
      all(E::NotSupported, "NotSupported"),
  };
};

template <>
struct Literals<DataTransferStatus> {
  using E = DataTransferStatus;
  static constexpr std::string_view name = "DataTransferStatus";
  static constexpr LiteralRow<E> rows[] = {
      since15(E::Accepted, "Accepted"),
      since15(E::Rejected, "Rejected"),
      since15(E::UnknownMessageId, "UnknownMessageId"),
      since15(E::UnknownVendorId, "UnknownVendorId"),
  };
};

template <>
struct Literals<DiagnosticsStatus> {
  using E = DiagnosticsStatus;
  static constexpr std::string_view name = "DiagnosticsStatus";
  static constexpr LiteralRow<E> rows[] = {
      only16(E::Idle, "Idle"),
      all(E::Uploaded, "Uploaded"),
      all(E::UploadFailed, "UploadFailed"),
      only16(E::Uploading, "Uploading"),
  };
};

template <>
struct Literals<FirmwareStatus> {
  using E = FirmwareStatus;
  static constexpr std::string_view name = "FirmwareStatus";
  static constexpr LiteralRow<E> rows[] = {
      all(E::Downloaded, "Downloaded"),
      all(E::DownloadFailed, "DownloadFailed"),
      only16(E::Downloading, "Downloading"),
      only16(E::Idle, "Idle"),
      all(E::InstallationFailed, "InstallationFailed"),
      only16(E::Installing, "Installing"),
      all(E::Installed, "Installed"),
  };
};

template <>
struct Literals<GetCompositeScheduleStatus> {
  using E = GetCompositeScheduleStatus;
  static constexpr std::string_view name = "GetCompositeScheduleStatus";
  static constexpr LiteralRow<E> rows[] = {
      only16(E::Accepted, "Accepted"),
      only16(E::Rejected, "Rejected"),
  };
};

template <>
struct Literals<Location> {
  using E = Location;
  static constexpr std::string_view name = "Location";
  static constexpr LiteralRow<E> rows[] = {
      since15(E::Body, "Body"),     {E::Cable, {none, as("Outlet"), "Cable", "Cable"}},
      only16(E::EV, "EV"),          since15(E::Inlet, "Inlet"),
      since15(E::Outlet, "Outlet"),
  };
};

template <>
struct Literals<Measurand> {
  using E = Measurand;
  static constexpr std::string_view name = "Measurand";
  static constexpr LiteralRow<E> rows[] = {
      since15(E::EnergyActiveExportRegister, "Energy.Active.Export.Register"),
      since15(E::EnergyActiveImportRegister, "Energy.Active.Import.Register"),
      since15(E::EnergyReactiveExportRegister, "Energy.Reactive.Export.Register"),
      since15(E::EnergyReactiveImportRegister, "Energy.Reactive.Import.Register"),
      since15(E::EnergyActiveExportInterval, "Energy.Active.Export.Interval"),
      since15(E::EnergyActiveImportInterval, "Energy.Active.Import.Interval"),
      since15(E::EnergyReactiveExportInterval, "Energy.Reactive.Export.Interval"),
      since15(E::EnergyReactiveImportInterval, "Energy.Reactive.Import.Interval"),
      since15(E::PowerActiveExport, "Power.Active.Export"),
      since15(E::PowerActiveImport, "Power.Active.Import"),
      since15(E::PowerReactiveExport, "Power.Reactive.Export"),
      since15(E::PowerReactiveImport, "Power.Reactive.Import"),
      since15(E::CurrentExport, "Current.Export"),
      since15(E::CurrentImport, "Current.Import"),
      since15(E::Voltage, "Voltage"),
      since15(E::Temperature, "Temperature"),
      only16(E::CurrentOffered, "Current.Offered"),
      only16(E::PowerOffered, "Power.Offered"),
      only16(E::PowerFactor, "Power.Factor"),
      only16(E::Frequency, "Frequency"),
      only16(E::RPM, "RPM"),
      only16(E::SoC, "SoC"),
  };
};

template <>
struct Literals<MessageTrigger> {
  using E = MessageTrigger;
  static constexpr std::string_view name = "MessageTrigger";
  static constexpr LiteralRow<E> rows[] = {
      only16(E::BootNotification, "BootNotification"),
      only16(E::DiagnosticsStatusNotification, "DiagnosticsStatusNotification"),
      only16(E::FirmwareStatusNotification, "FirmwareStatusNotification"),
      only16(E::Heartbeat, "Heartbeat"),
      only16(E::MeterValues, "MeterValues"),
      only16(E::StatusNotification, "StatusNotification"),
  };
};

template <>
struct Literals<Phase> {
  using E = Phase;
  static constexpr std::string_view name = "Phase";
  static constexpr LiteralRow<E> rows[] = {
      only16(E::L1, "L1"),       only16(E::L2, "L2"),       only16(E::L3, "L3"),     only16(E::N, "N"),
      only16(E::L1_N, "L1-N"),   only16(E::L2_N, "L2-N"),   only16(E::L3_N, "L3-N"), only16(E::L1_L2, "L1-L2"),
      only16(E::L2_L3, "L2-L3"), only16(E::L3_L1, "L3-L1"),
  };
};

template <>
struct Literals<ReadingContext> {
  using E = ReadingContext;
  static constexpr std::string_view name = "ReadingContext";
  static constexpr LiteralRow<E> rows[] = {
      since15(E::InterruptionBegin, "Interruption.Begin"),
      since15(E::InterruptionEnd, "Interruption.End"),
      only16(E::Other, "Other"),
      since15(E::SampleClock, "Sample.Clock"),
      since15(E::SamplePeriodic, "Sample.Periodic"),
      since15(E::TransactionBegin, "Transaction.Begin"),
      since15(E::TransactionEnd, "Transaction.End"),
      only16(E::Trigger, "Trigger"),
  };
};

template <>
struct Literals<Reason> {
  using E = Reason;
  static constexpr std::string_view name = "Reason";
  static constexpr LiteralRow<E> rows[] = {
      only16(E::EmergencyStop, "EmergencyStop"),
      only16(E::EVDisconnected, "EVDisconnected"),
      only16(E::HardReset, "HardReset"),
      only16(E::Local, "Local"),
      only16(E::Other, "Other"),
      only16(E::PowerLoss, "PowerLoss"),
      only16(E::Reboot, "Reboot"),
      only16(E::Remote, "Remote"),
      only16(E::SoftReset, "SoftReset"),
      only16(E::UnlockCommand, "UnlockCommand"),
      only16(E::DeAuthorized, "DeAuthorized"),
  };
};

template <>
struct Literals<RecurrencyKind> {
  using E = RecurrencyKind;
  static constexpr std::string_view name = "RecurrencyKind";
  static constexpr LiteralRow<E> rows[] = {
      only16(E::Daily, "Daily"),
      only16(E::Weekly, "Weekly"),
  };
};

template <>
struct Literals<RegistrationStatus> {
  using E = RegistrationStatus;
  static constexpr std::string_view name = "RegistrationStatus";
  static constexpr LiteralRow<E> rows[] = {
      all(E::Accepted, "Accepted"),
      {E::Pending, {as("Rejected"), as("Rejected"), "Pending", "Pending"}},
      all(E::Rejected, "Rejected"),
  };
};

template <>
struct Literals<RemoteStartStopStatus> {
  using E = RemoteStartStopStatus;
  static constexpr std::string_view name = "RemoteStartStopStatus";
  static constexpr LiteralRow<E> rows[] = {
      all(E::Accepted, "Accepted"),
      all(E::Rejected, "Rejected"),
  };
};

template <>
struct Literals<ReservationStatus> {
  using E = ReservationStatus;
  static constexpr std::string_view name = "ReservationStatus";
  static constexpr LiteralRow<E> rows[] = {
      since15(E::Accepted, "Accepted"), since15(E::Faulted, "Faulted"),         since15(E::Occupied, "Occupied"),
      since15(E::Rejected, "Rejected"), since15(E::Unavailable, "Unavailable"),
  };
};

template <>
struct Literals<ResetStatus> {
  using E = ResetStatus;
  static constexpr std::string_view name = "ResetStatus";
  static constexpr LiteralRow<E> rows[] = {
      all(E::Accepted, "Accepted"),
      all(E::Rejected, "Rejected"),
  };
};

template <>
struct Literals<ResetType> {
  using E = ResetType;
  static constexpr std::string_view name = "ResetType";
  static constexpr LiteralRow<E> rows[] = {
      all(E::Hard, "Hard"),
      all(E::Soft, "Soft"),
  };
};

template <>
struct Literals<TriggerMessageStatus> {
  using E = TriggerMessageStatus;
  static constexpr std::string_view name = "TriggerMessageStatus";
  static constexpr LiteralRow<E> rows[] = {
      only16(E::Accepted, "Accepted"),
      only16(E::Rejected, "Rejected"),
      only16(E::NotImplemented, "NotImplemented"),
  };
};

template <>
struct Literals<UnitOfMeasure> {
  using E = UnitOfMeasure;
  static constexpr std::string_view name = "UnitOfMeasure";
  static constexpr LiteralRow<E> rows[] = {
      since15(E::Wh, "Wh"),
      since15(E::kWh, "kWh"),
      since15(E::varh, "varh"),
      since15(E::kvarh, "kvarh"),
      since15(E::W, "W"),
      since15(E::kW, "kW"),
      only16(E::VA, "VA"),
      only16(E::kVA, "kVA"),
      since15(E::var, "var"),
      since15(E::kvar, "kvar"),
      {E::A, {none, "Amp", "A", "A"}},
      {E::V, {none, "Volt", "V", "V"}},
      since15(E::Celsius, "Celsius"),
      {E::Celcius, {none, as("Celsius"), as("Celsius"), "Celcius"}},
      only16(E::Fahrenheit, "Fahrenheit"),
      only16(E::K, "K"),
      only16(E::Percent, "Percent"),
  };
};

template <>
struct Literals<UnlockStatus> {
  using E = UnlockStatus;
  static constexpr std::string_view name = "UnlockStatus";
  static constexpr LiteralRow<E> rows[] = {
      {E::Unlocked, {"Accepted", "Accepted", "Unlocked", "Unlocked"}},
      {E::UnlockFailed, {"Rejected", "Rejected", "UnlockFailed", "UnlockFailed"}},
      {E::NotSupported, {as("Rejected"), as("Rejected"), "NotSupported", "NotSupported"}},
  };
};

template <>
struct Literals<UpdateStatus> {
  using E = UpdateStatus;
  static constexpr std::string_view name = "UpdateStatus";
  static constexpr LiteralRow<E> rows[] = {
      since15(E::Accepted, "Accepted"),
      since15(E::Failed, "Failed"),
      {E::HashError, {none, "HashError", as("Failed"), as("Failed")}},
      since15(E::NotSupported, "NotSupported"),
      since15(E::VersionMismatch, "VersionMismatch"),
  };
};

template <>
struct Literals<UpdateType> {
  using E = UpdateType;
  static constexpr std::string_view name = "UpdateType";
  static constexpr LiteralRow<E> rows[] = {
      since15(E::Differential, "Differential"),
      since15(E::Full, "Full"),
  };
};

template <>
struct Literals<ValueFormat> {
  using E = ValueFormat;
  static constexpr std::string_view name = "ValueFormat";
  static constexpr LiteralRow<E> rows[] = {
      since15(E::Raw, "Raw"),
      since15(E::SignedData, "SignedData"),
  };
};

template <>
struct Literals<CertificateSignedStatus> {
  using E = CertificateSignedStatus;
  static constexpr std::string_view name = "CertificateSignedStatus";
  static constexpr LiteralRow<E> rows[] = {
      onlyJ(E::Accepted, "Accepted"),
      onlyJ(E::Rejected, "Rejected"),
  };
};

template <>
struct Literals<CertificateUse> {
  using E = CertificateUse;
  static constexpr std::string_view name = "CertificateUse";
  static constexpr LiteralRow<E> rows[] = {
      onlyJ(E::CentralSystemRootCertificate, "CentralSystemRootCertificate"),
      onlyJ(E::ManufacturerRootCertificate, "ManufacturerRootCertificate"),
  };
};

template <>
struct Literals<DeleteCertificateStatus> {
  using E = DeleteCertificateStatus;
  static constexpr std::string_view name = "DeleteCertificateStatus";
  static constexpr LiteralRow<E> rows[] = {
      onlyJ(E::Accepted, "Accepted"),
      onlyJ(E::Failed, "Failed"),
      onlyJ(E::NotFound, "NotFound"),
  };
};

template <>
struct Literals<ExtendedMessageTrigger> {
  using E = ExtendedMessageTrigger;
  static constexpr std::string_view name = "ExtendedMessageTrigger";
  static constexpr LiteralRow<E> rows[] = {
      onlyJ(E::BootNotification, "BootNotification"),
      onlyJ(E::LogStatusNotification, "LogStatusNotification"),
      onlyJ(E::FirmwareStatusNotification, "FirmwareStatusNotification"),
      onlyJ(E::Heartbeat, "Heartbeat"),
      onlyJ(E::MeterValues, "MeterValues"),
      onlyJ(E::SignChargePointCertificate, "SignChargePointCertificate"),
      onlyJ(E::StatusNotification, "StatusNotification"),
  };
};

template <>
struct Literals<GenericStatus> {
  using E = GenericStatus;
  static constexpr std::string_view name = "GenericStatus";
  static constexpr LiteralRow<E> rows[] = {
      onlyJ(E::Accepted, "Accepted"),
      onlyJ(E::Rejected, "Rejected"),
  };
};

template <>
struct Literals<GetInstalledCertificateStatus> {
  using E = GetInstalledCertificateStatus;
  static constexpr std::string_view name = "GetInstalledCertificateStatus";
  static constexpr LiteralRow<E> rows[] = {
      onlyJ(E::Accepted, "Accepted"),
      onlyJ(E::NotFound, "NotFound"),
  };
};

template <>
struct Literals<HashAlgorithm> {
  using E = HashAlgorithm;
  static constexpr std::string_view name = "HashAlgorithm";
  static constexpr LiteralRow<E> rows[] = {
      onlyJ(E::SHA256, "SHA256"),
      onlyJ(E::SHA384, "SHA384"),
      onlyJ(E::SHA512, "SHA512"),
  };
};

template <>
struct Literals<InstallCertificateStatus> {
  using E = InstallCertificateStatus;
  static constexpr std::string_view name = "InstallCertificateStatus";
  static constexpr LiteralRow<E> rows[] = {
      onlyJ(E::Accepted, "Accepted"),
      onlyJ(E::Failed, "Failed"),
      onlyJ(E::Rejected, "Rejected"),
  };
};

template <>
struct Literals<LogStatus> {
  using E = LogStatus;
  static constexpr std::string_view name = "LogStatus";
  static constexpr LiteralRow<E> rows[] = {
      onlyJ(E::Accepted, "Accepted"),
      onlyJ(E::Rejected, "Rejected"),
      onlyJ(E::AcceptedCanceled, "AcceptedCanceled"),
  };
};

template <>
struct Literals<LogType> {
  using E = LogType;
  static constexpr std::string_view name = "LogType";
  static constexpr LiteralRow<E> rows[] = {
      onlyJ(E::DiagnosticsLog, "DiagnosticsLog"),
      onlyJ(E::SecurityLog, "SecurityLog"),
  };
};

template <>
struct Literals<SignedFirmwareStatus> {
  using E = SignedFirmwareStatus;
  static constexpr std::string_view name = "SignedFirmwareStatus";
  static constexpr LiteralRow<E> rows[] = {
      onlyJ(E::Downloaded, "Downloaded"),
      onlyJ(E::DownloadFailed, "DownloadFailed"),
      onlyJ(E::Downloading, "Downloading"),
      onlyJ(E::DownloadScheduled, "DownloadScheduled"),
      onlyJ(E::DownloadPaused, "DownloadPaused"),
      onlyJ(E::Idle, "Idle"),
      onlyJ(E::InstallationFailed, "InstallationFailed"),
      onlyJ(E::Installing, "Installing"),
      onlyJ(E::Installed, "Installed"),
      onlyJ(E::InstallRebooting, "InstallRebooting"),
      onlyJ(E::InstallScheduled, "InstallScheduled"),
      onlyJ(E::InstallVerificationFailed, "InstallVerificationFailed"),
      onlyJ(E::InvalidSignature, "InvalidSignature"),
      onlyJ(E::SignatureVerified, "SignatureVerified"),
  };
};

template <>
struct Literals<SignedUpdateFirmwareStatus> {
  using E = SignedUpdateFirmwareStatus;
  static constexpr std::string_view name = "SignedUpdateFirmwareStatus";
  static constexpr LiteralRow<E> rows[] = {
      onlyJ(E::Accepted, "Accepted"),
      onlyJ(E::Rejected, "Rejected"),
      onlyJ(E::AcceptedCanceled, "AcceptedCanceled"),
      onlyJ(E::InvalidCertificate, "InvalidCertificate"),
      onlyJ(E::RevokedCertificate, "RevokedCertificate"),
  };
};

template <>
struct Literals<UploadLogStatus> {
  using E = UploadLogStatus;
  static constexpr std::string_view name = "UploadLogStatus";
  static constexpr LiteralRow<E> rows[] = {
      onlyJ(E::BadMessage, "BadMessage"),
      onlyJ(E::Idle, "Idle"),
      onlyJ(E::NotSupportedOperation, "NotSupportedOperation"),
      onlyJ(E::PermissionDenied, "PermissionDenied"),
      onlyJ(E::Uploaded, "Uploaded"),
      onlyJ(E::UploadFailure, "UploadFailure"),
      onlyJ(E::Uploading, "Uploading"),
  };
};

/// OCPP 1.6's own name of a value, for logs.
template <class E>
constexpr std::string_view word(E value) {
  const auto& columns = Literals<E>::rows[static_cast<std::size_t>(value)].columns;
  for (std::size_t c = 4; c-- > 0;)
    if (!columns[c].text.empty() && !columns[c].nearest) return columns[c].text;
  return {};
}

}  // namespace ocpp
