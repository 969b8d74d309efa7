// SPDX-License-Identifier: GPL-2.0-or-later
// Requests of the central system: remote start and stop, reservations, availability, unlock, reset, triggers, files,
// data.
#include "tests/support/station_harness.h"
#include "tests/support/test.h"

using namespace test;
using CPStatus = ChargePointStatus;

namespace {

void set(StationHarness& h, const char* key, const char* value) {
  h.call<ChangeConfiguration>({ocpp::Key<50>(key), ocpp::Opaque<500>(value)});
}

RemoteStartStopStatus remoteStart(StationHarness& h, std::optional<int> connector, const char* tag = "R") {
  return h.call<RemoteStartTransaction>({connector, IdToken(tag), {}}).status;
}

ReservationStatus reserve(StationHarness& h, int connector, int id, const char* tag, Duration until = hours(1),
                          const char* parent = "") {
  ReserveNow::Request request;
  request.connectorId = connector;
  request.reservationId = id;
  request.idTag = IdToken(tag);
  request.expiryDate = {h.wall() + until, true};
  if (*parent) request.parentIdTag = IdToken(parent);
  return h.call<ReserveNow>(request).status;
}

AvailabilityStatus availability(StationHarness& h, int connector, AvailabilityType type) {
  return h.call<ChangeAvailability>({connector, type}).status;
}

constexpr auto accepted = RemoteStartStopStatus::Accepted, rejected = RemoteStartStopStatus::Rejected;

std::string fileStatuses(const StationHarness& h) {
  std::string list;
  for (const Request& each : h.requests) {
    if (const auto* d = std::get_if<DiagnosticsStatusNotification::Request>(&each))
      list += std::string(write(d->status, Encoding::Json16)) + " ";
    if (const auto* f = std::get_if<FirmwareStatusNotification::Request>(&each))
      list += std::string(write(f->status, Encoding::Json16)) + " ";
  }
  return list;
}

}  // namespace

TEST(stationRemoteStart, "a remote start charges when the cable is in or comes, on the connector named or a free one") {
  StationHarness h(plain(Version::V16, 2));
  h.plug(2);
  CPPUNIT_ASSERT(remoteStart(h, {}) == accepted);
  CPPUNIT_ASSERT(h.inTransaction(2));
  CPPUNIT_ASSERT_EQUAL(std::size_t(0), h.sent<Authorize>().size());
  CPPUNIT_ASSERT(remoteStart(h, 2) == rejected);
  CPPUNIT_ASSERT(remoteStart(h, 0) == rejected);
  CPPUNIT_ASSERT(remoteStart(h, 3) == rejected);
  CPPUNIT_ASSERT(remoteStart(h, 1) == accepted);
  CPPUNIT_ASSERT(h.status(1) == CPStatus::Preparing);
  CPPUNIT_ASSERT(remoteStart(h, {}) == rejected);
  h.pass(seconds(60));
  CPPUNIT_ASSERT(h.status(1) == CPStatus::Available);
  CPPUNIT_ASSERT(h.call<RemoteStopTransaction>({{4711}}).status == rejected);
  CPPUNIT_ASSERT(h.call<RemoteStopTransaction>({{h.central.nextId}}).status == accepted);
  CPPUNIT_ASSERT(!h.inTransaction(2));
}

TEST(stationRemoteAuthorize, "with AuthorizeRemoteTxRequests the tag of a remote start is authorized first") {
  StationHarness h;
  set(h, "AuthorizeRemoteTxRequests", "true");
  h.central.tags["BAD"] = {AuthorizationStatus::Invalid, {}, {}};
  h.plug(1);
  CPPUNIT_ASSERT(remoteStart(h, 1, "BAD") == accepted);
  CPPUNIT_ASSERT(!h.inTransaction());
  CPPUNIT_ASSERT(remoteStart(h, 1, "GOOD") == accepted);
  CPPUNIT_ASSERT(h.inTransaction());
  CPPUNIT_ASSERT_EQUAL(std::size_t(2), h.sent<Authorize>().size());
}

