// SPDX-License-Identifier: GPL-2.0-or-later
// SIGHUP with thousands of chargers: read beside the loop, taken over in slices, and nobody is served by the old rules.
#include "bridge/reloader.h"

#include <fstream>

#include "tests/support/world_stories.h"
#include "tests/unit/bridge/whole_bridge.h"

using namespace ocpp;
using namespace test;
using std::chrono::minutes;

namespace {

constexpr const char* chargersName = "chargers.json";

std::string fleet(int count, const std::string& entry, int without = -1) {
  std::string all = "{";
  for (int i = 0; i < count; ++i)
    if (i != without) all += (all.size() > 1 ? ",\n" : "\n") + ("\"CP" + std::to_string(i)) + "\": " + entry;
  return all + "}";
}

/// A whole bridge with a chargers file and what SIGHUP does.
struct Bench {
  Bench()
      : bridge(with(dir)),
        source(bridge.options),
        reloader(bridge.loop, source, bridge.access, bridge.shard, bridge.log, chargersName) {
    write("{}");
    source.load();
    reloader.onDone([this] { ++done; });
  }
  static bridge::Options with(const TempDir& dir) {
    bridge::Options options;
    options.centralUrl = "ws://127.0.0.1:1/";
    options.chargersFile = dir.path() + "/" + chargersName;
    return options;
  }
  void write(const std::string& text) const { std::ofstream(bridge.options.chargersFile) << text; }
  void reload(int times = 1) {
    const int before = done;
    for (int i = 0; i < times; ++i) reloader.begin();
    waitFor(
        bridge.loop, "the reload", [&] { return done > before; }, 30000);
  }
  bool told(const std::string& text) const { return bridge.told(text); }

  TempDir dir;
  WholeBridge bridge;
  bridge::ChargersSource source;
  bridge::Reloader reloader;
  int done = 0;
};

}  // namespace

TEST(reloaderTakesOver,
     "C8: SIGHUP takes over what is right, names what is wrong, and keeps all if nothing can be read") {
  Bench bench;
  bench.write(fleet(5, "{}"));
  bench.reload();
  CPPUNIT_ASSERT_MESSAGE(bench.bridge.lines.str(), bench.told("reloaded: chargers.json: 5 added"));
  bench.write(R"({"CP0": {}, "CP1": {"connectors": 0}, "CP2": {}, "CP9": {}})");
  bench.reload();
  CPPUNIT_ASSERT_MESSAGE(bench.bridge.lines.str(), bench.told("1 added, 2 removed"));
  CPPUNIT_ASSERT(bench.told("reload-failed") && bench.told("this charger's former settings stay"));
  bench.write("{");
  bench.reload();
  CPPUNIT_ASSERT(bench.told("what was there before stays") && bench.bridge.shard.knows("CP9"));
}

TEST(reloaderAgain, "C8: SIGHUP while the file is being read is not lost: it is read again") {
  Bench bench;
  bench.write(fleet(2000, "{}"));
  bench.reloader.begin();
  bench.write(fleet(2000, "{}", 7));
  bench.reloader.begin();
  waitFor(
      bench.bridge.loop, "both", [&] { return bench.done == 2; }, 30000);
  CPPUNIT_ASSERT(!bench.bridge.shard.knows("CP7") && bench.bridge.shard.knows("CP8"));
}

TEST(reloadSlices, "A5: while a reload goes on a charger is served only as the new file says, and each turn is short") {
  FakeOutside world;
  world.start(fleet(1000, R"({"connectors": 1})"));
  for (int i = 0; i < 1000; ++i) world.send("CP" + std::to_string(i), Heartbeat::Request{});
  bridge::ChargersFile file = bridge::parseChargers(fleet(1000, R"({"connectors": 2})", 7), "chargers");
  world.access().configure(file);
  std::optional<bridge::Reloaded> did;
  world.shard().configure(std::move(file), [&](const bridge::Reloaded& report) { did = report; });
  CPPUNIT_ASSERT_MESSAGE("nothing at once", !did && world.charger("CP3")->config().connectors == 1);
  bridge::Charger* served = nullptr;
  world.shard().serve("CP3", [&](bridge::Charger* charger) { served = charger; });
  CPPUNIT_ASSERT(served && served->config().connectors == 2);
  CPPUNIT_ASSERT_MESSAGE("who is removed is not served meanwhile",
                         world.shard().serve("CP7", [](bridge::Charger*) {}) == bridge::Shard::Service::Unknown);
  world.loop.pass(std::chrono::seconds(1));
  CPPUNIT_ASSERT(did);
  CPPUNIT_ASSERT_EQUAL(std::string("999 changed, 1 removed"), did->text());
  CPPUNIT_ASSERT_EQUAL(2, *world.charger("CP999")->config().connectors);
}

TEST(reloadInReload, "A5: a reload within a reload ends the first one, and the last file holds") {
  FakeOutside world;
  world.start(fleet(600, "{}"));
  for (int i = 0; i < 600; ++i) world.send("CP" + std::to_string(i), Heartbeat::Request{});
  std::string order;
  world.shard().configure(bridge::parseChargers(fleet(600, R"({"connectors": 2})"), "chargers"),
                          [&](const bridge::Reloaded& report) { order += "first: " + report.text() + "; "; });
  world.shard().configure(bridge::parseChargers(fleet(600, R"({"connectors": 3})"), "chargers"),
                          [&](const bridge::Reloaded& report) { order += "second: " + report.text(); });
  world.loop.pass(std::chrono::seconds(1));
  CPPUNIT_ASSERT_EQUAL(std::string("first: 600 changed; second: 600 changed"), order);
  CPPUNIT_ASSERT_EQUAL(3, *world.charger("CP1")->config().connectors);
}
