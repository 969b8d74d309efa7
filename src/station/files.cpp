// SPDX-License-Identifier: GPL-2.0-or-later
// Diagnostics uploads and firmware updates: their steps, retries and reports (OCPP 1.6 sections 4.4, 4.5, 5.9, 5.19).
#include "station/impl.h"

#include "ocpp/literals.h"

namespace station {

using namespace ocpp;

namespace {

constexpr int defaultRetryInterval = 60;
constexpr int mostRetries = 100;

int bounded(const std::optional<int>& value, int fallback, int most) {
  return std::clamp(value.value_or(fallback), 0, most);
}

}  // namespace

// What a version has no word for is not said.
void Station::Impl::notifyDiagnostics(DiagnosticsStatus status, bool triggered) {
  if (!has(status, soapEncoding(settings_.version))) return;
  enqueue(Purpose::Files, DiagnosticsStatusNotification::Request{status}, 0, 0, triggered);
}

void Station::Impl::notifyFirmware(FirmwareStatus status, bool triggered) {
  if (!has(status, soapEncoding(settings_.version))) return;
  enqueue(Purpose::Files, FirmwareStatusNotification::Request{status}, 0, 0, triggered);
}

Reply Station::Impl::on(CallId, const GetDiagnostics::Request& request, Steady) {
  GetDiagnostics::Response response;
  if (settings_.diagnosticsName.empty()) return Result<Response>(Response(response));
  response.fileName = Text<255>(settings_.diagnosticsName);
  // A second request replaces the first; its end is reported once.
  const bool running = upload_ && !uploadRetryAt_;
  upload_ = Upload{request.location, settings_.diagnosticsName, {}, {}};
  if (request.startTime) upload_->from = request.startTime->at;
  if (request.stopTime) upload_->to = request.stopTime->at;
  uploadRetries_ = bounded(request.retries, 0, mostRetries);
  uploadInterval_ = std::chrono::seconds(bounded(request.retryInterval, defaultRetryInterval, 86400));
  uploadRetryAt_.reset();
  if (!running) notifyDiagnostics(DiagnosticsStatus::Uploading);
  emit(*upload_);
  return Result<Response>(Response(response));
}

void Station::Impl::uploaded(UploadProgress progress, Steady now) {
  if (!upload_ || rebooting_) return;
  if (progress == UploadProgress::Failed && uploadRetries_ > 0) {
    --uploadRetries_;
    uploadRetryAt_ = now + uploadInterval_;
    return finish(now);
  }
  upload_.reset();
  uploadRetryAt_.reset();
  notifyDiagnostics(progress == UploadProgress::Uploaded ? DiagnosticsStatus::Uploaded
                                                         : DiagnosticsStatus::UploadFailed);
  finish(now);
}

void Station::Impl::keepFirmware() {
  if (firmware_.step == FirmwareStep::Idle)
    forget("firmware");
  else
    keep("firmware", toRecord(firmware_));
}

Reply Station::Impl::on(CallId, const UpdateFirmware::Request& request, Steady) {
  if (firmware_.step == FirmwareStep::Installing)
    return Result<Response>(Fault{FaultCode::InternalError, "firmware is being installed"});
  firmware_ = {FirmwareStep::Scheduled, request.location, request.retrieveDate,
               bounded(request.retries, 0, mostRetries), bounded(request.retryInterval, defaultRetryInterval, 86400)};
  firmwareRetryAt_.reset();
  keepFirmware();
  return Result<Response>(Response(UpdateFirmware::Response{}));
}

void Station::Impl::firmware(FirmwareProgress progress, Steady now) {
  if (rebooting_) return;
  const bool downloading = firmware_.step == FirmwareStep::Downloading;
  const bool installing = firmware_.step == FirmwareStep::Installing;
  if (progress == FirmwareProgress::Downloaded && downloading) {
    firmware_.step = FirmwareStep::Downloaded;
    notifyFirmware(FirmwareStatus::Downloaded);
  } else if (progress == FirmwareProgress::DownloadFailed && downloading) {
    const bool again = firmware_.retries > 0;
    firmware_.step = again ? FirmwareStep::Scheduled : FirmwareStep::Idle;
    if (again) {
      --firmware_.retries;
      firmwareRetryAt_ = now + Steady(std::chrono::seconds(firmware_.retryInterval));
    } else {
      notifyFirmware(FirmwareStatus::DownloadFailed);
    }
  } else if ((progress == FirmwareProgress::Installed || progress == FirmwareProgress::InstallationFailed) &&
             installing) {
    firmware_.step = FirmwareStep::Idle;
    notifyFirmware(progress == FirmwareProgress::Installed ? FirmwareStatus::Installed
                                                           : FirmwareStatus::InstallationFailed);
  } else {
    return;  // of an update that was replaced
  }
  keepFirmware();
  finish(now);
}

void Station::Impl::tickFiles(Steady now) {
  if (uploadRetryAt_ && now >= *uploadRetryAt_) {
    uploadRetryAt_.reset();
    emit(*upload_);
  }
  const bool due = firmwareRetryAt_ ? now >= *firmwareRetryAt_ : wall(now) >= firmware_.retrieveDate.at;
  if (firmware_.step == FirmwareStep::Scheduled && due) {
    firmwareRetryAt_.reset();
    firmware_.step = FirmwareStep::Downloading;
    keepFirmware();
    notifyFirmware(FirmwareStatus::Downloading);
    emit(Download{firmware_.location});
  }
  // Nobody's charging is cut off for new firmware.
  if (firmware_.step == FirmwareStep::Downloaded && running() == 0) {
    firmware_.step = FirmwareStep::Installing;
    keepFirmware();
    notifyFirmware(FirmwareStatus::Installing);
    emit(Install{});
  }
}

void Station::Impl::firmwareAfterBoot(const PowerUp& state, Steady now) {
  if (firmware_.step == FirmwareStep::Installing) {
    firmware_.step = FirmwareStep::Idle;
    notifyFirmware(state.firmwareInstalled.value_or(false) ? FirmwareStatus::Installed
                                                           : FirmwareStatus::InstallationFailed);
    keepFirmware();
  } else if (firmware_.step == FirmwareStep::Downloading || firmware_.step == FirmwareStep::Downloaded) {
    firmware_.step = FirmwareStep::Scheduled;  // what was loaded may be half a file
    firmwareRetryAt_ = now;
    keepFirmware();
  }
}

}  // namespace station
