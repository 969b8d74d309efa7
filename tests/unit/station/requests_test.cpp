// SPDX-License-Identifier: GPL-2.0-or-later
// Requests of the central system: remote start and stop, availability, unlock, reset, triggers, configuration, data.
#include "tests/support/station_harness.h"
#include "tests/support/test.h"

using namespace test;
using CPStatus = ChargePointStatus;

namespace {

RemoteStartStopStatus remoteStart(StationHarness& h, std::optional<int> connector, const char* tag = "R") {
  return h.call<RemoteStartTransaction>({connector, IdToken(tag), {}}).status;
}

constexpr auto accepted = RemoteStartStopStatus::Accepted, rejected = RemoteStartStopStatus::Rejected;

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
  h.set("AuthorizeRemoteTxRequests", "true");
  h.central.tags["BAD"] = {AuthorizationStatus::Invalid, {}, {}};
  h.plug(1);
  CPPUNIT_ASSERT(remoteStart(h, 1, "BAD") == accepted);
  CPPUNIT_ASSERT(!h.inTransaction());
  CPPUNIT_ASSERT(remoteStart(h, 1, "GOOD") == accepted);
  CPPUNIT_ASSERT(h.inTransaction());
  CPPUNIT_ASSERT_EQUAL(std::size_t(2), h.sent<Authorize>().size());
}

TEST(stationAvailability, "Inoperative waits for the transaction to end, survives a restart, and 0 is for all") {
  StationHarness h(plain(Version::V16, 2));
  h.begin(1);
  h.clear();
  CPPUNIT_ASSERT(h.availability(1, AvailabilityType::Inoperative) == AvailabilityStatus::Scheduled);
  CPPUNIT_ASSERT(h.status(1) == CPStatus::Charging);
  h.unplug(1);
  CPPUNIT_ASSERT_EQUAL(std::string("SuspendedEV Unavailable"), "SuspendedEV " + h.heard(1));
  h.tag("X", 1);
  CPPUNIT_ASSERT(h.status(1) == CPStatus::Unavailable);
  h.cutPower();
  h.power();
  CPPUNIT_ASSERT(h.status(1) == CPStatus::Unavailable && h.status(2) == CPStatus::Available);
  CPPUNIT_ASSERT(h.availability(1, AvailabilityType::Inoperative) == AvailabilityStatus::Accepted);
  CPPUNIT_ASSERT(h.availability(0, AvailabilityType::Operative) == AvailabilityStatus::Accepted);
  CPPUNIT_ASSERT(h.status(1) == CPStatus::Available);
  h.begin(2);
  h.clear();
  CPPUNIT_ASSERT(h.availability(0, AvailabilityType::Inoperative) == AvailabilityStatus::Scheduled);
  CPPUNIT_ASSERT(h.status(1) == CPStatus::Unavailable && h.status(2) == CPStatus::Charging);
  h.unplug(2);
  CPPUNIT_ASSERT_EQUAL(std::string("Unavailable"), h.heard(0));
  CPPUNIT_ASSERT(h.status(2) == CPStatus::Unavailable);
  CPPUNIT_ASSERT(h.availability(9, AvailabilityType::Operative) == AvailabilityStatus::Rejected);
  CPPUNIT_ASSERT(h.availability(2, AvailabilityType::Operative) == AvailabilityStatus::Accepted);
  CPPUNIT_ASSERT(h.status(1) == CPStatus::Unavailable && h.status(2) == CPStatus::Available);
}

TEST(stationUnlock, "UnlockConnector says what the lock did, or that there is none; a lock that is silent has failed") {
  Settings s = plain(Version::V16, 2);
  s.connectors[1].fixedCable = true;
  StationHarness h(s);
  CPPUNIT_ASSERT(h.call<UnlockConnector>({1}).status == UnlockStatus::Unlocked);
  CPPUNIT_ASSERT(h.call<UnlockConnector>({2}).status == UnlockStatus::NotSupported);
  CPPUNIT_ASSERT(h.call<UnlockConnector>({7}).status == UnlockStatus::NotSupported);
  h.outlets.locksAnswer = false;
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
  CPPUNIT_ASSERT_EQUAL(std::string("Idle Idle "), h.heardOfFiles());
  CPPUNIT_ASSERT(trigger(MessageTrigger::StatusNotification, 5) == TriggerMessageStatus::Rejected);
  h.set("MeterValuesSampledData", "");
  CPPUNIT_ASSERT(trigger(MessageTrigger::MeterValues) == TriggerMessageStatus::Rejected);  // there is nothing to say
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
  h.clear();
  CPPUNIT_ASSERT(h.call<ChangeConfiguration>({ocpp::Key<50>("lightintensity"), Opaque<500>("30")}).status ==
                 ConfigurationStatus::Accepted);
  CPPUNIT_ASSERT(h.call<ChangeConfiguration>({ocpp::Key<50>("Tariff"), Opaque<500>("B")}).status ==
                 ConfigurationStatus::RebootRequired);
  CPPUNIT_ASSERT_EQUAL(std::string("LightIntensity"), h.effects<Configured>()[0].name);
  h.clear();
  h.power();
  std::string told;
  for (const Configured& each : h.effects<Configured>()) told += each.name + "=" + each.value + " ";
  CPPUNIT_ASSERT_EQUAL(
      std::string("BlinkRepeat=3 ConnectorPhaseRotation=0.Unknown,1.Unknown LightIntensity=30 Tariff=B "), told);
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

TEST(stationMinimumStatus, "a status that does not last MinimumStatusDuration is not told") {
  StationHarness h;
  h.set("MinimumStatusDuration", "5");
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
  h.set("AuthorizationCacheEnabled", "false");
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

TEST(stationResetRetries, "a board that cannot restart is asked ResetRetries times more; then the station goes on") {
  StationHarness h;
  h.set("ResetRetries", "2");
  h.call<Reset>({ResetType::Hard});
  for (const std::size_t reboots : {2, 3, 3}) {
    h.board([&](Station& s) { s.rebootFailed(h.now); });
    CPPUNIT_ASSERT_EQUAL(reboots, h.effects<Reboot>().size());
    CPPUNIT_ASSERT(h.effects<Reboot>().back().hard);
  }
  CPPUNIT_ASSERT(h.sent<StatusNotification>().back().errorCode == ChargePointErrorCode::InternalError);
  h.begin();
  CPPUNIT_ASSERT(h.charging());
  h.board([&](Station& s) { s.rebootFailed(h.now); });  // nobody asked for one
  h.board([&](Station& s) { s.restarting(h.now); });
  h.board([&](Station& s) { s.rebootFailed(h.now); });
  CPPUNIT_ASSERT_EQUAL(std::size_t(3), h.effects<Reboot>().size());
  CPPUNIT_ASSERT(h.last().stop->reason == Reason::Reboot);
}
