// SPDX-License-Identifier: GPL-2.0-or-later
// The boot and what follows it: when it is told again, and with which statuses (SM-3, SM-4, SM-8, ST-9, 7.2).
#include "tests/support/session_harness.h"

using namespace test;
using Status = ChargePointStatus;

namespace {

session::Settings acceptingAndHolding() {
  session::Settings settings;
  settings.pendingPolicy = session::PendingPolicy::AcceptAndHold;
  return settings;
}

}  // namespace

TEST(vector77, "vector 77: a reconnect tells what changed, then the queue, and no boot (SM-3)") {
  SessionHarness h;
  h.boot(Version::V15);
  h.report(Version::V15, h.status(0, Status::Available));
  h.report(Version::V15, h.status(1, Status::Occupied));
  h.begin(Version::V15, 1, 17);
  h.down();
  auto changed = h.status(1, Status::Faulted, ChargePointErrorCode::GroundFailure);
  changed.timestamp = at("2024-05-01T08:01:00Z");
  h.answered<StatusNotification>(h.send(Version::V15, changed));
  auto loose = h.meterValues(0, {"2024-05-01T08:02:00Z"});
  h.answered<MeterValues>(h.send(Version::V15, loose));
  h.pass(seconds(5));
  h.opens();
  const auto told = h.toCentral<StatusNotification>();
  CPPUNIT_ASSERT(told.connectorId == 1 && told.status == Status::Faulted);
  CPPUNIT_ASSERT(told.timestamp == at("2024-05-01T08:01:00Z"));  // SM-14
  h.reply(StatusNotification::Response{});
  CPPUNIT_ASSERT(h.toCentral<MeterValues>().meterValue[0].timestamp == at("2024-05-01T08:02:00Z"));
  h.reply(MeterValues::Response{});
  h.nothing();
}

TEST(unchangedReconnect, "SM-3: a reconnect after which nothing has changed sends nothing") {
  SessionHarness h;
  h.boot(Version::V15);
  auto status = h.status(1, Status::Occupied);
  status.info = Text<50>("cable");
  h.report(Version::V15, status);
  h.begin(Version::V15, 1, 17);
  h.down();
  h.pass(seconds(5));
  h.opens();
  h.nothing();
}

TEST(bootReplayAlways, "SM-3 boot_replay=always: each reconnect replays the boot, but not during a transaction") {
  session::Settings settings;
  settings.bootReplayAlways = true;
  SessionHarness h(settings);
  h.boot(Version::V15);
  h.down();
  h.pass(seconds(5));
  h.opens();
  h.toCentral<BootNotification>();
  h.acceptBoot();
  h.begin(Version::V15, 1, 17);
  h.down();
  h.pass(seconds(10));
  h.opens();
  h.nothing();
}

TEST(bootWhileDown, "SM-8, SM-3: a boot while the back-end is away gets the last interval, and is forwarded later") {
  SessionHarness h;
  h.boot(Version::V15, 240);
  h.down();
  const auto answer = h.answered<BootNotification>(h.send(Version::V15, h.bootRequest()));
  CPPUNIT_ASSERT(answer.status == RegistrationStatus::Accepted && answer.interval == 240);
  h.pass(seconds(5));
  h.opens();
  h.toCentral<BootNotification>();
}

TEST(firstBootWhileDown, "SM-8: the first boot of all while the back-end is away is Rejected for 60 s") {
  SessionHarness h;
  const auto exchange = h.send(Version::V15, h.bootRequest());
  h.take<session::OpenCentral>();
  h.down(0, false);
  const auto answer = h.answered<BootNotification>(exchange);
  CPPUNIT_ASSERT(answer.status == RegistrationStatus::Rejected && answer.interval == 60);
}

TEST(vector78, "vector 78: SecurityError replays the boot and then the message, once (SM-3)") {
  SessionHarness h;
  h.boot(Version::V15);
  const auto exchange = h.send(Version::V15, h.status(1, Status::Available));
  h.toCentral<StatusNotification>();
  h.refuse(FaultCode::SecurityError);
  h.toCentral<BootNotification>();
  h.nothing();
  h.acceptBoot();
  h.toCentral<StatusNotification>();
  h.refuse(FaultCode::SecurityError);
  CPPUNIT_ASSERT(h.faulted(exchange) == FaultCode::SecurityError);
  h.nothing();
}

TEST(madeUpBoot, "SM-3: SecurityError to a charger that never booted makes up a boot from the configuration") {
  session::Settings settings;
  settings.bootVendor = "Acme";
  SessionHarness h(settings);
  h.send(Version::V15, Authorize::Request{"TAG"});
  h.opens();
  h.toCentral<Authorize>();
  h.refuse(FaultCode::SecurityError);
  CPPUNIT_ASSERT(h.toCentral<BootNotification>().chargePointVendor == "Acme");
  h.acceptBoot();
  h.toCentral<Authorize>();
}

TEST(statusFill, "ST-9: 30 s after a boot the statuses that the charger did not tell are sent from memory") {
  SessionHarness h;
  h.boot(Version::V15);
  h.report(Version::V15, h.status(1, Status::Available));
  h.report(Version::V15, h.status(2, Status::Unavailable));
  h.boot(Version::V15);
  h.report(Version::V15, h.status(1, Status::Available));
  h.pass(seconds(30));
  const auto whole = h.toCentral<StatusNotification>();
  CPPUNIT_ASSERT(whole.connectorId == 0 && whole.status == Status::Available);
  h.reply(StatusNotification::Response{});
  const auto second = h.toCentral<StatusNotification>();
  CPPUNIT_ASSERT(second.connectorId == 2 && second.status == Status::Unavailable);
  h.reply(StatusNotification::Response{});
  h.nothing();
}

