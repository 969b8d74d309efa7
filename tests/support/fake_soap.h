// SPDX-License-Identifier: GPL-2.0-or-later
// Chargers behind simulated HTTP: requests to the bridge that wait for their answers, and posts of the bridge to them.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "bridge/http_client.h"
#include "bridge/http_server.h"
#include "ocpp_s/envelope.h"
#include "tests/support/fake_loop.h"
#include "tests/support/test.h"

namespace test {

/// One HTTP exchange of a charger with the bridge.
class SoapExchange : public bridge::AnswerSink {
 public:
  SoapExchange(std::size_t action, std::shared_ptr<ocpp_s::Codec> codec) : action_(action), codec_(std::move(codec)) {}

  bool wants(std::uint64_t) const override { return !left && !response && !unanswered; }
  void answer(std::uint64_t, bridge::HttpResponse&& given) override {
    response = std::move(given);
    if (onAnswer) onAnswer();
  }
  void breakOff(std::uint64_t, std::string_view) override { unanswered = true; }
  void leaveUnanswered(std::uint64_t) override { unanswered = true; }

  /// The charger goes away.
  void leave() { left = true; }
  bool answered() const { return response.has_value(); }
  int status() const { return response ? response->status : 0; }
  /// The OCPP answer; nothing for Faults and HTTP errors.
  std::optional<ocpp::Response> reply() const {
    if (!response || response->status != 200) return std::nullopt;
    auto read = codec_->readReply(response->body, action_);
    auto* good = std::get_if<ocpp::Response>(&read.outcome);
    return good ? std::optional(std::move(*good)) : std::nullopt;
  }
  template <class M>
  typename M::Response as() const {
    const auto got = reply();
    CPPUNIT_ASSERT_MESSAGE(response ? response->body : "no answer", got.has_value());
    return std::get<typename M::Response>(*got);
  }

  std::optional<bridge::HttpResponse> response;
  bool left = false, unanswered = false;
  std::function<void()> onAnswer;

 private:
  std::size_t action_;
  std::shared_ptr<ocpp_s::Codec> codec_;
};
using SoapExchangePtr = std::shared_ptr<SoapExchange>;

/// Posts of the bridge to chargers. Without `onPost`, or when that says nothing, they wait until a test answers or
/// their time is over.
class FakeCaller : public bridge::HttpCaller {
 public:
  explicit FakeCaller(FakeLoop& loop) : loop_(loop) {}

  struct Post {
    bridge::HttpPost sent;
    Done done;
  };
  std::map<std::uint64_t, Post> waiting;
  std::size_t posted = 0, cancelled = 0;
  std::function<std::optional<bridge::HttpResult>(const bridge::HttpPost&)> onPost;

  std::uint64_t post(bridge::HttpPost&& request, Done done) override {
    const std::uint64_t id = ++posted;
    const int patience = request.totalTimeoutMs;
    waiting[id] = {std::move(request), std::move(done)};
    loop_.post([this, id] {
      const auto asked = waiting.find(id);
      if (asked == waiting.end() || !onPost) return;
      if (auto result = onPost(asked->second.sent)) finish(id, std::move(*result));
    });
    loop_.after(ocpp::Duration(patience), [this, id] {
      finish(id, {bridge::HttpResult::Outcome::Timeout, "no answer", false, {}});
    });
    return id;
  }
  void cancel(std::uint64_t id) override { cancelled += waiting.erase(id); }
  std::size_t inFlight() const override { return waiting.size(); }
  void finish(std::uint64_t id, bridge::HttpResult&& result) {
    auto asked = waiting.extract(id);
    if (!asked.empty()) asked.mapped().done(std::move(result));
  }
  /// The oldest one that waits, as a message.
  std::optional<ocpp_s::RequestMessage> oldest() {
    if (waiting.empty()) return std::nullopt;
    return read(waiting.begin()->second.sent);
  }
  static std::optional<ocpp_s::RequestMessage> read(const bridge::HttpPost& post) {
    ocpp_s::Codec codec;
    auto read = codec.readRequest(post.body, ocpp::Role::ChargePoint);
    auto* message = std::get_if<ocpp_s::RequestMessage>(&read);
    return message ? std::optional(std::move(*message)) : std::nullopt;
  }
  /// What a charger answers to it.
  static bridge::HttpResult reply(const bridge::HttpPost& post, const ocpp::Response& response) {
    const auto asked = read(post);
    CPPUNIT_ASSERT_MESSAGE(post.body, asked.has_value());
    ocpp_s::Codec codec;
    ocpp_s::Header header;
    header.relatesTo = asked->header.messageId;
    bridge::HttpResult result;
    result.outcome = bridge::HttpResult::Outcome::Answered;
    const auto dialect = ocpp_s::dialectFor(*asked->version, asked->manner);
    codec.writeReply(result.response.body, dialect, ocpp::Role::ChargePoint, header, response);
    result.response.headers.add("Content-Type", ocpp_s::replyContentType(dialect));
    return result;
  }

 private:
  FakeLoop& loop_;
};

}  // namespace test