TEST(stationRemoteProfile, "the profile of a remote start limits its transaction and ends with it") {
  StationHarness h;
  RemoteStartTransaction::Request request{1, IdToken("R"), ChargingProfile{}};
  auto& profile = *request.chargingProfile;
  profile.chargingProfilePurpose = ChargingProfilePurpose::TxProfile;
  profile.chargingProfileKind = ChargingProfileKind::Relative;
  profile.chargingSchedule.chargingRateUnit = ChargingRateUnit::A;
  profile.chargingSchedule.chargingSchedulePeriod.push_back({0, {100}, {}});
  profile.chargingSchedule.chargingSchedulePeriod.push_back({600, {60}, {}});
  h.plug(1);
  CPPUNIT_ASSERT(h.call<RemoteStartTransaction>(request).status == accepted);
  h.draws(1);
  CPPUNIT_ASSERT_EQUAL(std::int64_t(100), h.amps());
  h.pass(minutes(10));
  CPPUNIT_ASSERT_EQUAL(std::int64_t(60), h.amps());
  h.call<RemoteStopTransaction>({{h.central.nextId}});
  h.unplug(1);
  h.begin();
  CPPUNIT_ASSERT_EQUAL(std::int64_t(320), h.amps());
  h.unplug(1);
  profile.chargingProfilePurpose = ChargingProfilePurpose::TxDefaultProfile;
  CPPUNIT_ASSERT(h.call<RemoteStartTransaction>(request).status == rejected);
}

TEST(stationReserve, "a reserved connector is for its tag or parent until the reservation expires or is cancelled") {
  StationHarness h;
  h.clear();
  CPPUNIT_ASSERT(reserve(h, 1, 7, "OWNER", hours(1), "FAMILY") == ReservationStatus::Accepted);
  CPPUNIT_ASSERT(h.status() == CPStatus::Reserved);
  CPPUNIT_ASSERT(reserve(h, 1, 8, "OTHER") == ReservationStatus::Occupied);
  CPPUNIT_ASSERT(reserve(h, 1, 7, "OWNER", hours(2), "FAMILY") == ReservationStatus::Accepted);
  CPPUNIT_ASSERT(reserve(h, 1, 9, "LATE", -hours(1)) == ReservationStatus::Rejected);
  CPPUNIT_ASSERT(reserve(h, 5, 9, "WHERE") == ReservationStatus::Rejected);
  h.tag("STRANGER");
  CPPUNIT_ASSERT(h.status() == CPStatus::Reserved);
  h.cutPower();
  h.power();
  CPPUNIT_ASSERT(h.status() == CPStatus::Reserved);
  h.central.tags["CHILD"] = {AuthorizationStatus::Accepted, {}, IdToken("family")};
  h.tag("CHILD");
  h.plug(1);
  CPPUNIT_ASSERT(h.inTransaction());
  CPPUNIT_ASSERT_EQUAL(7, *h.last().start.reservationId);
  h.unplug(1);
  CPPUNIT_ASSERT(h.status() == CPStatus::Available);
  reserve(h, 1, 10, "OWNER");
  h.pass(hours(1));
  CPPUNIT_ASSERT(h.status() == CPStatus::Available);
  reserve(h, 1, 11, "OWNER");
  CPPUNIT_ASSERT(h.call<CancelReservation>({12}).status == CancelReservationStatus::Rejected);
  CPPUNIT_ASSERT(h.call<CancelReservation>({11}).status == CancelReservationStatus::Accepted);
  CPPUNIT_ASSERT(h.status() == CPStatus::Available);
  h.plug(1);
  CPPUNIT_ASSERT(reserve(h, 1, 13, "OWNER") == ReservationStatus::Occupied);
  h.unplug(1);
  availability(h, 1, AvailabilityType::Inoperative);
  CPPUNIT_ASSERT(reserve(h, 1, 13, "OWNER") == ReservationStatus::Unavailable);
  h.board([&](Station& s) { s.fault(1, {ChargePointErrorCode::GroundFailure, true, "", "", ""}, h.now); });
  CPPUNIT_ASSERT(reserve(h, 1, 13, "OWNER") == ReservationStatus::Faulted);
}

