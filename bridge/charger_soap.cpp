// SPDX-License-Identifier: GPL-2.0-or-later
// The SOAP side of a Charger: answers to its requests, and our requests to it.
#include <algorithm>
#include <stdexcept>

#include "bridge/charger.h"
#include "bridge/charger_reply.h"
#include "bridge/random_id.h"

namespace bridge {

namespace {

constexpr std::size_t mostPosts = 10000;  // of all chargers; each has one at most (SM-11)

}  // namespace

void Charger::execute(session::AnswerCharger& effect) {
  const auto found =
      std::find_if(waiting_.begin(), waiting_.end(), [&](const Waiting& w) { return w.exchange == effect.exchange; });
  if (found == waiting_.end()) return;
  const Waiting waiting = std::move(*found);
  waiting_.erase(found);
  const ocpp_s::Dialect dialect = ocpp_s::answering(effect.version, waiting.soap11, waiting.wsa2004);
  ocpp_s::Header header;
  header.chargeBoxIdentity = config_.identity;
  header.messageId = "urn:uuid:" + newUuid();
  header.relatesTo = waiting.request.messageId;
  HttpResponse response;
  response.body.reserve(1000);
  const auto fault = [&](const ocpp::Fault& what) {
    ocpp_s::Codec::writeFault(response.body, dialect, ocpp::Role::CentralSystem, header, what);
    response.status = ocpp_s::httpStatus(dialect, what);
  };
  try {
    if (effect.result)
      shard_.soap().writeReply(response.body, dialect, ocpp::Role::CentralSystem, header, *effect.result);
    else
      fault(effect.result.fault());
  } catch (const std::logic_error& why) { fault(unspeakableMessage(why)); }
  response.headers.add("Content-Type", ocpp_s::contentType(dialect));
  if (shard_.trace().on()) {
    const std::string action = effect.result ? std::string(ocpp::actionName(*effect.result)) + " response" : "fault";
    shard_.trace().add({TracedMessage::Wire::Soap, TracedMessage::Way::Out, action, response.body});
  }
  waiting.responder.respond(std::move(response));
}

void Charger::execute(session::ToCharger& effect) {
  call(effect, wallClock() + std::chrono::seconds(shard_.options().chargerTimeout));
}

/// `end`: when the answer must be complete, of all attempts.
void Charger::call(session::ToCharger& effect, ocpp::Instant end) {
  if (book_.url().empty()) {
    session_.fromCharger(session::ChargerReply{effect.id, {}, session::ChargerFailure::NoCallbackUrl, {}}, wallClock());
    return;
  }
  if (shard_.http().inFlight() >= mostPosts) {
    ocpp::Fault busy{ocpp::FaultCode::InternalError, "too many requests to chargers are under way"};
    session_.fromCharger({effect.id, {}, session::ChargerFailure::Unreachable, std::move(busy)}, wallClock());
    return;
  }
  ocpp_s::Dialect dialect = ocpp_s::dialectFor(effect.version);
  dialect.mustUnderstand = dialect.mustUnderstand && !refusesMustUnderstand_;
  const std::string action(ocpp::actionName(effect.request));
  ocpp_s::Header header;  // WA-1
  header.chargeBoxIdentity = config_.identity;
  header.messageId = "urn:uuid:" + newUuid();
  header.from = shard_.publicUrl();
  header.to = book_.url();
  HttpPost post;
  addressPost(post);
  post.headers.add("Content-Type", ocpp_s::contentType(dialect, "/" + action));
  try {
    shard_.soap().writeRequest(post.body, dialect, ocpp::Role::ChargePoint, header, effect.request);
  } catch (const std::logic_error& why) {
    session_.fromCharger({effect.id, {}, session::ChargerFailure::Malformed, unspeakableMessage(why)}, wallClock());
    return;
  }
  post.totalTimeoutMs = static_cast<int>(std::max(ocpp::Duration(0), end - wallClock()).count());
  post.connectTimeoutMs = static_cast<int>(shard_.options().chargerConnectTimeout * 1000);
  post.maxBody = shard_.options().limits.body;
  ++shard_.counters().soapCalls;
  if (shard_.trace().on()) shard_.trace().add({TracedMessage::Wire::Soap, TracedMessage::Way::Out, action, post.body});
  const auto slot = std::make_shared<std::uint64_t>(0);
  std::string url = post.url;
  *slot = shard_.http().post(
      std::move(post), [this, sent = effect, url = std::move(url), end, slot](HttpResult&& result) mutable {
        posts_.erase(std::remove(posts_.begin(), posts_.end(), *slot), posts_.end());
        session::ToCharger request = std::move(sent);  // this function object may be gone after the next line
        const std::string called = std::move(url);
        onHttpResult(request, called, end, std::move(result));
      });
  posts_.push_back(*slot);
}

void Charger::onHttpResult(session::ToCharger& sent, const std::string& url, ocpp::Instant end, HttpResult&& result) {
  const std::size_t action = sent.request.index();
  session::ChargerReply reply = readChargerReply(shard_.soap(), action, result);
  reply.id = sent.id;
  if (shard_.trace().on() && result.outcome == HttpResult::Outcome::Answered)
    shard_.trace().add({TracedMessage::Wire::Soap, TracedMessage::Way::In,
                        std::string(ocpp::Actions::names[action]) + " response", result.response.body});
  if (judgeCall(url, reply)) {  // SM-11: nothing was sent
    call(sent, end);
    return pump();
  }
  if (reply.failure == session::ChargerFailure::Faulted && reply.fault.code == ocpp::FaultCode::MustUnderstand &&
      !refusesMustUnderstand_) {  // ER-2: once more without the attributes, and never again with them
    refusesMustUnderstand_ = true;
    log(session::Level::Warning, "quirk", "does not take mustUnderstand; sent again without");
    call(sent, end);
    return pump();
  }
  if (reply.failure != session::ChargerFailure::None)
    log(session::Level::Warning, "charger-failed",
        std::string(ocpp::Actions::names[action]) + ": " + reply.fault.description);
  session_.fromCharger(std::move(reply), wallClock());
  pump();
}

}  // namespace bridge
