// SPDX-License-Identifier: GPL-2.0-or-later
// The WebSocket's life: opening, back-off, refusal, silence, replays, order (SM-1..SM-6, SM-10..SM-13, 7.2, ST-9).
#include "tests/support/session_harness.h"

using namespace test;
using Status = ChargePointStatus;

TEST(anyMessageOpens, "SM-1: any message of the charger opens the WebSocket, and is forwarded without a boot (SM-3)") {
  SessionHarness h;
  const auto exchange = h.send(Version::V15, Authorize::Request{"TAG"});
  h.take<session::OpenCentral>();
  h.up();
  h.toCentral<Authorize>();
  h.reply(Authorize::Response{});
  h.answered<Authorize>(exchange);
}

TEST(alwaysOn, "SM-1 always_on: the WebSocket opens before the charger says anything") {
  session::Settings settings;
  settings.lifecycle = session::WsLifecycle::AlwaysOn;
  SessionHarness h(settings);
  CPPUNIT_ASSERT(h.session.deadline() && *h.session.deadline() <= h.now);
  h.pass(seconds(0));
  h.take<session::OpenCentral>();
  h.up();
  h.nothing();
  h.call(ClearCache::Request{});
  CPPUNIT_ASSERT(h.callError() == FaultCode::GenericError);
  h.pass(std::chrono::hours(5));
  h.nothing();
}

TEST(backoffDoubles, "SM-2: attempts come after 5, 10, 20 ... 300 s, with jitter, and anew after a stable connection") {
  SessionHarness h;
  h.boot(Version::V15, 86400);
  h.pass(minutes(2));
  h.statusFilled();
  h.down();
  for (const int wait : {5, 10, 20, 40, 80, 160, 300, 300}) {
    CPPUNIT_ASSERT(h.session.deadline() == h.now + std::chrono::milliseconds(wait * 750));  // jitter 0.5
    h.pass(seconds(wait));
    h.take<session::OpenCentral>();
    h.down(0, false);
  }
  h.pass(seconds(300));
  h.take<session::OpenCentral>();
  h.up();
  h.pass(minutes(2));
  h.down();
  CPPUNIT_ASSERT(h.session.deadline() == h.now + std::chrono::milliseconds(3750));
}

TEST(refusedUpgrade, "7.2, SM-2: HTTP 401 and 404 reject the boot, fault the rest, and wait for the cap") {
  for (const int status : {401, 403, 404}) {
    SessionHarness h;
    const auto boot = h.send(Version::V15, h.bootRequest());
    h.take<session::OpenCentral>();
    h.down(status, false);
    const auto answer = h.answered<BootNotification>(boot);
    CPPUNIT_ASSERT(answer.status == RegistrationStatus::Rejected);
    CPPUNIT_ASSERT_EQUAL(status == 404 ? 225 : 60, answer.interval);
    CPPUNIT_ASSERT(h.faulted(h.send(Version::V15, Authorize::Request{"TAG"})) == FaultCode::SecurityError);
    const auto start = h.faulted(h.send(Version::V15, h.start(1, "TAG")));
    CPPUNIT_ASSERT(start == (status == 404 ? FaultCode::SecurityError : FaultCode::InternalError));
    h.nothing();
    h.pass(seconds(224));
    h.nothing();
    h.pass(seconds(1));
    h.take<session::OpenCentral>();
  }
}

TEST(wrongSubprotocol, "SM-2: a server without ocpp1.6 is a configuration error and not asked again soon") {
  SessionHarness h;
  h.send(Version::V15, h.bootRequest());
  h.take<session::OpenCentral>();
  h.session.centralIsDown({true, 0, true, "subprotocol"}, h.now);
  h.send(Version::V15, Heartbeat::Request{});
  CPPUNIT_ASSERT(h.session.deadline() == h.now + seconds(225));
  CPPUNIT_ASSERT(!h.notes.empty());
}

TEST(vector76, "vector 76: a silent charger's WebSocket is closed; its next message reopens it without a boot (SM-6)") {
  SessionHarness h;
  h.boot(Version::V15, 300);
  h.pass(seconds(900));
  h.statusFilled();
  h.pass(seconds(59));
  h.nothing();
  h.pass(seconds(1));
  CPPUNIT_ASSERT_EQUAL(1001, h.take<session::CloseCentral>().code);
  CPPUNIT_ASSERT(!h.session.deadline());
  h.pass(std::chrono::hours(3));
  const auto exchange = h.send(Version::V15, Authorize::Request{"TAG"});
  h.take<session::OpenCentral>();
  h.up();
  h.toCentral<Authorize>();
  h.reply(Authorize::Response{});
  h.answered<Authorize>(exchange);
}

