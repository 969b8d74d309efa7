// SPDX-License-Identifier: GPL-2.0-or-later
// What a session with durable storage promises: provisional transactions and the queue (TX-4..TX-9, ER-3).
#include "tests/support/session_harness.h"

using namespace test;
using session::StartOffline;
using Status = ChargePointStatus;

namespace {

/// Authorizes TAG, loses the back-end and starts a transaction; returns its provisional id.
std::int64_t provisional(SessionHarness& h) {
  h.boot(Version::V15, 3600);
  const auto asked = h.send(Version::V15, Authorize::Request{"TAG"});
  h.toCentral<Authorize>();
  h.reply(Authorize::Response{{AuthorizationStatus::Accepted, {}, IdToken("PARENT")}});
  h.answered<Authorize>(asked);
  h.down();
  const auto exchange = h.send(Version::V15, h.start(1, "TAG", "2024-05-01T08:00:00Z"));
  const auto answer = h.answered<StartTransaction>(exchange);
  CPPUNIT_ASSERT(answer.idTagInfo.status == AuthorizationStatus::Accepted);
  CPPUNIT_ASSERT(answer.idTagInfo.parentIdTag == IdToken("PARENT"));
  return answer.transactionId.value;
}

void reconnect(SessionHarness& h) {
  h.pass(seconds(5));
  h.opens();
}

}  // namespace

