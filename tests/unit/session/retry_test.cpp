// SPDX-License-Identifier: GPL-2.0-or-later
// When a refused message is sent again, and when it is a dead letter (ER-3, SM-15, section 7.2).
#include "tests/support/session_harness.h"

using namespace test;

namespace {

/// A stop of transaction 17 is on the wire; its charger has been told that it is kept.
struct Stopped : SessionHarness {
  explicit Stopped(session::Settings settings = durable()) : SessionHarness(std::move(settings)) {
    session.restore(session::QueuedRecord{7, stop(17), 0, {}, 0, 1'000'007}, now);
    pass(seconds(5));
    opens();
    toCentral<StopTransaction>();
  }
  /// Refused, and nothing comes before that time has passed.
  void refusedAndBack(FaultCode code, Duration wait) {
    refuse(code);
    pass(wait - seconds(1));
    nothing();
    pass(seconds(1));
    toCentral<StopTransaction>();
  }
};

MeterValues::Request reading(const char* time) {
  auto values = SessionHarness::meterValues(1, {time});
  values.transactionId = TransactionId{17};
  return values;
}

}  // namespace

TEST(neverTaken, "ER-3: what can never be taken is a dead letter and an alarm after TransactionMessageAttempts") {
  for (const FaultCode code : {FaultCode::NotSupported, FaultCode::NotImplemented, FaultCode::ProtocolError,
                               FaultCode::FormationViolation, FaultCode::PropertyConstraintViolation,
                               FaultCode::OccurenceConstraintViolation, FaultCode::TypeConstraintViolation}) {
    Stopped h;
    h.refusedAndBack(code, seconds(60));
    h.refusedAndBack(code, seconds(120));
    h.refuse(code);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, h.of<session::DeadLetterRecord>(h.kept).size());
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, h.store->status().queued);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, h.told("dead-letter"));
    CPPUNIT_ASSERT(h.events.back().level == session::Level::Error);
    CPPUNIT_ASSERT_EQUAL(std::size_t{2}, h.told("central-refused"));
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, h.told("set-aside"));
  }
}

TEST(transientSevenDays,
     "A8, ER-3: what may be taken later is tried again after 15 min, 30 min and so on up to 6 h, and is a dead letter "
     "after 32 attempts, not before") {
  for (const FaultCode code : {FaultCode::InternalError, FaultCode::GenericError}) {
    Stopped h;
    h.refusedAndBack(code, seconds(60));
    h.refusedAndBack(code, seconds(120));
    Duration wait = minutes(15);
    for (int attempt = 3; attempt < 32; ++attempt, wait = std::min<Duration>(wait * 2, minutes(360))) {
      h.refusedAndBack(code, wait);
      CPPUNIT_ASSERT(h.of<session::DeadLetterRecord>(h.kept).empty());
    }
    h.refuse(code);
    const auto letters = h.of<session::DeadLetterRecord>(h.kept);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, letters.size());
    CPPUNIT_ASSERT_EQUAL(32, letters.front().attempts);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, h.told("set-aside"));
    CPPUNIT_ASSERT_EQUAL(std::size_t{31}, h.told("central-refused"));
    h.pass(std::chrono::hours(24));
    if (!h.effects.empty()) h.take<session::CloseCentral>();  // SM-6
    h.nothing();
  }
}

TEST(securityErrorWaits, "ER-3, SM-3: SecurityError is transient; each time it is tried a boot is replayed once") {
  Stopped h(durable());
  for (int attempt = 1; attempt <= 4; ++attempt) {
    h.refuse(FaultCode::SecurityError);
    if (attempt == 1 || attempt == 4) {  // from the store it is like new
      h.toCentral<BootNotification>();
      h.acceptBoot();
      h.toCentral<StopTransaction>();
      h.refuse(FaultCode::SecurityError);
    }
    h.pass(attempt < 3 ? seconds(60 * attempt) : minutes(15) * (attempt == 4 ? 2 : 1));
    if (!h.effects.empty() && std::holds_alternative<session::ToCentral>(h.effects.front()) &&
        is<StatusNotification>(std::get<session::ToCentral>(h.effects.front()).request))
      h.toCentral<StatusNotification>(), h.reply(StatusNotification::Response{});
    h.toCentral<StopTransaction>();
  }
  CPPUNIT_ASSERT(h.of<session::DeadLetterRecord>(h.kept).empty());
}

