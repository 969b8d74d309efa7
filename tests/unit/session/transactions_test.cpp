// SPDX-License-Identifier: GPL-2.0-or-later
// Transactions: ids of both sides, repeats, reasons, and a back-end that is away while nothing is durable (TX-n, SM-7).
#include "tests/support/session_harness.h"

using namespace test;
using Status = ChargePointStatus;

TEST(vector35, "vector 35: a stop without idTag after an accepted RemoteStop has reason Remote (TX-11)") {
  SessionHarness h;
  h.boot(Version::V15);
  h.begin(Version::V15, 1, 17);
  h.call(RemoteStopTransaction::Request{{17}});
  CPPUNIT_ASSERT(h.toCharger<RemoteStopTransaction>().transactionId.value == 17);
  h.respond(RemoteStopTransaction::Response{RemoteStartStopStatus::Accepted});
  h.result<RemoteStopTransaction>();
  h.pass(seconds(10));
  h.send(Version::V15, h.stop(17));
  CPPUNIT_ASSERT(h.toCentral<StopTransaction>().reason == Reason::Remote);
}

TEST(reasons,
     "TX-11: unlock, reset, a refused start and a reboot are evidence for a reason; an idTag is against three") {
  const auto reasonAfter = [](auto what, bool withTag = false,
                              AuthorizationStatus status = AuthorizationStatus::Accepted) {
    SessionHarness h;
    h.boot(Version::V15);
    h.send(Version::V15, h.start(1, "TAG"));
    h.toCentral<StartTransaction>();
    h.reply(h.started(17, status));
    h.effects.clear();
    h.pass(seconds(1));
    what(h);
    h.effects.clear();
    auto stop = h.stop(17);
    if (withTag) stop.idTag = IdToken("TAG");
    h.send(Version::V15, stop);
    return h.toCentral<StopTransaction>().reason;
  };
  const auto nothing = [](SessionHarness&) {};
  const auto unlock = [](SessionHarness& h) {
    h.call(UnlockConnector::Request{1});
    h.toCharger<UnlockConnector>();
    h.respond(UnlockConnector::Response{UnlockStatus::Unlocked});
  };
  const auto reset = [](SessionHarness& h) {
    h.call(Reset::Request{ResetType::Hard});
    h.toCharger<Reset>();
    h.respond(Reset::Response{ResetStatus::Accepted});
    h.effects.clear();
    h.boot(Version::V15);
  };
  const auto reboot = [](SessionHarness& h) { h.boot(Version::V15); };
  CPPUNIT_ASSERT(!reasonAfter(nothing));
  CPPUNIT_ASSERT(reasonAfter(unlock) == Reason::UnlockCommand);
  CPPUNIT_ASSERT(reasonAfter(reset) == Reason::HardReset);
  CPPUNIT_ASSERT(reasonAfter(reboot) == Reason::Reboot);
  CPPUNIT_ASSERT(reasonAfter(nothing, false, AuthorizationStatus::Invalid) == Reason::DeAuthorized);
  CPPUNIT_ASSERT(reasonAfter(unlock, true) == Reason::UnlockCommand);
  CPPUNIT_ASSERT(!reasonAfter(reset, true));
  CPPUNIT_ASSERT(!reasonAfter(reboot, true));
  CPPUNIT_ASSERT(!reasonAfter(nothing, true, AuthorizationStatus::Invalid));
  CPPUNIT_ASSERT(!reasonAfter([&](SessionHarness& h) { unlock(h), h.pass(seconds(61)); }));
}

TEST(vector36,
     "vector 36: the same start under the same MessageID while the first runs: one CALL, two answers (SM-7)") {
  SessionHarness h;
  h.boot(Version::V15);
  const auto first = h.send(Version::V15, h.start(1, "TAG"), "urn:uuid:1", "body");
  h.toCentral<StartTransaction>();
  const auto second = h.send(Version::V15, h.start(1, "TAG"), "urn:uuid:1", "body");
  h.nothing();
  h.reply(h.started(17));
  CPPUNIT_ASSERT(h.answered<StartTransaction>(first).transactionId.value == 17);
  CPPUNIT_ASSERT(h.answered<StartTransaction>(second).transactionId.value == 17);
  const auto third = h.send(Version::V15, h.start(1, "TAG"), "urn:uuid:1", "body");
  CPPUNIT_ASSERT(h.answered<StartTransaction>(third).transactionId.value == 17);
  h.nothing();
}

