// SPDX-License-Identifier: GPL-2.0-or-later
// One row per action: since which version chargers have it, and the two negative answers of section 6.
#include "session/emulation.h"

namespace session {

using namespace ocpp;

namespace {

enum class Since { V12, V15, V16, Never };

struct Row {
  std::size_t action;
  Since since;
  Response (*lacking)();       ///< Section 6.1.
  Response (*notSupported)();  ///< Section 6.2, last paragraph.
};

template <class A>
Response with(decltype(A::Response::status) status) {
  typename A::Response response;
  response.status = status;
  return response;
}
Response noListVersion() {
  GetLocalListVersion::Response response;
  response.listVersion = -1;
  return response;
}

template <class A>
constexpr Row row(Since since, Response (*lacking)() = nullptr, Response (*notSupported)() = nullptr) {
  return {indexOf<A>, since, lacking, notSupported};
}

Response unlockUnknown() { return with<UnlockConnector>(UnlockStatus::NotSupported); }
Response changeUnknown() { return with<ChangeConfiguration>(ConfigurationStatus::NotSupported); }
Response cacheRejected() { return with<ClearCache>(ClearCacheStatus::Rejected); }
Response listUnknown() { return with<SendLocalList>(UpdateStatus::NotSupported); }
Response transferUnknown() { return with<DataTransfer>(DataTransferStatus::UnknownVendorId); }
Response reserveRejected() { return with<ReserveNow>(ReservationStatus::Rejected); }
Response cancelRejected() { return with<CancelReservation>(CancelReservationStatus::Rejected); }
Response triggerUnknown() { return with<TriggerMessage>(TriggerMessageStatus::NotImplemented); }
Response profileUnknown() { return with<SetChargingProfile>(ChargingProfileStatus::NotSupported); }
Response clearUnknown() { return with<ClearChargingProfile>(ClearChargingProfileStatus::Unknown); }
Response scheduleRejected() { return with<GetCompositeSchedule>(GetCompositeScheduleStatus::Rejected); }
Response extendedUnknown() { return with<ExtendedTriggerMessage>(TriggerMessageStatus::NotImplemented); }
Response logRejected() { return with<GetLog>(LogStatus::Rejected); }
Response updateRejected() { return with<SignedUpdateFirmware>(SignedUpdateFirmwareStatus::Rejected); }
Response installRejected() { return with<InstallCertificate>(InstallCertificateStatus::Rejected); }
Response deleteNotFound() { return with<DeleteCertificate>(DeleteCertificateStatus::NotFound); }
Response idsNotFound() { return with<GetInstalledCertificateIds>(GetInstalledCertificateStatus::NotFound); }
Response signedRejected() { return with<CertificateSigned>(CertificateSignedStatus::Rejected); }

constexpr Row rows[] = {
    // action                      chargers have it since  lacking           Fault NotSupported
    row<ChangeConfiguration>(Since::V12, nullptr, changeUnknown),
    row<ClearCache>(Since::V12, nullptr, cacheRejected),
    row<UnlockConnector>(Since::V12, nullptr, unlockUnknown),
    row<GetConfiguration>(Since::V15),  // EM-7
    row<DataTransfer>(Since::V15, transferUnknown, transferUnknown),
    row<GetLocalListVersion>(Since::V15, noListVersion, noListVersion),
    row<SendLocalList>(Since::V15, listUnknown, listUnknown),
    row<ReserveNow>(Since::V15, reserveRejected, reserveRejected),
    row<CancelReservation>(Since::V15, cancelRejected, cancelRejected),
    row<TriggerMessage>(Since::V16, triggerUnknown, triggerUnknown),  // EM-1..EM-6
    row<SetChargingProfile>(Since::V16, profileUnknown, profileUnknown),
    row<ClearChargingProfile>(Since::V16, clearUnknown, clearUnknown),
    row<GetCompositeSchedule>(Since::V16, scheduleRejected, scheduleRejected),
    row<ExtendedTriggerMessage>(Since::Never, extendedUnknown),  // EM-1..EM-6
    row<GetLog>(Since::Never, logRejected),                      // EM-11
    row<SignedUpdateFirmware>(Since::Never, updateRejected),     // never downgraded: the signature check would be lost
    row<InstallCertificate>(Since::Never, installRejected),
    row<DeleteCertificate>(Since::Never, deleteNotFound),
    row<GetInstalledCertificateIds>(Since::Never, idsNotFound),
    row<CertificateSigned>(Since::Never, signedRejected),
};

const Row* find(const Request& request) {
  for (const Row& each : rows)
    if (each.action == request.index()) return &each;
  return nullptr;
}

}  // namespace

bool lacks(Version version, const Request& request) {
  const Row* found = find(request);
  return found && static_cast<int>(found->since) > static_cast<int>(version);
}

std::optional<Response> answerForLacking(const Request& request) {
  const Row* found = find(request);
  return found && found->lacking ? std::optional(found->lacking()) : std::nullopt;
}

std::optional<Response> answerForNotSupported(const Request& request) {
  const Row* found = find(request);
  return found && found->notSupported ? std::optional(found->notSupported()) : std::nullopt;
}

}  // namespace session