TEST(vector39,
     "vector 39: a known tag starts a provisional transaction while the back-end is away, and it is kept (TX-4)") {
  SessionHarness h(durable());
  const auto id = provisional(h);
  CPPUNIT_ASSERT(id >= 2'000'000'001);
  CPPUNIT_ASSERT(std::holds_alternative<session::TransactionRecord>(h.kept[h.kept.size() - 2]));
  CPPUNIT_ASSERT(std::holds_alternative<session::QueuedRecord>(h.kept.back()));
  CPPUNIT_ASSERT(h.faulted(h.send(Version::V15, h.start(2, "STRANGER"))) == FaultCode::InternalError);
  const auto again = h.answered<StartTransaction>(h.send(Version::V15, h.start(1, "TAG"), "repeat"));
  CPPUNIT_ASSERT_EQUAL(id, again.transactionId.value);
}

TEST(repeatedProvisional, "SM-7, TX-4: a provisional start that is repeated under its MessageID gets the same id") {
  SessionHarness h(durable());
  provisional(h);
  const auto first = h.answered<StartTransaction>(h.send(Version::V15, h.start(2, "TAG"), "m1"));
  const auto again = h.answered<StartTransaction>(h.send(Version::V15, h.start(2, "TAG"), "m1"));
  CPPUNIT_ASSERT_EQUAL(first.transactionId.value, again.transactionId.value);
}

TEST(repeatedAfterRestart,
     "SM-7, TX-4: a provisional start that is repeated under its MessageID after a restart gets the same id") {
  SessionHarness first(durable());
  provisional(first);
  const auto told = first.answered<StartTransaction>(first.send(Version::V15, first.start(2, "TAG"), "m1"));
  SessionHarness h(durable());
  for (const auto& record : first.kept) h.session.restore(record, h.now);
  const auto again = h.send(Version::V15, h.start(2, "TAG"), "m1");
  CPPUNIT_ASSERT_EQUAL(told.transactionId.value, h.answered<StartTransaction>(again).transactionId.value);
}

TEST(keptFirst, "TX-9: what the charger is told was kept before") {
  session::GatewaySession bare(durable(StartOffline::Provisional),
                               {[] { return std::string("id"); }, [] { return 0.5; }, {}, {}, nextKey});
  bare.fromCharger({1, Version::V15, "", "", SessionHarness::start(1, "TAG")}, FakeNow(morning()));
  while (bare.next()) continue;
  bare.centralIsDown({}, FakeNow(morning()));
  std::vector<std::size_t> order;
  while (auto effect = bare.next()) order.push_back(effect->index());
  const session::Effect keep = session::Keep{session::SettingRecord{}},
                        answer = session::AnswerCharger{0, Version::V15, Fault{}};
  CPPUNIT_ASSERT_EQUAL(std::size_t{3}, order.size());
  CPPUNIT_ASSERT(order[0] == keep.index() && order[1] == keep.index() && order[2] == answer.index());
}

TEST(vector40,
     "vector 40: start, readings and stop are delivered in order with the id the back-end gives (TX-6, TX-9)") {
  SessionHarness h(durable());
  const auto id = provisional(h);
  auto values = h.meterValues(1, {"2024-05-01T08:10:00Z"});
  values.transactionId = TransactionId{id};
  h.answered<MeterValues>(h.send(Version::V15, values));
  CPPUNIT_ASSERT(!h.answered<StopTransaction>(h.send(Version::V15, h.stop(id))).idTagInfo);
  reconnect(h);
  CPPUNIT_ASSERT(h.toCentral<StartTransaction>().timestamp == at("2024-05-01T08:00:00Z"));
  h.reply(h.started(55));
  CPPUNIT_ASSERT(h.toCentral<MeterValues>().transactionId == TransactionId{55});
  h.reply(MeterValues::Response{});
  const auto stop = h.toCentral<StopTransaction>();
  CPPUNIT_ASSERT(stop.transactionId.value == 55 && stop.timestamp == at("2024-05-01T09:00:00Z"));
  h.reply(StopTransaction::Response{});
  h.nothing();
  std::size_t queued = 0;
  for (const auto& record : h.forgotten) queued += std::holds_alternative<session::QueuedRecord>(record);
  CPPUNIT_ASSERT_EQUAL(std::size_t{3}, queued);
}

TEST(vector41,
     "vector 41: a provisional start that the back-end refuses is stopped remotely; its stop is DeAuthorized (TX-7)") {
  SessionHarness h(durable());
  const auto id = provisional(h);
  reconnect(h);
  h.toCentral<StartTransaction>();
  h.reply(h.started(55, AuthorizationStatus::Invalid));
  CPPUNIT_ASSERT_EQUAL(id, h.toCharger<RemoteStopTransaction>().transactionId.value);
  h.respond(RemoteStopTransaction::Response{RemoteStartStopStatus::Accepted});
  h.nothing();
  h.send(Version::V15, h.stop(id));
  const auto stop = h.toCentral<StopTransaction>();
  CPPUNIT_ASSERT(stop.transactionId.value == 55 && stop.reason == Reason::DeAuthorized);
}

TEST(vector42, "vector 42: a start that is never taken is a dead letter, and its stop says -1 (TX-8, ER-3)") {
  SessionHarness h(durable());
  const auto id = provisional(h);
  h.answered<StopTransaction>(h.send(Version::V15, h.stop(id)));
  reconnect(h);
  for (const int wait : {60, 120, 0}) {
    h.toCentral<StartTransaction>();
    h.refuse(FaultCode::ProtocolError);
    const auto passes = h.send(Version::V15, Authorize::Request{"OTHER"});  // SM-10: others may pass meanwhile
    if (wait == 0) break;
    h.toCentral<Authorize>();
    h.reply(Authorize::Response{});
    h.answered<Authorize>(passes);
    h.pass(seconds(wait - 1));
    if (wait == 60) h.statusFilled();
    h.nothing();
    h.pass(seconds(1));
  }
  CPPUNIT_ASSERT_EQUAL(std::int64_t{-1}, h.toCentral<StopTransaction>().transactionId.value);
}

TEST(vector43Durable,
     "vector 43: a stop while the back-end is away is a success without idTagInfo and delivered first (TX-9)") {
  SessionHarness h(durable());
  h.boot(Version::V15, 3600);
  h.begin(Version::V15, 1, 17);
  h.down();
  CPPUNIT_ASSERT(!h.answered<StopTransaction>(h.send(Version::V15, h.stop(17))).idTagInfo);
  h.answered<StopTransaction>(h.send(Version::V15, h.stop(17), "repeat"));
  reconnect(h);
  const auto newer = h.send(Version::V15, h.start(1, "NEW", "2024-05-01T10:00:00Z"));
  h.toCentral<StopTransaction>();
  h.nothing();
  h.reply(StopTransaction::Response{});
  h.toCentral<StartTransaction>();
  h.reply(h.started(18));
  h.answered<StartTransaction>(newer);
}

TEST(silentWithQueue, "SM-6: the connection of a silent charger stays until its queue is delivered") {
  SessionHarness h(durable());
  h.boot(Version::V15, 1);
  h.begin(Version::V15, 1, 17);
  h.down();
  h.answered<StopTransaction>(h.send(Version::V15, h.stop(17)));
  for (int i = 0; i < 3; ++i) {
    h.pass(seconds(300));
    h.take<session::OpenCentral>();
    h.down(0, false);
  }
  h.pass(seconds(300));
  h.opens();
  h.toCentral<StopTransaction>();
  h.reply(StopTransaction::Response{});
  h.pass(seconds(5));
  h.take<session::CloseCentral>();
}

TEST(partsKept, "MV-2, TX-9: all parts of a split 1.2 message are kept before the charger is told that it was taken") {
  SessionHarness h(durable());
  h.boot(Version::V12, 3600);
  h.begin(Version::V12, 1, 17);
  h.now += minutes(1);
  h.send(Version::V12, h.stop(17, "2024-05-01T08:00:30Z"));
  h.toCentral<StopTransaction>();
  h.reply(StopTransaction::Response{});
  h.effects.clear();
  const auto second = h.send(Version::V12, h.start(1, "TAG", "2024-05-01T08:00:40Z"));
  h.toCentral<StartTransaction>();
  h.reply(h.started(18));
  h.answered<StartTransaction>(second);
  h.kept.clear();
  const auto exchange = h.send(Version::V12, h.meterValues(1, {"2024-05-01T08:00:20Z", "2024-05-01T08:00:50Z"}));
  CPPUNIT_ASSERT(h.toCentral<MeterValues>().transactionId == TransactionId{17});
  h.pass(seconds(20));
  h.answered<MeterValues>(exchange);
  CPPUNIT_ASSERT_EQUAL(std::size_t{2}, h.of<session::QueuedRecord>(h.kept).size());
}

TEST(slowStop, "TX-9: a stop that the back-end does not answer within soap_hold is kept and a success") {
  SessionHarness h(durable());
  h.boot(Version::V15, 3600);
  h.begin(Version::V15, 1, 17);
  const auto exchange = h.send(Version::V15, h.stop(17));
  h.toCentral<StopTransaction>();
  h.pass(seconds(20));
  h.answered<StopTransaction>(exchange);
  h.reply(StopTransaction::Response{});
  h.nothing();
}

TEST(refusedStop,
     "7.2, ER-3: a CALLERROR to a stop is a success for the charger; the message stays and is tried again") {
  SessionHarness h(durable());
  h.boot(Version::V15, 3600);
  const auto exchange = h.send(Version::V15, h.stop(17));
  h.toCentral<StopTransaction>();
  h.refuse(FaultCode::InternalError);
  h.answered<StopTransaction>(exchange);
  h.pass(seconds(59));
  h.statusFilled();
  h.pass(seconds(1));
  h.toCentral<StopTransaction>();
}

TEST(restoredQueue,
     "TX-9: after a restart the queued messages are delivered with the ids of the restored transactions") {
  SessionHarness first(durable());
  const auto id = provisional(first);
  first.answered<StopTransaction>(first.send(Version::V15, first.stop(id)));
  SessionHarness h(durable());
  for (const auto& record : first.kept) h.session.restore(record, h.now);
  h.pass(seconds(5));  // nobody needs to say anything
  h.opens();
  h.toCentral<StartTransaction>();
  h.reply(h.started(55));
  CPPUNIT_ASSERT_EQUAL(std::int64_t{55}, h.toCentral<StopTransaction>().transactionId.value);
}
