// SPDX-License-Identifier: GPL-2.0-or-later
// Everything one event loop of the bridge owns: chargers, codecs, clients. No globals, so there can be several.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "bridge/address_policy.h"
#include "bridge/backend_watch.h"
#include "bridge/chargers_file.h"
#include "bridge/options.h"
#include "bridge/outside.h"
#include "bridge/trace.h"
#include "ocpp_s/envelope.h"

namespace bridge {

class Charger;

/// What the bridge counts; shown by /health.
struct Counters {
  std::uint64_t soapRequests = 0;  ///< Read requests of chargers.
  std::uint64_t soapRefused = 0;   ///< Requests answered by a fault before any session saw them.
  std::uint64_t soapCalls = 0;     ///< Requests sent to chargers.
  std::uint64_t jsonCalls = 0;     ///< CALLs sent to the back-end.
  std::uint64_t jsonRequests = 0;  ///< CALLs of the back-end.
  std::uint64_t notes = 0;         ///< Tolerated deviations of chargers.
  std::array<std::uint64_t, ocpp_s::quirkCount> tolerated{};  ///< The same by kind.
};

class Shard {
 public:
  /// `options` outlives the shard, as does what `outside` refers to. `centralUrl` is the back-end of chargers without
  /// one of their own.
  Shard(const Outside& outside, const Options& options, std::string centralUrl);
  ~Shard();
  Shard(const Shard&) = delete;
  Shard& operator=(const Shard&) = delete;

  /// The charger of that identity: known by file, or taken in because of --auto-register; null for strangers.
  Charger* find(std::string_view identity);
  /// Takes over a new chargers file: settings change, removed chargers are let go, others are untouched.
  void configure(ChargersFile file);
  /// Brings back the chargers that an earlier process kept; once, after the first configure().
  void restore();
  /// Null without --data-dir.
  Store* store() const { return outside_.store; }
  /// Our own endpoint as chargers see it.
  void setPublicUrl(std::string url) {
    addresses_.addOwnUrl(url);
    publicUrl_ = std::move(url);
  }
  /// Which addresses are never called; tell it of every socket that accepts connections.
  AddressPolicy& addresses() { return addresses_; }
  const std::string& publicUrl() const { return publicUrl_; }
  const std::string& centralUrl() const { return centralUrl_; }
  /// The password of chargers without their own, or "".
  const std::string& centralPassword() const { return centralPassword_; }

  /// Answers whoever still waits and closes all WebSockets.
  void drain();
  bool idle() const;
  /// No WebSocket is open or still closing.
  bool disconnected() const;

  const Options& options() const { return options_; }
  const Clock& clock() const { return outside_.clock; }
  Deadlines& deadlines() { return outside_.deadlines; }
  Log& log() { return outside_.log; }
  Trace& trace() { return trace_; }
  ocpp_s::Codec& soap() { return soap_; }
  HttpCaller& calls() { return outside_.calls; }
  WsConnector& central() { return outside_.central; }
  Counters& counters() { return counters_; }
  /// Which back-ends are away, and for how many chargers.
  BackendWatch& backends() { return backends_; }
  const std::unordered_map<std::string, std::unique_ptr<Charger>>& chargers() const { return chargers_; }

 private:
  Charger* add(ChargerConfig config, StoredCharger* stored = nullptr);
  std::optional<ChargerConfig> configOf(const std::string& identity) const;

  Outside outside_;
  const Options& options_;
  Trace trace_;
  AddressPolicy addresses_;
  ocpp_s::Codec soap_;
  Counters counters_;
  BackendWatch backends_;
  std::string centralUrl_, centralPassword_, publicUrl_;
  ChargersFile file_;
  std::unordered_map<std::string, std::unique_ptr<Charger>> chargers_;
};

}  // namespace bridge
