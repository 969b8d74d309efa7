// SPDX-License-Identifier: GPL-2.0-or-later
// After a restart, and under the operator's hand: what a session takes back, dead letters, retry and discard.
#include <algorithm>

#include "tests/support/session_harness.h"

using namespace test;

namespace {

session::QueuedRecord queuedStop(std::uint64_t number) {
  return {number, SessionHarness::stop(17), 0, {}, 0, 1'000'000 + number};
}

/// Restarted with these stops in the queue; the first is on the wire.
struct Restarted : SessionHarness {
  explicit Restarted(std::initializer_list<std::uint64_t> stops) : SessionHarness(durable()) {
    for (const std::uint64_t number : stops) session.restore(queuedStop(number), now);
    pass(seconds(5));
    opens();
    toCentral<StopTransaction>();
  }
};

}  // namespace

TEST(reopensAfterRestart,
     "SM-1: after a restart the connection is opened for a charger that was heard of lately, without a boot") {
  SessionHarness h(durable());
  session::BootRecord boot;
  boot.request = SessionHarness::bootRequest();
  boot.status = RegistrationStatus::Accepted;
  boot.interval = 300;
  h.session.restore(boot, h.now);
  h.session.wasSeen(Version::V15, h.now - minutes(5), h.now);
  h.pass(seconds(5));
  h.opens();
  h.nothing();

  SessionHarness silent(durable());
  silent.session.restore(boot, silent.now);
  silent.session.wasSeen(Version::V15, silent.now - std::chrono::hours(24), silent.now);
  silent.pass(seconds(5));
  silent.nothing();
}

TEST(tagsSurvive, "SM-9: what the back-end said about a tag is kept, once an hour, and known after a restart") {
  SessionHarness h(durable());
  h.boot(Version::V15, 3600);
  for (int i = 0; i < 2; ++i) {
    const auto asked = h.send(Version::V15, Authorize::Request{"TAG"});
    h.toCentral<Authorize>();
    h.reply(Authorize::Response{{AuthorizationStatus::Accepted, {}, IdToken("PARENT")}});
    h.answered<Authorize>(asked);
  }
  const auto tags = SessionHarness::of<session::AuthorizationRecord>(h.kept);
  CPPUNIT_ASSERT_EQUAL(std::size_t{1}, tags.size());

  SessionHarness later(durable());
  later.session.restore(tags.front(), h.now);
  later.boot(Version::V15, 3600);
  later.down();
  const auto answer = later.answered<Authorize>(later.send(Version::V15, Authorize::Request{"tag"}));
  CPPUNIT_ASSERT(answer.idTagInfo.parentIdTag == IdToken("PARENT"));
}

TEST(deadLetterKept,
     "SM-15, ER-3: a message refused too often is kept as dead letter, and delivered when the operator says so") {
  Restarted h({7});
  for (const int wait : {60, 120}) {
    h.refuse(FaultCode::PropertyConstraintViolation);
    h.pass(seconds(wait));
    h.toCentral<StopTransaction>();
  }
  h.refuse(FaultCode::PropertyConstraintViolation);
  const auto letters = SessionHarness::of<session::DeadLetterRecord>(h.kept);
  CPPUNIT_ASSERT_EQUAL(std::size_t{1}, letters.size());
  CPPUNIT_ASSERT_EQUAL(std::uint64_t{7}, letters.front().number);
  CPPUNIT_ASSERT_EQUAL(3, letters.front().attempts);
  CPPUNIT_ASSERT_EQUAL(std::uint64_t{7}, SessionHarness::of<session::QueuedRecord>(h.forgotten).back().number);

  h.effects.clear();
  h.session.redeliver(letters.front(), h.now);
  h.drain();
  CPPUNIT_ASSERT(h.toCentral<StopTransaction>().meterStop == SessionHarness::stop(17).meterStop);
  CPPUNIT_ASSERT_EQUAL(std::uint64_t{8}, SessionHarness::of<session::QueuedRecord>(h.kept).back().number);
  CPPUNIT_ASSERT_EQUAL(std::size_t{1}, SessionHarness::of<session::DeadLetterRecord>(h.forgotten).size());
  h.reply(StopTransaction::Response{});
  CPPUNIT_ASSERT_EQUAL(std::uint64_t{8}, SessionHarness::of<session::QueuedRecord>(h.forgotten).back().number);
}