TEST(readingsUnheard,
     "ER-3: readings that the back-end does not support are dead letters without alarm, counted, and hold nobody up "
     "from the second on") {
  SessionHarness h(durable());
  h.boot(Version::V15, 36000);
  h.begin(Version::V15, 1, 17);
  h.answered<MeterValues>([&] {
    const auto exchange = h.send(Version::V15, reading("2024-05-01T08:10:00Z"));
    h.toCentral<MeterValues>();
    h.refuse(FaultCode::NotSupported);
    return exchange;
  }());
  h.answered<MeterValues>(h.send(Version::V15, reading("2024-05-01T08:11:00Z")));
  h.pass(seconds(59));
  h.statusFilled();
  h.pass(seconds(1));
  h.toCentral<MeterValues>();
  h.refuse(FaultCode::NotSupported);
  h.pass(seconds(120));
  h.toCentral<MeterValues>();
  h.refuse(FaultCode::NotSupported);
  CPPUNIT_ASSERT_EQUAL(std::size_t{1}, h.told("dead-letter"));
  CPPUNIT_ASSERT(h.events.back().level == session::Level::Info);
  h.toCentral<MeterValues>();  // the second
  h.refuse(FaultCode::NotSupported);
  CPPUNIT_ASSERT_EQUAL(std::size_t{2}, h.told("dead-letter"));
  CPPUNIT_ASSERT_EQUAL(std::uint64_t{2}, h.session.overview().lostReadings);
  h.send(Version::V15, h.stop(17));
  h.toCentral<StopTransaction>();
}

TEST(retryOptions,
     "ER-3: the options are the first values of the back-end's keys, are told to it, and its own decide") {
  session::Settings settings = durable();
  settings.retryAttempts = 2;
  settings.retryInterval = 10;
  Stopped h(settings);
  h.send(Version::V15, Heartbeat::Request{});
  h.call(
      GetConfiguration::Request{{Key<50>("TransactionMessageAttempts"), Key<50>("TransactionMessageRetryInterval")}});
  const auto told = h.result<GetConfiguration>();
  CPPUNIT_ASSERT_EQUAL(std::string("2"), std::string(*told.configurationKey[0].value));
  CPPUNIT_ASSERT_EQUAL(std::string("10"), std::string(*told.configurationKey[1].value));
  h.refuse(FaultCode::InternalError);
  h.toCentral<Heartbeat>();
  h.reply(Heartbeat::Response{{h.now, true}});
  h.take<session::AnswerCharger>();
  h.pass(seconds(10));
  h.toCentral<StopTransaction>();
  h.call(ChangeConfiguration::Request{Key<50>("TransactionMessageAttempts"), Opaque<500>("4")}, "c2");
  CPPUNIT_ASSERT(h.result<ChangeConfiguration>("c2").status == ConfigurationStatus::Accepted);
  h.refusedAndBack(FaultCode::InternalError, seconds(20));
  h.refusedAndBack(FaultCode::InternalError, seconds(30));
  h.refusedAndBack(FaultCode::InternalError, minutes(15));
}

TEST(waitKept, "B1, ER-3: attempts and the wait that remains are kept, as a time span that no clock can lengthen") {
  Stopped before;
  before.refuse(FaultCode::InternalError);
  const auto record = before.of<session::QueuedRecord>(before.kept).back();
  CPPUNIT_ASSERT_EQUAL(1, record.attempts);
  CPPUNIT_ASSERT(record.wait == seconds(60));
  CPPUNIT_ASSERT_EQUAL(std::string("InternalError refused"), record.reason);
  SessionHarness h(durable());
  h.now.jump(std::chrono::hours(-24 * 365));
  h.session.restore(record, h.now);
  h.pass(seconds(5));
  h.opens();
  h.now.jump(std::chrono::hours(24 * 700));
  h.pass(seconds(54));
  h.nothing();
  h.pass(seconds(1));
  h.toCentral<StopTransaction>();
}

