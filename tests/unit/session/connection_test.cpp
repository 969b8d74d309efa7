// SPDX-License-Identifier: GPL-2.0-or-later
// The WebSocket's life: opening, back-off, refusal, silence, order (SM-1, SM-2, SM-6, SM-8, SM-10, SM-13, 7.2).
#include "tests/support/session_harness.h"

using namespace test;
using Status = ChargePointStatus;

TEST(anyMessageOpens, "SM-1: any message of the charger opens the WebSocket, and is forwarded without a boot (SM-3)") {
  SessionHarness h;
  const auto exchange = h.send(Version::V15, Authorize::Request{"TAG"});
  h.opens();
  h.toCentral<Authorize>();
  h.reply(Authorize::Response{});
  h.answered<Authorize>(exchange);
}

TEST(alwaysOn, "SM-1 always_on: the WebSocket opens before the charger says anything") {
  session::Settings settings;
  settings.lifecycle = session::WsLifecycle::AlwaysOn;
  SessionHarness h(settings);
  CPPUNIT_ASSERT(h.session.deadline() && *h.session.deadline() <= h.now);
  h.pass(seconds(5));
  h.opens();
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
  h.opens();
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
  h.opens();
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
  h.opens();
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
  h.pass(seconds(5));
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

TEST(silentWhileAway, "SM-6: a charger that falls silent while its back-end is away wants no connection any more") {
  SessionHarness h;
  h.boot(Version::V16);
  h.down();
  CPPUNIT_ASSERT(h.session.wantsCentral());
  for (int i = 0; i < 40 && h.session.wantsCentral(); ++i) {
    h.pass(minutes(1));
    if (!h.effects.empty()) h.take<session::OpenCentral>(), h.down(0, false);
  }
  CPPUNIT_ASSERT(!h.session.wantsCentral());
}
