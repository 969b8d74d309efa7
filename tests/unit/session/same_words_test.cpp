// SPDX-License-Identifier: GPL-2.0-or-later
// Chargers without a clock say the same start again and again (SM-7): each queued start belongs to one transaction for
// certain, whatever is set aside, parked, restarted or delivered again (TX-6, TX-8, ER-3).
#include <map>

#include "tests/support/session_harness.h"

using namespace test;
using session::StartOffline;

namespace {

constexpr const char* noClock = "2000-01-01T00:00:00Z";

session::Settings impatient() {
  session::Settings settings = durable(StartOffline::Provisional);
  settings.retryAttempts = 1;
  return settings;
}

/// What the back-end books: the meter of each stop by the number that it gave to a start.
struct Books {
  std::int64_t next = 100;
  int refuses = 0;  ///< So many starts.
  std::map<std::int64_t, int> stops;

  /// Answers what is on its way until there is nothing more.
  void serve(SessionHarness& h) {
    while (!h.effects.empty()) {
      const session::Effect effect = std::move(h.effects.front());
      h.effects.pop_front();
      if (std::holds_alternative<session::OpenCentral>(effect)) h.up();
      const auto* call = std::get_if<session::ToCentral>(&effect);
      if (!call) continue;
      if (const auto* stop = std::get_if<StopTransaction::Request>(&call->request)) {
        CPPUNIT_ASSERT_MESSAGE(std::to_string(stop->transactionId.value),
                               stops.emplace(stop->transactionId.value, stop->meterStop).second);
        h.replyTo(call->id, Response(StopTransaction::Response{}));
      } else if (is<StartTransaction>(call->request) && refuses > 0) {
        --refuses;
        h.replyTo(call->id, Fault{FaultCode::InternalError, "not now"});
      } else if (is<StartTransaction>(call->request)) {
        h.replyTo(call->id, Response(SessionHarness::started(next++)));
      } else {
        h.replyTo(call->id, Response(StatusNotification::Response{}));
      }
    }
  }
  void serve(SessionHarness& h, Duration time) {
    for (; time > Duration::zero(); time -= minutes(1)) {
      h.pass(minutes(1));
      serve(h);
    }
  }
  /// Each transaction was billed once, under its own number.
  void check(const SessionHarness& h, int transactions) const {
    CPPUNIT_ASSERT_EQUAL(static_cast<std::size_t>(transactions), stops.size());
    int known = 0;
    for (const auto& tx : SessionHarness::of<session::TransactionRecord>(h.store->content("CP"))) {
      if (!tx.meterStop) continue;
      ++known;
      CPPUNIT_ASSERT_MESSAGE(std::to_string(tx.soapTxId), tx.backendTxId && stops.count(*tx.backendTxId) == 1);
      CPPUNIT_ASSERT_EQUAL(*tx.meterStop, stops.at(*tx.backendTxId));
    }
    CPPUNIT_ASSERT_EQUAL(transactions, known);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, h.store->status().queued);
  }
};

void begins(SessionHarness& h) {
  h.boot(Version::V15, 36000);
  h.pass(seconds(30));
  h.statusFilled();
  h.down();
}

/// A transaction while the back-end is away, by a charger that has no clock.
std::int64_t transaction(SessionHarness& h, int meterStop) {
  const auto id = h.answered<StartTransaction>(h.send(Version::V15, h.start(1, "TAG", noClock))).transactionId.value;
  auto stop = h.stop(id, noClock);
  stop.meterStop = meterStop;
  h.answered<StopTransaction>(h.send(Version::V15, stop));
  return id;
}

}  // namespace

TEST(sameWordsRestarted,
     "SM-7, ER-3: two starts of the same words, of which the first is set aside: after a restart each gets its own "
     "number, and no stop goes before its start") {
  Books books;
  SessionHarness before(impatient());
  begins(before);
  transaction(before, 2000);
  transaction(before, 3000);
  before.reconnects();
  before.toCentral<StartTransaction>();
  before.refuse(FaultCode::InternalError);
  SessionHarness h(impatient(), before.store);
  books.refuses = 1;  // the one that is set aside has its turn first
  books.serve(h, minutes(60));
  books.check(h, 2);
}