TEST(silenceRefuses,
     "A8, ER-3: no answer to the same message three times, while other CALLs are answered, is a refusal; silence to "
     "everything is none") {
  Stopped deaf;
  for (int i = 0; i < 10; ++i) {
    deaf.pass(seconds(35));
    deaf.toCentral<StopTransaction>();
  }
  CPPUNIT_ASSERT_EQUAL(std::size_t{0}, deaf.told("central-refused"));

  Stopped h;
  const auto asked = h.send(Version::V15, Authorize::Request{"TAG"});
  h.pass(seconds(30));
  CPPUNIT_ASSERT(h.faulted(asked) == FaultCode::InternalError);
  h.pass(seconds(5));
  h.toCentral<StopTransaction>();
  h.pass(seconds(30));
  h.send(Version::V15, Authorize::Request{"TAG"});
  h.toCentral<Authorize>();
  h.reply(Authorize::Response{});
  h.take<session::AnswerCharger>();
  h.pass(seconds(5));
  h.toCentral<StopTransaction>();
  CPPUNIT_ASSERT_EQUAL(std::size_t{0}, h.told("central-refused"));
  h.pass(seconds(30));
  CPPUNIT_ASSERT_EQUAL(std::size_t{1}, h.told("central-refused"));
  CPPUNIT_ASSERT_EQUAL(std::string("timeout"), h.events.back().refusal->code);
  h.pass(seconds(59));
  h.nothing();
  h.pass(seconds(1));
  h.toCentral<StopTransaction>();
}

TEST(lateAnswerTaken, "TX-5, ER-3: an answer to the attempt before is the answer, and the wire stays that one's") {
  Stopped h;
  const std::string first = h.lastCall();
  h.pass(seconds(30));
  h.replyTo(first, Response(StopTransaction::Response{}));  // before it is sent again
  CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, h.store->status().queued);

  Stopped slow;
  const std::string former = slow.lastCall();
  slow.pass(seconds(35));
  slow.toCentral<StopTransaction>();
  slow.replyTo(former, Response(StopTransaction::Response{}));
  slow.send(Version::V15, Heartbeat::Request{});
  slow.nothing();  // SM-10
  slow.refuse(FaultCode::InternalError);
  CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, slow.store->status().queued);
  slow.toCentral<Heartbeat>();
}

TEST(deadStart,
     "7.2: a start that the back-end can never take is a Fault for its charger and, once, a dead letter for billing") {
  SessionHarness h(durable());
  h.boot(Version::V15, 36000);
  for (int i = 0; i < 3; ++i) {
    const auto exchange = h.send(Version::V15, h.start(1, "TAG"));
    h.toCentral<StartTransaction>();
    h.refuse(FaultCode::PropertyConstraintViolation);
    CPPUNIT_ASSERT(h.faulted(exchange) == FaultCode::InternalError);
  }
  CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, h.store->status().deadLetters);
  CPPUNIT_ASSERT_EQUAL(std::size_t{0}, h.session.overview().openTransactions);
  const auto exchange = h.send(Version::V15, h.start(1, "TAG"));
  h.toCentral<StartTransaction>();
  h.refuse(FaultCode::NotSupported);
  CPPUNIT_ASSERT(h.faulted(exchange) == FaultCode::NotSupported);
  CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, h.store->status().deadLetters);
}

TEST(unreadableResult, "7.2: a CALLRESULT to a stop that cannot be read is an answer: the back-end has the stop") {
  Stopped h;
  h.session.fromCentral(session::CentralReply{h.lastCall(), Fault{FaultCode::InternalError, "what is this"}, true},
                        h.now);
  h.drain();
  CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, h.store->status().queued);
  CPPUNIT_ASSERT_EQUAL(std::size_t{0}, h.told("central-refused"));
}

TEST(refusalTold, "issue 9.9: the overview and the event say which message was refused, why, and when it comes again") {
  Stopped h;
  h.refuse(FaultCode::InternalError);
  const auto seen = h.session.overview();
  CPPUNIT_ASSERT_EQUAL(std::size_t{1}, seen.refused);
  CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, seen.refusals);
  CPPUNIT_ASSERT_EQUAL(std::string("StopTransaction"), std::string(seen.lastRefusal->action));
  CPPUNIT_ASSERT_EQUAL(std::string("InternalError"), seen.lastRefusal->code);
  CPPUNIT_ASSERT_EQUAL(std::string("refused"), seen.lastRefusal->text);
  CPPUNIT_ASSERT(seen.lastRefusal->attempt == 1 && seen.lastRefusal->of == 32);
  CPPUNIT_ASSERT(seen.lastRefusal->next == seconds(60));
  CPPUNIT_ASSERT_EQUAL(std::string("StopTransaction: InternalError \"refused\", attempt 1 of 32, next in 60 s"),
                       h.events.back().text);
  h.pass(seconds(60));
  h.toCentral<StopTransaction>();
  h.refusedAndBack(FaultCode::InternalError, seconds(120));
  h.refuse(FaultCode::InternalError);
  CPPUNIT_ASSERT_EQUAL(std::size_t{1}, h.session.overview().setAside);
  CPPUNIT_ASSERT_EQUAL(std::size_t{0}, h.session.overview().refused);
}
