// SPDX-License-Identifier: GPL-2.0-or-later
// SIGHUP reads the password of all chargers again, also for back-ends that a charger is about to leave (C8, TX-14,
// TX-15).
#include <fstream>

#include "tests/support/world_stories.h"

using namespace ocpp;
using namespace test;
using std::chrono::minutes;

namespace {

struct Shared : FakeOutside {
  TempDir dir;
  std::string file = dir.path() + "/password";
  Shared() {
    says("first");
    options.centralPasswordFile = file;
    start(R"({"R1": {}})");
    accepts("ws://central/ocpp", "first");
    send("R1", bootRequest());
    loop.pass(minutes(1));
    CPPUNIT_ASSERT_EQUAL(std::string("first"), backends.linkOf("R1")->target.password);
  }
  ~Shared() { kill(); }
  void says(const char* password) {
    std::ofstream(file) << password << "\n";
    std::filesystem::permissions(file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }
  void accepts(const std::string& url, std::string password) {
    backends.at(url).judge = [password](const bridge::WsTarget& target) {
      return target.password == password ? 0 : 401;
    };
  }
  /// SIGHUP, as bridge/main.cpp does it.
  void hangup(const char* chargersFile) {
    shard().renewCentralPassword();
    reload(chargersFile);
  }
};

}  // namespace

TEST(centralPasswordRenewed, "C8: SIGHUP reads --central-password-file again, and the link is dialled with it") {
  Shared world;
  world.says("second");
  world.accepts("ws://central/ocpp", "second");
  world.hangup(R"({"R1": {}})");
  world.loop.pass(minutes(1));
  CPPUNIT_ASSERT(world.backends.linkOf("R1"));
  CPPUNIT_ASSERT_EQUAL(std::string("second"), world.backends.linkOf("R1")->target.password);
}

TEST(centralPasswordMoving,
     "C8, TX-14: a charger that waits to move delivers to the former back-end with the new one") {
  Shared world;
  const std::int64_t id = world.send("R1", startAt(world.loop.calendar()))->as<StartTransaction>().transactionId.value;
  world.loop.pass(minutes(1));
  const char* moved = R"({"R1": {"centralUrl": "ws://new/y"}})";
  world.reload(moved);
  CPPUNIT_ASSERT(world.charger("R1")->next());
  world.says("second");
  for (const char* url : {"ws://central/ocpp", "ws://new/y"}) world.accepts(url, "second");
  world.hangup(moved);
  world.loop.pass(minutes(1));
  world.send("R1", stopAt(world.loop.calendar(), id));
  world.loop.pass(minutes(5));
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), world.backends.at("ws://central/ocpp").all<StopTransaction>().size());
  CPPUNIT_ASSERT_EQUAL(std::string("ws://new/y/R1"), world.backends.linkOf("R1")->target.url);
  CPPUNIT_ASSERT_EQUAL(std::string("second"), world.backends.linkOf("R1")->target.password);
}

TEST(centralPasswordLeaving, "C8, TX-15: a charger that leaves delivers the rest with the new one") {
  Shared world;
  outage(world, "R1", 1000);
  world.reload("{}");
  CPPUNIT_ASSERT(world.charger("R1")->leaving());
  world.says("second");
  world.accepts("ws://central/ocpp", "second");
  world.hangup("{}");
  world.backends.at("ws://central/ocpp").up = true;
  world.loop.pass(minutes(10));
  CPPUNIT_ASSERT_EQUAL(std::string("R1:1000-1500 "), billed(world));
  CPPUNIT_ASSERT(!world.charger("R1"));
}
