// SPDX-License-Identifier: GPL-2.0-or-later
// How chargers come, change and go while records of them are kept: FIELD A1, A3, A4, TX-15.
#include "tests/support/world_stories.h"

using namespace ocpp;
using namespace test;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

constexpr const char* one = R"({"R1": {}})";
constexpr const char* none = "{}";

/// As in an older database: the charger's settings are not known.
void settingsUnknown(FakeOutside& world) {
  bridge::ChargerRow row;
  row.identity = "R1";
  world.store().putCharger(row);
  world.loop.run();
}

}  // namespace

TEST(lifecycleUnserved,
     "A1: what a charger left is delivered when it is configured again by SIGHUP, and what it says next does not take "
     "the place of that") {
  onBothDisks([](FakeOutside& world) {
    world.start(one);
    outage(world, "R1", 1000);
    settingsUnknown(world);
    world.start(none);  // once without it
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), world.shard().unserved().size());
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), world.shard().unserved().at("R1"));
    CPPUNIT_ASSERT(world.logged("unserved"));
    CPPUNIT_ASSERT(world.health().find("\"messages\": 2") != std::string::npos);
    CPPUNIT_ASSERT(world.send("R1", Heartbeat::Request{})->status() != 200);
    const auto did = world.reload(one);
    CPPUNIT_ASSERT_EQUAL(std::string("1 added"), did.text());
    CPPUNIT_ASSERT(world.shard().unserved().empty());
    outage(world, "R1", 2000);
    world.backends.at("ws://central/ocpp").up = true;
    world.loop.pass(minutes(10));
    CPPUNIT_ASSERT_EQUAL(std::string("R1:1000-1500 R1:2000-2500 "), billed(world));
  });
}

TEST(lifecycleRemovedAndAdded, "A1: removing and adding it while messages wait loses and replaces nothing") {
  onBothDisks([](FakeOutside& world) {
    world.start(one);
    outage(world, "R1", 1000);
    const auto did = world.reload(none);
    CPPUNIT_ASSERT_EQUAL(std::string("1 removed, 1 leaving"), did.text());
    world.reload(one);
    outage(world, "R1", 2000);
    world.reload(none);
    world.reload(one);
    world.backends.at("ws://central/ocpp").up = true;
    world.loop.pass(minutes(10));
    CPPUNIT_ASSERT_EQUAL(std::string("R1:1000-1500 R1:2000-2500 "), billed(world));
  });
}

TEST(lifecycleStopFirst, "A1: after removal and addition a stop still finds the start that was kept before it") {
  FakeOutside world;
  world.start(one);
  FakeBackend& central = world.backends.at("ws://central/ocpp");
  central.up = false;
  const Instant at = world.loop.calendar();
  const auto started = world.send("R1", startAt(at));
  world.loop.pass(minutes(1));
  const std::int64_t id = started->as<StartTransaction>().transactionId.value;
  world.reload(none);
  world.reload(one);
  world.send("R1", stopAt(at + minutes(5), id));
  world.loop.pass(minutes(1));
  central.up = true;
  world.loop.pass(minutes(10));
  CPPUNIT_ASSERT_EQUAL(std::string("R1:1000-2000 "), billed(world));
}

TEST(lifecycleUnreadable,
     "A1: while the database cannot be read a charger of it gets 503, loudly, and is never made without its past") {
  FakeOutside world;
  world.start(one);
  outage(world, "R1", 1000);
  settingsUnknown(world);
  world.start(none);
  world.memory->failReads(true);
  world.reload(one);
  CPPUNIT_ASSERT(!world.charger("R1"));
  CPPUNIT_ASSERT_EQUAL(503, world.send("R1", Heartbeat::Request{})->status());
  CPPUNIT_ASSERT(world.logged("cannot be read"));
  world.loop.pass(minutes(1));
  CPPUNIT_ASSERT_EQUAL(503, world.send("R1", Heartbeat::Request{})->status());
  world.memory->failReads(false);
  world.backends.at("ws://central/ocpp").up = true;
  world.loop.pass(minutes(10));
  CPPUNIT_ASSERT_EQUAL(200, world.send("R1", Heartbeat::Request{})->status());
  CPPUNIT_ASSERT_EQUAL(std::string("R1:1000-1500 "), billed(world));
}