TEST(sameMessageId, "SM-7: the same MessageID with another body, or no MessageID, is a new message (vector 69)") {
  SessionHarness h;
  h.boot(Version::V15);
  h.send(Version::V15, Authorize::Request{"A"}, "1", "body a");
  h.toCentral<Authorize>(), h.reply(Authorize::Response{}), h.effects.clear();
  h.send(Version::V15, Authorize::Request{"B"}, "1", "body b");
  CPPUNIT_ASSERT(h.toCentral<Authorize>().idTag == "B");
  h.reply(Authorize::Response{}), h.effects.clear();
  h.send(Version::V15, Authorize::Request{"B"}, "", "body b");
  h.toCentral<Authorize>(), h.reply(Authorize::Response{}), h.effects.clear();
  h.send(Version::V15, Authorize::Request{"B"}, "", "body b");
  h.toCentral<Authorize>();
}

TEST(vector37, "vector 37: the same start under a new MessageID gets the id it had and no CALL (SM-7 key 2)") {
  SessionHarness h;
  h.boot(Version::V15);
  h.begin(Version::V15, 1, 17, "Tag");
  const auto again = h.send(Version::V15, h.start(1, "tAG"), "another");
  const auto answer = h.answered<StartTransaction>(again);
  CPPUNIT_ASSERT(answer.transactionId.value == 17 && answer.idTagInfo.status == AuthorizationStatus::Accepted);
  h.nothing();
}

TEST(vector38, "vector 38: a start with another timestamp is another transaction; the old one is not closed (TX-13)") {
  SessionHarness h;
  h.boot(Version::V15);
  h.begin(Version::V15, 1, 17);
  const auto other = h.send(Version::V15, h.start(1, "TAG", "2024-05-01T08:30:00Z"));
  h.toCentral<StartTransaction>();
  h.reply(h.started(18));
  CPPUNIT_ASSERT(h.answered<StartTransaction>(other).transactionId.value == 18);
  h.send(Version::V15, h.stop(17));
  CPPUNIT_ASSERT(h.toCentral<StopTransaction>().transactionId.value == 17);
}

TEST(repeatedStop, "SM-7 key 2: a stop that was accepted is answered again without a CALL") {
  SessionHarness h;
  h.boot(Version::V15);
  h.begin(Version::V15, 1, 17);
  for (const std::int64_t id : {std::int64_t{17}, std::int64_t{99}}) {  // 99: unknown here (TX-10)
    const auto first = h.send(Version::V15, h.stop(id));
    CPPUNIT_ASSERT(h.toCentral<StopTransaction>().transactionId.value == id);
    h.reply(StopTransaction::Response{IdTagInfo{AuthorizationStatus::Expired, {}, {}}});
    h.answered<StopTransaction>(first);
    const auto again = h.answered<StopTransaction>(h.send(Version::V15, h.stop(id), "new id"));
    CPPUNIT_ASSERT(again.idTagInfo && again.idTagInfo->status == AuthorizationStatus::Expired);
    h.nothing();
  }
}

TEST(startFault, "TX-4 (a): a start while the back-end is away is a fault and leaves nothing behind") {
  SessionHarness h;
  h.boot(Version::V15);
  h.report(Version::V15, h.status(1, Status::Occupied));
  h.down();
  CPPUNIT_ASSERT(h.faulted(h.send(Version::V15, h.start(1, "TAG"))) == FaultCode::InternalError);
  CPPUNIT_ASSERT_EQUAL(std::size_t{0}, h.session.overview().openTransactions);
  h.pass(seconds(5));
  h.opens();
  h.nothing();
  const auto again = h.send(Version::V15, h.start(1, "TAG"));
  h.toCentral<StartTransaction>();
  h.reply(h.started(17));
  h.answered<StartTransaction>(again);
}

