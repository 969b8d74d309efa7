// SPDX-License-Identifier: GPL-2.0-or-later
// What is set aside with everything of its transaction, while others pass (ER-3, SM-10, TX-8).
#include "session/set_aside.h"

#include "tests/support/session_harness.h"

using namespace test;
using session::SetAside;
using session::StartOffline;

namespace {

/// One attempt and it is set aside: so tests are short.
session::Settings impatient() {
  session::Settings settings = durable(StartOffline::Provisional);
  settings.retryAttempts = 1;
  return settings;
}

MeterValues::Request reading(std::int64_t id, const char* time) {
  auto values = SessionHarness::meterValues(1, {time});
  values.transactionId = TransactionId{id};
  return values;
}

/// A transaction runs while the back-end is away; its start is refused and set aside when that is back.
struct Refused : SessionHarness {
  std::int64_t id = 0;
  explicit Refused(session::Settings settings = impatient()) : SessionHarness(std::move(settings)) {
    boot(Version::V15, 36000);
    pass(seconds(30));
    statusFilled();
    down();
    id = answered<StartTransaction>(send(Version::V15, start(1, "TAG"))).transactionId.value;
    answered<MeterValues>(send(Version::V15, reading(id, "2024-05-01T08:10:00Z")));
    answered<StopTransaction>(send(Version::V15, stop(id)));
    reconnects();
    toCentral<StartTransaction>();
    refuse(FaultCode::InternalError);
  }
  void delivered(std::int64_t backendId) {
    toCentral<StartTransaction>();
    reply(started(backendId));
    restDelivered(backendId);
  }
  void restDelivered(std::int64_t backendId) {
    CPPUNIT_ASSERT(toCentral<MeterValues>().transactionId == TransactionId{backendId});
    reply(MeterValues::Response{});
    CPPUNIT_ASSERT_EQUAL(backendId, toCentral<StopTransaction>().transactionId.value);
    reply(StopTransaction::Response{});
    nothing();
    CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, store->status().queued);
  }
};

/// A stop of that transaction of connector 1 is set aside.
void stopSetAside(SessionHarness& h, std::int64_t id, const char* tag = "TAG", int connector = 1) {
  h.begin(Version::V15, connector, id, tag);
  const auto exchange = h.send(Version::V15, h.stop(id));
  h.toCentral<StopTransaction>();
  h.refuse(FaultCode::InternalError);
  h.answered<StopTransaction>(exchange);
}

}  // namespace

TEST(
    setAsideWhole,
    "A8, ER-3: a refused start is set aside with its readings and its stop, others pass, and all come in order later") {
  Refused h;
  CPPUNIT_ASSERT_EQUAL(std::size_t{3}, h.session.overview().setAside);
  CPPUNIT_ASSERT_EQUAL(std::size_t{3}, h.session.overview().waitingForCentral);
  const auto passes = h.send(Version::V15, h.start(2, "OTHER", "2024-05-01T10:00:00Z"));
  h.toCentral<StartTransaction>();
  h.reply(h.started(99));
  h.answered<StartTransaction>(passes);
  const auto stopped = h.send(Version::V15, h.stop(99, "2024-05-01T10:30:00Z"));
  h.toCentral<StopTransaction>();
  h.nothing();  // not taken for granted: the back-end is there
  h.reply(StopTransaction::Response{IdTagInfo{}});
  CPPUNIT_ASSERT(h.answered<StopTransaction>(stopped).idTagInfo);
  h.pass(minutes(15) - seconds(1));
  h.nothing();
  h.pass(seconds(1));
  h.delivered(55);
}

TEST(newOfSetAside, "ER-3, SM-10: what a charger adds to a transaction that is set aside goes behind it") {
  Refused h;
  h.answered<MeterValues>(h.send(Version::V15, reading(h.id, "2024-05-01T08:59:59Z")));
  h.pass(minutes(14));
  CPPUNIT_ASSERT_EQUAL(std::size_t{4}, h.session.overview().setAside);
  h.pass(minutes(1));
  h.toCentral<StartTransaction>();
  h.reply(h.started(55));
  h.toCentral<MeterValues>();
  h.reply(MeterValues::Response{});
  h.toCentral<StopTransaction>();
  h.reply(StopTransaction::Response{});
  CPPUNIT_ASSERT(h.toCentral<MeterValues>().transactionId == TransactionId{55});
}

TEST(minusOneLast, "TX-8: a stop says -1 only when its start is a dead letter") {
  Refused h;
  for (int attempt = 2; attempt <= 32; ++attempt) {
    h.pass(std::chrono::hours(6));
    while (h.effects.size() > 1) h.effects.pop_front();
    h.toCentral<StartTransaction>();
    h.refuse(FaultCode::InternalError);
    CPPUNIT_ASSERT_EQUAL(attempt < 32 ? std::uint64_t{0} : std::uint64_t{1}, h.store->status().deadLetters);
  }
  h.restDelivered(-1);
}