TEST(lifecycleWaitInOrder, "A1: requests that come while the database is asked wait in order; beyond 16 they get 503") {
  FakeOutside world;
  world.start(one);
  world.memory->hold(true);
  world.memory->putCharger({});  // the question waits for the disk behind it
  std::vector<SoapExchangePtr> all;
  for (int i = 0; i < 18; ++i) all.push_back(world.send("R1", statusOf(i % 3, ChargePointStatus::Available)));
  for (int i = 0; i < 16; ++i) CPPUNIT_ASSERT(!all[static_cast<std::size_t>(i)]->answered());
  CPPUNIT_ASSERT_EQUAL(503, all[16]->status());
  CPPUNIT_ASSERT_EQUAL(503, all[17]->status());
  world.memory->hold(false);
  world.memory->commit();
  world.loop.pass(minutes(1));
  for (int i = 0; i < 16; ++i) CPPUNIT_ASSERT_EQUAL(200, all[static_cast<std::size_t>(i)]->status());
}

TEST(lifecycleLeaving,
     "A3, TX-15: removed while messages wait it is refused as unknown, they are delivered with its last settings, also "
     "by the next process, and then it is forgotten with its AuthorizationKey") {
  onBothDisks([](FakeOutside& world) {
    const char* file = R"({"R1": {"centralUrl": "wss://other/x", "centralIdentity": "one", "password": "secret"}})";
    FakeBackend& other = world.backends.at("wss://other/x");
    world.start(file);
    world.send("R1", bootRequest());
    world.loop.pass(minutes(1));
    other.up = false;
    world.backends.linkOf("one")->close(1006);
    world.loop.run();
    const Instant at = world.loop.calendar();
    const auto started = world.send("R1", startAt(at));
    world.loop.pass(minutes(1));
    world.send("R1", stopAt(at + minutes(1), started->as<StartTransaction>().transactionId.value));
    world.loop.pass(minutes(1));
    world.reload(none);
    CPPUNIT_ASSERT(world.logged("2 messages still waits for wss://other/x/one") ||
                   world.logged("2 messages still wait"));
    CPPUNIT_ASSERT(world.charger("R1") && world.charger("R1")->leaving());
    CPPUNIT_ASSERT(world.send("R1", Heartbeat::Request{})->status() != 200);
    CPPUNIT_ASSERT_EQUAL(RegistrationStatus::Rejected, world.send("R1", bootRequest())->as<BootNotification>().status);
    world.start(none);
    CPPUNIT_ASSERT(world.charger("R1") && world.charger("R1")->leaving());
    CPPUNIT_ASSERT(world.health().find("\"leaving\": 1") != std::string::npos);
    other.judge = [](const bridge::WsTarget& target) { return target.password == "secret" ? 0 : 401; };
    other.up = true;
    world.loop.pass(minutes(10));
    CPPUNIT_ASSERT_EQUAL(std::string("one:1000-2000 "), billed(world, "wss://other/x"));
    CPPUNIT_ASSERT(!world.charger("R1"));
    CPPUNIT_ASSERT(world.logged("nothing of it waits any more"));
    world.start(none);
    CPPUNIT_ASSERT(!world.charger("R1"));
    CPPUNIT_ASSERT(world.shard().unserved().empty());
  });
}

TEST(lifecycleLeavingAtOnce, "TX-15: a charger of which nothing waits is gone at once, and its records with it") {
  FakeOutside world;
  world.start(one);
  world.send("R1", bootRequest());
  world.loop.pass(minutes(1));
  CPPUNIT_ASSERT_EQUAL(std::string("1 removed"), world.reload(none).text());
  world.loop.pass(seconds(1));
  CPPUNIT_ASSERT(!world.charger("R1"));
  CPPUNIT_ASSERT(world.memory->row("R1").password.empty());
  CPPUNIT_ASSERT(!world.backends.linkOf("R1"));
}

TEST(lifecycleRemovedWaiting,
     "A4: a charger that is removed while it waits for the back-end or for the disk is answered, and SIGTERM does not "
     "wait for it") {
  FakeOutside world;
  world.start(one);
  world.send("R1", bootRequest());
  world.loop.pass(minutes(1));
  FakeBackend& central = world.backends.at("ws://central/ocpp");
  central.silent = true;
  const auto authorize = world.send("R1", Authorize::Request{"TAG"});
  const Instant at = world.loop.calendar();
  const auto stop = world.send("R1", stopAt(at, 4711));
  CPPUNIT_ASSERT(!authorize->answered() && !stop->answered());
  world.memory->hold(true);
  world.reload(none);
  CPPUNIT_ASSERT(authorize->answered());
  CPPUNIT_ASSERT_MESSAGE("it waits for the disk", !stop->answered());
  CPPUNIT_ASSERT(!world.shard().idle());
  world.memory->hold(false);
  world.memory->commit();
  world.loop.run();
  CPPUNIT_ASSERT_EQUAL(200, stop->status());
  CPPUNIT_ASSERT_MESSAGE("SIGTERM need not wait", world.shard().idle());
}