TEST(startInFlight, "TX-5, SM-13: a start whose CALL was sent is a fault, is sent again, and a repeat gets its id") {
  SessionHarness h;
  h.boot(Version::V15);
  const auto first = h.send(Version::V15, h.start(1, "TAG"));
  const auto sent = h.toCentral<StartTransaction>();
  const std::string id = h.lastCall();
  h.down();
  CPPUNIT_ASSERT(h.faulted(first) == FaultCode::InternalError);
  h.pass(seconds(5));
  h.opens();
  const auto again = h.toCentral<StartTransaction>();
  CPPUNIT_ASSERT(again.timestamp == sent.timestamp && again.meterStart == sent.meterStart && h.lastCall() != id);
  const auto repeat = h.send(Version::V15, h.start(1, "TAG"), "other id");
  h.nothing();
  h.reply(h.started(17));
  CPPUNIT_ASSERT(h.answered<StartTransaction>(repeat).transactionId.value == 17);
}

TEST(startSlow, "TX-5: a start answered after soap_hold is a fault; its late result is what a repeat gets") {
  SessionHarness h;
  h.boot(Version::V15);
  const auto first = h.send(Version::V15, h.start(1, "TAG"));
  h.toCentral<StartTransaction>();
  const std::string id = h.lastCall();
  h.pass(seconds(20));
  CPPUNIT_ASSERT(h.faulted(first) == FaultCode::InternalError);
  h.pass(seconds(15));  // given up
  h.statusFilled();
  h.replyTo(id, Response(h.started(17)));
  h.nothing();
  CPPUNIT_ASSERT(h.answered<StartTransaction>(h.send(Version::V15, h.start(1, "TAG"), "x")).transactionId.value == 17);
}

TEST(startNeverAnswered, "TX-5, TX-12: a repeat of a start that the back-end never answered is sent again unchanged") {
  SessionHarness h;
  h.boot(Version::V15);
  h.send(Version::V15, h.start(1, "TAG"));
  const auto sent = h.toCentral<StartTransaction>();
  h.pass(seconds(60));
  h.effects.clear();
  const auto again = h.send(Version::V15, h.start(1, "TAG"), "x");
  const auto resent = h.toCentral<StartTransaction>();
  CPPUNIT_ASSERT(resent.timestamp == sent.timestamp && resent.meterStart == sent.meterStart);
  h.reply(h.started(17));
  CPPUNIT_ASSERT(h.answered<StartTransaction>(again).transactionId.value == 17);
}

TEST(vector43,
     "vector 43 adapted: without durable storage a stop while the back-end is away is a fault, so that it stays with "
     "the charger") {
  SessionHarness h;
  h.boot(Version::V15);
  h.begin(Version::V15, 1, 17);
  h.down();
  CPPUNIT_ASSERT(h.faulted(h.send(Version::V15, h.stop(17))) == FaultCode::InternalError);
  auto values = h.meterValues(1, {"2024-05-01T08:10:00Z"});
  values.transactionId = TransactionId{17};
  CPPUNIT_ASSERT(h.faulted(h.send(Version::V15, values)) == FaultCode::InternalError);
  h.pass(seconds(5));
  h.opens();
  h.nothing();
  const auto again = h.send(Version::V15, h.stop(17));
  h.toCentral<StopTransaction>();
  h.reply(StopTransaction::Response{});
  h.answered<StopTransaction>(again);
}