TEST(laneInOrder, "ER-3: a refused reading is set aside with its stop, which waits for it and passes nobody else") {
  SessionHarness h(impatient());
  h.boot(Version::V15, 36000);
  h.pass(seconds(30));
  h.statusFilled();
  h.begin(Version::V15, 1, 17);
  const auto exchange = h.send(Version::V15, reading(17, "2024-05-01T08:10:00Z"));
  h.toCentral<MeterValues>();
  h.refuse(FaultCode::InternalError);
  h.answered<MeterValues>(exchange);
  h.answered<StopTransaction>(h.send(Version::V15, h.stop(17)));
  CPPUNIT_ASSERT_EQUAL(std::size_t{2}, h.session.overview().setAside);
  h.pass(minutes(15));
  h.toCentral<MeterValues>();
  h.refuse(FaultCode::PropertyConstraintViolation);  // now it says: never
  CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, h.store->status().deadLetters);
  CPPUNIT_ASSERT_EQUAL(std::int64_t{17}, h.toCentral<StopTransaction>().transactionId.value);
}

TEST(behindOnTheWire, "ER-3: a stop that its charger still waits for is kept when what is before it is set aside") {
  SessionHarness h(impatient());
  h.boot(Version::V15, 36000);
  h.begin(Version::V15, 1, 17);
  const auto first = h.send(Version::V15, reading(17, "2024-05-01T08:10:00Z"));
  h.toCentral<MeterValues>();
  const auto second = h.send(Version::V15, h.stop(17));
  h.refuse(FaultCode::InternalError);
  h.answered<MeterValues>(first);
  h.answered<StopTransaction>(second);
  h.nothing();
  CPPUNIT_ASSERT_EQUAL(std::uint64_t{2}, h.store->status().queued);
}

TEST(stopsBeforeStart,
     "ER-3: before a start of the same connector or tag, set-aside stops of it are tried once more, which does not "
     "count as an attempt") {
  SessionHarness h(impatient());
  h.boot(Version::V15, 36000);
  h.pass(seconds(30));
  h.statusFilled();
  stopSetAside(h, 17);
  stopSetAside(h, 18, "OTHER", 2);
  const auto exchange = h.send(Version::V15, h.start(1, "NEW", "2024-05-01T10:00:00Z"));
  CPPUNIT_ASSERT_EQUAL(std::int64_t{17}, h.toCentral<StopTransaction>().transactionId.value);
  h.refuse(FaultCode::InternalError);
  h.toCentral<StartTransaction>();
  h.reply(h.started(19));
  h.answered<StartTransaction>(exchange);
  for (const auto& record : h.store->content("CP"))
    if (const auto* queued = std::get_if<session::QueuedRecord>(&record)) CPPUNIT_ASSERT_EQUAL(1, queued->attempts);

  const auto again = h.send(Version::V15, h.start(3, "other", "2024-05-01T10:00:00Z"));  // L-15
  CPPUNIT_ASSERT_EQUAL(std::int64_t{18}, h.toCentral<StopTransaction>().transactionId.value);
  h.reply(StopTransaction::Response{});
  h.toCentral<StartTransaction>();
  h.reply(h.started(20));
  h.answered<StartTransaction>(again);
  h.pass(minutes(15));  // the first one is due as it was before
  CPPUNIT_ASSERT_EQUAL(std::int64_t{17}, h.toCentral<StopTransaction>().transactionId.value);
}

TEST(stopsOnceBeforeStarts,
     "ER-3: starts wait once for a stop that is set aside, and not again before that was tried in its own time") {
  SessionHarness h(impatient());
  h.boot(Version::V15, 36000);
  h.pass(seconds(30));
  h.statusFilled();
  stopSetAside(h, 17);
  const auto starts = [&](const char* time, bool waits) {
    const auto exchange = h.send(Version::V15, h.start(1, "NEW", time));
    if (waits) h.toCentral<StopTransaction>(), h.refuse(FaultCode::InternalError);
    h.toCentral<StartTransaction>();
    h.reply(h.started(19));
    h.answered<StartTransaction>(exchange);
  };
  starts("2024-05-01T10:00:00Z", true);
  starts("2024-05-01T10:10:00Z", false);
  starts("2024-05-01T10:20:00Z", false);
  h.pass(minutes(15));
  h.toCentral<StopTransaction>();
  h.refuse(FaultCode::InternalError);
  starts("2024-05-01T10:30:00Z", true);
}

TEST(startNotForever, "ER-3: a start does not wait for set-aside stops when the store cannot be read") {
  SessionHarness h(impatient());
  h.boot(Version::V15, 36000);
  stopSetAside(h, 17);
  h.storeAnswers = false;
  h.send(Version::V15, h.start(1, "NEW", "2024-05-01T10:00:00Z"));
  h.take<session::LoadQueued>();
  h.nothing();
  h.storeFails(true);
  h.toCentral<StartTransaction>();
}