TEST(lifecycleRemovedWhileAsked, "A4: removed while the database is asked about it, whoever waits gets 503") {
  FakeOutside world;
  world.start(one);
  world.memory->hold(true);
  world.memory->putCharger({});
  const auto waiting = world.send("R1", Heartbeat::Request{});
  CPPUNIT_ASSERT(!waiting->answered());
  world.reload(none);
  CPPUNIT_ASSERT_EQUAL(503, waiting->status());
}

TEST(lifecycleDies, "A4: a bridge that ends answers whoever waits, also for the database") {
  FakeOutside world;
  world.start(R"({"R1": {}, "R2": {}})");
  world.send("R1", bootRequest());
  world.loop.pass(minutes(1));
  world.backends.at("ws://central/ocpp").silent = true;
  const auto working = world.send("R1", Authorize::Request{"TAG"});
  world.memory->hold(true);
  world.memory->putCharger({});
  const auto asked = world.send("R2", Heartbeat::Request{});
  CPPUNIT_ASSERT(!working->answered() && !asked->answered());
  world.kill();
  CPPUNIT_ASSERT(working->answered() && working->status() != 200);
  CPPUNIT_ASSERT_EQUAL(503, asked->status());
}

TEST(lifecycleCallsAnswered,
     "A4: a CALL of the back-end to a charger that is removed is answered, and its post ended") {
  FakeOutside world;
  world.start(one);
  world.send("R1", bootRequest());
  world.loop.pass(minutes(1));
  world.backends.linkOf("R1")->call("c1", Reset::Request{ResetType::Soft});
  world.loop.run();
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), world.chargers.inFlight());
  world.reload(none);
  world.loop.run();
  CPPUNIT_ASSERT_EQUAL(std::size_t(0), world.chargers.inFlight());
  const auto& answers = world.backends.at("ws://central/ocpp").answers;
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), answers.size());
  CPPUNIT_ASSERT_MESSAGE(answers[0].second, answers[0].second.rfind("[4,\"c1\"", 0) == 0);
}

TEST(lifecycleRetryUnserved, "A3: a retry of an unserved message says that nothing is known of the charger") {
  FakeOutside world;
  world.start(one);
  outage(world, "R1", 1000);
  settingsUnknown(world);
  world.start(none);
  bridge::OperatorCommand retry;
  retry.kind = bridge::OperatorCommand::Kind::RetryQueued;
  retry.identity = "R1";
  retry.number = 1;
  world.memory->command(retry);
  CPPUNIT_ASSERT(world.logged("nothing is known of the charger; add it"));
}

TEST(lifecycleDiscardUnserved, "SM-15: a message of whose charger nothing is known can be given up, as an event") {
  FakeOutside world;
  world.start(one);
  outage(world, "R1", 1000);
  settingsUnknown(world);
  world.start(none);
  bridge::OperatorCommand discard;
  discard.kind = bridge::OperatorCommand::Kind::DiscardQueued;
  discard.identity = "R1";
  discard.reason = "billed by hand";
  for (const auto& record : world.memory->content("R1")) {
    if (const auto* queued = std::get_if<session::QueuedRecord>(&record); queued && queued->number == 1)
      discard.queued = *queued;
    if (std::holds_alternative<session::TransactionRecord>(record)) discard.related.push_back(record);
  }
  world.memory->command(discard);
  world.loop.run();
  CPPUNIT_ASSERT_EQUAL(std::uint64_t(1), world.store().status().deadLetters);
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), world.shard().unserved().at("R1"));
  CPPUNIT_ASSERT(world.logged("\"dead-letter\""));
  world.reload(one);  // TX-8: its stop says that it was never started
  world.backends.at("ws://central/ocpp").up = true;
  world.loop.pass(minutes(10));
  const auto stops = world.backends.at("ws://central/ocpp").all<StopTransaction>();
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), stops.size());
  CPPUNIT_ASSERT_EQUAL(std::int64_t(-1), stops.front().transactionId.value);
}