TEST(resetGrace, "4.2 Reset: an accepted reset keeps the charger from counting as silent") {
  SessionHarness h;
  h.boot(Version::V15, 1);
  h.pass(seconds(179));
  h.statusFilled();
  h.call(Reset::Request{ResetType::Soft});
  h.toCharger<Reset>();
  h.respond(Reset::Response{ResetStatus::Accepted});
  h.result<Reset>();
  h.pass(seconds(179));
  h.nothing();
  h.pass(seconds(1));
  h.take<session::CloseCentral>();
}

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
  h.take<session::OpenCentral>();
  h.up();
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
  h.take<session::OpenCentral>();
  h.up();
  h.nothing();
}

TEST(bootReplayAlways, "SM-3 boot_replay=always: each reconnect replays the boot, but not during a transaction") {
  session::Settings settings;
  settings.bootReplayAlways = true;
  SessionHarness h(settings);
  h.boot(Version::V15);
  h.down();
  h.pass(seconds(5));
  h.take<session::OpenCentral>();
  h.up();
  h.toCentral<BootNotification>();
  h.reply(BootNotification::Response{RegistrationStatus::Accepted, {h.now, true}, 300});
  h.begin(Version::V15, 1, 17);
  h.down();
  h.pass(seconds(10));
  h.take<session::OpenCentral>();
  h.up();
  h.nothing();
}

TEST(bootWhileDown, "SM-8, SM-3: a boot while the back-end is away gets the last interval, and is forwarded later") {
  SessionHarness h;
  h.boot(Version::V15, 240);
  h.down();
  const auto answer = h.answered<BootNotification>(h.send(Version::V15, h.bootRequest()));
  CPPUNIT_ASSERT(answer.status == RegistrationStatus::Accepted && answer.interval == 240);
  h.pass(seconds(5));
  h.take<session::OpenCentral>();
  h.up();
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
  h.reply(BootNotification::Response{RegistrationStatus::Accepted, {h.now, true}, 300});
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
  h.take<session::OpenCentral>();
  h.up();
  h.toCentral<Authorize>();
  h.refuse(FaultCode::SecurityError);
  CPPUNIT_ASSERT(h.toCentral<BootNotification>().chargePointVendor == "Acme");
  h.reply(BootNotification::Response{RegistrationStatus::Accepted, {h.now, true}, 300});
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
  h.reply(BootNotification::Response{RegistrationStatus::Accepted, {h.now, true}, 300});
  h.toCentral<Authorize>();
  h.reply(Authorize::Response{});
  h.effects.clear();
  h.pass(seconds(30));
  CPPUNIT_ASSERT(h.toCentral<StatusNotification>().status == Status::Charging);
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
  session::Settings settings;
  settings.pendingPolicy = session::PendingPolicy::AcceptAndHold;
  SessionHarness h(settings);
  const auto boot = h.send(Version::V15, h.bootRequest());
  h.take<session::OpenCentral>();
  h.up();
  h.toCentral<BootNotification>();
  h.reply(BootNotification::Response{RegistrationStatus::Pending, {h.now, true}, 120});
  CPPUNIT_ASSERT(h.answered<BootNotification>(boot).status == RegistrationStatus::Accepted);
  h.answered<Heartbeat>(h.send(Version::V15, Heartbeat::Request{}));
  h.answered<StatusNotification>(h.send(Version::V15, h.status(1, Status::Available)));
  CPPUNIT_ASSERT(h.faulted(h.send(Version::V15, Authorize::Request{"TAG"})) == FaultCode::InternalError);
  CPPUNIT_ASSERT(h.faulted(h.send(Version::V15, h.stop(17))) == FaultCode::InternalError);
  h.nothing();
  h.pass(seconds(120));
  h.toCentral<BootNotification>();
  h.reply(BootNotification::Response{RegistrationStatus::Accepted, {h.now, true}, 300});
  CPPUNIT_ASSERT(h.toCentral<StatusNotification>().status == Status::Available);  // told while on hold
  h.reply(StatusNotification::Response{});
  h.send(Version::V15, Authorize::Request{"TAG"});
  h.toCentral<Authorize>();
}

TEST(oneCall, "SM-10: one CALL at a time; the next follows its answer in order") {
  SessionHarness h;
  h.boot(Version::V15);
  const auto a = h.send(Version::V15, Authorize::Request{"A"});
  const auto b = h.send(Version::V15, Authorize::Request{"B"});
  CPPUNIT_ASSERT(h.toCentral<Authorize>().idTag == "A");
  h.nothing();
  const std::string first = h.lastCall();
  h.reply(Authorize::Response{});
  h.answered<Authorize>(a);
  CPPUNIT_ASSERT(h.toCentral<Authorize>().idTag == "B");
  CPPUNIT_ASSERT(h.lastCall() != first);
  h.reply(Authorize::Response{});
  h.answered<Authorize>(b);
}

