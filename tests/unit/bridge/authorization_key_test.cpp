// SPDX-License-Identifier: GPL-2.0-or-later
// What is promised passes one door (FIELD A6), and a callback says for which connection it speaks (FIELD A7).
#include "session/promise.h"
#include "tests/support/world_stories.h"

using namespace ocpp;
using namespace test;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

constexpr const char* one = R"({"R1": {"password": "first"}})";

BackendLinkPtr booted(FakeOutside& world) {
  world.send("R1", bootRequest());
  world.loop.pass(minutes(1));
  const auto link = world.backends.linkOf("R1");
  CPPUNIT_ASSERT(link);
  return link;
}

ChangeConfiguration::Request change(const char* key, const char* value) {
  ChangeConfiguration::Request request;
  request.key = Key<50>(key);
  request.value = Opaque<500>(value);
  return request;
}

/// The status of the answer to that CALL; "" = none yet.
std::string answerTo(FakeOutside& world, const std::string& id) {
  for (const auto& [answered, text] : world.backends.at("ws://central/ocpp").answers)
    if (answered == id)
      return text.find("Accepted") != std::string::npos   ? "Accepted"
             : text.find("Rejected") != std::string::npos ? "Rejected"
                                                          : text;
  return "";
}

/// An effect of every kind, with the least that can stand in it.
template <class E>
session::Effect some() {
  return E{};
}
template <>
session::Effect some<session::AnswerCharger>() {
  return session::AnswerCharger{1, Version::V16, Fault{FaultCode::InternalError, ""}};
}
template <>
session::Effect some<session::AnswerCentral>() {
  return session::AnswerCentral{"id", Fault{FaultCode::InternalError, ""}};
}

template <std::size_t... I>
std::size_t effectsThatMayPromise(std::index_sequence<I...>) {
  std::size_t count = 0;
  ((count += session::promises(some<std::variant_alternative_t<I, session::Effect>>())), ...);
  return count;
}

template <std::size_t... I>
void everyAnswer(std::index_sequence<I...>) {
  const auto check = [](const Response& response) {
    const std::string action(actionName(response));
    const session::Promise said = session::promiseOf(response);
    const bool message = action == "StartTransaction" || action == "StopTransaction" || action == "MeterValues";
    CPPUNIT_ASSERT_EQUAL_MESSAGE(action, message, said == session::Promise::Message);
    CPPUNIT_ASSERT_EQUAL_MESSAGE(action, message, session::promises(session::AnswerCharger{1, Version::V16, response}));
    CPPUNIT_ASSERT_EQUAL_MESSAGE(action, action == "ChangeConfiguration", said == session::Promise::Setting);
    CPPUNIT_ASSERT_EQUAL_MESSAGE(action, action == "ChangeConfiguration",
                                 session::promises(session::AnswerCentral{"id", response, true}));
    CPPUNIT_ASSERT(!session::promises(session::AnswerCentral{"id", response, false}));
  };
  (check(Response(std::variant_alternative_t<I, Response::Alternatives>{})), ...);
}

}  // namespace

TEST(promisesOfEffects,
     "A6: every kind of effect and every answer declares whether it promises; one that does not, does not compile") {
  CPPUNIT_ASSERT_EQUAL_MESSAGE("NewPassword alone promises whatever it says", std::size_t(1),
                               effectsThatMayPromise(std::make_index_sequence<std::variant_size_v<session::Effect>>()));
  everyAnswer(std::make_index_sequence<actionCount>());
  const Fault fault{FaultCode::InternalError, ""};
  CPPUNIT_ASSERT(!session::promises(session::AnswerCharger{1, Version::V16, fault}));
  CPPUNIT_ASSERT(!session::promises(session::AnswerCentral{"id", fault, true}));
  const Response rejected = ChangeConfiguration::Response{ConfigurationStatus::Rejected};
  CPPUNIT_ASSERT(!session::promises(session::AnswerCentral{"id", rejected, true}));
}

TEST(keyKept, "A6: a new AuthorizationKey is accepted only when it is kept, and the next process has it") {
  FakeOutside world;
  world.start(one);
  const auto link = booted(world);
  world.memory->hold(true);
  link->call("c1", change("AuthorizationKey", newKeyHex));
  world.loop.pass(seconds(3));
  CPPUNIT_ASSERT_EQUAL_MESSAGE("nothing is promised before it is on disk", std::string(), answerTo(world, "c1"));
  CPPUNIT_ASSERT(link->open);
  world.memory->hold(false);
  world.memory->commit();
  world.loop.run();
  CPPUNIT_ASSERT_EQUAL(std::string("Accepted"), answerTo(world, "c1"));
  world.kill();
  world.start(one);
  world.loop.pass(minutes(1));
  CPPUNIT_ASSERT_EQUAL(std::string(newKey), world.backends.linkOf("R1")->target.password);
}

