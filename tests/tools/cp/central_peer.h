// SPDX-License-Identifier: GPL-2.0-or-later
// A central system as the peer of a conformance run: we are its charge point, and say just what the scenarios say.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "bridge/http_client.h"
#include "ocpp_s/envelope.h"
#include "tests/tools/common/peer.h"
#include "tests/tools/cp/wire.h"

namespace cp {

class CentralPeer final : public tool::Peer {
 public:
  /// Everything given outlives it.
  explicit CentralPeer(Wire& wire);

  std::string name() const override { return "central system " + options_.central; }
  ocpp::Version version() const override { return options_.version; }
  void watch(tool::Observer observer) override { wire_.watch(std::move(observer)); }
  /// When a BootNotification was accepted; it is repeated while it is Pending or Rejected.
  void meet(Met met) override;
  void send(const tool::Step& step, const std::string& payload, Replied replied) override;
  /// JSON: by operation the payload of its answer; the others are answered with good will.
  void setRules(const std::string& rules, const std::string& place) override;
  /// Options, ids of transactions, and ${call.X} for each simple field of the central system's last request.
  std::vector<Value> values() const override;

 private:
  /// A request on its way.
  struct Written {
    std::size_t action = 0;
    bridge::HttpPost post;
    Message request, reply;
  };

  std::optional<Written> write(const std::string& action, const std::string& payload, std::string& problem);
  Written writeRaw(const std::string& action, const std::string& xml);
  void exchange(std::vector<Written> all, Replied replied);
  void learn(const Message& reply);
  void boot(Met met, std::chrono::steady_clock::time_point end);
  void onCall(Call&& call);

  Wire& wire_;
  const Options& options_;
  ocpp_s::Dialect dialect_;
  ocpp_s::Codec codec_;
  bridge::Timer timer_;
  std::map<std::string, std::string> answers_;  ///< By operation, as JSON.
  std::set<std::string> calls_;                 ///< MessageIDs that were answered.
  Json lastCall_ = Json::object();
  std::vector<Written> last_;
  std::deque<std::string> transactions_{"0", "0"};  ///< The newest one first.
  bridge::HttpClient client_;
};

}  // namespace cp
