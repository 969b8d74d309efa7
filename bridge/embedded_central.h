// SPDX-License-Identifier: GPL-2.0-or-later
// The embedded back-end: a small OCPP 1.6-J central system on loopback, so that a newcomer needs nothing else.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "bridge/log.h"
#include "bridge/loop.h"
#include "bridge/ws_server.h"
#include "ocpp/messages.h"
#include "ocpp_j/frame.h"

namespace bridge {

/// Accepts every boot and every tag, hands out transaction ids and remembers transactions while it lives. For trials
/// and demonstrations: it asks nobody who they are.
class EmbeddedCentral {
 public:
  /// Listens on a free port of 127.0.0.1.
  EmbeddedCentral(Loop& loop, Log& log);
  /// Whoever waits for a charger's answer is told that there is none (FIELD A4).
  ~EmbeddedCentral();
  EmbeddedCentral(const EmbeddedCentral&) = delete;
  EmbeddedCentral& operator=(const EmbeddedCentral&) = delete;

  /// ws://127.0.0.1:PORT/central
  std::string url() const;

  /// The answer of a charger: HTTP status and JSON text.
  using Done = std::function<void(int status, std::string json)>;
  /// Sends a CALL to the charger; `payload` is the JSON of its payload. `done` is called once, perhaps at once.
  void call(const std::string& identity, const std::string& action, const std::string& payload, Done done);

  /// Chargers, transactions and what was received, as JSON.
  std::string report() const;

 private:
  struct Transaction {
    std::int64_t id;
    std::string identity, idTag;
    int connectorId, meterStart;
    ocpp::Instant start;
    std::optional<ocpp::StopTransaction::Request> stop;
    std::size_t meterValues = 0;
  };
  struct Peer {
    std::string identity;
    std::unordered_map<std::string, Done> waiting;
  };

  void onMessage(std::uint64_t connection, std::string&& text);
  ocpp::Result<ocpp::Response> answer(const std::string& identity, const ocpp::Request& request);
  ocpp::StartTransaction::Response start(const std::string& identity, const ocpp::StartTransaction::Request& request);

  Log& log_;
  std::unordered_map<std::uint64_t, Peer> peers_;
  std::map<std::string, std::uint64_t> byIdentity_;
  std::vector<Transaction> transactions_;
  std::int64_t nextTransaction_ = 1;
  std::size_t calls_ = 0;
  WsServer server_;
};

}  // namespace bridge
