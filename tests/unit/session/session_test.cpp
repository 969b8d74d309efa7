// SPDX-License-Identifier: GPL-2.0-or-later
// The main flow of a session: boot, heartbeat, authorize, status, a transaction, and the back-end going away.
#include "tests/support/session_harness.h"

using namespace test;
using Status = ChargePointStatus;

TEST(vector1, "vector 1: a boot opens the WebSocket, is forwarded, and its answer comes back (SM-1, SM-3)") {
  SessionHarness h;
  auto boot = h.bootRequest();
  boot.firmwareVersion = Text<50>("1.2.3");
  const auto exchange = h.send(Version::V15, boot);
  h.take<session::OpenCentral>();
  h.nothing();
  h.up();
  const auto seen = h.toCentral<BootNotification>();
  CPPUNIT_ASSERT(seen.chargePointVendor == "Vendor" && seen.firmwareVersion == boot.firmwareVersion && !seen.iccid);
  h.reply(BootNotification::Response{RegistrationStatus::Accepted, at("2024-05-01T08:00:01Z"), 300});
  const auto answer = h.answered<BootNotification>(exchange);
  CPPUNIT_ASSERT(answer.status == RegistrationStatus::Accepted && answer.interval == 300);
  CPPUNIT_ASSERT(answer.currentTime == at("2024-05-01T08:00:01Z"));
  h.nothing();
}

TEST(vector2, "vector 2: Pending is Rejected for 1.5, the interval is kept and the WebSocket stays open (SM-4)") {
  SessionHarness h;
  const auto exchange = h.send(Version::V15, h.bootRequest());
  h.opens();
  h.toCentral<BootNotification>();
  h.reply(BootNotification::Response{RegistrationStatus::Pending, {h.now, true}, 60});
  const auto answer = h.answered<BootNotification>(exchange);
  CPPUNIT_ASSERT(answer.status == RegistrationStatus::Rejected && answer.interval == 60);
  h.nothing();
}

TEST(vector3, "vector 3: Pending is Pending for 1.6-S (SM-4)") {
  SessionHarness h;
  const auto exchange = h.send(Version::V16, h.bootRequest());
  h.opens();
  h.toCentral<BootNotification>();
  h.reply(BootNotification::Response{RegistrationStatus::Pending, {h.now, true}, 60});
  const auto answer = h.answered<BootNotification>(exchange);
  CPPUNIT_ASSERT(answer.status == RegistrationStatus::Pending && answer.interval == 60);
}

TEST(vector4, "vector 4: a 1.2 model of 27 characters is cut to 20 code points, absent fields stay absent (L-7)") {
  SessionHarness h;
  auto boot = h.bootRequest();
  boot.chargePointModel =
      "\xC3\xA4"
      "bcdefghijklmnopqrstuvwxyz1";
  h.send(Version::V12, boot);
  h.opens();
  const auto seen = h.toCentral<BootNotification>();
  CPPUNIT_ASSERT_EQUAL(std::string("\xC3\xA4"
                                   "bcdefghijklmnopqrst"),
                       std::string(seen.chargePointModel));
  CPPUNIT_ASSERT(!seen.iccid);
}

TEST(vector5, "vector 5: an empty firmwareVersion is absent, an empty vendor is Unknown (L-13, 4.1)") {
  SessionHarness h;
  auto boot = h.bootRequest();
  boot.firmwareVersion = Text<50>("");
  boot.chargePointVendor = "";
  h.send(Version::V15, boot);
  h.opens();
  const auto seen = h.toCentral<BootNotification>();
  CPPUNIT_ASSERT(!seen.firmwareVersion);
  CPPUNIT_ASSERT(seen.chargePointVendor == "Unknown");
}

TEST(vector6, "vector 6: Rejected with interval 0 tells the charger 60, closes, and tries again by itself (SM-4)") {
  SessionHarness h;
  const auto exchange = h.send(Version::V15, h.bootRequest());
  h.opens();
  h.toCentral<BootNotification>();
  h.reply(BootNotification::Response{RegistrationStatus::Rejected, {h.now, true}, 0});
  const auto answer = h.answered<BootNotification>(exchange);
  CPPUNIT_ASSERT(answer.status == RegistrationStatus::Rejected && answer.interval == 60);
  CPPUNIT_ASSERT_EQUAL(1000, h.take<session::CloseCentral>().code);
  CPPUNIT_ASSERT(h.faulted(h.send(Version::V15, Authorize::Request{"TAG"})) == FaultCode::SecurityError);
  CPPUNIT_ASSERT(h.faulted(h.send(Version::V15, h.stop(17))) == FaultCode::InternalError);
  h.pass(seconds(61));
  h.opens();
  h.toCentral<BootNotification>();
}

