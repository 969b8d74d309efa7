// SPDX-License-Identifier: GPL-2.0-or-later
// What a restart must not lose besides messages and transactions (section 5.0, column D).
#include "tests/support/session_harness.h"

using namespace test;

namespace {

/// The next process, connected at once.
void reconnect(SessionHarness& h) {
  h.session.wasSeen(Version::V15, h.now, h.now);
  h.pass(seconds(5));
  h.opens();
}

}  // namespace

TEST(bootOverRestart,
     "SM-3, SM-8: a boot that was answered here is forwarded by the next process, and none is made up") {
  SessionHarness before(durable());
  before.boot(Version::V15, 3600);
  before.down();
  before.answered<BootNotification>(before.send(Version::V15, SessionHarness::bootRequest()));
  SessionHarness h(durable(), before.store);
  reconnect(h);
  CPPUNIT_ASSERT(h.toCentral<BootNotification>().chargePointVendor == "Vendor");
  h.reply(BootNotification::Response{RegistrationStatus::Accepted, {h.now, true}, 3600});
  h.nothing();
  SessionHarness later(durable(), before.store);
  reconnect(later);
  later.nothing();
}

TEST(heartbeatOverRestart,
     "CK-4: a HeartbeatInterval that the charger does not know is given to it after a restart, too") {
  SessionHarness before(durable());
  before.boot(Version::V15, 3600);
  before.call(ChangeConfiguration::Request{"HeartbeatInterval", "120"});
  before.toCharger<ChangeConfiguration>();
  before.respond(ChangeConfiguration::Response{ConfigurationStatus::NotSupported});
  before.toCharger<ChangeConfiguration>();
  before.respond(ChangeConfiguration::Response{ConfigurationStatus::NotSupported});
  CPPUNIT_ASSERT(before.result<ChangeConfiguration>().status == ConfigurationStatus::Accepted);
  SessionHarness h(durable(), before.store);
  const auto boot = h.send(Version::V15, SessionHarness::bootRequest());
  h.opens();
  h.toCentral<BootNotification>();
  h.reply(BootNotification::Response{RegistrationStatus::Accepted, {h.now, true}, 3600});
  CPPUNIT_ASSERT_EQUAL(120, h.answered<BootNotification>(boot).interval);
}

TEST(aliasOverRestart, "L-8: the alias of a long idTag becomes the tag again after a restart") {
  const char* tag = "a tag of more than twenty characters";
  SessionHarness before(durable());
  before.boot(Version::V12, 3600);
  before.send(Version::V12, SessionHarness::start(1, tag));
  const std::string alias = before.toCentral<StartTransaction>().idTag;
  CPPUNIT_ASSERT_EQUAL(std::size_t{20}, alias.size());
  before.reply(before.started(17));
  SessionHarness h(durable(), before.store);
  h.boot(Version::V12, 3600);
  RemoteStartTransaction::Request request;
  request.idTag = alias.c_str();
  request.connectorId = 1;
  h.call(request);
  CPPUNIT_ASSERT_EQUAL(std::string(tag), std::string(h.toCharger<RemoteStartTransaction>().idTag));
}

TEST(retryOverRestart, "ER-3: a message that waits for its next attempt waits as long after a restart") {
  SessionHarness before(durable());
  before.boot(Version::V15, 3600);
  before.begin(Version::V15, 1, 17);
  const auto stopped = before.send(Version::V15, SessionHarness::stop(17));
  before.toCentral<StopTransaction>();
  before.refuse(FaultCode::InternalError);
  before.answered<StopTransaction>(stopped);
  SessionHarness h(durable(), before.store);
  h.pass(seconds(20));
  h.opens();
  h.pass(seconds(39));
  h.nothing();
  h.pass(seconds(1));
  CPPUNIT_ASSERT_EQUAL(std::int64_t{17}, h.toCentral<StopTransaction>().transactionId.value);
}

TEST(startRepeatedOverRestart,
     "SM-7 key 1: a start that was taken before a restart and is repeated after it gets the same transactionId") {
  SessionHarness before(durable(session::StartOffline::Provisional));
  before.boot(Version::V15, 3600);
  before.down();
  const auto start = SessionHarness::start(1, "TAG");
  const auto first = before.answered<StartTransaction>(before.send(Version::V15, start, "urn:1"));
  SessionHarness h(durable(session::StartOffline::Provisional), before.store);
  h.pass(seconds(5));
  h.take<session::OpenCentral>();
  h.down();
  const auto again = h.answered<StartTransaction>(h.send(Version::V15, start, "urn:1"));
  CPPUNIT_ASSERT_EQUAL(first.transactionId.value, again.transactionId.value);
  CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, h.store->status().queued);
}

TEST(repeatOverRestart, "SM-7 key 1: what was queued before a restart and is repeated after it is not queued twice") {
  SessionHarness before(durable());
  before.boot(Version::V15, 3600);
  before.begin(Version::V15, 1, 17);
  before.down();
  auto values = SessionHarness::meterValues(1, {"2024-05-01T08:10:00Z"});
  values.transactionId = TransactionId{17};
  before.answered<MeterValues>(before.send(Version::V15, values, "urn:1"));
  before.answered<MeterValues>(before.send(Version::V15, values, "urn:1"));
  SessionHarness h(durable(), before.store);
  h.pass(seconds(5));
  h.take<session::OpenCentral>();
  h.down();
  h.answered<MeterValues>(h.send(Version::V15, values, "urn:1"));
  CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, h.store->status().queued);
  h.answered<MeterValues>(h.send(Version::V15, values, "urn:2"));
  CPPUNIT_ASSERT_EQUAL(std::uint64_t{2}, h.store->status().queued);
}