TEST(vector44, "vector 44: a transaction id beyond int32 is an alias for the charger, both ways (TX-1, TX-2)") {
  SessionHarness h;
  h.boot(Version::V15);
  const auto exchange = h.send(Version::V15, h.start(1, "TAG"));
  h.toCentral<StartTransaction>();
  h.reply(h.started(5'000'000'000));
  const auto alias = h.answered<StartTransaction>(exchange).transactionId.value;
  CPPUNIT_ASSERT(alias >= 1'500'000'000 && alias <= 2'000'000'000);
  h.call(RemoteStopTransaction::Request{{5'000'000'000}});
  CPPUNIT_ASSERT_EQUAL(alias, h.toCharger<RemoteStopTransaction>().transactionId.value);
  h.respond(RemoteStopTransaction::Response{RemoteStartStopStatus::Accepted});
  h.result<RemoteStopTransaction>();
  h.send(Version::V15, h.stop(alias));
  CPPUNIT_ASSERT(h.toCentral<StopTransaction>().transactionId.value == 5'000'000'000);
}

TEST(unknownBigId, "TX-2: a RemoteStop of an unknown id beyond int32 cannot be said over SOAP: Rejected") {
  SessionHarness h;
  h.boot(Version::V15);
  h.call(RemoteStopTransaction::Request{{5'000'000'000}});
  CPPUNIT_ASSERT(h.result<RemoteStopTransaction>().status == RemoteStartStopStatus::Rejected);
  h.nothing();
}

TEST(sameIdTwice, "TX-2: a back-end that gives one id to two live transactions gets an alias for the second") {
  SessionHarness h;
  h.boot(Version::V15);
  h.begin(Version::V15, 1, 1);
  const auto second = h.send(Version::V15, h.start(2, "TAG"));
  h.toCentral<StartTransaction>();
  h.reply(h.started(1));
  const auto alias = h.answered<StartTransaction>(second).transactionId.value;
  CPPUNIT_ASSERT(alias != 1);
  h.send(Version::V15, h.stop(alias));
  CPPUNIT_ASSERT(h.toCentral<StopTransaction>().transactionId.value == 1);
}

TEST(strangeIds, "TX-3, TX-10: zero, negative and unknown ids are copied") {
  SessionHarness h;
  h.boot(Version::V15);
  h.begin(Version::V15, 1, 0);
  for (const std::int64_t id : {0, -1, 4711}) {
    auto stop = h.stop(id);
    stop.meterStop += static_cast<int>(id) * 7;  // a stop of its own, not the same again
    h.send(Version::V15, std::move(stop));
    CPPUNIT_ASSERT_EQUAL(id, h.toCentral<StopTransaction>().transactionId.value);
    h.reply(StopTransaction::Response{});
    h.effects.clear();
  }
}

TEST(singleConnector, "G-9: a start without connector at a charge point with one is connector 1") {
  session::Settings settings;
  settings.connectors = 1;
  SessionHarness h(settings);
  h.boot(Version::V15);
  h.send(Version::V15, h.start(0, "TAG"));
  CPPUNIT_ASSERT_EQUAL(1, h.toCentral<StartTransaction>().connectorId);
}

TEST(longTags, "L-8: a long idTag starts under an alias, which comes back as the tag; a stop leaves it out") {
  SessionHarness h;
  h.boot(Version::V12);
  const char* tag = "ABCDEFGHIJKLMNOPQRSTUVWX";
  const auto exchange = h.send(Version::V12, h.start(1, tag));
  const IdToken alias = h.toCentral<StartTransaction>().idTag;
  CPPUNIT_ASSERT_EQUAL(std::string("#0123456789abcdef012"), std::string(alias));
  h.reply(h.started(17));
  h.answered<StartTransaction>(exchange);
  RemoteStartTransaction::Request remote;
  remote.idTag = alias;
  h.call(remote);
  CPPUNIT_ASSERT_EQUAL(std::string(tag), std::string(h.toCharger<RemoteStartTransaction>().idTag));
  auto stop = h.stop(17);
  stop.idTag = IdToken(tag);
  h.send(Version::V12, stop);
  CPPUNIT_ASSERT(!h.toCentral<StopTransaction>().idTag);
}

TEST(alwaysSendReason, "4.3 item 9: always_send_reason says Local where nothing else is known") {
  session::Settings settings;
  settings.alwaysSendReason = true;
  SessionHarness h(settings);
  h.boot(Version::V16);
  h.send(Version::V16, h.stop(17));
  CPPUNIT_ASSERT(h.toCentral<StopTransaction>().reason == Reason::Local);
}

TEST(startRefused, "7.2: a CALLERROR to a start is a fault that the charger can repeat; nothing is kept") {
  for (const auto& [code, fault] : {std::pair{FaultCode::PropertyConstraintViolation, FaultCode::InternalError},
                                    std::pair{FaultCode::NotSupported, FaultCode::NotSupported},
                                    std::pair{FaultCode::GenericError, FaultCode::InternalError}}) {
    SessionHarness h;
    h.boot(Version::V15);
    const auto exchange = h.send(Version::V15, h.start(1, "TAG"));
    h.toCentral<StartTransaction>();
    h.refuse(code);
    CPPUNIT_ASSERT(h.faulted(exchange) == fault);
    CPPUNIT_ASSERT_EQUAL(std::size_t{0}, h.session.overview().openTransactions);
  }
}
