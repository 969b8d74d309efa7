// SPDX-License-Identifier: GPL-2.0-or-later
// The back-end closes the WebSocket behind one CALL again and again (A8, ER-3).
#include "tests/support/session_harness.h"

using namespace test;
using Status = ChargePointStatus;

namespace {

/// A stop that is kept is on the wire.
struct Stopped : SessionHarness {
  explicit Stopped(session::Settings settings = durable(), StopTransaction::Request message = stop(17))
      : SessionHarness(std::move(settings)) {
    session.restore(session::QueuedRecord{7, std::move(message), 0, {}, 0, 1'000'007}, now);
    pass(seconds(5));
    opens();
    toCentral<StopTransaction>();
  }
  std::size_t refusals() const { return told("central-refused"); }
};

StopTransaction::Request longStop() {
  auto stop = SessionHarness::stop(17);
  stop.transactionData = SessionHarness::meterValues(1, {"2024-05-01T08:10:00Z", "2024-05-01T08:20:00Z"}).meterValue;
  return stop;
}

}  // namespace

TEST(closedTwice,
     "A8, ER-3: a close behind the only CALL under way counts as its refusal when it happens again on the next "
     "connection; then it is set aside, others pass, and it is no dead letter before 32 attempts") {
  Stopped h;
  h.closes(1006);
  h.reconnects();
  h.toCentral<StopTransaction>();
  CPPUNIT_ASSERT_EQUAL(std::size_t{0}, h.refusals());
  for (int attempt = 1; attempt <= 2; ++attempt) {
    h.closes(1011);
    h.reconnects();
    CPPUNIT_ASSERT_EQUAL(static_cast<std::size_t>(attempt), h.refusals());
    CPPUNIT_ASSERT_EQUAL(std::string("closed 1011"), h.events.back().refusal->code);
    h.pass(seconds(60 * attempt));
    h.toCentral<StopTransaction>();
  }
  h.closes(1011);
  h.reconnects();
  CPPUNIT_ASSERT_EQUAL(std::size_t{1}, h.told("set-aside"));
  const auto passes = h.send(Version::V15, h.start(1, "OTHER", "2024-05-01T10:00:00Z"));
  h.toCentral<StartTransaction>();
  h.reply(h.started(18));
  h.answered<StartTransaction>(passes);
  for (int attempt = 4; attempt <= 32; ++attempt) {
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, h.store->status().deadLetters);
    h.pass(std::chrono::hours(6));
    h.effects.erase(h.effects.begin(), h.effects.end() - 1);  // statuses, closed links of a silent charger
    h.toCentral<StopTransaction>();
    h.closes(1011);
    h.reconnects();
  }
  CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, h.store->status().deadLetters);
}

TEST(closesThatDoNotCount,
     "ER-3: closes that the server explains, our own, those of an outage, and those after the CALL's time count as "
     "nobody's refusal") {
  struct Case {
    int code;
    bool outage, ours;
  };
  for (const Case& each : {Case{1001, false, false}, Case{1012, false, false}, Case{1013, false, false},
                           Case{1006, true, false}, Case{1006, false, true}}) {
    Stopped h;
    for (int i = 0; i < 4; ++i) {
      h.closes(each.code, each.outage, each.ours);
      h.reconnects();
      h.toCentral<StopTransaction>();
    }
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, h.refusals());
  }
  Stopped late;
  for (int i = 0; i < 4; ++i) {
    late.pass(seconds(32));  // no answer; nothing is under way now
    late.closes();
    late.reconnects();
    late.toCentral<StopTransaction>();
  }
  CPPUNIT_ASSERT_EQUAL(std::size_t{0}, late.refusals());
  Stopped known;
  for (int i = 0; i < 4; ++i) {
    known.closes();
    known.session.wasOutage();  // others followed
    known.reconnects();
    known.toCentral<StopTransaction>();
  }
  CPPUNIT_ASSERT_EQUAL(std::size_t{0}, known.refusals());
}

TEST(answeredBetween, "ER-3: a CALLERROR between two closes makes the second one the first again") {
  Stopped h;
  h.closes();
  h.reconnects();
  h.toCentral<StopTransaction>();
  h.refuse(FaultCode::InternalError);
  h.pass(seconds(60));
  h.toCentral<StopTransaction>();
  h.closes();
  h.reconnects();
  h.toCentral<StopTransaction>();
  CPPUNIT_ASSERT_EQUAL(std::size_t{1}, h.refusals());
}

TEST(
    statusNotThrice,
    "A8, ER-3: a status that the bridge makes up and the back-end chokes on is not sent a third time, until there is a "
    "newer one; also without a data directory") {
  for (const bool durably : {false, true}) {
    SessionHarness h(durably ? durable() : session::Settings{});
    h.boot(Version::V15, 36000);
    h.pass(seconds(30));
    CPPUNIT_ASSERT_EQUAL(0, h.toCentral<StatusNotification>().connectorId);
    h.closes();
    h.reconnects();
    CPPUNIT_ASSERT_EQUAL(0, h.toCentral<StatusNotification>().connectorId);
    h.closes();
    h.reconnects();
    h.nothing();
    CPPUNIT_ASSERT(h.notes.size() >= 2);
    bool named = false;
    for (const std::string& note : h.notes) named = named || note.find("behind StatusNotification of connector 0") < 99;
    CPPUNIT_ASSERT_MESSAGE("the log says which CALL it was", named);
    h.closes();
    h.reconnects();
    h.nothing();
    h.report(Version::V15, h.status(0, Status::Unavailable));
    h.nothing();
  }
}