TEST(silentCentral,
     "SM-8: without an answer within soap_hold the charger gets a fault, and the next CALL follows after 30 s") {
  SessionHarness h;
  h.boot(Version::V15);
  const auto a = h.send(Version::V15, Authorize::Request{"A"});
  h.toCentral<Authorize>();
  h.pass(seconds(15));
  const auto b = h.send(Version::V15, Authorize::Request{"B"});
  h.pass(seconds(5));
  CPPUNIT_ASSERT(h.faulted(a) == FaultCode::InternalError);
  h.pass(seconds(10));
  CPPUNIT_ASSERT(h.toCentral<Authorize>().idTag == "B");
  h.reply(Authorize::Response{});
  h.answered<Authorize>(b);
}

TEST(inFlightLost, "SM-13: the loss of the WebSocket fails the call in flight and those behind it at once") {
  SessionHarness h;
  h.boot(Version::V15);
  const auto a = h.send(Version::V15, DataTransfer::Request{"v", {}, {}});
  const auto b = h.send(Version::V15, FirmwareStatusNotification::Request{FirmwareStatus::Installed});
  h.toCentral<DataTransfer>();
  h.down();
  CPPUNIT_ASSERT(h.faulted(a) == FaultCode::InternalError);
  h.answered<FirmwareStatusNotification>(b);
  h.pass(seconds(5));
  h.take<session::OpenCentral>();
  h.up();
  CPPUNIT_ASSERT(h.toCentral<FirmwareStatusNotification>().status == FirmwareStatus::Installed);
  h.reply(FirmwareStatusNotification::Response{});
  h.nothing();
}

TEST(chargerGone, "SM-13: a charger that hung up gets no answer, and its repeat gets the one it missed (SM-7)") {
  SessionHarness h;
  h.boot(Version::V15);
  const auto exchange = h.send(Version::V15, Authorize::Request{"TAG"}, "m", "b");
  h.toCentral<Authorize>();
  h.session.chargerLeft(exchange, h.now);
  h.reply(Authorize::Response{{AuthorizationStatus::Accepted, {}, {}}});
  h.nothing();
  h.answered<Authorize>(h.send(Version::V15, Authorize::Request{"TAG"}, "m", "b"));
  h.nothing();
}

TEST(drains, "drain: everyone who waits is answered, nothing new is forwarded") {
  SessionHarness h;
  h.boot(Version::V15);
  const auto exchange = h.send(Version::V15, Authorize::Request{"TAG"});
  h.toCentral<Authorize>();
  CPPUNIT_ASSERT(!h.session.idle());
  h.session.drain(h.now);
  h.pass(seconds(0));
  const auto beat = h.send(Version::V15, Heartbeat::Request{});
  CPPUNIT_ASSERT(h.faulted(exchange) == FaultCode::InternalError);
  h.answered<Heartbeat>(beat);
  h.nothing();
}

TEST(centralErrors, "7.2: CALLERRORs become the faults of the table") {
  SessionHarness h;
  h.boot(Version::V15);
  for (const auto& [code, fault] : {std::pair{FaultCode::NotImplemented, FaultCode::NotSupported},
                                    std::pair{FaultCode::InternalError, FaultCode::InternalError},
                                    std::pair{FaultCode::GenericError, FaultCode::InternalError},
                                    std::pair{FaultCode::FormationViolation, FaultCode::ProtocolError},
                                    std::pair{FaultCode::OccurenceConstraintViolation, FaultCode::ProtocolError}}) {
    const auto exchange = h.send(Version::V15, DataTransfer::Request{"v", {}, {}});
    h.toCentral<DataTransfer>();
    h.refuse(code);
    CPPUNIT_ASSERT(h.faulted(exchange) == fault);
  }
}

TEST(otherAnswer, "7.2: an answer to another action, and an answer to no question, hurt nobody") {
  SessionHarness h;
  h.boot(Version::V15);
  const auto exchange = h.send(Version::V15, Authorize::Request{"TAG"});
  h.toCentral<Authorize>();
  h.replyTo("unknown", Response(Authorize::Response{}));
  h.nothing();
  h.reply(Heartbeat::Response{});
  CPPUNIT_ASSERT(h.faulted(exchange) == FaultCode::InternalError);
}

TEST(restored, "5.0: after a restart the restored boot is not replayed and the restored transaction is known") {
  SessionHarness h;
  session::BootRecord boot;
  boot.version = Version::V15;
  boot.request = h.bootRequest();
  boot.status = RegistrationStatus::Accepted;
  boot.interval = 300;
  h.session.restore(boot);
  session::TransactionRecord running;
  running.soapTxId = 1'500'000'000;
  running.backendTxId = 5'000'000'000;
  running.connectorId = 1;
  running.state = session::TransactionState::Active;
  h.session.restore(running);
  h.send(Version::V15, h.stop(1'500'000'000));
  h.take<session::OpenCentral>();
  h.up();
  CPPUNIT_ASSERT(h.toCentral<StopTransaction>().transactionId.value == 5'000'000'000);
}
