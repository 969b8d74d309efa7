// SPDX-License-Identifier: GPL-2.0-or-later
// The central system: answers chargers by the rules, sends them operations, and tells observers of every message.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bridge/address_policy.h"
#include "bridge/http_client.h"
#include "bridge/http_server.h"
#include "bridge/loop.h"
#include "ocpp_s/envelope.h"
#include "tests/tools/common/later.h"
#include "tests/tools/common/message.h"
#include "tests/tools/cs/book.h"
#include "tests/tools/cs/options.h"
#include "tests/tools/cs/rules.h"

namespace cs {

/// What became of an operation. `reply.kind` is Trouble if there was no answer that could be read.
struct Outcome {
  Message request;
  Message reply;
  bool sent = false;  ///< False: `reply.text` says why the operation never left.
  /// Why it never left, for those who must know: a mistake in the command, or a charger that is not there.
  enum class Mistake { None, UnknownCharger, UnknownAction, BadPayload, NoAddress } mistake = Mistake::None;
};

class Central {
 public:
  using Done = std::function<void(const Outcome&)>;

  /// Listens at once. Everything given outlives it. Throws std::runtime_error if the address cannot be used.
  Central(bridge::Loop& loop, const Options& options, Book& book, Rules rules);

  /// Our endpoint as chargers see it.
  const std::string& url() const { return url_; }
  /// Where chargers can fetch a small file by any name, and leave files that nobody reads.
  std::string filesUrl() const { return url_.substr(0, url_.find('/', url_.find("//") + 2)) + "/files/"; }
  Book& book() { return book_; }
  const Rules& rules() const { return rules_; }
  /// From now on chargers are answered by these; failures count anew, and boot statuses begin again.
  void setRules(Rules rules);
  /// Called for each message, in order. Observers must not change the list.
  void watch(Observer observer) { observers_.push_back(std::move(observer)); }
  /// Sends an operation with a payload in the words of OCPP 1.6-J. `done` is called once, perhaps at once.
  void send(const std::string& charger, const std::string& action, const std::string& payload, Done done);

 private:
  struct Arrival;  // a charger's request on its way to the answer

  void onRequest(bridge::HttpRequest&& request, const bridge::Responder& responder);
  void refuse(const ocpp_s::ReadFailure& failure, const bridge::HttpRequest& request,
              const bridge::Responder& responder);
  void learn(const ocpp_s::RequestMessage& message, const std::string& peer, Message& told);
  void decide(const std::shared_ptr<Arrival>& arrival);
  void deliver(const Arrival& arrival);
  bool prepare(Outcome& outcome, const KnownCharger& known, const ocpp::Request& request, bridge::HttpPost& post);
  void tell(Message& message);

  bridge::Loop& loop_;
  const Options& options_;
  Book& book_;
  Rules rules_;
  FailurePlan plan_;
  ocpp_s::Codec codec_;
  bridge::AddressPolicy addresses_;
  std::vector<Observer> observers_;
  tool::Later later_;
  bridge::HttpClient client_;
  bridge::HttpServer server_;
  std::string url_;
};

}  // namespace cs
