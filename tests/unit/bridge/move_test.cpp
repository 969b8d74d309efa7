// SPDX-License-Identifier: GPL-2.0-or-later
// Moving to another back-end: a transaction belongs to the one that has its start (TX-14, FIELD A2).
#include "bridge/url.h"
#include "tests/support/world_stories.h"

using namespace ocpp;
using namespace test;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

constexpr const char* atOld = R"({"R1": {"centralUrl": "ws://old/x", "password": "old-password"}})";
constexpr const char* atNew = R"({"R1": {"centralUrl": "ws://new/y", "password": "new-password"}})";

/// Boots it and begins a transaction; its id.
std::int64_t running(FakeOutside& world) {
  world.send("R1", bootRequest());
  world.send("R1", statusOf(1, ChargePointStatus::Occupied));
  const std::int64_t id = world.send("R1", startAt(world.loop.calendar()))->as<StartTransaction>().transactionId.value;
  world.loop.pass(minutes(1));
  return id;
}

bridge::OperatorCommand move(bridge::OperatorCommand::Kind kind) {
  bridge::OperatorCommand command;
  command.kind = kind;
  command.id = 77;
  command.identity = "R1";
  return command;
}

}  // namespace

TEST(backendNames,
     "TX-14: password, query, case of host and a / at the end are no other back-end; path, port and identity are") {
  const std::string name = bridge::backendName("ws://host/a", "CP 1");
  for (const char* same : {"ws://host/a/", "ws://HOST/a", "WS://host:80/a", "ws://host/a?key=1", "ws://host/a/?key=2"})
    CPPUNIT_ASSERT_EQUAL_MESSAGE(same, name, bridge::backendName(same, "CP 1"));
  for (const char* other :
       {"wss://host/a", "ws://host:81/a", "ws://host/A", "ws://host/a/b", "ws://host2/a", "ws://host"})
    CPPUNIT_ASSERT_MESSAGE(other, name != bridge::backendName(other, "CP 1"));
  CPPUNIT_ASSERT(name != bridge::backendName("ws://host/a", "CP 2"));
  CPPUNIT_ASSERT(bridge::backendName("ws://[::1]/a", "x") != bridge::backendName("ws://[::2]/a", "x"));
  const bridge::Backend known = bridge::backendNamed(name);
  CPPUNIT_ASSERT_EQUAL(std::string("CP 1"), known.identity);
  CPPUNIT_ASSERT_EQUAL(name, known.name());
}

TEST(backendJson,
     "TX-15: last settings name the files of secrets and keep a password that stood in the chargers file") {
  bridge::Backend backend{"wss://h/x", "one", "secret", "", ""};
  std::string problem;
  CPPUNIT_ASSERT(bridge::readBackend(bridge::writeBackend(backend), problem)->dialledAs(backend));
  backend.passwordEnv = "OCPP_TEST_NO_SUCH_VARIABLE";
  const std::string text = bridge::writeBackend(backend);
  CPPUNIT_ASSERT_MESSAGE(text, text.find("secret") == std::string::npos);
  CPPUNIT_ASSERT_EQUAL(std::string(), bridge::readBackend(text, problem)->password);
  CPPUNIT_ASSERT(problem.find("OCPP_TEST_NO_SUCH_VARIABLE") != std::string::npos);
  for (const char* bad : {"", "[]", "{", "{}", R"({"url":1})"}) CPPUNIT_ASSERT(!bridge::readBackend(bad, problem));
}

TEST(moveWaits,
     "A2: with an open transaction it stays with the former back-end, which gets readings and stop; then the new one "
     "hears boot and statuses before anything else") {
  onBothDisks([](FakeOutside& world) {
    world.start(atOld);
    const std::int64_t id = running(world);
    FakeBackend& former = world.backends.at("ws://old/x");
    FakeBackend& next = world.backends.at("ws://new/y");
    const auto did = world.reload(atNew);
    CPPUNIT_ASSERT_EQUAL(std::string("1 changed, 1 moving"), did.text());
    CPPUNIT_ASSERT(world.logged("move-waits") && world.logged("after 1 open transaction"));
    CPPUNIT_ASSERT(world.health().find("\"moveWaits\": 1") != std::string::npos);
    CPPUNIT_ASSERT(world.backends.linkOf("R1")->target.password == "old-password");
    world.start(atNew);  // also over a restart
    world.loop.pass(minutes(1));
    CPPUNIT_ASSERT_EQUAL(std::string("old-password"), world.backends.linkOf("R1")->target.password);
    world.send("R1", stopAt(world.loop.calendar(), id));
    world.loop.pass(minutes(5));
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), former.all<StopTransaction>().size());
    CPPUNIT_ASSERT(world.logged("\"moved\""));
    CPPUNIT_ASSERT_EQUAL(std::string("new-password"), world.backends.linkOf("R1")->target.password);
    CPPUNIT_ASSERT_MESSAGE(next.actions(), next.actions().rfind("BootNotification StatusNotification", 0) == 0);
    const auto started = world.send("R1", startAt(world.loop.calendar(), 1, "TAG", 3000));
    world.loop.run();
    started->as<StartTransaction>();
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), next.all<StartTransaction>().size());
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), former.all<StartTransaction>().size());
    CPPUNIT_ASSERT(next.all<StopTransaction>().empty());
  });
}