TEST(stationReserveAny, "a reservation of connector 0 keeps one connector free, whichever it is") {
  StationHarness h(plain(Version::V16, 2));
  CPPUNIT_ASSERT(reserve(h, 0, 1, "OWNER") == ReservationStatus::Accepted);
  h.plug(1);
  h.tag("A", 1);
  CPPUNIT_ASSERT(h.inTransaction(1));
  CPPUNIT_ASSERT(reserve(h, 0, 2, "SECOND") == ReservationStatus::Occupied);
  h.plug(2);
  h.tag("B", 2);
  CPPUNIT_ASSERT(!h.inTransaction(2));
  h.tag("OWNER", 2);
  CPPUNIT_ASSERT(h.inTransaction(2));
  CPPUNIT_ASSERT_EQUAL(1, *h.last().start.reservationId);
}

TEST(stationReserveShared, "a shared reader gives a reservation of any connector to the cable that waits") {
  StationHarness h(plain(Version::V16, 2));
  reserve(h, 0, 1, "OWNER");
  h.plug(2);
  h.tag("OWNER");
  CPPUNIT_ASSERT(h.inTransaction(2));
  CPPUNIT_ASSERT_EQUAL(1, *h.last().start.reservationId);
  reserve(h, 1, 2, "OTHER");
  h.tag("OTHER");
  h.plug(1);
  CPPUNIT_ASSERT(h.inTransaction(1));
}

TEST(stationAvailability, "Inoperative waits for the transaction to end, survives a restart, and 0 is for all") {
  StationHarness h(plain(Version::V16, 2));
  h.begin(1);
  h.clear();
  CPPUNIT_ASSERT(availability(h, 1, AvailabilityType::Inoperative) == AvailabilityStatus::Scheduled);
  CPPUNIT_ASSERT(h.status(1) == CPStatus::Charging);
  h.unplug(1);
  CPPUNIT_ASSERT_EQUAL(std::string("SuspendedEV Unavailable"), "SuspendedEV " + h.heard(1));
  h.tag("X", 1);
  CPPUNIT_ASSERT(h.status(1) == CPStatus::Unavailable);
  h.cutPower();
  h.power();
  CPPUNIT_ASSERT(h.status(1) == CPStatus::Unavailable && h.status(2) == CPStatus::Available);
  CPPUNIT_ASSERT(availability(h, 1, AvailabilityType::Inoperative) == AvailabilityStatus::Accepted);
  CPPUNIT_ASSERT(availability(h, 0, AvailabilityType::Operative) == AvailabilityStatus::Accepted);
  CPPUNIT_ASSERT(h.status(1) == CPStatus::Available);
  h.begin(2);
  h.clear();
  CPPUNIT_ASSERT(availability(h, 0, AvailabilityType::Inoperative) == AvailabilityStatus::Scheduled);
  CPPUNIT_ASSERT(h.status(1) == CPStatus::Unavailable && h.status(2) == CPStatus::Charging);
  h.unplug(2);
  CPPUNIT_ASSERT_EQUAL(std::string("Unavailable"), h.heard(0));
  CPPUNIT_ASSERT(h.status(2) == CPStatus::Unavailable);
  CPPUNIT_ASSERT(availability(h, 9, AvailabilityType::Operative) == AvailabilityStatus::Rejected);
}

TEST(stationUnlock, "UnlockConnector says what the lock did, or that there is none; a lock that is silent has failed") {
  Settings s = plain(Version::V16, 2);
  s.connectors[1].fixedCable = true;
  StationHarness h(s);
  CPPUNIT_ASSERT(h.call<UnlockConnector>({1}).status == UnlockStatus::Unlocked);
  CPPUNIT_ASSERT(h.call<UnlockConnector>({2}).status == UnlockStatus::NotSupported);
  CPPUNIT_ASSERT(h.call<UnlockConnector>({7}).status == UnlockStatus::NotSupported);
  h.locksWork = false;
  const CallId call = ++h.lastCall;
  h.board([&](Station& b) { b.fromCentral(call, UnlockConnector::Request{1}, h.now); });
  CPPUNIT_ASSERT_EQUAL(std::size_t(0), h.answers.count(call));
  h.pass(seconds(10));
  CPPUNIT_ASSERT(std::get<UnlockConnector::Response>(*h.answers.at(call)).status == UnlockStatus::UnlockFailed);
}