TEST(vector7, "vector 7: the second heartbeat within the interval is answered here, by the back-end's clock (SM-5)") {
  SessionHarness h;
  h.boot(Version::V15, 300);
  const auto first = h.send(Version::V15, Heartbeat::Request{});
  h.toCentral<Heartbeat>();
  h.reply(Heartbeat::Response{{h.now + seconds(7), true}});
  CPPUNIT_ASSERT(h.answered<Heartbeat>(first).currentTime.at == h.now + seconds(7));
  h.pass(seconds(100));
  h.statusFilled();
  const auto second = h.send(Version::V15, Heartbeat::Request{});
  CPPUNIT_ASSERT(h.answered<Heartbeat>(second).currentTime.at == h.now + seconds(7));
  h.nothing();
  h.pass(seconds(200));
  h.send(Version::V15, Heartbeat::Request{});
  h.toCentral<Heartbeat>();
}

TEST(vector8, "vector 8: a heartbeat while the WebSocket is down gets local time and no fault (SM-5)") {
  SessionHarness h;
  h.boot(Version::V15);
  h.down();
  const auto exchange = h.send(Version::V15, Heartbeat::Request{});
  CPPUNIT_ASSERT(h.answered<Heartbeat>(exchange).currentTime.at == h.now);
}

TEST(heartbeatSlow, "SM-5: a heartbeat that gets no answer for 5 s is answered with local time") {
  SessionHarness h;
  h.boot(Version::V15);
  const auto exchange = h.send(Version::V15, Heartbeat::Request{});
  h.toCentral<Heartbeat>();
  h.pass(seconds(4));
  h.nothing();
  h.pass(seconds(1));
  CPPUNIT_ASSERT(h.answered<Heartbeat>(exchange).currentTime.at == h.now);
}

TEST(vector9, "vector 9: an idTag of 24 characters is Invalid and never reaches the back-end (L-8)") {
  SessionHarness h;
  h.boot(Version::V12);
  const auto exchange = h.send(Version::V12, Authorize::Request{"ABCDEFGHIJKLMNOPQRSTUVWX"});
  CPPUNIT_ASSERT(h.answered<Authorize>(exchange).idTagInfo.status == AuthorizationStatus::Invalid);
  h.nothing();
}

TEST(vector10, "vector 10: Authorize of an unknown tag while the back-end is away is a fault, not Invalid (SM-9)") {
  SessionHarness h;
  h.boot(Version::V15);
  h.down();
  CPPUNIT_ASSERT(h.faulted(h.send(Version::V15, Authorize::Request{"TAG"})) == FaultCode::InternalError);
}

TEST(vector11, "vector 11: Authorize while the back-end is away is answered from what it said before (SM-9, L-15)") {
  SessionHarness h;
  h.boot(Version::V15);
  const auto asked = h.send(Version::V15, Authorize::Request{"ABCD"});
  h.toCentral<Authorize>();
  h.reply(Authorize::Response{{AuthorizationStatus::Accepted, at("2025-01-01T00:00:00Z"), IdToken("PARENT")}});
  h.answered<Authorize>(asked);
  h.down();
  const auto info = h.answered<Authorize>(h.send(Version::V15, Authorize::Request{"abcd"})).idTagInfo;
  CPPUNIT_ASSERT(info.status == AuthorizationStatus::Accepted && info.parentIdTag == IdToken("PARENT"));
  h.now += std::chrono::hours(25);  // time to live
  CPPUNIT_ASSERT(h.faulted(h.send(Version::V15, Authorize::Request{"abcd"})) == FaultCode::InternalError);
}

TEST(vector12, "vector 12: Occupied without a transaction is Preparing (ST-6b)") {
  SessionHarness h;
  h.boot(Version::V15);
  CPPUNIT_ASSERT(h.report(Version::V15, h.status(1, Status::Occupied)).status == Status::Preparing);
}

