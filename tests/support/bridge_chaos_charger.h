// SPDX-License-Identifier: GPL-2.0-or-later
// What a BridgeChaos counts, and the chargers that live in it.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/bridge_chaos_books.h"
#include "tests/support/fake_soap.h"

namespace test {

/// How often what was done; for people who want to know what a run was worth.
struct ChaosCounts {
  std::size_t sessions = 0, transactions = 0, messages = 0, reloads = 0, jumps = 0, kills = 0, outages = 0, evil = 0,
              fullDisks = 0, deadLetters = 0, commands = 0, nameless = 0, namelessForwarded = 0;
  std::string text() const {
    return std::to_string(sessions) + " sessions, " + std::to_string(transactions) + " transactions, " +
           std::to_string(messages) + " messages, " + std::to_string(reloads) + " reloads, " + std::to_string(jumps) +
           " clock jumps, " + std::to_string(kills) + " kills, " + std::to_string(outages) + " outages, " +
           std::to_string(evil) + " evil answers, " + std::to_string(fullDisks) + " full disks, " +
           std::to_string(deadLetters) + " dead letters, " + std::to_string(commands) + " commands, " +
           std::to_string(nameless) + " stops without number, " + std::to_string(namelessForwarded) +
           " of them forwarded so";
  }
};

/// An honest charger: says one thing at a time, repeats it word for word until it is taken, and has a clock of its own.
struct ModelCharger {
  std::string identity;
  std::vector<Believed> beliefs;
  std::map<int, std::size_t> running;  ///< By connector: index into beliefs.
  std::optional<ocpp::Request> saying;
  std::string messageId;
  SoapExchangePtr exchange;
  ocpp::Steady asked{};
  ocpp::Instant clock{};
  int meter = 1000;
  bool clockless = false;               ///< It says every start alike (SM-7), and often no number with its stop (TX-3).
  std::optional<std::size_t> stopping;  ///< Whose stop it says: index into beliefs.

  /// Whole seconds, never the same twice: that is what a message is known by.
  ocpp::Instant tick() {
    if (clockless) return ocpp::Instant(std::chrono::hours(24) * 10957);  // 2000
    clock = std::chrono::floor<std::chrono::seconds>(clock) + std::chrono::seconds(1);
    return clock;
  }
  /// Whoever was asked about its start dies or is taken from it before it has an answer: a back-end may have heard.
  void mayBeHeardOf() {
    if (saying && ocpp::is<ocpp::StartTransaction>(*saying)) beliefs.back().uncertain = true;
  }
  /// Nothing is known of what runs there any more.
  void strayIn(BridgeBooks& books) const {
    for (const auto& [connector, index] : running)
      if (const auto id = beliefs[index].id) books.stray(identity, *id);
  }
  Believed* byId(std::int64_t id) {
    for (Believed& each : beliefs)
      if (each.id == id) return &each;
    return nullptr;
  }
  ocpp::Request valuesOf(const Believed& believed) {
    ocpp::MeterValues::Request values;
    values.connectorId = believed.connector;
    values.transactionId = ocpp::TransactionId{*believed.id};
    ocpp::MeterValue reading;
    reading.timestamp = {tick(), true};
    reading.sampledValue.push_back({ocpp::Opaque<0>(std::to_string(meter += 7)), {}, {}, {}, {}, {}, {}});
    values.meterValue.push_back(reading);
    return values;
  }
};

}  // namespace test