TEST(stationReset, "a soft reset says everything first, as long as it can; a hard one is done after its answer") {
  StationHarness h;
  h.begin();
  CPPUNIT_ASSERT(h.call<Reset>({ResetType::Soft}).status == ResetStatus::Accepted);
  CPPUNIT_ASSERT(h.rebooted && !h.rebooted->hard);
  CPPUNIT_ASSERT(h.last().stop->reason == Reason::SoftReset);
  h.unplug(1);
  h.power();
  h.begin();
  h.silent = true;
  h.clear();
  CPPUNIT_ASSERT(h.call<Reset>({ResetType::Soft}).status == ResetStatus::Accepted);
  CPPUNIT_ASSERT(!h.rebooted);
  CPPUNIT_ASSERT(!h.inTransaction());
  h.pass(seconds(30));
  CPPUNIT_ASSERT(h.rebooted);
  h.silent = false;
  h.power();
  CPPUNIT_ASSERT(h.last().stop->reason == Reason::SoftReset);
  CPPUNIT_ASSERT(h.call<Reset>({ResetType::Hard}).status == ResetStatus::Accepted);
  CPPUNIT_ASSERT(h.rebooted->hard);
  CPPUNIT_ASSERT(std::holds_alternative<Reboot>(h.log.back()));
}

TEST(stationTrigger, "each message can be triggered, for one connector or all; what does not exist is said so") {
  StationHarness h(plain(Version::V16, 2));
  h.meter(1, 10);
  h.meter(2, 20);
  h.meter(0, 30);
  h.clear();
  const auto trigger = [&](MessageTrigger what, std::optional<int> c = {}) {
    return h.call<TriggerMessage>({what, c}).status;
  };
  CPPUNIT_ASSERT(trigger(MessageTrigger::StatusNotification) == TriggerMessageStatus::Accepted);
  CPPUNIT_ASSERT_EQUAL(std::size_t(3), h.sent<StatusNotification>().size());
  CPPUNIT_ASSERT(trigger(MessageTrigger::MeterValues, 2) == TriggerMessageStatus::Accepted);
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), h.sent<MeterValues>().size());
  CPPUNIT_ASSERT(h.sent<MeterValues>()[0].meterValue[0].sampledValue[0].context == ReadingContext::Trigger);
  CPPUNIT_ASSERT(trigger(MessageTrigger::Heartbeat) == TriggerMessageStatus::Accepted);
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), h.sent<Heartbeat>().size());
  CPPUNIT_ASSERT(trigger(MessageTrigger::BootNotification) == TriggerMessageStatus::Accepted);
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), h.sent<BootNotification>().size());
  CPPUNIT_ASSERT_EQUAL(std::size_t(3), h.sent<StatusNotification>().size());
  trigger(MessageTrigger::DiagnosticsStatusNotification);
  trigger(MessageTrigger::FirmwareStatusNotification);
  CPPUNIT_ASSERT_EQUAL(std::string("Idle Idle "), fileStatuses(h));
  CPPUNIT_ASSERT(trigger(MessageTrigger::StatusNotification, 5) == TriggerMessageStatus::Rejected);
}

TEST(stationDiagnostics, "diagnostics are uploaded, retried as asked, and their end is reported") {
  StationHarness h;
  h.clear();
  const auto got = h.call<GetDiagnostics>({Uri("ftp://x/"), {}, {}, 2, 30});
  CPPUNIT_ASSERT_EQUAL(std::string("diagnostics.log"), std::string(*got.fileName));
  h.board([&](Station& s) { s.uploaded(UploadProgress::Failed, h.now); });
  h.pass(seconds(30));
  CPPUNIT_ASSERT_EQUAL(std::size_t(2), h.effects<Upload>().size());
  h.board([&](Station& s) { s.uploaded(UploadProgress::Uploaded, h.now); });
  CPPUNIT_ASSERT_EQUAL(std::string("Uploading Uploaded "), fileStatuses(h));
  h.clear();
  h.call<GetDiagnostics>({Uri("ftp://x/"), {}, {}, {}, {}});
  h.board([&](Station& s) { s.uploaded(UploadProgress::Failed, h.now); });
  CPPUNIT_ASSERT_EQUAL(std::string("Uploading UploadFailed "), fileStatuses(h));
  Settings s = plain(Version::V15);
  s.diagnosticsName = "";
  StationHarness none(s);
  CPPUNIT_ASSERT(!none.call<GetDiagnostics>({Uri("ftp://x/"), {}, {}, {}, {}}).fileName);
  CPPUNIT_ASSERT_EQUAL(std::size_t(0), none.effects<Upload>().size());
}

