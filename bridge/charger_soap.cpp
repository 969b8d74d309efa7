// SPDX-License-Identifier: GPL-2.0-or-later
// The SOAP side of a Charger: answers to its requests, and our requests to it.
#include <algorithm>
#include <stdexcept>

#include "bridge/charger.h"
#include "bridge/charger_reply.h"
#include "bridge/random_id.h"

namespace bridge {

namespace {

/// Faults of addressing that tell which switch would help (QUIRKS F6).
struct Hint {
  std::string_view fault, advice;
};
constexpr Hint hints[] = {
    {"MessageAddressingHeaderRequired", "wants all addressing headers: not profile minimal12 or cxf"},
    {"InvalidAddressingHeader", "wants other addressing headers: try profile oca, javaoca or gsoap"},
    {"ActionNotSupported", "wants another Action: try the quirks soap-action or plain-content-type"},
};

std::string hintFor(const ocpp::Fault& fault) {
  for (const Hint& each : hints)
    if (fault.description.find(each.fault) != std::string::npos) return " (hint: " + std::string(each.advice) + ")";
  return {};
}

}  // namespace

void Charger::execute(session::AnswerCharger& effect) {
  const auto found =
      std::find_if(waiting_.begin(), waiting_.end(), [&](const Waiting& w) { return w.exchange == effect.exchange; });
  if (found == waiting_.end()) return;
  const Waiting waiting = std::move(*found);
  waiting_.erase(found);
  const ocpp_s::Dialect dialect = ocpp_s::dialectFor(effect.version, waiting.manner, quirks_.quirks());
  const ocpp_s::Header header = answerHeader(waiting.request, quirks_.quirks());
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
  const std::string operation =
      effect.result ? "/" + std::string(ocpp::actionName(*effect.result)) + "Response" : std::string();
  response.headers.add("Content-Type", ocpp_s::replyContentType(dialect, operation));
  if (shard_.trace().on()) {
    const std::string action = effect.result ? std::string(ocpp::actionName(*effect.result)) + " response" : "fault";
    shard_.trace().add({TracedMessage::Wire::Soap, TracedMessage::Way::Out, action, response.body});
  }
  waiting.responder.respond(std::move(response));
}

void Charger::execute(session::ToCharger& effect) {
  const auto standard = static_cast<int>(shard_.options().chargerTimeout);
  call(effect, now().steady + std::chrono::seconds(config_.call.timeout.value_or(standard)));
}

/// `end`: when the answer must be complete, of all attempts.
void Charger::call(session::ToCharger& effect, ocpp::Steady end) {
  if (book_.url().empty()) {
    session_.fromCharger(session::ChargerReply{effect.id, {}, session::ChargerFailure::NoCallbackUrl, {}}, now());
    return;
  }
  if (shard_.calls().inFlight() >= shard_.options().limits.calls) {
    ocpp::Fault busy{ocpp::FaultCode::InternalError, "too many requests to chargers are under way"};
    session_.fromCharger({effect.id, {}, session::ChargerFailure::Unreachable, std::move(busy)}, now());
    return;
  }
  const ocpp_s::Dialect dialect = ocpp_s::dialectFor(effect.version, manner_, quirks_.quirks());
  const std::string action(ocpp::actionName(effect.request));
  ocpp_s::Header header;  // WA-1
  header.chargeBoxIdentity = config_.identity;
  header.messageId = "urn:uuid:" + newUuid();
  header.from = shard_.publicUrl();
  header.to = book_.url();
  HttpPost post;
  addressPost(post);
  post.headers.add("Content-Type", ocpp_s::requestContentType(dialect, "/" + action));
  if (quirks_.has(ocpp_s::Quirk::SoapActionHeader)) post.headers.add("SOAPAction", "\"/" + action + "\"");
  try {
    shard_.soap().writeRequest(post.body, dialect, ocpp::Role::ChargePoint, header, effect.request);
  } catch (const std::logic_error& why) {
    session_.fromCharger({effect.id, {}, session::ChargerFailure::Malformed, unspeakableMessage(why)}, now());
    return;
  }
  post.totalTimeoutMs = static_cast<int>(std::max(ocpp::Duration(0), end - now().steady).count());
  post.connectTimeoutMs = static_cast<int>(shard_.options().chargerConnectTimeout * 1000);
  post.maxBody = shard_.options().limits.body;
  ++shard_.counters().soapCalls;
  if (shard_.trace().on()) shard_.trace().add({TracedMessage::Wire::Soap, TracedMessage::Way::Out, action, post.body});
  const auto slot = std::make_shared<std::uint64_t>(0);
  Called called{post.url, header.messageId, end};
  *slot = shard_.calls().post(
      std::move(post), [this, sent = effect, called = std::move(called), slot](HttpResult&& result) mutable {
        posts_.erase(std::remove(posts_.begin(), posts_.end(), *slot), posts_.end());
        session::ToCharger request = std::move(sent);  // this function object may be gone after the next line
        const Called was = std::move(called);
        onHttpResult(request, was, std::move(result));
      });
  posts_.push_back(*slot);
}

void Charger::onHttpResult(session::ToCharger& sent, const Called& called, HttpResult&& result) {
  const std::size_t action = sent.request.index();
  ReadReply read = readChargerReply(shard_.soap(), action, called.messageId, result, quirks_.quirks());
  countNotes(read.notes);
  session::ChargerReply& reply = read.reply;
  reply.id = sent.id;
  if (shard_.trace().on() && result.outcome == HttpResult::Outcome::Answered)
    shard_.trace().add({TracedMessage::Wire::Soap, TracedMessage::Way::In,
                        std::string(ocpp::Actions::names[action]) + " response", result.response.body});
  if (!result.shortage && judgeCall(called.url, reply)) {  // SM-11: nothing was sent
    call(sent, called.end);
    return pump();
  }
  if (reply.failure == session::ChargerFailure::Faulted && reply.fault.code == ocpp::FaultCode::MustUnderstand &&
      quirks_.has(ocpp_s::Quirk::MustUnderstand)) {  // ER-2: once more without the attributes, never again with them
    quirks_.drop(ocpp_s::Quirk::MustUnderstand);
    log(session::Level::Warning, "quirk", "does not take mustUnderstand; sent again without");
    call(sent, called.end);
    return pump();
  }
  if (reply.failure != session::ChargerFailure::None)
    log(session::Level::Warning, "charger-failed",
        std::string(ocpp::Actions::names[action]) + ": " + reply.fault.description + hintFor(reply.fault));
  session_.fromCharger(std::move(reply), now());
  pump();
}

// --- its quirks

QuirkChoice Charger::quirkChoice() const {
  return {config_.profile.value_or(shard_.options().profile), config_.quirksOn, config_.quirksOff};
}

void Charger::countNotes(const ocpp_s::Notes& notes) {
  if (notes.empty()) return;
  Counters& all = shard_.counters();
  all.notes += notes.size();
  for (const ocpp_s::Note& note : notes) ++all.tolerated[static_cast<std::size_t>(note.quirk)];
  const std::string text = quirks_.count(notes);
  if (!text.empty()) log(session::Level::Info, "tolerated", text);
}

void Charger::recognise(const ocpp_s::Clues& clues) {
  if (!quirks_.recognise(clues)) return;
  log(session::Level::Info, "profile", "recognised as " + std::string(quirks_.profile()));
  session_.configure(settings());
}

std::optional<ocpp::Fault> Charger::examine(ocpp_s::RequestMessage& message, std::string_view document) {
  const auto* boot = std::get_if<ocpp::BootNotification::Request>(&message.request);
  if (quirks_.wantsClues(boot != nullptr)) {
    ocpp_s::Clues clues;
    if (boot) clues.vendor = boot->chargePointVendor;
    if (boot) clues.model = boot->chargePointModel;
    clues.prefix = ocpp_s::rootPrefix(document);
    for (const ocpp_s::Note& note : message.notes) clues.quirks.set(note.quirk, true);
    recognise(clues);
  }
  applyMeaning(message, quirks_.quirks(), config_.connectors);
  return ocpp_s::judge(message.notes, quirks_.quirks());
}

}  // namespace bridge