TEST(sameWordsParked, "SM-7, ER-3: so it is when the others wait in the store only") {
  Books books;
  SessionHarness h(impatient());
  begins(h);
  constexpr int many = 40;
  for (int i = 0; i < many; ++i) transaction(h, 2000 + i);
  books.refuses = 3;
  h.reconnects();
  books.serve(h, minutes(90));
  books.check(h, many);
}

TEST(sameWordsClockBack, "SM-7, B1: which of them is older is told by no clock: the bridge's went back between them") {
  Books books;
  SessionHarness before(impatient());
  begins(before);
  transaction(before, 2000);
  before.now.calendar -= std::chrono::hours(5);
  transaction(before, 3000);
  SessionHarness h(impatient(), before.store);
  books.serve(h, minutes(10));
  books.check(h, 2);
  CPPUNIT_ASSERT_EQUAL(2000, books.stops.at(100));
}

TEST(sameWordsRedelivered, "SM-7, SM-15: a dead start that is delivered again takes no other one's transaction") {
  SessionHarness h(impatient());
  begins(h);
  transaction(h, 2000);
  const auto queued = h.of<session::QueuedRecord>(h.store->content("CP"));
  CPPUNIT_ASSERT(h.session.discard(1, "by hand", h.now, &queued.front()));
  h.drain();
  transaction(h, 3000);
  const auto letter = h.of<session::DeadLetterRecord>(h.store->content("CP")).front();
  CPPUNIT_ASSERT(h.session.redeliver(letter, h.now));
  h.drain();
  Books books;
  SessionHarness next(impatient(), h.store);
  books.serve(next, minutes(10));
  CPPUNIT_ASSERT_EQUAL(std::size_t{2}, books.stops.size());
  CPPUNIT_ASSERT_EQUAL(3000, books.stops.at(100));
  CPPUNIT_ASSERT_EQUAL(2000, books.stops.at(-1));  // TX-8: it went before its start was delivered again
  for (const auto& tx : next.of<session::TransactionRecord>(next.store->content("CP")))
    CPPUNIT_ASSERT_EQUAL(std::int64_t{tx.meterStop == 2000 ? 101 : 100}, tx.backendTxId.value_or(0));
}

TEST(diesOfCloses,
     "TX-8: readings and stop of a start that died because the back-end closes behind it say -1, as after refusals") {
  SessionHarness h(impatient());
  begins(h);
  transaction(h, 2000);
  h.reconnects();
  for (int i = 0; i < 200 && h.store->status().deadLetters == 0; ++i) {
    for (int minute = 0; minute < 400 && h.effects.empty(); ++minute) h.pass(minutes(1));
    h.toCentral<StartTransaction>();
    h.closes();
    h.reconnects();
  }
  CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, h.store->status().deadLetters);
  CPPUNIT_ASSERT_EQUAL(std::int64_t{-1}, h.toCentral<StopTransaction>().transactionId.value);
  CPPUNIT_ASSERT(h.of<session::TransactionRecord>(h.store->content("CP")).front().backendTxId == -1);
}

TEST(sameStopAgain,
     "SM-7, TX-3: without a clock a nameless stop with the words of the one before ends the transaction that runs") {
  SessionHarness h(durable());
  h.boot(Version::V15, 36000);
  h.pass(seconds(30));
  h.statusFilled();
  for (const std::int64_t id : {17, 18}) {
    const auto started = h.send(Version::V15, h.start(1, "TAG", noClock));
    h.toCentral<StartTransaction>();
    h.reply(h.started(id));
    h.answered<StartTransaction>(started);
    const auto stopped = h.send(Version::V15, h.stop(-1, noClock));
    CPPUNIT_ASSERT_EQUAL(id, h.toCentral<StopTransaction>().transactionId.value);
    h.reply(StopTransaction::Response{});
    h.answered<StopTransaction>(stopped);
  }
  h.answered<StopTransaction>(h.send(Version::V15, h.stop(-1, noClock)));  // nothing runs: a repetition
  h.nothing();
}