TEST(stationFirmware, "firmware is loaded at its time, waits for transactions, and its end is told after the restart") {
  StationHarness h;
  h.clear();
  h.call<UpdateFirmware>({{h.wall() + minutes(10), true}, Uri("http://x/fw"), 1, 60});
  h.pass(minutes(9));
  CPPUNIT_ASSERT_EQUAL(std::size_t(0), h.effects<Download>().size());
  h.pass(minutes(1));
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), h.effects<Download>().size());
  h.board([&](Station& s) { s.firmware(FirmwareProgress::DownloadFailed, h.now); });
  h.pass(minutes(1));
  CPPUNIT_ASSERT_EQUAL(std::size_t(2), h.effects<Download>().size());
  h.begin();
  h.board([&](Station& s) { s.firmware(FirmwareProgress::Downloaded, h.now); });
  CPPUNIT_ASSERT(h.effects<Install>().empty() && h.charging());
  h.unplug(1);
  h.pass(seconds(1));
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), h.effects<Install>().size());
  CPPUNIT_ASSERT(h.status() == CPStatus::Unavailable);
  CPPUNIT_ASSERT(h.call<Reset>({ResetType::Hard}).status == ResetStatus::Rejected);
  h.cutPower();
  PowerUp state;
  state.firmwareInstalled = true;
  h.power(true, state);
  CPPUNIT_ASSERT_EQUAL(std::string("Downloading Downloading Downloaded Installing Installed "), fileStatuses(h));
  CPPUNIT_ASSERT(h.status() == CPStatus::Available);
}

TEST(stationFirmwareFails, "a download that fails for good, or an installation that does, is reported; 1.5 says less") {
  StationHarness h;
  h.clear();
  h.call<UpdateFirmware>({{h.wall(), true}, Uri("http://x/fw"), {}, {}});
  h.pass(seconds(1));
  h.board([&](Station& s) { s.firmware(FirmwareProgress::DownloadFailed, h.now); });
  CPPUNIT_ASSERT_EQUAL(std::string("Downloading DownloadFailed "), fileStatuses(h));
  StationHarness old(plain(Version::V15));
  old.clear();
  old.call<UpdateFirmware>({{old.wall(), true}, Uri("http://x/fw"), {}, {}});
  old.pass(seconds(1));
  old.board([&](Station& s) { s.firmware(FirmwareProgress::Downloaded, old.now); });
  old.board([&](Station& s) { s.firmware(FirmwareProgress::InstallationFailed, old.now); });
  CPPUNIT_ASSERT_EQUAL(std::string("Downloaded InstallationFailed "), fileStatuses(old));
}

TEST(stationDataIn, "DataTransfer goes to the board for vendors it knows; a board that is silent is a fault") {
  StationHarness h;
  CPPUNIT_ASSERT(h.call<DataTransfer>({Text<255>("Nobody"), {}, {}}).status == DataTransferStatus::UnknownVendorId);
  const CallId call = ++h.lastCall;
  h.board([&](Station& s) { s.fromCentral(call, DataTransfer::Request{Text<255>("Maker"), {}, {}}, h.now); });
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), h.effects<Data>().size());
  h.board([&](Station& s) { s.answerData(call, {DataTransferStatus::Accepted, Opaque<0>("42")}, h.now); });
  CPPUNIT_ASSERT_EQUAL(std::string("42"), std::string(*std::get<DataTransfer::Response>(*h.answers.at(call)).data));
  const CallId second = ++h.lastCall;
  h.board([&](Station& s) { s.fromCentral(second, DataTransfer::Request{Text<255>("Maker"), {}, {}}, h.now); });
  h.pass(seconds(30));
  CPPUNIT_ASSERT(!h.answers.at(second));
}

