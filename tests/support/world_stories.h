// SPDX-License-Identifier: GPL-2.0-or-later
// What happens in a simulated world in several tests.
#pragma once

#include <functional>
#include <string>

#include "tests/support/fake_outside.h"
#include "tests/unit/bridge/store_fixture.h"

namespace test {

/// An AuthorizationKey that a back-end sets, and how it is written (CK-4: 16 to 20 bytes in hexadecimal digits).
constexpr const char* newKey = "new-key-of-16-by";
constexpr const char* newKeyHex = "6e65772d6b65792d6f662d31362d6279";

/// The story with a disk in memory, and again with SQLite.
inline void onBothDisks(const std::function<void(FakeOutside&)>& story) {
  {
    FakeOutside memory(FakeOutside::Disk::Memory);
    story(memory);
  }
  const TempDir dir;
  FakeOutside sqlite(FakeOutside::Disk::Sqlite);
  sqlite.directory = dir.path();
  story(sqlite);
}

/// A charger begins and ends a transaction while its back-end is away; the id that it was given.
inline std::int64_t outage(FakeOutside& world, const std::string& identity, int meter,
                           const std::string& url = "ws://central/ocpp") {
  world.backends.at(url).up = false;
  if (const auto link = world.backends.linkOf(identity)) link->close(1006);
  world.loop.run();
  const ocpp::Instant at = world.loop.calendar();
  const auto started = world.send(identity, startAt(at, 1, "TAG", meter));
  world.loop.pass(std::chrono::minutes(1));
  const std::int64_t id = started->as<ocpp::StartTransaction>().transactionId.value;
  const auto stopped = world.send(identity, stopAt(at + std::chrono::minutes(1), id, meter + 500));
  world.loop.pass(std::chrono::minutes(1));
  stopped->as<ocpp::StopTransaction>();
  return id;
}

/// The meters of the transactions that a back-end has, in order: "R1:1000-1500 R1:2000-open ".
inline std::string billed(FakeOutside& world, const std::string& url = "ws://central/ocpp") {
  std::string all;
  for (const auto& [identity, central] : world.backends.at(url).centrals)
    for (const auto& [id, tx] : central.transactions)
      all += identity + ":" + std::to_string(tx.start.meterStart) + "-" +
             (tx.stop ? std::to_string(tx.stop->meterStop) : "open") + " ";
  return all;
}

}  // namespace test
