// SPDX-License-Identifier: GPL-2.0-or-later
// Reloads, clock jumps, kills, outages, evil back-ends and full disks in any order, against the real Access, Endpoint,
// Shard and Chargers. CHAOS_SESSIONS and CHAOS_SEED say how many and which; `make crash-test` runs 10,000.
#include <cstdlib>
#include <iostream>
#include <random>

#include "tests/support/bridge_chaos.h"
#include "tests/unit/bridge/store_fixture.h"

namespace {

unsigned number(const char* variable, unsigned otherwise) {
  const char* text = std::getenv(variable);
  return text ? static_cast<unsigned>(std::strtoul(text, nullptr, 10)) : otherwise;
}

/// `story` gets what happened, and the log of it if it ends badly.
void session(unsigned seed, test::ChaosCounts& counts, std::string* story) {
  std::mt19937 engine(seed);
  const auto dice = [&](std::int64_t most) { return std::uniform_int_distribution<std::int64_t>(0, most)(engine); };
  const bool sqlite = seed % 25 == 0;
  test::TempDir directory;
  test::BridgeChaos chaos(dice, counts, sqlite ? test::FakeOutside::Disk::Sqlite : test::FakeOutside::Disk::Memory,
                          directory.path());
  if (story) chaos.tell = [story](const std::string& line) { *story += line + "\n"; };
  const auto steps = 60 + seed % 100;
  try {
    for (unsigned i = 0; i < steps; ++i) chaos.step();
    chaos.finish();
  } catch (const std::exception&) {
    if (story) *story += chaos.log();
    throw;
  }
}

}  // namespace

TEST(bridgeChaos,
     "TX-1, TX-9, TX-14, TX-15, ER-3, B1: over reloads, clock jumps, kills, outages, evil back-ends and full disks in "
     "any "
     "order, what chargers believe is what the back-ends have") {
  const unsigned sessions = number("CHAOS_SESSIONS", 500);
  const unsigned first = number("CHAOS_SEED", std::random_device{}() % 1'000'000 * 1000);
  std::cout << "chaos: " << sessions << " sessions from CHAOS_SEED=" << first << std::endl;
  test::ChaosCounts counts;
  for (unsigned seed = first; seed < first + sessions; ++seed) try {
      session(seed, counts, nullptr);
    } catch (const std::exception& broken) {
      std::string story;
      test::ChaosCounts again;
      try {
        session(seed, again, &story);
      } catch (const std::exception&) {}
      CPPUNIT_FAIL("CHAOS_SEED=" + std::to_string(seed) + " CHAOS_SESSIONS=1: " + broken.what() + "\n" +
                   (std::getenv("CHAOS_STORY") ? story : ""));
    }
  std::cout << "chaos: " << counts.text() << std::endl;
}
