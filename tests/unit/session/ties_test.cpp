// SPDX-License-Identifier: GPL-2.0-or-later
// What binds a charger to its back-end, and what moving and leaving do with it (TX-14, TX-15).
#include "tests/support/session_harness.h"

using namespace test;
using session::StartOffline;
using std::chrono::hours;

namespace {

/// A start was sent, the link is lost and the charger gets a Fault: nobody was promised anything.
struct SentOnly : SessionHarness {
  SentOnly() : SessionHarness(durable(StartOffline::Fault)) {
    boot(Version::V15, 36000);
    pass(seconds(30));
    statusFilled();
    const auto asked = send(Version::V15, start(1, "TAG"));
    toCentral<StartTransaction>();
    closes();
    faulted(asked);
  }
};

/// The next process, whose charger has an open transaction.
session::Ties tiesAfter(SessionHarness& before, Duration calendar = {}) {
  SessionHarness h(durable(), before.store);
  h.now.calendar = before.now.calendar + calendar;
  return h.session.ties(h.now);
}

}  // namespace

TEST(invisibleStart, "TX-14, TX-15: a start that was sent and not promised holds up neither move --now nor leaving") {
  SentOnly moving;
  moving.session.leaveBehind("left behind", moving.now);
  moving.drain();
  CPPUNIT_ASSERT_EQUAL(std::size_t{0}, moving.session.ties(moving.now).queued);
  moving.session.moveTo(durable(StartOffline::Fault), moving.now);
  moving.drain();
  moving.reconnects();
  moving.toCentral<BootNotification>();  // and nothing of what the former one may have
  moving.acceptBoot();
  moving.statusFilled();
  CPPUNIT_ASSERT_EQUAL(std::size_t{0}, moving.session.overview().waitingForCentral);
  SentOnly leaving;
  leaving.session.leave(leaving.now);
  leaving.drain();
  CPPUNIT_ASSERT_EQUAL(std::size_t{0}, leaving.session.ties(leaving.now).queued);
  SentOnly stays;  // the back-end may have it: it is said again
  CPPUNIT_ASSERT_EQUAL(std::size_t{1}, stays.session.ties(stays.now).open);
  stays.reconnects();
  stays.toCentral<StartTransaction>();
}

TEST(promisedMeanwhile, "TX-14: what is promised while a move --now waits for the store is left behind as well") {
  SessionHarness h(durable(StartOffline::Provisional));
  h.boot(Version::V15, 36000);
  h.down();
  for (int i = 0; i < 40; ++i) {
    const std::string time = formatDateTime(morning() + seconds(i), Fraction::IfNotZero);
    const auto id = h.answered<StartTransaction>(h.send(Version::V15, h.start(1, "TAG", time.c_str()))).transactionId;
    h.answered<StopTransaction>(h.send(Version::V15, h.stop(id.value, time.c_str())));
  }
  h.storeAnswers = false;
  h.session.leaveBehind("left behind", h.now);
  h.drain();
  const auto load = h.take<session::LoadQueued>();
  h.answered<StartTransaction>(h.send(Version::V15, h.start(1, "TAG", "2024-05-01T10:00:00Z")));
  h.storeAnswers = true;
  h.storeSays(load);
  CPPUNIT_ASSERT_EQUAL(std::size_t{0}, h.session.ties(h.now).queued);
  CPPUNIT_ASSERT_EQUAL(std::uint64_t{81}, h.store->status().deadLetters);
  CPPUNIT_ASSERT_EQUAL(std::uint64_t{81}, h.session.overview().deadLetters);
}

TEST(leftBehindEnds, "TX-14: when it stays after all, or leaves, nothing that is loaded later is left behind") {
  for (const bool leaves : {false, true}) {
    SessionHarness h(durable(StartOffline::Provisional));
    h.boot(Version::V15, 36000);
    h.down();
    for (int i = 0; i < 40; ++i) {
      const std::string time = formatDateTime(morning() + seconds(i), Fraction::IfNotZero);
      const auto id = h.answered<StartTransaction>(h.send(Version::V15, h.start(1, "TAG", time.c_str()))).transactionId;
      h.answered<StopTransaction>(h.send(Version::V15, h.stop(id.value, time.c_str())));
    }
    h.storeAnswers = false;
    h.session.leaveBehind("left behind", h.now);
    h.drain();
    const auto dead = h.store->status().deadLetters;
    const auto load = h.take<session::LoadQueued>();
    leaves ? h.session.leave(h.now) : h.session.callBackEnd(durable(StartOffline::Provisional));
    h.drain();
    h.storeAnswers = true;
    h.storeSays(load);
    CPPUNIT_ASSERT_EQUAL(dead, h.store->status().deadLetters);
    CPPUNIT_ASSERT_EQUAL(80 - dead, h.store->status().queued);
  }
}

TEST(oldByCounting, "TX-14, B1: seven days of silence are counted by processes; no calendar makes a transaction old") {
  SessionHarness h(durable());
  h.boot(Version::V15, 36000);
  h.begin(Version::V15, 1, 17);
  CPPUNIT_ASSERT_EQUAL(std::size_t{1}, tiesAfter(h, hours(24 * 365)).open);
  CPPUNIT_ASSERT_EQUAL(std::size_t{1}, tiesAfter(h, -hours(24 * 365)).open);
  h.pass(hours(24 * 5));
  SessionHarness second(durable(), h.store);
  second.effects.clear();
  second.pass(hours(24 * 2) - minutes(1));
  CPPUNIT_ASSERT_EQUAL(std::size_t{1}, second.session.ties(second.now).open);
  second.pass(minutes(2));
  CPPUNIT_ASSERT_EQUAL(std::size_t{1}, second.session.ties(second.now).old);
  auto reading = second.meterValues(1, {"2024-05-01T10:00:00Z"});
  reading.transactionId = TransactionId{17};
  second.send(Version::V15, reading);
  CPPUNIT_ASSERT_EQUAL(std::size_t{1}, second.session.ties(second.now).open);
  CPPUNIT_ASSERT_EQUAL(std::size_t{1}, tiesAfter(second).open);
}

TEST(registerKept, "TX-3: after a restart a nameless stop below a reading that was kept is not that transaction's") {
  SessionHarness before(durable());
  before.boot(Version::V15, 36000);
  before.begin(Version::V15, 1, 17);
  before.down();
  auto reading = before.meterValues(1, {"2024-05-01T08:10:00Z"}, "1800");
  reading.transactionId = TransactionId{17};
  before.answered<MeterValues>(before.send(Version::V15, reading));
  SessionHarness h(durable(), before.store);
  auto stop = h.stop(-1);
  stop.meterStop = 1700;
  h.send(Version::V15, stop);
  CPPUNIT_ASSERT(std::any_of(h.notes.begin(), h.notes.end(), [](const std::string& note) {
    return note.find("does not fit the open 17") != std::string::npos;
  }));
}