TEST(moveAfterQueue, "A2: with messages waiting it moves when the former back-end has them all") {
  FakeOutside world;
  world.start(atOld);
  FakeBackend& former = world.backends.at("ws://old/x");
  former.up = false;
  outage(world, "R1", 1000, "ws://old/x");
  world.reload(atNew);
  world.loop.pass(minutes(10));
  CPPUNIT_ASSERT(world.backends.at("ws://new/y").heard.empty());
  former.up = true;
  world.loop.pass(minutes(10));
  CPPUNIT_ASSERT_EQUAL(std::string("R1:1000-1500 "), billed(world, "ws://old/x"));
  CPPUNIT_ASSERT(world.backends.at("ws://new/y").all<StopTransaction>().empty());
  CPPUNIT_ASSERT_EQUAL(std::string("ws://new/y/R1"), world.charger("R1")->backend().name());
}

TEST(moveAtOnce, "TX-14: without transaction and queue it moves at once, with the other password") {
  FakeOutside world;
  world.start(atOld);
  world.send("R1", bootRequest());
  world.loop.pass(minutes(1));
  world.reload(atNew);
  world.loop.pass(minutes(1));
  CPPUNIT_ASSERT_EQUAL(std::string("ws://new/y/R1"), world.backends.linkOf("R1")->target.url);
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), world.backends.at("ws://new/y").all<BootNotification>().size());
}

TEST(moveBack, "TX-14: configured back it has nothing to wait for") {
  FakeOutside world;
  world.start(atOld);
  const std::int64_t id = running(world);
  world.reload(atNew);
  CPPUNIT_ASSERT(world.charger("R1")->next());
  CPPUNIT_ASSERT_EQUAL(std::string("1 changed"), world.reload(atOld).text());
  CPPUNIT_ASSERT(!world.charger("R1")->next());
  world.send("R1", stopAt(world.loop.calendar(), id));
  world.loop.pass(minutes(1));
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), world.backends.at("ws://old/x").all<StopTransaction>().size());
  CPPUNIT_ASSERT(world.backends.at("ws://new/y").heard.empty());
}