TEST(replayFill, "ST-9: a replayed boot is followed by every status that is known") {
  SessionHarness h;
  h.boot(Version::V16);
  h.report(Version::V16, h.status(1, Status::Charging));
  h.send(Version::V16, Authorize::Request{"TAG"});
  h.toCentral<Authorize>();
  h.refuse(FaultCode::SecurityError);
  h.toCentral<BootNotification>();
  h.acceptBoot();
  h.toCentral<Authorize>();
  h.reply(Authorize::Response{});
  h.effects.clear();
  h.pass(seconds(30));
  CPPUNIT_ASSERT(h.toCentral<StatusNotification>().status == Status::Charging);
}

TEST(
    shorterHeartbeats,
    "QUIRKS P13, SM-5: a charger is told an interval that keeps it in sight; the back-end gets no more than it wants") {
  session::Settings settings = durable();
  settings.heartbeatMost = 60;
  SessionHarness h(settings);
  const auto boot = h.boots(Version::V15);
  h.reply(BootNotification::Response{RegistrationStatus::Accepted, {h.now, true}, 14400});
  CPPUNIT_ASSERT_EQUAL(60, h.answered<BootNotification>(boot).interval);
  const auto first = h.send(Version::V15, Heartbeat::Request{});
  h.toCentral<Heartbeat>();
  h.reply(Heartbeat::Response{{h.now, true}});
  h.answered<Heartbeat>(first);
  h.now += seconds(60);
  h.answered<Heartbeat>(h.send(Version::V15, Heartbeat::Request{}));  // by us

  const auto own = h.boots(Version::V15);
  h.reply(BootNotification::Response{RegistrationStatus::Accepted, {h.now, true}, 20});
  CPPUNIT_ASSERT_EQUAL(20, h.answered<BootNotification>(own).interval);  // shorter already

  SessionHarness later(settings);
  session::BootRecord known;
  known.status = RegistrationStatus::Accepted;
  known.interval = 14400;
  later.session.restore(known, h.now);
  const auto again = later.send(Version::V15, later.bootRequest());
  later.take<session::OpenCentral>();
  later.down(0, false);
  CPPUNIT_ASSERT_EQUAL(60, later.answered<BootNotification>(again).interval);
}

TEST(bootRefused, "7.2: a CALLERROR to a boot is a fault; the bridge tells the back-end again after a minute") {
  SessionHarness h;
  h.boot(Version::V15);
  const auto exchange = h.send(Version::V15, h.bootRequest());
  h.toCentral<BootNotification>();
  h.refuse(FaultCode::InternalError);
  CPPUNIT_ASSERT(h.faulted(exchange) == FaultCode::InternalError);
  h.pass(seconds(59));
  h.statusFilled();
  h.pass(seconds(1));
  h.toCentral<BootNotification>();
}

TEST(acceptAndHold, "SM-4 accept_and_hold: Pending is Accepted for 1.5, held here, and the boot is repeated") {
  SessionHarness h(acceptingAndHolding());
  const auto boot = h.boots(Version::V15);
  h.reply(BootNotification::Response{RegistrationStatus::Pending, {h.now, true}, 120});
  CPPUNIT_ASSERT(h.answered<BootNotification>(boot).status == RegistrationStatus::Accepted);
  h.answered<Heartbeat>(h.send(Version::V15, Heartbeat::Request{}));
  h.answered<StatusNotification>(h.send(Version::V15, h.status(1, Status::Available)));
  CPPUNIT_ASSERT(h.faulted(h.send(Version::V15, Authorize::Request{"TAG"})) == FaultCode::InternalError);
  CPPUNIT_ASSERT(h.faulted(h.send(Version::V15, h.stop(17))) == FaultCode::InternalError);
  h.nothing();
  h.pass(seconds(120));
  h.toCentral<BootNotification>();
  h.acceptBoot();
  CPPUNIT_ASSERT(h.toCentral<StatusNotification>().status == Status::Available);  // told while on hold
  h.reply(StatusNotification::Response{});
  h.send(Version::V15, Authorize::Request{"TAG"});
  h.toCentral<Authorize>();
}

TEST(heldWhileAsked, "SM-10: what is given up while it is on the wire still keeps the next CALL waiting") {
  SessionHarness h(acceptingAndHolding());
  const auto boot = h.boots(Version::V15);
  const std::string bootCall = h.lastCall();
  h.pass(seconds(20));
  h.answered<BootNotification>(boot);
  const auto status = h.send(Version::V15, h.status(1, ChargePointStatus::Available));
  h.pass(seconds(10));
  h.toCentral<StatusNotification>();
  h.replyTo(bootCall, Response(BootNotification::Response{RegistrationStatus::Pending, {h.now, true}, 300}));
  h.answered<StatusNotification>(status);
  h.send(Version::V15, h.bootRequest());
  h.nothing();
  h.reply(StatusNotification::Response{});
  h.toCentral<BootNotification>();
}

TEST(restored, "5.0: after a restart the restored boot is not replayed and the restored transaction is known") {
  SessionHarness h;
  session::BootRecord boot;
  boot.version = Version::V15;
  boot.request = h.bootRequest();
  boot.status = RegistrationStatus::Accepted;
  boot.interval = 300;
  h.session.restore(boot, h.now);
  session::TransactionRecord running;
  running.soapTxId = 1'500'000'000;
  running.backendTxId = 5'000'000'000;
  running.connectorId = 1;
  running.state = session::TransactionState::Active;
  h.session.restore(running, h.now);
  h.send(Version::V15, h.stop(1'500'000'000));
  h.opens();
  CPPUNIT_ASSERT(h.toCentral<StopTransaction>().transactionId.value == 5'000'000'000);
}
