// SPDX-License-Identifier: GPL-2.0-or-later
// Endpoint: requests whose body is not read at all, or not whole (FIELD C1, C2).
#include <algorithm>

#include "bridge/charger.h"
#include "bridge/endpoint.h"
#include "bridge/random_id.h"
#include "ocpp_s/readings.h"

namespace bridge {

namespace {

constexpr std::string_view stopRequest = "stopTransactionRequest";

/// The request without its body.
HttpRequest headOf(const HttpRequest& request) {
  HttpRequest head;
  head.method = request.method;
  head.target = request.target;
  head.headers = request.headers;
  head.peerAddress = request.peerAddress;
  head.certificateNames = request.certificateNames;
  return head;
}

}  // namespace

bool Endpoint::refusesUnread(const HttpRequest& begun) const {
  if (!access_.excludesSome() || begun.method != "POST" || !isSoapPath(begun.path())) return false;
  HttpRequest head = headOf(begun);
  access_.nameSender(head);
  return access_.excludes(head.peerAddress);
}

/// Who sends it: by the envelope, or else by URL or credentials (QUIRKS A1).
std::string Endpoint::identityIn(const ocpp_s::Glance& seen, const Access::Arrival& arrival) const {
  if (!seen.chargeBoxIdentity.empty()) return std::string(seen.chargeBoxIdentity);
  return arrival.pathIdentity.empty() ? access_.identityOf(arrival) : arrival.pathIdentity;
}

/// Only a StopTransaction, and of who may send it: what a charger has measured must not be lost for its size, and
/// strangers must not use memory. Who will be refused is, with the answer that others get (401, 403, 429).
HttpGranted Endpoint::grant(const HttpRequest& begun) const {
  constexpr std::size_t mostStop = 4 * 1024 * 1024;
  const std::size_t most = std::max<std::size_t>(mostStop, shard_.options().limits.body + mostStop / 4);
  constexpr HttpGranted refused{0, true};
  if (begun.method != "POST" || !isSoapPath(begun.path())) return {};
  HttpRequest head = headOf(begun);
  access_.nameSender(head);
  const ocpp::Steady now = shard_.clock().steady();
  Access::Arrival arrival;
  const auto toHash = access_.question(head, now);  // once the request is there
  if (!toHash && access_.wouldRefuse(head, arrival, now)) return refused;
  if (begun.body.empty()) return {most};  // its first bytes will tell
  const ocpp_s::Glance seen = ocpp_s::peek(begun.body);
  if (!ocpp::equalFold(seen.operation, stopRequest)) return {};
  if (toHash) return {most};  // AU-5: whether the user exists or not
  const std::string identity = identityIn(seen, arrival);
  if (!shard_.knows(identity)) return {};
  return access_.wouldRefuse(arrival, identity, now) ? refused : HttpGranted{most};
}

/// C1: of a body that was cut off, a stop without its readings.
ocpp_s::ReadRequest Endpoint::readBody(const HttpRequest& request) {
  const auto rest = request.cut ? ocpp_s::withoutReadings(request.body) : std::nullopt;
  auto found = shard_.soap().readRequest(rest ? *rest : request.body, ocpp::Role::CentralSystem);
  if (auto* message = rest ? std::get_if<ocpp_s::RequestMessage>(&found) : nullptr)
    message->notes.push_back({ocpp_s::Quirk::LostReadings, "/transactionData", "is too much to be read: left out"});
  return found;
}

/// C1: of a stop that is too large to be read the fields that came become a dead letter; of who may send it.
void Endpoint::unreadable(HttpRequest&& request, ocpp_s::ReadFailure&& failure, const Access::Arrival& arrival,
                          const Responder& responder) {
  const ocpp_s::Glance seen = request.cut || failure.tooMuch ? ocpp_s::peek(request.body) : ocpp_s::Glance{};
  const std::string identity = identityIn(seen, arrival);
  if (!ocpp::equalFold(seen.operation, stopRequest) || !shard_.knows(identity))
    return refuse(responder, failure, request.peerAddress);
  if (const auto refused = access_.admit(arrival, identity, shard_.clock().steady()))
    return refuse(responder, *refused, request.peerAddress);
  ocpp_s::RequestMessage message;
  static_cast<ocpp_s::Incoming&>(message) = failure;
  if (!message.version) message.version = seen.version.value_or(ocpp::Version::V16);
  message.header.chargeBoxIdentity = identity;
  const auto waiting = std::make_shared<Waiting>();
  waiting->message = std::move(message);
  waiting->body = std::move(request.body);
  waiting->peer = std::move(request.peerAddress);
  waiting->responder = responder;
  shard_.serve(identity, [this, waiting, why = failure.fault.description](Charger* charger) {
    if (!charger)
      return refuseForNow(waiting->responder, waiting->message, ocpp_s::standardQuirks(),
                          "what is stored of this charge box cannot be read now", waiting->peer);
    if (const char* busy = charger->overload(waiting->body.size()))
      return refuseForNow(waiting->responder, waiting->message, charger->quirks().quirks(), busy, waiting->peer);
    charger->buryUnread(std::move(waiting->message), ocpp_s::glanceAtStop(waiting->body), sha256(waiting->body), why,
                        waiting->responder);
  });
}

}  // namespace bridge
