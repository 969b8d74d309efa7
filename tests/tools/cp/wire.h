// SPDX-License-Identifier: GPL-2.0-or-later
// SOAP over HTTP for all charge points of the process: our requests, the central system's, and who watches them.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "bridge/http_client.h"
#include "bridge/http_server.h"
#include "bridge/loop.h"
#include "ocpp/messages.h"
#include "ocpp_s/envelope.h"
#include "station/effect.h"
#include "tests/tools/common/later.h"
#include "tests/tools/common/message.h"
#include "tests/tools/cp/mischief.h"
#include "tests/tools/cp/numbers.h"
#include "tests/tools/cp/options.h"

namespace cp {

using tool::Json;
using tool::Message;

/// How the central system is connected to.
bridge::HttpClientOptions clientOptions(const Options& options);

/// The central system's request on its way to the answer.
struct Call {
  ocpp_s::RequestMessage message;
  bridge::Responder responder;
};

class Wire {
 public:
  using Answered = std::function<void(std::variant<ocpp::Response, station::NoResponse>)>;
  using Called = std::function<void(Call&&)>;

  /// Listens at once. Everything given outlives it. Throws std::runtime_error if the address cannot be used.
  Wire(bridge::Loop& loop, const Options& options);

  /// The central system may call this charge point from now on. With --source each one added speaks from the next
  /// address.
  void add(const std::string& id, Called called);
  /// Where it calls.
  std::string url(const std::string& id) const;
  /// `answered` is called once, from the loop, unless cancelled.
  std::uint64_t send(const std::string& id, const ocpp::Request& request, Answered answered);
  void cancel(std::uint64_t exchange) { client_.cancel(exchange); }
  void answer(const std::string& id, const Call& call, const ocpp::Result<ocpp::Response>& result);
  /// What is done to all answers from now on.
  void misbehave(Misbehaviour how) { misbehaviour_ = std::move(how); }

  /// Header and HTTP part of a request, for those who write the envelope themselves.
  ocpp_s::Header header(const std::string& id, const std::string& messageId) const;
  bridge::HttpPost post(const std::string& id, const std::string& action) const;
  /// Tells observers of a message that did not pass through here.
  void tell(Message& message);

  /// Called for each message, in order.
  void watch(tool::Observer observer) { observers_.push_back(std::move(observer)); }
  const Numbers& numbers() const { return numbers_; }
  bridge::Loop& loop() { return loop_; }
  const Options& options() const { return options_; }

 private:
  struct Sent;
  void onAnswer(const Sent& sent, bridge::HttpResult&& result);
  void onCall(bridge::HttpRequest&& request, const bridge::Responder& responder);
  void refuse(const ocpp_s::Incoming& incoming, const ocpp::Fault& fault, const std::string& xml,
              const bridge::Responder& responder);
  bool watched() const { return !observers_.empty(); }
  /// The charge point that is meant: by the header, else by the path.
  std::string addressee(const ocpp_s::Header& header, std::string_view path) const;

  bridge::Loop& loop_;
  const Options& options_;
  ocpp_s::Dialect dialect_;
  ocpp_s::Codec codec_;
  Numbers numbers_;
  std::string authorization_, callbackAuthorization_;
  struct Member {
    Called called;
    std::string source;
  };
  std::map<std::string, Member> points_;
  std::vector<tool::Observer> observers_;
  bridge::HttpClient client_;
  bridge::HttpServer server_;
  std::string base_;
  Misbehaviour misbehaviour_;
  tool::Later later_;
};

}  // namespace cp
