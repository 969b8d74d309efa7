// SPDX-License-Identifier: GPL-2.0-or-later
// Long outages and restarts in the middle of a transaction: numbers and contents stay (TX-1, TX-6, TX-11, TX-12).
#include "tests/support/session_harness.h"

using namespace test;

namespace {

constexpr int manyTransactions = 40;  // more than a session keeps of finished ones

std::string minuteOf(int number) { return "2024-05-01T08:" + std::to_string(10 + number) + ":00Z"; }

}  // namespace

TEST(manyProvisional,
     "TX-6: every one of many transactions in an outage is delivered under the back-end's own number") {
  SessionHarness h(durable(session::StartOffline::Provisional));
  h.boot(Version::V15, 3600);
  h.down();
  for (int i = 0; i < manyTransactions; ++i) {
    const auto asked = h.send(Version::V15, h.start(1, "TAG", minuteOf(i).c_str()));
    const auto id = h.answered<StartTransaction>(asked).transactionId.value;
    h.answered<StopTransaction>(h.send(Version::V15, h.stop(id, minuteOf(i).c_str())));
  }
  h.pass(seconds(5));
  h.opens();
  for (int i = 0; i < manyTransactions; ++i) {
    CPPUNIT_ASSERT(h.toCentral<StartTransaction>().timestamp == at(minuteOf(i).c_str()));
    h.reply(h.started(100 + i));
    CPPUNIT_ASSERT_EQUAL(std::int64_t{100 + i}, h.toCentral<StopTransaction>().transactionId.value);
    h.reply(StopTransaction::Response{});
  }
  h.nothing();
}

TEST(sameReasonAgain, "TX-12: a stop that is repeated after a restart has the reason that it had before (TX-11)") {
  SessionHarness h(durable(session::StartOffline::Provisional));
  h.boot(Version::V15, 3600);
  h.begin(Version::V15, 1, 17);
  h.now += seconds(60);
  h.boot(Version::V15, 3600);
  h.send(Version::V15, h.stop(17));
  CPPUNIT_ASSERT(h.toCentral<StopTransaction>().reason == Reason::Reboot);

  SessionHarness next(durable(session::StartOffline::Provisional));
  std::optional<session::Record> known;
  for (const session::Record& record : h.kept)
    if (std::holds_alternative<session::TransactionRecord>(record)) known = record;
  next.session.restore(*known, h.now);
  next.send(Version::V15, next.stop(17), "repeat");
  next.opens();
  CPPUNIT_ASSERT(next.toCentral<StopTransaction>().reason == Reason::Reboot);
}

TEST(repeatedWhileAsked,
     "SM-7, SM-8: a repetition that comes after the first answer and before the CALL's is answered too") {
  SessionHarness h;
  h.boot(Version::V15, 3600);
  h.pass(seconds(30));
  h.statusFilled();
  const auto first = h.send(Version::V15, Authorize::Request{"TAG"}, "m1");
  h.toCentral<Authorize>();
  h.pass(seconds(20));
  h.faulted(first);
  const auto second = h.send(Version::V15, Authorize::Request{"TAG"}, "m1");
  h.pass(seconds(20));
  h.faulted(second);
  h.nothing();
}