TEST(lifecycleRemovedStopped,
     "A3, TX-15: removed while no bridge ran it is leaving as well: its messages are delivered with its last settings, "
     "and one of which nothing waits is forgotten with its AuthorizationKey") {
  onBothDisks([](FakeOutside& world) {
    world.start(R"({"R1": {"centralUrl": "ws://other/x"}, "R2": {}})");
    world.send("R2", bootRequest());
    ChangeConfiguration::Request change;
    change.key = Key<50>("AuthorizationKey");
    change.value = Opaque<500>("6b6579");
    world.backends.linkOf("R2")->call("c1", change);
    world.loop.pass(minutes(1));
    outage(world, "R1", 1000, "ws://other/x");
    world.start(none);
    world.loop.pass(minutes(1));
    CPPUNIT_ASSERT(world.charger("R1") && world.charger("R1")->leaving());
    CPPUNIT_ASSERT(world.shard().unserved().empty());
    CPPUNIT_ASSERT(!world.charger("R2"));
    world.backends.at("ws://other/x").up = true;
    world.loop.pass(minutes(10));
    CPPUNIT_ASSERT_EQUAL(std::string("R1:1000-1500 "), billed(world, "ws://other/x"));
    CPPUNIT_ASSERT(!world.charger("R1"));
    world.start(R"({"R2": {}})");
    world.send("R2", Heartbeat::Request{});
    world.loop.pass(minutes(1));
    CPPUNIT_ASSERT_EQUAL(std::string(), world.backends.linkOf("R2")->target.password);
  });
}

TEST(lifecycleForget, "an operator can free an identity; what waits becomes dead letters with a reason, or stays") {
  FakeOutside world;
  world.options.autoRegister = true;
  world.start(none);
  world.send("R1", bootRequest());
  world.loop.pass(minutes(1));
  outage(world, "R1", 1000);
  bridge::OperatorCommand forget;
  forget.kind = bridge::OperatorCommand::Kind::Forget;
  forget.identity = "R1";
  world.memory->command(forget);
  CPPUNIT_ASSERT(world.charger("R1"));
  forget.reason = "sold";
  world.memory->command(forget);
  world.loop.run();
  CPPUNIT_ASSERT(!world.charger("R1"));
}

TEST(lifecycleForgetSlot,
     "AU-1: an identity that was forgotten leaves its place, and who comes by that name is a stranger again") {
  FakeOutside world;
  world.options.autoRegister = true;
  world.options.maxChargers = 1;
  world.start(none);
  world.send("R1", bootRequest());
  world.loop.pass(minutes(1));
  CPPUNIT_ASSERT(world.logged("registered"));
  CPPUNIT_ASSERT(world.send("R2", bootRequest())->as<BootNotification>().status == RegistrationStatus::Rejected);
  bridge::OperatorCommand forget;
  forget.kind = bridge::OperatorCommand::Kind::Forget;
  forget.identity = "R1";
  world.memory->command(forget);
  world.loop.run();
  FakeBackend& central = world.backends.at("ws://central/ocpp");
  central.up = false;
  CPPUNIT_ASSERT_EQUAL(200, world.send("R1", Heartbeat::Request{})->status());
  world.loop.pass(minutes(1));
  CPPUNIT_ASSERT_MESSAGE("nothing of it is kept before its boot is accepted", world.memory->row("R1").backend.empty());
  world.loop.pass(minutes(10));
  CPPUNIT_ASSERT_EQUAL(200, world.send("R2", Heartbeat::Request{})->status());
}

TEST(lifecycleForgetRunning,
     "TX-8: a transaction whose start was given up by forget is stopped as one that was never started") {
  FakeOutside world;
  world.start(one);
  FakeBackend& central = world.backends.at("ws://central/ocpp");
  central.up = false;
  const Instant at = world.loop.calendar();
  const auto started = world.send("R1", startAt(at));
  world.loop.pass(minutes(1));
  const std::int64_t id = started->as<StartTransaction>().transactionId.value;
  world.reload(none);
  bridge::OperatorCommand forget;
  forget.kind = bridge::OperatorCommand::Kind::Forget;
  forget.identity = "R1";
  forget.reason = "sold";
  world.memory->command(forget);
  world.loop.run();
  central.up = true;
  world.reload(one);
  world.send("R1", stopAt(at + minutes(5), id));
  world.loop.pass(minutes(5));
  const auto stops = central.all<StopTransaction>();
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), stops.size());
  CPPUNIT_ASSERT_EQUAL(std::int64_t(-1), stops[0].transactionId.value);
}