TEST(moveNoMove, "TX-14: another password, query, case or slash is no move: the transaction goes on over a new link") {
  FakeOutside world;
  world.start(atOld);
  running(world);
  world.reload(R"({"R1": {"centralUrl": "ws://OLD/x/", "password": "other"}})");
  world.loop.pass(minutes(1));
  CPPUNIT_ASSERT(!world.charger("R1")->next());
  CPPUNIT_ASSERT_EQUAL(std::string("other"), world.backends.linkOf("R1")->target.password);
  CPPUNIT_ASSERT(world.backends.at("ws://OLD/x").all<BootNotification>().empty());
}

TEST(moveOld,
     "TX-14: a transaction that was not heard of for 7 days is told and not waited for; its stop never reaches the new "
     "back-end") {
  FakeOutside world;
  world.start(atOld);
  const std::int64_t id = running(world);
  world.reload(atNew);
  for (int day = 0; day < 6; ++day) {
    world.loop.pass(hours(24));
    world.send("R1", Heartbeat::Request{});
  }
  world.loop.jump(hours(24 * 200));  // the calendar says nothing about that
  world.loop.pass(hours(1));
  CPPUNIT_ASSERT(world.charger("R1")->next());
  world.loop.jump(-hours(24 * 200));
  world.loop.pass(hours(25));
  CPPUNIT_ASSERT(!world.charger("R1")->next());
  CPPUNIT_ASSERT(world.logged("1 open transaction stays with the former one"));
  const auto late = world.send("R1", stopAt(world.loop.calendar(), id));
  world.loop.pass(minutes(5));
  late->as<StopTransaction>();
  CPPUNIT_ASSERT(world.backends.at("ws://new/y").all<StopTransaction>().empty());
  CPPUNIT_ASSERT_EQUAL(std::uint64_t(1), world.store().status().deadLetters);
}

TEST(moveNow,
     "TX-14 move --now: what is left behind becomes dead letters of the former back-end, also what is parked, and a "
     "retry goes there only") {
  FakeOutside world;
  world.start(atOld);
  FakeBackend& former = world.backends.at("ws://old/x");
  former.up = false;
  for (int i = 0; i < 25; ++i) outage(world, "R1", 1000 + i * 1000, "ws://old/x");
  world.reload(atNew);
  world.loop.pass(minutes(10));
  world.memory->command(move(bridge::OperatorCommand::Kind::MoveNow));
  world.loop.pass(minutes(1));
  CPPUNIT_ASSERT(!world.charger("R1")->next());
  CPPUNIT_ASSERT_EQUAL(std::uint64_t(50), world.store().status().deadLetters);
  CPPUNIT_ASSERT_EQUAL(std::uint64_t(0), world.store().status().queued);
  former.up = true;
  bridge::OperatorCommand retry = move(bridge::OperatorCommand::Kind::RetryDeadLetter);
  for (const auto& record : world.memory->content("R1"))
    if (const auto* dead = std::get_if<session::DeadLetterRecord>(&record)) {
      CPPUNIT_ASSERT_EQUAL(std::string("ws://old/x/R1"), dead->backend);
      retry.deadLetter = *dead;
    }
  world.send("R1", bootRequest());
  world.memory->command(retry);
  world.loop.pass(minutes(5));
  CPPUNIT_ASSERT(world.logged("goes there only"));
  const FakeBackend& next = world.backends.at("ws://new/y");
  CPPUNIT_ASSERT(next.all<StopTransaction>().empty() && next.all<StartTransaction>().empty());
  CPPUNIT_ASSERT_EQUAL(std::uint64_t(50), world.store().status().deadLetters);
}

TEST(moveSame, "TX-14 move --same-back-end: transactions and queue go along to the other address, without a boot") {
  onBothDisks([](FakeOutside& world) {
    world.start(atOld);
    const std::int64_t id = running(world);
    world.reload(atNew);
    world.charger("R1")->carryOut(move(bridge::OperatorCommand::Kind::MoveSame));
    world.loop.pass(minutes(1));
    CPPUNIT_ASSERT(!world.charger("R1")->next());
    world.start(atNew);
    world.loop.pass(minutes(1));
    CPPUNIT_ASSERT(!world.charger("R1")->next());
    FakeBackend& next = world.backends.at("ws://new/y");
    next.centrals["R1"] = world.backends.at("ws://old/x").centrals["R1"];
    world.send("R1", stopAt(world.loop.calendar(), id));
    world.loop.pass(minutes(1));
    CPPUNIT_ASSERT_EQUAL_MESSAGE(next.actions(), std::size_t(1), next.all<StopTransaction>().size());
    CPPUNIT_ASSERT(next.all<BootNotification>().empty());
  });
}

TEST(moveOlderDatabase, "TX-14: what an older database keeps gets the back-end of the first start, and stays with it") {
  FakeOutside world;
  session::QueuedRecord old;
  old.number = 1;
  old.key = 1;
  old.request = stopAt(world.loop.calendar(), 4711);
  world.memory->put("R1", old);
  world.memory->commit();
  world.backends.at("ws://old/x").up = false;
  world.start(atOld);
  world.loop.pass(minutes(1));
  world.start(atNew);
  world.loop.pass(minutes(10));
  CPPUNIT_ASSERT(world.charger("R1")->next());
  CPPUNIT_ASSERT(world.backends.at("ws://new/y").heard.empty());
}

TEST(moveAuthorizationKey, "TX-14: the AuthorizationKey that the former back-end has set is not shown to the new one") {
  FakeOutside world;
  world.start(R"({"R1": {"centralUrl": "ws://old/x"}})");
  world.send("R1", bootRequest());
  world.loop.pass(minutes(1));
  ChangeConfiguration::Request change;
  change.key = Key<50>("AuthorizationKey");
  change.value = Opaque<500>(newKeyHex);
  world.backends.linkOf("R1")->call("c1", change);
  world.loop.pass(minutes(1));
  CPPUNIT_ASSERT_EQUAL(std::string(newKey), world.backends.linkOf("R1")->target.password);
  world.reload(R"({"R1": {"centralUrl": "ws://new/y"}})");
  world.loop.pass(minutes(1));
  CPPUNIT_ASSERT_EQUAL(std::string("ws://new/y/R1"), world.backends.linkOf("R1")->target.url);
  CPPUNIT_ASSERT_EQUAL(std::string(), world.backends.linkOf("R1")->target.password);
  CPPUNIT_ASSERT_EQUAL(std::string(), world.memory->row("R1").password);
}

TEST(moveOlderTransaction,
     "A2, TX-14: an open transaction of an older database belongs to the first back-end in the very first process") {
  FakeOutside world;
  session::TransactionRecord tx;
  tx.soapTxId = 17;
  tx.backendTxId = 17;
  tx.connectorId = 1;
  tx.idTag = "TAG";
  tx.start = tx.seen = tx.heard = world.loop.calendar();
  tx.state = session::TransactionState::Active;
  tx.key = 1;
  world.memory->put("R1", tx);
  world.memory->commit();
  world.start(atOld);
  world.send("R1", bootRequest());
  world.loop.pass(minutes(1));
  world.reload(atNew);
  CPPUNIT_ASSERT(world.charger("R1")->next());
  world.memory->command(move(bridge::OperatorCommand::Kind::MoveNow));
  world.loop.pass(minutes(1));
  CPPUNIT_ASSERT(!world.charger("R1")->next());
  world.send("R1", stopAt(world.loop.calendar(), 17));
  world.loop.pass(minutes(5));
  CPPUNIT_ASSERT(world.backends.at("ws://new/y").all<StopTransaction>().empty());
  CPPUNIT_ASSERT_EQUAL(std::uint64_t(1), world.store().status().deadLetters);
  CPPUNIT_ASSERT(world.logged("\"dead-letter\""));
}

TEST(moveNowInvisible, "TX-14 move --now: a start that was sent and never promised does not hold it up") {
  FakeOutside world;
  world.options.session.startOffline = session::StartOffline::Fault;
  world.start(atOld);
  world.send("R1", bootRequest());
  world.loop.pass(minutes(1));
  FakeBackend& former = world.backends.at("ws://old/x");
  former.silent = true;
  world.send("R1", startAt(world.loop.calendar()));
  former.up = false;
  world.backends.linkOf("R1")->close(1006);
  world.loop.pass(minutes(1));
  world.reload(atNew);
  CPPUNIT_ASSERT(world.charger("R1")->next());
  world.memory->command(move(bridge::OperatorCommand::Kind::MoveNow));
  world.loop.pass(minutes(1));
  CPPUNIT_ASSERT(!world.charger("R1")->next());
  CPPUNIT_ASSERT(world.backends.at("ws://new/y").all<StartTransaction>().empty());
}

TEST(moveSameAfterNow,
     "TX-14: --same-back-end, or yet another back-end, ends a move --now that waits: what it has not left behind goes "
     "along, and the next move waits again") {
  for (const bool same : {true, false}) {
    FakeOutside world;
    world.start(atOld);
    world.backends.at("ws://old/x").up = false;
    for (int i = 0; i < 25; ++i) outage(world, "R1", 1000 + i * 1000, "ws://old/x");
    world.reload(atNew);
    world.memory->failReads(true);
    world.memory->command(move(bridge::OperatorCommand::Kind::MoveNow));
    world.loop.pass(minutes(1));
    CPPUNIT_ASSERT(world.charger("R1")->next());
    const auto dead = world.store().status().deadLetters;
    CPPUNIT_ASSERT(dead > 0 && dead < 50);
    const char* third = R"({"R1": {"centralUrl": "ws://third/z"}})";
    if (same)
      world.memory->command(move(bridge::OperatorCommand::Kind::MoveSame));
    else
      world.reload(third);
    world.memory->failReads(false);
    if (!same) world.backends.at("ws://old/x").up = true;
    world.loop.pass(minutes(20));
    CPPUNIT_ASSERT_EQUAL(dead, world.store().status().deadLetters);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(0), world.store().status().queued);
    FakeBackend& now = world.backends.at(same ? "ws://new/y" : "ws://old/x");
    CPPUNIT_ASSERT(!now.all<StopTransaction>().empty());
    if (!same) continue;
    running(world);
    world.reload(third);
    CPPUNIT_ASSERT(world.charger("R1")->next());
  }
}