TEST(chargersStatusNotThrice, "ER-3: the same for a charger's own status, and one word for word like it") {
  SessionHarness h;
  h.boot(Version::V16, 36000);
  auto status = h.status(1, Status::Faulted);
  status.timestamp = at("2024-05-01T08:00:00Z");
  const auto exchange = h.send(Version::V16, status);
  h.toCentral<StatusNotification>();
  h.closes();
  h.answered<StatusNotification>(exchange);
  h.reconnects();
  h.toCentral<StatusNotification>();
  h.closes();
  h.reconnects();
  h.nothing();
  h.answered<StatusNotification>(h.send(Version::V16, status, "again"));
  h.nothing();
  status.timestamp = at("2024-05-01T08:00:01Z");
  CPPUNIT_ASSERT(h.report(Version::V16, status).status == Status::Faulted);
}

TEST(bootNotThrice,
     "A8, ER-3: a boot behind which the back-end closes is not sent a third time before the charger boots or an hour "
     "has passed; other messages go on") {
  session::Settings settings;
  settings.lifecycle = session::WsLifecycle::AlwaysOn;
  SessionHarness h(settings);
  h.pass(seconds(5));
  h.opens();
  h.boots(Version::V15);
  h.closes();
  h.take<session::AnswerCharger>();
  h.reconnects();
  h.toCentral<BootNotification>();
  h.closes();
  h.reconnects();
  h.nothing();
  const auto asked = h.send(Version::V15, Authorize::Request{"TAG"});
  h.toCentral<Authorize>();
  h.reply(Authorize::Response{});
  h.answered<Authorize>(asked);
  h.pass(minutes(59));
  h.nothing();
  h.pass(minutes(1));
  h.toCentral<BootNotification>();
  h.closes();
  h.reconnects();
  h.nothing();
  h.boots(Version::V15);
}

TEST(nothingKept,
     "A8, ER-3: without a data directory a message is not sent a third time either; its charger has been told") {
  SessionHarness h;
  h.boot(Version::V15, 36000);
  const auto stopped = h.send(Version::V15, h.stop(17));
  h.toCentral<StopTransaction>();
  h.closes();
  CPPUNIT_ASSERT(h.faulted(stopped) == FaultCode::InternalError);
  h.reconnects();
  h.toCentral<StopTransaction>();  // SM-13
  h.closes();
  h.reconnects();
  h.nothing();
  CPPUNIT_ASSERT_EQUAL(std::size_t{1}, h.told("central-refused"));

  const auto loose = h.send(Version::V15, h.meterValues(1, {"2024-05-01T08:10:00Z"}));
  h.toCentral<MeterValues>();
  h.closes();
  h.answered<MeterValues>(loose);
  h.reconnects();
  h.toCentral<MeterValues>();
  h.closes();
  h.reconnects();
  h.nothing();
  CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, h.session.overview().lostReadings);
}

TEST(tooBigStop,
     "C1, ER-3: a stop that the back-end closes with 1009 goes without its readings from then on, also after a restart "
     "and without a data directory") {
  Stopped h(durable(), longStop());
  h.closes(1009);
  CPPUNIT_ASSERT_EQUAL(std::size_t{1}, h.told("lost-readings"));
  CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, h.session.overview().lostReadings);
  SessionHarness next(durable(), h.store);
  h.reconnects();
  CPPUNIT_ASSERT(h.toCentral<StopTransaction>().transactionData.empty());
  CPPUNIT_ASSERT_EQUAL(std::size_t{0}, h.refusals());
  next.pass(seconds(5));
  next.opens();
  CPPUNIT_ASSERT(next.toCentral<StopTransaction>().transactionData.empty());
  next.closes(1009);
  next.reconnects();
  next.toCentral<StopTransaction>();
  next.closes(1009);  // now it is refused as it is
  next.reconnects();
  CPPUNIT_ASSERT_EQUAL(std::size_t{1}, next.told("central-refused"));

  SessionHarness bare;
  bare.boot(Version::V15, 36000);
  const auto exchange = bare.send(Version::V15, longStop());
  CPPUNIT_ASSERT_EQUAL(std::size_t{2}, bare.toCentral<StopTransaction>().transactionData.size());
  bare.closes(1009);
  bare.faulted(exchange);
  bare.reconnects();
  CPPUNIT_ASSERT(bare.toCentral<StopTransaction>().transactionData.empty());
}

TEST(asideCloses, "ER-3: a set-aside message behind which the back-end closes counts its closes over its waits") {
  session::Settings settings = durable();
  settings.retryAttempts = 1;
  Stopped h(settings);
  h.refuse(FaultCode::InternalError);
  h.pass(minutes(15));
  h.toCentral<StopTransaction>();
  h.closes();
  h.reconnects();
  h.toCentral<StopTransaction>();
  CPPUNIT_ASSERT_EQUAL(std::size_t{1}, h.refusals());
  h.closes();
  h.reconnects();
  CPPUNIT_ASSERT_EQUAL(std::size_t{2}, h.refusals());
  h.nothing();
}
