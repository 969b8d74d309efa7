// SPDX-License-Identifier: GPL-2.0-or-later
// Boot, heartbeats, the clock, and what happens while the central system is away.
#include "tests/support/station_harness.h"
#include "tests/support/test.h"

using namespace test;

TEST(stationBoot, "a charge point boots, takes the heartbeat interval and tells the status of all connectors") {
  StationHarness h(plain(Version::V16, 2));
  CPPUNIT_ASSERT(is<BootNotification>(h.requests.front()));
  CPPUNIT_ASSERT_EQUAL(std::string("Available"), h.heard(0));
  CPPUNIT_ASSERT_EQUAL(std::string("Available"), h.heard(1));
  CPPUNIT_ASSERT_EQUAL(std::string("Available"), h.heard(2));
  CPPUNIT_ASSERT_EQUAL(std::size_t(4), h.requests.size());
  const auto interval = h.call<GetConfiguration>({{ocpp::Key<50>("HeartbeatInterval")}});
  CPPUNIT_ASSERT_EQUAL(std::string("300"), std::string(*interval.configurationKey[0].value));
  h.clear();
  h.pass(minutes(30));
  CPPUNIT_ASSERT_EQUAL(std::size_t(6), h.sent<Heartbeat>().size());
  CPPUNIT_ASSERT_EQUAL(std::size_t(6), h.requests.size());
}

TEST(stationBootRetry, "without an answer the boot is retried with growing pauses, and nothing else is said") {
  Settings s = plain();
  StationHarness h(s);
  h.central.up = false;
  h.clear();
  h.power();
  h.pass(seconds(9));
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), h.requests.size());
  h.pass(seconds(61));  // at 10, 30, 70
  CPPUNIT_ASSERT_EQUAL(std::size_t(4), h.sent<BootNotification>().size());
  h.pass(hours(1));
  const auto boots = h.sent<BootNotification>().size();
  CPPUNIT_ASSERT(boots >= 12 + 4 && boots <= 20);
  CPPUNIT_ASSERT_EQUAL(boots, h.requests.size());
  h.central.up = true;
  h.pass(minutes(5));
  CPPUNIT_ASSERT(h.box->view().online);
}

TEST(stationPending, "Pending and Rejected wait for their interval; Pending answers and says what is triggered") {
  StationHarness h;
  h.central.registration = RegistrationStatus::Pending;
  h.central.interval = 120;
  h.clear();
  h.power();
  h.plug(1);
  h.pass(seconds(119));
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), h.requests.size());
  h.pass(seconds(1));
  CPPUNIT_ASSERT_EQUAL(std::size_t(2), h.requests.size());
  CPPUNIT_ASSERT(h.call<RemoteStartTransaction>({1, IdToken("TAG"), {}}).status == RemoteStartStopStatus::Rejected);
  CPPUNIT_ASSERT(h.call<TriggerMessage>({MessageTrigger::StatusNotification, 1}).status ==
                 TriggerMessageStatus::Accepted);
  CPPUNIT_ASSERT_EQUAL(std::string("Finishing"), h.heard(1));
  h.central.registration = RegistrationStatus::Rejected;
  h.central.interval = 0;
  h.pass(seconds(120));
  h.clear();
  h.pass(seconds(60));
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), h.requests.size());
  const auto refused = h.ask(GetConfiguration::Request{});
  CPPUNIT_ASSERT(!refused && refused.fault().code == FaultCode::SecurityError);
  h.central.registration = RegistrationStatus::Accepted;
  h.pass(seconds(60));
  CPPUNIT_ASSERT(h.box->view().online);
}

TEST(stationHeartbeatSkipped,
     "a heartbeat is not sent while other messages are answered, but once a day for the clock") {
  StationHarness h;
  h.clear();
  for (int i = 0; i < 240; ++i) {
    h.pass(seconds(290));
    h.call<TriggerMessage>({MessageTrigger::StatusNotification, 1});
  }
  CPPUNIT_ASSERT_EQUAL(std::size_t(0), h.sent<Heartbeat>().size());
  for (int i = 0; i < 120; ++i) {
    h.pass(seconds(290));
    h.call<TriggerMessage>({MessageTrigger::StatusNotification, 1});
  }
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), h.sent<Heartbeat>().size());
}