TEST(keyNotKept, "A6: an AuthorizationKey that cannot be kept is Rejected and not used, also not later") {
  FakeOutside world;
  world.start(one);
  const auto link = booted(world);
  world.memory->failNext("disk full");
  link->call("c1", change("AuthorizationKey", newKeyHex));
  world.loop.pass(minutes(1));
  CPPUNIT_ASSERT_EQUAL(std::string("Rejected"), answerTo(world, "c1"));
  CPPUNIT_ASSERT_EQUAL(std::string("first"), world.backends.linkOf("R1")->target.password);
  world.send("R1", statusOf(1, ChargePointStatus::Available));
  world.loop.pass(minutes(5));
  CPPUNIT_ASSERT_EQUAL(std::string(), world.memory->row("R1").password);
  world.start(one);
  world.loop.pass(minutes(1));
  CPPUNIT_ASSERT_EQUAL(std::string("first"), world.backends.linkOf("R1")->target.password);
}

TEST(keyWithoutDisk,
     "A6: without a data directory an AuthorizationKey is Rejected; a ping interval holds for the process") {
  FakeOutside world(FakeOutside::Disk::None);
  world.start(one);
  const auto link = booted(world);
  link->call("c1", change("AuthorizationKey", newKeyHex));
  link->call("c2", change("WebSocketPingInterval", "17"));
  world.loop.run();
  CPPUNIT_ASSERT_EQUAL(std::string("Rejected"), answerTo(world, "c1"));
  CPPUNIT_ASSERT_EQUAL(std::string("Accepted"), answerTo(world, "c2"));
  CPPUNIT_ASSERT(link->open);
  link->close(1006);
  world.loop.pass(minutes(1));
  CPPUNIT_ASSERT_EQUAL(std::string("first"), world.backends.linkOf("R1")->target.password);
  CPPUNIT_ASSERT_EQUAL(17000, world.backends.linkOf("R1")->target.pingIntervalMs);
}

TEST(pingKept, "A6: an accepted WebSocketPingInterval is kept, one that cannot be kept is Rejected") {
  FakeOutside world;
  world.start(one);
  booted(world);
  world.memory->failNext("disk full");
  world.backends.linkOf("R1")->call("c1", change("WebSocketPingInterval", "16"));
  world.loop.run();
  CPPUNIT_ASSERT_EQUAL(std::string("Rejected"), answerTo(world, "c1"));
  world.backends.linkOf("R1")->call("c2", change("WebSocketPingInterval", "17"));
  world.loop.run();
  CPPUNIT_ASSERT_EQUAL(std::string("Accepted"), answerTo(world, "c2"));
  world.kill();
  world.start(one);
  world.loop.pass(minutes(1));
  CPPUNIT_ASSERT_EQUAL(17000, world.backends.linkOf("R1")->target.pingIntervalMs);
}

TEST(callbackKept, "A6: what a charger is answered after its address was learned waits until the address is kept") {
  FakeOutside world;
  world.start(one);
  world.send("R1", Heartbeat::Request{});
  world.loop.pass(seconds(1));
  world.manner.from = "http://10.0.0.7:9999/";
  world.chargers.waiting.clear();
  world.memory->hold(true);
  world.loop.pass(minutes(20));
  const auto beat = world.send("R1", statusOf(1, ChargePointStatus::Available));
  world.loop.pass(seconds(1));
  CPPUNIT_ASSERT(!beat->answered());
  world.memory->hold(false);
  world.memory->commit();
  world.loop.run();
  CPPUNIT_ASSERT(beat->answered());
  CPPUNIT_ASSERT_EQUAL(std::string("http://10.0.0.7:9999/"), world.memory->row("R1").callback);
}

TEST(oldLinkCloses,
     "A7: the close of the old WebSocket, whenever it comes, is not taken for one of the new that has its place") {
  FakeOutside world;
  world.start(one);
  const auto old = booted(world);
  const std::size_t before = world.backends.links.size();
  world.memory->hold(true);
  old->call("c1", change("AuthorizationKey", newKeyHex));
  world.loop.run();
  old->close(1000, "new key");  // while the new one waits for the disk
  world.loop.run();
  world.memory->hold(false);
  world.memory->commit();
  world.loop.run();
  const auto fresh = world.backends.linkOf("R1");
  CPPUNIT_ASSERT(fresh && fresh->target.password == newKey);
  world.loop.pass(minutes(10));
  CPPUNIT_ASSERT_EQUAL_MESSAGE("one new connection, and it stays", before + 1, world.backends.links.size());
  CPPUNIT_ASSERT(fresh->open);
  CPPUNIT_ASSERT(!world.logged("central-down"));
}

TEST(oldLinkSpeaks, "A7: what the old WebSocket still says is not heard as if the new one said it") {
  FakeOutside world;
  world.start(one);
  const auto old = booted(world);
  world.memory->hold(true);
  old->call("c1", change("AuthorizationKey", newKeyHex));
  old->call("c2", ClearCache::Request{});
  world.loop.run();
  world.memory->hold(false);
  world.memory->commit();
  world.loop.pass(minutes(1));
  CPPUNIT_ASSERT_EQUAL(std::string(), answerTo(world, "c2"));
  CPPUNIT_ASSERT(world.chargers.waiting.empty());
}
