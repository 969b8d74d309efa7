// SPDX-License-Identifier: GPL-2.0-or-later
// What becomes of records that a full disk has refused.
#include <algorithm>

#include "tests/support/world_stories.h"

using namespace test;
using std::chrono::seconds;

namespace {

constexpr const char* one = R"({"R1": {}})";
constexpr const char* none = "{}";

}  // namespace

TEST(fullDiskAgain,
     "what a full disk has not taken is handed to it again although nobody says anything: a delivered message does not "
     "wait in the queue, and a charger that leaves does leave") {
  FakeOutside world;
  world.start(one);
  outage(world, "R1", 1000);
  const auto queued = [&] {
    const auto all = world.memory->content("R1");
    return std::count_if(all.begin(), all.end(), [](const bridge::StoredRecord& each) {
      return std::holds_alternative<session::QueuedRecord>(each);
    });
  };
  world.backends.at("ws://central/ocpp").up = true;
  world.memory->failAll("disk full");
  world.loop.pass(seconds(300));
  CPPUNIT_ASSERT_EQUAL(std::string("R1:1000-1500 "), billed(world));
  CPPUNIT_ASSERT(queued() != 0);
  world.memory->failAll("");
  world.loop.pass(seconds(40));
  CPPUNIT_ASSERT_EQUAL(std::ptrdiff_t(0), queued());

  world.memory->failNext("disk full");
  world.reload(none);
  world.loop.pass(seconds(40));
  CPPUNIT_ASSERT_EQUAL(std::size_t(0), world.shard().chargers().size());
}