TEST(stationConfigured,
     "a changed key is kept, told to the board, and there after a restart; too many keys are refused") {
  Settings s = plain();
  s.makersKeys = {{"Tariff", KeyType::Text, 0, 0, KeyAccess::Write, true, "A"}};
  StationHarness h(s);
  CPPUNIT_ASSERT(h.call<ChangeConfiguration>({ocpp::Key<50>("lightintensity"), Opaque<500>("30")}).status ==
                 ConfigurationStatus::Accepted);
  CPPUNIT_ASSERT(h.call<ChangeConfiguration>({ocpp::Key<50>("Tariff"), Opaque<500>("B")}).status ==
                 ConfigurationStatus::RebootRequired);
  CPPUNIT_ASSERT_EQUAL(std::string("LightIntensity"), h.effects<Configured>()[0].name);
  h.power();
  const auto got = h.call<GetConfiguration>({{ocpp::Key<50>("LightIntensity"), ocpp::Key<50>("Tariff")}});
  CPPUNIT_ASSERT_EQUAL(std::string("30"), std::string(*got.configurationKey[0].value));
  CPPUNIT_ASSERT_EQUAL(std::string("B"), std::string(*got.configurationKey[1].value));
  GetConfiguration::Request many;
  many.key.assign(51, ocpp::Key<50>("LightIntensity"));
  CPPUNIT_ASSERT(!h.ask(many));
}

TEST(stationCache, "the cache lets tags charge offline until it is cleared") {
  StationHarness h;
  h.tag("KNOWN");
  h.tag("KNOWN");
  h.power();
  h.central.up = false;
  h.call<TriggerMessage>({MessageTrigger::Heartbeat, {}});
  h.begin(1, "KNOWN");
  CPPUNIT_ASSERT(h.inTransaction());
  h.unplug(1);
  CPPUNIT_ASSERT(h.call<ClearCache>({}).status == ClearCacheStatus::Accepted);
  h.begin(1, "KNOWN");
  CPPUNIT_ASSERT(!h.inTransaction());
}

TEST(stationSmart, "profiles limit, pause and share what connectors may draw; the composite schedule tells so") {
  Settings s = plain(Version::V16, 2);
  StationHarness h(s);
  const auto install = [&](int connector, ChargingProfilePurpose purpose, int id, std::int64_t tenths) {
    SetChargingProfile::Request request;
    request.connectorId = connector;
    auto& profile = request.csChargingProfiles;
    profile.chargingProfileId = id;
    profile.chargingProfilePurpose = purpose;
    profile.chargingSchedule.chargingRateUnit = ChargingRateUnit::A;
    profile.chargingSchedule.chargingSchedulePeriod.push_back({0, {tenths}, {}});
    return h.call<SetChargingProfile>(request).status;
  };
  using P = ChargingProfilePurpose;
  CPPUNIT_ASSERT(install(1, P::TxProfile, 1, 100) == ChargingProfileStatus::Rejected);
  CPPUNIT_ASSERT(install(3, P::TxDefaultProfile, 1, 100) == ChargingProfileStatus::Rejected);
  CPPUNIT_ASSERT(install(0, P::ChargePointMaxProfile, 1, 200) == ChargingProfileStatus::Accepted);
  h.begin(1, "A");
  CPPUNIT_ASSERT_EQUAL(std::int64_t(200), h.amps(1));
  h.begin(2, "B");
  CPPUNIT_ASSERT_EQUAL(std::int64_t(100), h.amps(1));
  CPPUNIT_ASSERT_EQUAL(std::int64_t(100), h.amps(2));
  CPPUNIT_ASSERT(install(2, P::TxProfile, 2, 70) == ChargingProfileStatus::Accepted);
  CPPUNIT_ASSERT_EQUAL(std::int64_t(130), h.amps(1));
  CPPUNIT_ASSERT(install(2, P::TxProfile, 3, 0) == ChargingProfileStatus::Accepted);
  CPPUNIT_ASSERT(h.status(2) == CPStatus::SuspendedEVSE && !h.charging(2));
  CPPUNIT_ASSERT_EQUAL(std::int64_t(200), h.amps(1));
  const auto composite = h.call<GetCompositeSchedule>({2, 600, ChargingRateUnit::W});
  CPPUNIT_ASSERT(composite.status == GetCompositeScheduleStatus::Accepted);
  CPPUNIT_ASSERT_EQUAL(std::int64_t(0), composite.chargingSchedule->chargingSchedulePeriod[0].limit.tenths);
  CPPUNIT_ASSERT(h.call<GetCompositeSchedule>({9, 600, {}}).status == GetCompositeScheduleStatus::Rejected);
  h.power();
  CPPUNIT_ASSERT_EQUAL(std::int64_t(200), h.call<GetCompositeSchedule>({0, 600, ChargingRateUnit::A})
                                              .chargingSchedule->chargingSchedulePeriod[0]
                                              .limit.tenths);
  CPPUNIT_ASSERT(h.call<ClearChargingProfile>({1, {}, {}, {}}).status == ClearChargingProfileStatus::Accepted);
  CPPUNIT_ASSERT(h.call<ClearChargingProfile>({1, {}, {}, {}}).status == ClearChargingProfileStatus::Unknown);
}