TEST(stationClock, "the clock follows currentTime; what was queued before it was known gets its real time") {
  Settings s = plain();
  StationHarness h(s);
  h.central.up = false;
  h.call<ChangeConfiguration>({ocpp::Key<50>("AllowOfflineTxForUnknownId"), ocpp::Opaque<500>("true")});
  h.call<ChangeConfiguration>({ocpp::Key<50>("StopTxnSampledData"), ocpp::Opaque<500>("SoC")});
  h.meter(1, 5);
  h.power(false);
  h.pass(minutes(10));
  h.meter(1, 5);
  const Instant began = h.wall();
  h.begin();
  h.pass(minutes(2));
  h.central.up = true;
  h.pass(minutes(5));
  CPPUNIT_ASSERT(h.last().start.timestamp.at == began);
  CPPUNIT_ASSERT(!h.last().values.empty());
  for (const auto& each : h.last().values) CPPUNIT_ASSERT(each.meterValue[0].timestamp.at > began);
  h.tag("TAG");
  CPPUNIT_ASSERT(h.last().stop->transactionData.front().timestamp.at == began);
  CPPUNIT_ASSERT(h.last().stop->transactionData.size() > 5);
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), h.effects<SetClock>().size());
  h.central.clockError = seconds(30);
  h.call<TriggerMessage>({MessageTrigger::Heartbeat, {}});
  CPPUNIT_ASSERT_EQUAL(std::size_t(2), h.effects<SetClock>().size());
  h.central.clockError = -hours(24 * 365 * 50);
  h.call<TriggerMessage>({MessageTrigger::Heartbeat, {}});
  CPPUNIT_ASSERT_EQUAL(std::size_t(2), h.effects<SetClock>().size());
}

TEST(stationClockBack, "a clock that is set back in a transaction does not let it end before it began") {
  StationHarness h;
  h.begin();
  h.central.clockError = -minutes(10);
  h.call<TriggerMessage>({MessageTrigger::Heartbeat, {}});
  h.unplug(1);
  CPPUNIT_ASSERT(h.last().stop->timestamp == h.last().start.timestamp);
}

TEST(stationClockKept, "without a clock of its own a station goes on from the last time it knew, so that limits hold") {
  StationHarness h;
  h.set("AllowOfflineTxForUnknownId", "true");
  SetChargingProfile::Request request;
  auto& profile = request.csChargingProfiles;
  profile.chargingProfilePurpose = ChargingProfilePurpose::ChargePointMaxProfile;
  profile.chargingSchedule.chargingRateUnit = ChargingRateUnit::A;
  profile.chargingSchedule.chargingSchedulePeriod.push_back({0, {160}, {}});
  for (const bool explicitStart : {true, false}) {
    if (explicitStart) profile.chargingSchedule.startSchedule = DateTime{h.wall() - minutes(1), true};
    if (!explicitStart) profile.chargingSchedule.startSchedule.reset();
    h.pass(minutes(20));
    CPPUNIT_ASSERT(h.call<SetChargingProfile>(request).status == ChargingProfileStatus::Accepted);
    const Instant last = h.wall();
    h.cutPower();
    h.now += hours(3);
    h.central.up = false;
    h.power(false);
    h.begin(1);
    CPPUNIT_ASSERT(h.charging() && h.amps() == 160);
    h.cutPower();
    h.power(false);
    h.unplug(1);
    h.central.up = true;
    h.pass(minutes(10));
    CPPUNIT_ASSERT(h.last().start.timestamp.at >= last && h.last().stop->timestamp.at <= h.wall());
  }
}

TEST(stationLimitClockBack, "a limit that began when it came holds also when the clock is set back behind that") {
  StationHarness h;
  SetChargingProfile::Request request;
  auto& profile = request.csChargingProfiles;
  profile.chargingProfilePurpose = ChargingProfilePurpose::ChargePointMaxProfile;
  profile.chargingSchedule.chargingRateUnit = ChargingRateUnit::A;
  profile.chargingSchedule.chargingSchedulePeriod.push_back({0, {160}, {}});
  h.call<SetChargingProfile>(request);
  h.begin();
  for (int back = 1; back <= 2; ++back) {
    h.central.clockError = -minutes(10) * back;
    h.call<TriggerMessage>({MessageTrigger::Heartbeat, {}});
    CPPUNIT_ASSERT_EQUAL(std::int64_t(160), h.amps());
    h.power();
    h.tag("TAG");
    h.draws(1);
  }
}