TEST(setAsideOverRestart,
     "ER-3: what is set aside is so after a restart, with the attempts and the wait that remains") {
  Refused before;
  before.pass(minutes(5));
  SessionHarness h(impatient(), before.store);
  CPPUNIT_ASSERT_EQUAL(std::size_t{3}, h.session.overview().setAside);
  h.pass(seconds(5));
  h.opens();
  h.pass(minutes(15) - seconds(6));
  h.effects.clear();
  h.pass(seconds(1));
  CPPUNIT_ASSERT(h.toCentral<StartTransaction>().timestamp == at("2024-05-01T08:00:00Z"));
  h.refuse(FaultCode::InternalError);
  h.pass(minutes(30));
  h.toCentral<StartTransaction>();
  h.reply(h.started(55));
  CPPUNIT_ASSERT(h.toCentral<MeterValues>().transactionId == TransactionId{55});
}

TEST(manySetAside, "ER-3, SM-10: hundreds of transactions that are set aside wait in the store, not in memory") {
  constexpr int many = 300;
  SessionHarness h(impatient());
  h.boot(Version::V15, 36000);
  h.pass(seconds(30));
  h.statusFilled();
  for (int i = 0; i < many; ++i) {
    const std::string tag = "TAG" + std::to_string(i);
    const std::string time = formatDateTime(morning() + seconds(i), Fraction::IfNotZero);
    const auto exchange = h.send(Version::V15, h.start(100 + i, tag.c_str(), time.c_str()));
    h.toCentral<StartTransaction>();
    h.reply(h.started(1000 + i));
    h.answered<StartTransaction>(exchange);
    const auto stopped = h.send(Version::V15, h.stop(1000 + i));
    h.toCentral<StopTransaction>();
    h.refuse(FaultCode::InternalError);
    h.answered<StopTransaction>(stopped);
  }
  const auto seen = h.session.overview();
  CPPUNIT_ASSERT_EQUAL(std::size_t{many}, seen.setAside);
  CPPUNIT_ASSERT_EQUAL(std::size_t{0}, seen.openTransactions);
  h.pass(minutes(15));
  for (int i = 0; i < many; ++i) {
    h.toCentral<StopTransaction>();
    h.reply(StopTransaction::Response{});
  }
  h.nothing();
  CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, h.store->status().queued);
}

TEST(operatorAside, "ER-3, SM-15: the operator can retry, discard and deliver again what is set aside") {
  Refused h;
  CPPUNIT_ASSERT(h.session.retryNow(3, h.now));  // the stop: its start goes first
  h.drain();
  h.toCentral<StartTransaction>();
  h.refuse(FaultCode::InternalError);
  const auto queued = h.of<session::QueuedRecord>(h.store->content("CP"));
  CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, queued.front().number);
  const auto related = [&] {  // what the bridge finds for the command
    for (const auto& record : h.store->content("CP"))
      if (std::holds_alternative<session::TransactionRecord>(record)) h.session.restore(record, h.now);
  };
  related();
  CPPUNIT_ASSERT(h.session.discard(1, "billed by hand", h.now, &queued.front()));
  h.drain();
  CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, h.store->status().deadLetters);
  CPPUNIT_ASSERT(h.toCentral<MeterValues>().transactionId == TransactionId{-1});
  h.refuse(FaultCode::InternalError);
  const auto letter = h.of<session::DeadLetterRecord>(h.kept).back();
  related();
  h.session.redeliver(letter, h.now);  // the start goes before what waits of it
  h.drain();
  h.delivered(55);
}

TEST(lanes, "SetAside: one message is out at a time, the earliest lane first, the urged ones before it") {
  const Steady now{std::chrono::hours(5)};
  SetAside aside;
  for (int i = 1; i <= 20; ++i) {
    SetAside::Lane& lane = aside.open(i, now + minutes(i));
    aside.add(i, static_cast<std::uint64_t>(100 + i));
    lane.stops = i != 20;
    lane.connectorId = i % 2;
    lane.tag = SetAside::tagOf(i == 4 ? "Tag" : "other");
  }
  CPPUNIT_ASSERT_EQUAL(std::uint64_t{20}, aside.count());
  CPPUNIT_ASSERT(aside.firstDue() == std::pair(now + minutes(1), SetAside::Id{1}));
  CPPUNIT_ASSERT_EQUAL(std::size_t{0}, aside.urge(7, "nobody", now));
  CPPUNIT_ASSERT_EQUAL(std::size_t{1}, aside.urge(7, "TAG", now));
  CPPUNIT_ASSERT_EQUAL(SetAside::Id{4}, aside.firstDue()->second);
  CPPUNIT_ASSERT(aside.find(4)->before == now + minutes(4));
  aside.takeOut(4);
  CPPUNIT_ASSERT(!aside.firstDue());
  aside.remove(4, 104);
  CPPUNIT_ASSERT(aside.find(4));  // its message is out
  aside.putBack(now);
  CPPUNIT_ASSERT(!aside.find(4) && !aside.urgent());
  CPPUNIT_ASSERT_EQUAL(std::size_t{8}, aside.urge(1, "", now));  // the newest of ten
  CPPUNIT_ASSERT(aside.find(19)->urgent && !aside.find(1)->urgent && !aside.find(20)->urgent);
  aside.calm();
  CPPUNIT_ASSERT(!aside.urgent());
  CPPUNIT_ASSERT(aside.holder(107) == SetAside::Id{7} && !aside.holder(104));
}