TEST(stationMeterValues,
     "values are sampled in transactions, aligned with local clocks always, and collected for the stop") {
  StationHarness h;
  set(h, "MeterValueSampleInterval", "60");
  set(h, "ClockAlignedDataInterval", "900");
  set(h, "MeterValuesSampledData", "Energy.Active.Import.Register,Voltage.L1-N,SoC");
  set(h, "MeterValuesAlignedData", "Current.Import");
  set(h, "StopTxnSampledData", "SoC");
  set(h, "StopTxnAlignedData", "Energy.Active.Import.Register");
  h.meter(1, 10);
  h.clear();
  h.pass(minutes(30));
  CPPUNIT_ASSERT_EQUAL(std::size_t(2), h.sent<MeterValues>().size());
  CPPUNIT_ASSERT(!h.sent<MeterValues>()[0].transactionId);
  CPPUNIT_ASSERT(h.sent<MeterValues>()[0].meterValue[0].timestamp.at == at("2026-05-04T08:15:00Z"));
  h.pass(minutes(1));
  h.begin();
  h.meter(1, 20);
  h.clear();
  h.pass(minutes(15));
  int sampled = 0, aligned = 0;
  for (const auto& each : h.sent<MeterValues>()) {
    const auto& values = each.meterValue[0].sampledValue;
    const bool clock = values[0].context == ReadingContext::SampleClock;
    CPPUNIT_ASSERT_EQUAL(std::size_t(clock ? 1 : 3), values.size());
    CPPUNIT_ASSERT_EQUAL(h.central.nextId, each.transactionId->value);
    (clock ? aligned : sampled)++;
  }
  CPPUNIT_ASSERT_EQUAL(15, sampled);
  CPPUNIT_ASSERT_EQUAL(1, aligned);
  h.tag("TAG");
  std::string contexts;
  for (const auto& each : h.last().stop->transactionData)
    contexts += std::string(write(*each.sampledValue[0].context, Encoding::Json16)).substr(0, 9) + " ";
  CPPUNIT_ASSERT_EQUAL(std::size_t(1 + 15 + 1 + 1), h.last().stop->transactionData.size());
  CPPUNIT_ASSERT(h.last().stop->transactionData.back().sampledValue[0].context == ReadingContext::TransactionEnd);
}

TEST(stationStopData, "the values for a stop are thinned when there are too many, and still cover the transaction") {
  Settings s = plain();
  s.capacity.stopData = 10;
  StationHarness h(s);
  set(h, "MeterValueSampleInterval", "60");
  set(h, "StopTxnSampledData", "Energy.Active.Import.Register");
  h.meter(1, 1);
  h.begin();
  h.meter(1, 2);
  const Instant began = h.wall();
  h.pass(hours(5));
  h.tag("TAG");
  const auto& data = h.last().stop->transactionData;
  CPPUNIT_ASSERT(data.size() >= 5 && data.size() <= 10);
  CPPUNIT_ASSERT(data.front().timestamp.at == began);
  CPPUNIT_ASSERT(data.back().timestamp.at == h.wall());
}

TEST(stationMinimumStatus, "a status that does not last MinimumStatusDuration is not told") {
  StationHarness h;
  set(h, "MinimumStatusDuration", "5");
  h.clear();
  h.checkTransitions = false;
  h.plug(1);
  h.pass(seconds(4));
  h.unplug(1);
  h.pass(seconds(10));
  CPPUNIT_ASSERT_EQUAL(std::string(), h.heard(1));
  h.plug(1);
  h.pass(seconds(5));
  CPPUNIT_ASSERT_EQUAL(std::string("Preparing"), h.heard(1));
}