TEST(stationOffline, "after an outage the latest status of each connector is told, once, and the queue in order") {
  StationHarness h;
  h.clear();
  h.central.up = false;
  h.checkTransitions = false;
  h.call<TriggerMessage>({MessageTrigger::Heartbeat, {}});
  CPPUNIT_ASSERT(!h.box->view().online);
  h.plug(1);
  h.unplug(1);
  h.plug(1);
  h.pass(minutes(30));
  CPPUNIT_ASSERT(h.sent<Heartbeat>().size() >= 6);  // probes, at most five minutes apart
  h.clear();
  h.central.up = true;
  h.pass(minutes(6));
  CPPUNIT_ASSERT_EQUAL(std::string("Finishing"), h.heard(1));
  CPPUNIT_ASSERT_EQUAL(std::string(), h.heard(0));
}

TEST(stationTimeout, "a request without answer is given up after its time; an answer that comes later is ignored") {
  StationHarness h;
  h.silent = true;
  h.board([&](Station& s) { s.tag(1, IdToken("X"), h.now); });
  CPPUNIT_ASSERT(h.outstanding && is<Authorize>(h.outstanding->request));
  const Send late = *h.outstanding;
  h.outstanding.reset();
  h.pass(seconds(61));
  CPPUNIT_ASSERT(!h.box->view().online);
  h.silent = false;
  h.board([&](Station& s) { s.response(late.id, Authorize::Response{h.central.info("X")}, h.now); });
  CPPUNIT_ASSERT(h.status() == ChargePointStatus::Available);
}

TEST(stationDataOut, "data of the maker is sent while online and its answer handed back") {
  StationHarness h;
  h.board([&](Station& s) { s.sendData(7, {Text<255>("Maker"), {}, {}}, h.now); });
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), h.effects<DataAnswered>().size());
  CPPUNIT_ASSERT(h.effects<DataAnswered>()[0].response.has_value());
  h.central.up = false;
  h.board([&](Station& s) { s.sendData(8, {Text<255>("Maker"), {}, {}}, h.now); });
  CPPUNIT_ASSERT_EQUAL(std::size_t(2), h.effects<DataAnswered>().size());
  CPPUNIT_ASSERT(!h.effects<DataAnswered>()[1].response && h.effects<DataAnswered>()[1].token == 8);
}

TEST(stationWrongAnswer, "a response of another action, and a refused question about a tag, count as no answer") {
  StationHarness h;
  h.central.refuse["Authorize"] = 2;
  h.plug(1);
  h.tag("X");
  CPPUNIT_ASSERT(!h.inTransaction() && h.box->view().online);
  h.call<ChangeConfiguration>({ocpp::Key<50>("AllowOfflineTxForUnknownId"), ocpp::Opaque<500>("true")});
  h.tag("X");
  CPPUNIT_ASSERT(h.inTransaction());
  h.unplug(1);
  h.silent = true;
  h.plug(1);
  const Send send = *h.outstanding;
  h.outstanding.reset();
  h.silent = false;
  h.board([&](Station& s) { s.response(send.id, Heartbeat::Response{}, h.now); });
  h.central.refuse["DataTransfer"] = 1;
  h.board([&](Station& s) { s.sendData(7, {Text<255>("Maker"), {}, {}}, h.now); });
  CPPUNIT_ASSERT(!h.effects<DataAnswered>().back().response);
  h.central.refuse["BootNotification"] = 1;
  h.power();
  CPPUNIT_ASSERT(!h.box->view().online);
  h.pass(seconds(10));
  CPPUNIT_ASSERT(h.box->view().online);
}

TEST(stationCrowded, "more messages and tags than there is room for are dropped with a note, never more memory") {
  Settings s = plain();
  s.capacity.outbox = 10;
  s.capacity.pendingTags = 3;
  StationHarness h(s);
  h.silent = true;
  h.board([&](Station& b) { b.sendData(1, {Text<255>("Maker"), {}, {}}, h.now); });
  h.board([&](Station& b) { b.sendData(2, {Text<255>("Maker"), {}, {}}, h.now); });
  for (const char* tag : {"1", "2", "3", "3", "4"}) h.tag(tag);
  CPPUNIT_ASSERT_EQUAL(std::size_t(3 + 1), h.effects<ShowTag>().size());
  CPPUNIT_ASSERT(h.effects<ShowTag>().back().outcome == TagOutcome::Refused);
  for (int i = 0; i < 50; ++i) {
    h.plug(1);
    h.unplug(1);
  }
  CPPUNIT_ASSERT(h.effects<Note>().size() >= 90);
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), h.effects<DataAnswered>().size());  // the second; the first is on its way
  h.silent = false;
  h.checkTransitions = false;
  h.pass(minutes(3));
  CPPUNIT_ASSERT(h.status() == ChargePointStatus::Available);
}