TEST(operatorRetries,
     "ER-3: the operator can shorten the wait for the next attempt, and give a message up for a reason") {
  Restarted h({7, 8});
  h.refuse(FaultCode::InternalError);
  h.nothing();
  CPPUNIT_ASSERT(h.session.retryNow(7, h.now));
  h.drain();
  h.toCentral<StopTransaction>();
  h.refuse(FaultCode::InternalError);
  CPPUNIT_ASSERT(h.session.discard(7, "billed by hand", h.now));
  h.drain();
  CPPUNIT_ASSERT_EQUAL(std::string("billed by hand"),
                       SessionHarness::of<session::DeadLetterRecord>(h.kept).back().reason);
  h.toCentral<StopTransaction>();  // the next in line
  CPPUNIT_ASSERT(!h.session.retryNow(99, h.now));
  CPPUNIT_ASSERT(!h.session.discard(99, "", h.now));
}

TEST(discardedOnTheWire, "SM-10, ER-3: what is given up while it is on the wire still keeps the next CALL waiting") {
  Restarted h({7, 8});
  CPPUNIT_ASSERT(h.session.discard(7, "billed by hand", h.now));
  h.drain();
  h.nothing();
  h.refuse(FaultCode::InternalError);
  CPPUNIT_ASSERT_EQUAL(std::string("billed by hand"),
                       SessionHarness::of<session::DeadLetterRecord>(h.kept).back().reason);
  h.toCentral<StopTransaction>();
}

TEST(stopWithoutId,
     "QUIRKS P2: a stop without transactionId belongs to the only open transaction, also when it is repeated") {
  SessionHarness h;
  h.boot(Version::V15, 3600);
  h.begin(Version::V15, 1, 17);
  const auto exchange = h.send(Version::V15, h.stop(0));
  CPPUNIT_ASSERT_EQUAL(std::int64_t{17}, h.toCentral<StopTransaction>().transactionId.value);
  h.reply(StopTransaction::Response{});
  h.answered<StopTransaction>(exchange);
  h.effects.clear();
  h.answered<StopTransaction>(h.send(Version::V15, h.stop(0), "repeat"));
  h.nothing();
}

namespace {

/// Its start was refused for ever, and is a dead letter that nobody was promised.
struct DeadStart : SessionHarness {
  DeadStart() : SessionHarness(durable()) {
    boot(Version::V15, 36000);
    pass(seconds(30));
    statusFilled();
    const auto exchange = send(Version::V15, start(1, "TAG"));
    toCentral<StartTransaction>();
    refuse(FaultCode::PropertyConstraintViolation);
    faulted(exchange);
    letter = of<session::DeadLetterRecord>(kept).back();
  }
  /// Its charger repeats it.
  session::Exchange repeats() { return send(Version::V15, start(1, "TAG"), "", "other digest"); }
  session::DeadLetterRecord letter;
};

}  // namespace

TEST(deadStartSaidAgain,
     "SM-7, SM-15: a start that was refused for ever and is taken when its charger repeats it is no dead letter any "
     "more, and `queue retry` does not bill it twice, also after a restart") {
  DeadStart h;
  const auto exchange = h.repeats();
  h.toCentral<StartTransaction>();
  CPPUNIT_ASSERT_MESSAGE("it is on its way", !h.session.redeliver(h.letter, h.now));
  h.drain();
  h.reply(SessionHarness::started(1001));
  h.answered<StartTransaction>(exchange);
  CPPUNIT_ASSERT_EQUAL(std::size_t{1}, SessionHarness::of<session::DeadLetterRecord>(h.forgotten).size());
  CPPUNIT_ASSERT(h.session.redeliver(h.letter, h.now));  // given before it was settled
  h.drain();
  h.nothing();

  SessionHarness later(durable());
  later.session.restore(SessionHarness::of<session::TransactionRecord>(h.kept).back(), later.now);
  later.boot(Version::V15, 36000);
  later.pass(seconds(30));
  later.statusFilled();
  CPPUNIT_ASSERT(later.session.redeliver(h.letter, later.now));
  later.drain();
  later.nothing();
  CPPUNIT_ASSERT_EQUAL(std::size_t{1}, SessionHarness::of<session::DeadLetterRecord>(later.forgotten).size());
}

TEST(deadStartRunsAgain,
     "TX-14: a start that the operator has delivered runs as soon as its charger says it again, and binds it to its "
     "back-end") {
  DeadStart h;
  CPPUNIT_ASSERT(h.session.redeliver(h.letter, h.now));
  h.drain();
  h.toCentral<StartTransaction>();
  h.reply(SessionHarness::started(1001));
  CPPUNIT_ASSERT_EQUAL(std::size_t{0}, h.session.ties(h.now).open);
  CPPUNIT_ASSERT_EQUAL(std::int64_t{1001}, h.answered<StartTransaction>(h.repeats()).transactionId.value);
  CPPUNIT_ASSERT_EQUAL(std::size_t{1}, h.session.ties(h.now).open);
}