TEST(stationEveryRequest, "each action is answered in each version, or refused as not supported; none stays silent") {
  for (const Version version : {Version::V12, Version::V15, Version::V16}) {
    StationHarness h(plain(version));
    Actions::forEach([&](auto tag) {
      using A = typename decltype(tag)::type;
      h.rebooted.reset();
      const auto result = h.ask(typename A::Request{});
      if (A::sender == Role::ChargePoint || A::profile == Profile::Security) {
        CPPUNIT_ASSERT_MESSAGE(std::string(A::action), !result && result.fault().code == FaultCode::NotSupported);
      } else if (result) {
        CPPUNIT_ASSERT_MESSAGE(std::string(A::action), is<A>(*result));
      } else {
        CPPUNIT_ASSERT_MESSAGE(std::string(A::action), version != Version::V16);
      }
      if (h.rebooted) h.power();
    });
  }
}

TEST(stationFilesCut, "an update that a power cut interrupts starts anew; its news wait for the central system") {
  StationHarness h;
  h.call<UpdateFirmware>({{h.wall(), true}, Uri("http://x/fw"), {}, {}});
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), h.effects<Download>().size());
  h.cutPower();
  h.power();
  CPPUNIT_ASSERT_EQUAL(std::size_t(2), h.effects<Download>().size());
  h.central.up = false;
  h.clear();
  h.board([&](Station& s) { s.firmware(FirmwareProgress::Downloaded, h.now); });
  h.board([&](Station& s) { s.firmware(FirmwareProgress::DownloadFailed, h.now); });  // says nothing any more
  CPPUNIT_ASSERT(!h.ask(UpdateFirmware::Request{{h.wall(), true}, Uri("http://x/fw"), {}, {}}));
  h.board([&](Station& s) { s.firmware(FirmwareProgress::Installed, h.now); });
  h.clear();
  h.central.up = true;
  h.pass(minutes(6));
  CPPUNIT_ASSERT_EQUAL(std::string("Downloaded Installing Installed "), fileStatuses(h));
  h.call<UpdateFirmware>({{h.wall(), true}, Uri("http://x/fw"), {}, {}});
  h.board([&](Station& s) { s.firmware(FirmwareProgress::Downloaded, h.now); });
  h.cutPower();
  h.power();
  h.pass(seconds(1));
  CPPUNIT_ASSERT(fileStatuses(h).find("InstallationFailed") != std::string::npos);
}

TEST(stationSmallPrint, "a foreign transactionId, a cache that is off, a lock that fails and one emergency stop") {
  StationHarness h(plain(Version::V16, 2));
  h.begin(1);
  SetChargingProfile::Request request;
  request.connectorId = 1;
  request.csChargingProfiles.transactionId = TransactionId{1};
  request.csChargingProfiles.chargingProfilePurpose = ChargingProfilePurpose::TxProfile;
  request.csChargingProfiles.chargingSchedule.chargingSchedulePeriod.push_back({0, {100}, {}});
  CPPUNIT_ASSERT(h.call<SetChargingProfile>(request).status == ChargingProfileStatus::Rejected);
  request.csChargingProfiles.transactionId = TransactionId{h.central.nextId};
  CPPUNIT_ASSERT(h.call<SetChargingProfile>(request).status == ChargingProfileStatus::Accepted);
  set(h, "AuthorizationCacheEnabled", "false");
  CPPUNIT_ASSERT(h.call<ClearCache>({}).status == ClearCacheStatus::Rejected);
  h.begin(2, "B");
  h.clear();
  h.board([&](Station& s) { s.emergencyStop(1, h.now); });
  CPPUNIT_ASSERT(!h.inTransaction(1) && h.inTransaction(2));
  h.board([&](Station& s) { s.lockState(2, LockState::Failed, h.now); });
  CPPUNIT_ASSERT(h.sent<StatusNotification>().back().errorCode == ChargePointErrorCode::ConnectorLockFailure);
  CPPUNIT_ASSERT(h.inTransaction(2));
  const CallId call = ++h.lastCall;
  h.board([&](Station& s) { s.fromCentral(call, DataTransfer::Request{Text<255>("Maker"), {}, {}}, h.now); });
  CPPUNIT_ASSERT(h.call<Reset>({ResetType::Hard}).status == ResetStatus::Accepted);
  CPPUNIT_ASSERT(!h.answers.at(call));
}
