// SPDX-License-Identifier: GPL-2.0-or-later
// Whatever happens in whatever order: one CALL per direction, every request answered once, nothing accepted is lost.
#include <random>

#include "tests/support/chaos.h"
#include "tests/support/test.h"

TEST(
    anyOrder,
    "SM-10, SM-11, TX-9: whatever happens, one CALL per direction is open, everyone is answered exactly once, and what "
    "was accepted is delivered, over power cuts and full disks") {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    session::Settings settings;
    settings.durable = seed % 2 == 0;
    settings.startOffline = static_cast<session::StartOffline>(seed % 3);
    settings.pendingPolicy = static_cast<session::PendingPolicy>(seed / 2 % 2);
    settings.bootReplayAlways = seed % 5 == 0;
    settings.inferPower = seed % 4 == 0;
    settings.callErrorForUnsupported = seed % 7 == 0;
    std::mt19937 engine(seed * 100);
    test::Chaos chaos([&](std::int64_t most) { return std::uniform_int_distribution<std::int64_t>(0, most)(engine); },
                      static_cast<ocpp::Version>(seed % 3), settings);
    for (int i = 0; i < 400; ++i) chaos.step();
    chaos.finish();
  }
}
