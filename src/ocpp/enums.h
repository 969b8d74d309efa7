// SPDX-License-Identifier: GPL-2.0-or-later
// Every enumeration of OCPP 1.x, in 1.6 words: the enumerators. How each version writes them stands in literals.h.
#pragma once

namespace ocpp {

/// Section 7.2.
enum class AuthorizationStatus { Accepted, Blocked, Expired, Invalid, ConcurrentTx };

/// Section 7.3.
enum class AvailabilityStatus { Accepted, Rejected, Scheduled };

/// Section 7.4.
enum class AvailabilityType { Inoperative, Operative };

/// Section 7.5; since 1.5.
enum class CancelReservationStatus { Accepted, Rejected };

/// Section 7.6. 1.2 has no generic code: what it lacks is NoError there (translation 2.3).
enum class ChargePointErrorCode {
  ConnectorLockFailure,
  EVCommunicationError,
  GroundFailure,
  HighTemperature,
  InternalError,
  LocalListConflict,
  NoError,
  OtherError,
  OverCurrentFailure,
  OverVoltage,
  PowerMeterFailure,
  PowerSwitchFailure,
  ReaderFailure,
  ResetFailure,
  UnderVoltage,
  WeakSignal
};

/// Section 7.7. Occupied is the raw word of 1.2/1.5; the session derives what 1.6 calls it (ST-1..ST-6).
enum class ChargePointStatus {
  Available,
  Preparing,
  Charging,
  SuspendedEVSE,
  SuspendedEV,
  Finishing,
  Reserved,
  Unavailable,
  Faulted,
  Occupied
};

/// Section 7.9; 1.6.
enum class ChargingProfileKind { Absolute, Recurring, Relative };

/// Section 7.10; 1.6.
enum class ChargingProfilePurpose { ChargePointMaxProfile, TxDefaultProfile, TxProfile };

/// Section 7.11; 1.6.
enum class ChargingProfileStatus { Accepted, Rejected, NotSupported };

/// Section 7.12; 1.6.
enum class ChargingRateUnit { W, A };

/// Section 7.20.
enum class ClearCacheStatus { Accepted, Rejected };

/// Section 7.21; 1.6.
enum class ClearChargingProfileStatus { Accepted, Unknown };

/// Section 7.22. 1.2 and 1.5 lack RebootRequired (translation 2.5).
enum class ConfigurationStatus { Accepted, Rejected, RebootRequired, NotSupported };

/// Section 7.23; since 1.5.
enum class DataTransferStatus { Accepted, Rejected, UnknownMessageId, UnknownVendorId };

/// Section 7.24. Idle and Uploading have no word in 1.2/1.5: such messages are not sent there.
enum class DiagnosticsStatus { Idle, Uploaded, UploadFailed, Uploading };

/// Section 7.25. Progress has no word in 1.2/1.5: such messages are not sent there.
enum class FirmwareStatus { Downloaded, DownloadFailed, Downloading, Idle, InstallationFailed, Installing, Installed };

/// Section 7.26; 1.6.
enum class GetCompositeScheduleStatus { Accepted, Rejected };

/// Section 7.30. 1.5 lacks Cable (nearest: Outlet) and EV (the sample is dropped).
enum class Location { Body, Cable, EV, Inlet, Outlet };

/// Section 7.31; samples of a measurand that a version lacks are dropped (translation 2.9).
enum class Measurand {
  EnergyActiveExportRegister,
  EnergyActiveImportRegister,
  EnergyReactiveExportRegister,
  EnergyReactiveImportRegister,
  EnergyActiveExportInterval,
  EnergyActiveImportInterval,
  EnergyReactiveExportInterval,
  EnergyReactiveImportInterval,
  PowerActiveExport,
  PowerActiveImport,
  PowerReactiveExport,
  PowerReactiveImport,
  CurrentExport,
  CurrentImport,
  Voltage,
  Temperature,
  CurrentOffered,
  PowerOffered,
  PowerFactor,
  Frequency,
  RPM,
  SoC
};

/// Section 7.32; 1.6.
enum class MessageTrigger {
  BootNotification,
  DiagnosticsStatusNotification,
  FirmwareStatusNotification,
  Heartbeat,
  MeterValues,
  StatusNotification
};

/// Section 7.34; 1.6.
enum class Phase { L1, L2, L3, N, L1_N, L2_N, L3_N, L1_L2, L2_L3, L3_L1 };

/// Section 7.35; 1.5 lacks Trigger and Other (the attribute is left out).
enum class ReadingContext {
  InterruptionBegin,
  InterruptionEnd,
  Other,
  SampleClock,
  SamplePeriodic,
  TransactionBegin,
  TransactionEnd,
  Trigger
};

/// Section 7.36; 1.6.
enum class Reason {
  EmergencyStop,
  EVDisconnected,
  HardReset,
  Local,
  Other,
  PowerLoss,
  Reboot,
  Remote,
  SoftReset,
  UnlockCommand,
  DeAuthorized
};

/// Section 7.37; 1.6.
enum class RecurrencyKind { Daily, Weekly };

/// Section 7.38. 1.2 and 1.5 lack Pending (SM-4).
enum class RegistrationStatus { Accepted, Pending, Rejected };

/// Section 7.39.
enum class RemoteStartStopStatus { Accepted, Rejected };

/// Section 7.40; since 1.5.
enum class ReservationStatus { Accepted, Faulted, Occupied, Rejected, Unavailable };

/// Section 7.41.
enum class ResetStatus { Accepted, Rejected };

/// Section 7.42.
enum class ResetType { Hard, Soft };

/// Section 7.44; 1.6.
enum class TriggerMessageStatus { Accepted, Rejected, NotImplemented };

/// Section 7.45. Celcius is a spelling of OCPP-J only (MV-8); Hertz is not in the table: it is read as no unit and
/// never written (translation 2.9).
enum class UnitOfMeasure {
  Wh,
  kWh,
  varh,
  kvarh,
  W,
  kW,
  VA,
  kVA,
  var,
  kvar,
  A,
  V,
  Celsius,
  Celcius,
  Fahrenheit,
  K,
  Percent
};

/// Section 7.46. 1.2 and 1.5 say Accepted and Rejected (translation 2.6).
enum class UnlockStatus { Unlocked, UnlockFailed, NotSupported };

/// Section 7.47. HashError is 1.5 only and means Failed to 1.6 (translation 2.7).
enum class UpdateStatus { Accepted, Failed, HashError, NotSupported, VersionMismatch };

/// Section 7.48; since 1.5.
enum class UpdateType { Differential, Full };

/// Section 7.50; since 1.5.
enum class ValueFormat { Raw, SignedData };

/// Security extension; OCPP-J only.
enum class CertificateSignedStatus { Accepted, Rejected };

/// Security extension; OCPP-J only.
enum class CertificateUse { CentralSystemRootCertificate, ManufacturerRootCertificate };

/// Security extension; OCPP-J only.
enum class DeleteCertificateStatus { Accepted, Failed, NotFound };

/// Security extension (its MessageTriggerEnumType); OCPP-J only.
enum class ExtendedMessageTrigger {
  BootNotification,
  LogStatusNotification,
  FirmwareStatusNotification,
  Heartbeat,
  MeterValues,
  SignChargePointCertificate,
  StatusNotification
};

/// Security extension; OCPP-J only.
enum class GenericStatus { Accepted, Rejected };

/// Security extension; OCPP-J only.
enum class GetInstalledCertificateStatus { Accepted, NotFound };

/// Security extension; OCPP-J only.
enum class HashAlgorithm { SHA256, SHA384, SHA512 };

/// Security extension; OCPP-J only.
enum class InstallCertificateStatus { Accepted, Failed, Rejected };

/// Security extension; OCPP-J only.
enum class LogStatus { Accepted, Rejected, AcceptedCanceled };

/// Security extension (its LogEnumType); OCPP-J only.
enum class LogType { DiagnosticsLog, SecurityLog };

/// Security extension (its FirmwareStatusEnumType); OCPP-J only.
enum class SignedFirmwareStatus {
  Downloaded,
  DownloadFailed,
  Downloading,
  DownloadScheduled,
  DownloadPaused,
  Idle,
  InstallationFailed,
  Installing,
  Installed,
  InstallRebooting,
  InstallScheduled,
  InstallVerificationFailed,
  InvalidSignature,
  SignatureVerified
};

/// Security extension (its UpdateFirmwareStatusEnumType); OCPP-J only.
enum class SignedUpdateFirmwareStatus { Accepted, Rejected, AcceptedCanceled, InvalidCertificate, RevokedCertificate };

/// Security extension; OCPP-J only.
enum class UploadLogStatus {
  BadMessage,
  Idle,
  NotSupportedOperation,
  PermissionDenied,
  Uploaded,
  UploadFailure,
  Uploading
};

}  // namespace ocpp
