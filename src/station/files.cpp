// SPDX-License-Identifier: GPL-2.0-or-later
// Diagnostics uploads and firmware updates: their steps, retries and reports (OCPP 1.6 sections 4.4, 4.5, 5.9, 5.19).
#include "station/impl.h"

#include "ocpp/literals.h"

namespace station {

using namespace ocpp;

namespace {

constexpr int defaultRetryInterval = 60;
constexpr int mostRetries = 100;
// So many restarts are forgiven to an upload or a download; after that it seems to be what restarts the board.
constexpr int mostCuts = 3;

int bounded(const std::optional<int>& value, int fallback, int most) {
  return std::clamp(value.value_or(fallback), 0, most);
}

// How an upload or an update ended is kept until the central system was told. Everything else is said again or
// outdated after a restart.
bool isNews(DiagnosticsStatus status) {
  return status == DiagnosticsStatus::Uploaded || status == DiagnosticsStatus::UploadFailed;
}
bool isNews(FirmwareStatus status) {
  return status == FirmwareStatus::Installed || status == FirmwareStatus::InstallationFailed ||
         status == FirmwareStatus::DownloadFailed;
}

// What a station keeps of a message about files; an empty key when that is nothing.
std::pair<std::string, std::string> newsOf(const Request& request) {
  if (const auto* said = std::get_if<DiagnosticsStatusNotification::Request>(&request))
    if (isNews(said->status)) return {"news/diagnostics", toRecord(said->status)};
  if (const auto* said = std::get_if<FirmwareStatusNotification::Request>(&request))
    if (isNews(said->status)) return {"news/firmware", toRecord(said->status)};
  return {};
}

}  // namespace

void Station::Impl::notifyFiles(Request request, bool triggered) {
  auto [key, value] = newsOf(request);
  if (!key.empty()) keep(std::move(key), std::move(value));
  enqueue(Purpose::Files, std::move(request), 0, 0, triggered);
}

// What a version has no word for is not said.
void Station::Impl::notifyDiagnostics(DiagnosticsStatus status, bool triggered) {
  if (has(status, soapEncoding(settings_.version)))
    notifyFiles(DiagnosticsStatusNotification::Request{status}, triggered);
}

void Station::Impl::notifyFirmware(FirmwareStatus status, bool triggered) {
  if (has(status, soapEncoding(settings_.version))) notifyFiles(FirmwareStatusNotification::Request{status}, triggered);
}

bool Station::Impl::restoreNews(std::string_view kind, std::string_view value) {
  const auto diagnostics = kind == "diagnostics" ? fromRecord<DiagnosticsStatus>(value) : std::nullopt;
  const auto firmware = kind == "firmware" ? fromRecord<FirmwareStatus>(value) : std::nullopt;
  if (diagnostics) enqueue(Purpose::Files, DiagnosticsStatusNotification::Request{*diagnostics});
  if (firmware) enqueue(Purpose::Files, FirmwareStatusNotification::Request{*firmware});
  return diagnostics || firmware;
}

void Station::Impl::newsTold(const Request& request) {
  const std::string key = newsOf(request).first;
  const bool more = std::any_of(outbox_.begin(), outbox_.end(),
                                [&](const Outgoing& each) { return newsOf(each.request).first == key; });
  if (!key.empty() && !more) forget(key);
}

Reply Station::Impl::on(CallId, const GetDiagnostics::Request& request, Steady) {
  GetDiagnostics::Response response;
  if (settings_.diagnosticsName.empty()) return Result<Response>(Response(response));
  response.fileName = Text<255>(settings_.diagnosticsName);
  // A second request replaces the first; its end is reported once.
  const bool running = upload_ && !uploadRetryAt_;
  upload_ = DiagnosticsUpload{request.location,
                              request.startTime,
                              request.stopTime,
                              bounded(request.retries, 0, mostRetries),
                              bounded(request.retryInterval, defaultRetryInterval, 86400),
                              0};
  uploadRetryAt_.reset();
  keepUpload();
  if (!running) notifyDiagnostics(DiagnosticsStatus::Uploading);
  emitUpload();
  return Result<Response>(Response(response));
}

void Station::Impl::keepUpload() {
  if (upload_)
    keep("upload", toRecord(*upload_));
  else
    forget("upload");
}

void Station::Impl::emitUpload() {
  Upload upload{upload_->location, settings_.diagnosticsName, {}, {}};
  if (upload_->from) upload.from = upload_->from->at;
  if (upload_->to) upload.to = upload_->to->at;
  emit(std::move(upload));
}

void Station::Impl::uploaded(UploadProgress progress, Steady now) {
  if (!upload_ || uploadRetryAt_ || rebooting_) return;
  if (progress == UploadProgress::Failed && upload_->retries > 0) {
    --upload_->retries;
    keepUpload();
    uploadRetryAt_ = now + Steady(std::chrono::seconds(upload_->retryInterval));
    return finish(now);
  }
  upload_.reset();
  keepUpload();
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
  firmware_ = {FirmwareStep::Scheduled,
               request.location,
               request.retrieveDate,
               bounded(request.retries, 0, mostRetries),
               bounded(request.retryInterval, defaultRetryInterval, 86400),
               0};
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
    emitUpload();
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
  if (firmware_.step == FirmwareStep::Downloaded && unreported() == 0 && !contactorsOpening()) {
    firmware_.step = FirmwareStep::Installing;
    keepFirmware();
    notifyFirmware(FirmwareStatus::Installing);
    emit(Install{});
  }
}

void Station::Impl::filesAfterBoot(const PowerUp& state, Steady now) {
  if (upload_ && ++upload_->cuts <= mostCuts) {
    uploadRetryAt_ = now;
    keepUpload();
  } else if (upload_) {
    upload_.reset();
    keepUpload();
    notifyDiagnostics(DiagnosticsStatus::UploadFailed);
  }
  if (firmware_.step == FirmwareStep::Installing) {
    firmware_.step = FirmwareStep::Idle;
    notifyFirmware(state.firmwareInstalled.value_or(false) ? FirmwareStatus::Installed
                                                           : FirmwareStatus::InstallationFailed);
    keepFirmware();
  } else if (firmware_.step == FirmwareStep::Downloading || firmware_.step == FirmwareStep::Downloaded) {
    const bool again = ++firmware_.cuts <= mostCuts;
    firmware_.step = again ? FirmwareStep::Scheduled : FirmwareStep::Idle;  // what was loaded may be half a file
    if (again)
      firmwareRetryAt_ = now;
    else
      notifyFirmware(FirmwareStatus::DownloadFailed);
    keepFirmware();
  }
}

}  // namespace station