TEST(vector13,
     "vector 13: StartTransaction answers the back-end's id, then Charging is told for it (TX-2, ST-4, ST-8)") {
  SessionHarness h;
  h.boot(Version::V15);
  h.report(Version::V15, h.status(1, Status::Occupied));
  const auto exchange = h.send(Version::V15, h.start(1, "TAG", "2024-05-01T07:59:00Z"));
  const auto call = h.toCentral<StartTransaction>();
  CPPUNIT_ASSERT(call.connectorId == 1 && call.idTag == "TAG" && call.meterStart == 1000);
  h.reply(h.started(17));
  const auto answer = h.answered<StartTransaction>(exchange);
  CPPUNIT_ASSERT(answer.transactionId.value == 17 && answer.idTagInfo.status == AuthorizationStatus::Accepted);
  const auto told = h.toCentral<StatusNotification>();
  CPPUNIT_ASSERT(told.connectorId == 1 && told.status == Status::Charging);
  CPPUNIT_ASSERT(told.timestamp == at("2024-05-01T07:59:00Z") && told.errorCode == ChargePointErrorCode::NoError);
}

TEST(vector14, "vector 14: a start that the back-end blocks is told with its id, then SuspendedEVSE (ST-5)") {
  SessionHarness h;
  h.boot(Version::V15);
  h.report(Version::V15, h.status(1, Status::Occupied));
  const auto exchange = h.send(Version::V15, h.start(1, "TAG"));
  h.toCentral<StartTransaction>();
  h.reply(h.started(17, AuthorizationStatus::Blocked));
  const auto answer = h.answered<StartTransaction>(exchange);
  CPPUNIT_ASSERT(answer.transactionId.value == 17 && answer.idTagInfo.status == AuthorizationStatus::Blocked);
  CPPUNIT_ASSERT(h.toCentral<StatusNotification>().status == Status::SuspendedEVSE);
}

TEST(vector15, "vector 15 and 16: StopTransaction without reason, then Finishing, then Available (TX-11, ST-6, ST-8)") {
  SessionHarness h;
  h.boot(Version::V15);
  h.report(Version::V15, h.status(1, Status::Occupied));
  h.begin(Version::V15, 1, 17);
  const auto exchange = h.send(Version::V15, h.stop(17));
  const auto call = h.toCentral<StopTransaction>();
  CPPUNIT_ASSERT(call.transactionId.value == 17 && !call.reason);
  h.reply(StopTransaction::Response{});
  h.answered<StopTransaction>(exchange);
  const auto told = h.toCentral<StatusNotification>();
  CPPUNIT_ASSERT(told.status == Status::Finishing && told.timestamp == at("2024-05-01T09:00:00Z"));
  h.reply(StatusNotification::Response{});
  CPPUNIT_ASSERT(h.report(Version::V15, h.status(1, Status::Available)).status == Status::Available);
  CPPUNIT_ASSERT(h.report(Version::V15, h.status(1, Status::Occupied)).status == Status::Preparing);
}

TEST(vector17, "vector 17: Mode3Error during a transaction is SuspendedEVSE with EVCommunicationError (ST-3, ST-7)") {
  SessionHarness h;
  h.boot(Version::V15);
  h.begin(Version::V15, 1, 17);
  const auto seen = h.report(Version::V15, h.status(1, Status::Occupied, ChargePointErrorCode::EVCommunicationError));
  CPPUNIT_ASSERT(seen.status == Status::SuspendedEVSE);
  CPPUNIT_ASSERT(seen.errorCode == ChargePointErrorCode::EVCommunicationError);
}

TEST(vector18, "vector 18: connector 0 is never Occupied: Available (ST-1)") {
  SessionHarness h;
  h.boot(Version::V15);
  CPPUNIT_ASSERT(h.report(Version::V15, h.status(0, Status::Occupied)).status == Status::Available);
}

TEST(sameWords, "ST-2: what is not Occupied has the same word on both sides, with and without a transaction") {
  SessionHarness h;
  h.boot(Version::V15);
  for (const bool running : {false, true}) {
    if (running) h.begin(Version::V15, 1, 17);
    for (const Status word : {Status::Unavailable, Status::Faulted, Status::Reserved, Status::Available})
      CPPUNIT_ASSERT(h.report(Version::V15, h.status(1, word)).status == word);
  }
}

TEST(vector19,
     "vector 19: info of 80 characters is cut to 50, a missing timestamp is the time of receipt (L-7, SM-14)") {
  SessionHarness h;
  h.boot(Version::V15);
  auto status = h.status(1, Status::Available);
  status.info = Text<50>(std::string(80, 'x'));
  const auto seen = h.report(Version::V15, status);
  CPPUNIT_ASSERT_EQUAL(std::size_t{50}, seen.info->size());
  CPPUNIT_ASSERT(seen.timestamp->at == h.now);
}
