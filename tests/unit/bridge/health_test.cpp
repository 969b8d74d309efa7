// SPDX-License-Identifier: GPL-2.0-or-later
// /health and the events of a whole bridge: every reason that it is degraded for, from what happens in a simulated
// world.
#include "bridge/health.h"

#include <nlohmann/json.hpp>

#include "tests/support/world_stories.h"

using namespace ocpp;
using namespace test;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

constexpr const char* central = "ws://central/ocpp";

/// Words of the reasons, as they are a few seconds later.
std::string reasons(FakeOutside& world) {
  world.loop.pass(seconds(6));
  const auto report = nlohmann::json::parse(world.health());
  std::string words;
  for (const auto& each : report["reasons"]) words += each["reason"].get<std::string>() + " ";
  CPPUNIT_ASSERT_EQUAL(std::string(words.empty() ? "ok" : "degraded"), report["status"].get<std::string>());
  return words;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++n;
  return n;
}

/// A stop that the back-end refuses as long as it is told to.
void refuseStops(FakeBackend& backend, bool on) {
  backend.script = [on](BackendLink& link, const ocpp_j::Frame& call, const Request& request) {
    if (!on || !is<StopTransaction>(request)) return false;
    link.send(ocpp_j::writeCallError(call.id, {FaultCode::InternalError, "no"}));
    return true;
  };
}

}  // namespace

TEST(healthAway, "a back-end that is away is a reason of /health until it is back") {
  FakeOutside world;
  world.start(R"({"R1": {}, "R2": {}})");
  for (const char* name : {"R1", "R2"}) world.send(name, bootRequest());
  CPPUNIT_ASSERT_EQUAL(std::string(), reasons(world));
  world.backends.at(central).up = false;
  for (const char* name : {"R1", "R2"}) world.backends.linkOf(name)->close(1006);
  CPPUNIT_ASSERT_EQUAL(std::string("back-end-away "), reasons(world));
  CPPUNIT_ASSERT(world.logged("back-end-away: ws://central/ocpp for 2 chargers"));
  world.backends.at(central).up = true;
  world.loop.pass(minutes(15));
  CPPUNIT_ASSERT_EQUAL(std::string(), reasons(world));
}

TEST(healthRefused,
     "messages that the back-end refuses are a reason of /health from the first refusal on, until it has them") {
  {
    FakeOutside world;
    world.start(R"({"R1": {}})");
    world.send("R1", bootRequest());
    const Instant at = world.loop.calendar();
    const auto started = world.send("R1", startAt(at));
    world.loop.pass(seconds(2));
    refuseStops(world.backends.at(central), true);
    world.send("R1", stopAt(at + seconds(1), started->as<StartTransaction>().transactionId.value));
    CPPUNIT_ASSERT_EQUAL(std::string("messages-refused "), reasons(world));
    refuseStops(world.backends.at(central), false);
    world.loop.pass(minutes(120));
    CPPUNIT_ASSERT_EQUAL(std::string(), reasons(world));
  }
}

TEST(healthKept, "set-aside messages, dead letters and messages of nobody are reasons of /health") {
  FakeOutside world;
  world.memory->put("R1", queuedStop(1));  // nobody knows anything else of it
  world.memory->commit();
  world.start(R"({"R2": {}})");
  CPPUNIT_ASSERT_EQUAL(std::string("unserved "), reasons(world));
  world.memory->put("R2", session::DeadLetterRecord{9, stopAt(world.loop.calendar(), 1), 1, "no", {}, {}, 9});
  CPPUNIT_ASSERT_EQUAL(std::string("unserved dead-letters "), reasons(world));
  session::QueuedRecord aside = queuedStop(10);
  aside.setAside = true;
  world.memory->put("R2", aside);
  CPPUNIT_ASSERT_EQUAL(std::string("unserved messages-refused dead-letters "), reasons(world));
}

TEST(healthMoving, "TX-14: chargers that wait to move to another back-end are a reason of /health") {
  FakeOutside world;
  world.start(R"({"R1": {}})");
  world.send("R1", bootRequest());
  world.send("R1", startAt(world.loop.calendar()));
  world.reload(R"({"R1": {"centralUrl": "ws://new/y"}})");
  CPPUNIT_ASSERT_EQUAL(std::string("move-waits "), reasons(world));
}

TEST(healthDisk, "A11: trouble of the disk is a reason of /health; its lines are the store's alone") {
  FakeOutside world;
  world.start(R"({"R1": {}})");
  world.memory->setTrouble(true, "");
  CPPUNIT_ASSERT_EQUAL(std::string("disk "), reasons(world));
  world.memory->setTrouble(false, "read-only");
  CPPUNIT_ASSERT_EQUAL(std::string("disk "), reasons(world));
  world.memory->setTrouble(false, "");
  CPPUNIT_ASSERT_EQUAL(std::string(), reasons(world));
  CPPUNIT_ASSERT(!world.logged("degraded") && !world.logged("recovered"));
}

TEST(healthLog, "C7: lines of the log that nobody took are a reason of /health for a minute") {
  FakeOutside world;
  world.start(R"({"R1": {}})");
  world.log.setstate(std::ios::badbit);
  world.send("R1", bootRequest());
  world.log.clear();
  CPPUNIT_ASSERT_EQUAL(std::string("log "), reasons(world));
  world.loop.pass(minutes(2));
  CPPUNIT_ASSERT_EQUAL(std::string(), reasons(world));
  CPPUNIT_ASSERT_EQUAL(std::size_t{1}, count(world.log.str(), "\"degraded\""));
  CPPUNIT_ASSERT_EQUAL(std::size_t{1}, count(world.log.str(), "\"recovered\""));
}
