// SPDX-License-Identifier: GPL-2.0-or-later
// Routes of the HTTP port.
#include "bridge/endpoint.h"

#include <algorithm>

#include "bridge/callback.h"
#include "bridge/charger.h"
#include "bridge/identity.h"
#include "bridge/random_id.h"

namespace bridge {

namespace {

using ocpp::FaultCode;

constexpr std::string_view controlPath = "/embedded/";
constexpr std::string_view callbacksPath = "/health/chargers";
constexpr const char* comeAgain = "10";  // seconds

/// MTOM, XOP and SOAP with attachments: the envelope is one part of several, which nobody here takes apart.
bool isMultipart(const HttpRequest& request) {
  const std::string* type = request.headers.find("Content-Type");
  return type && ocpp::equalFold(ocpp::trimmed(*type).substr(0, 10), "multipart/");
}

/// What is wrong with whose message this says to be (ER-7, C8), or "".
std::string identityProblem(const ocpp_s::Header& header) {
  if (header.identityTwice) return "the header has two different chargeBoxIdentity";
  const char* objection = identityObjection(header.chargeBoxIdentity);
  return objection ? std::string("the chargeBoxIdentity ") + objection : "";
}

bool isRead(const HttpRequest& request) { return request.method == "GET" || request.method == "HEAD"; }

bool isLoopback(std::string_view address) { return address.rfind("127.", 0) == 0 || address == "::1"; }

HttpResponse envelope(const ocpp_s::Dialect& dialect, int status, std::string body) {
  return textResponse(status, std::move(body), ocpp_s::replyContentType(dialect));
}

/// AU-6: the text without a secret that stood in the URL, which chargers repeat in wsa:To.
std::string masked(std::string text, const std::string& secret) {
  for (std::size_t at = 0; !secret.empty() && (at = text.find(secret, at)) != std::string::npos; at += 3)
    text.replace(at, secret.size(), "***");
  return text;
}

}  // namespace

/// /ocpp and everything below it, in any case (QUIRKS H11).
bool Endpoint::isSoapPath(std::string_view path) {
  constexpr std::string_view soapPath = "/ocpp";
  if (!ocpp::equalFold(path.substr(0, soapPath.size()), soapPath)) return false;
  return path.size() == soapPath.size() || path[soapPath.size()] == '/';
}

Endpoint::Endpoint(Loop& loop, Shard& shard, Access& access, EmbeddedCentral* embedded, PasswordHasher* hasher)
    : shard_(shard),
      access_(access),
      embedded_(embedded),
      hasher_(hasher),
      door_(shard.log()),
      health_(loop, shard, access, door_) {}

void Endpoint::handle(HttpRequest&& request, Responder responder) {
  if (!access_.findSender(request))
    shard_.log().line(Log::Level::Warning, "", "forwarded-ignored",
                      "a sender that is no trusted proxy names another sender", {{"peer", request.peerAddress}});
  const std::string_view path = request.path();
  if (isSoapPath(path)) {
    if (request.method == "POST") return soap(std::move(request), responder);
    if (isRead(request) && request.query().substr(0, 4) == "wsdl") {
      if (!access_.excludes(request.peerAddress)) return responder.respond(wsdl(request));
      const auto address = IpAddress::parse(request.peerAddress).value_or(IpAddress());
      return refuse(responder, access_.refuse(Refusal::Address, address, "", shard_.clock().steady()),
                    request.peerAddress);
    }
    if (request.headers.find("Upgrade")) {  // QUIRKS H12
      shard_.log().line(Log::Level::Warning, "", "wrong-door", "a charger speaks OCPP-J to the SOAP endpoint",
                        {{"peer", request.peerAddress}});
      return responder.respond(
          textResponse(400, "OCPP over SOAP is spoken here; a charger that speaks OCPP-J goes to the back-end\n"));
    }
    return notAllowed(request, "SOAP requests are sent by POST; ?wsdl shows the contract\n", "POST, GET, HEAD, OPTIONS",
                      responder);  // ER-7
  }
  if (embedded_ && path.substr(0, controlPath.size()) == controlPath) return control(std::move(request), responder);
  if (path == "/health" || path == "/ready" || path == callbacksPath) return state(request, path, responder);
  door_.tell(DoorMistake::NotFound, request.peerAddress);
  responder.respond(textResponse(404, "the SOAP endpoint is /ocpp\n"));
}

/// What load balancers and operators ask for (C8: HEAD and OPTIONS, too).
void Endpoint::state(const HttpRequest& request, std::string_view path, const Responder& responder) {
  if (!isRead(request)) return notAllowed(request, "to be read, by GET\n", "GET, HEAD, OPTIONS", responder);
  if (path == "/health") return health_.answer(responder);
  if (path == "/ready")
    return responder.respond(textResponse(
        draining_ ? 503 : 200, draining_ ? "{\"ready\":false}\n" : "{\"ready\":true}\n", "application/json"));
  if (isLoopback(request.peerAddress)) return health_.answerChargers(responder);
  responder.respond(textResponse(403, "only from this machine\n"));
}

void Endpoint::notAllowed(const HttpRequest& request, const char* text, const char* allowed,
                          const Responder& responder) {
  const bool asked = request.method == "OPTIONS";
  if (!asked) door_.tell(DoorMistake::Method, request.peerAddress);
  HttpResponse response = asked ? HttpResponse{204, {}, {}} : textResponse(405, text);
  response.headers.add("Allow", allowed);
  responder.respond(std::move(response));
}

void Endpoint::soap(HttpRequest&& request, const Responder& responder) {
  ++shard_.counters().soapRequests;
  const auto question = access_.question(request, shard_.clock().steady());
  if (!question) return read(std::move(request), responder);
  if (!hasher_) {
    access_.answered(*question, hashMatches(question->hash, question->password));
    return read(std::move(request), responder);
  }
  const auto waiting = std::make_shared<HttpRequest>(std::move(request));
  const auto go = [this, alive = std::weak_ptr<bool>(alive_), question = *question, waiting, responder](bool right) {
    if (alive.expired()) return;
    access_.answered(question, right);
    read(std::move(*waiting), responder);
  };
  if (hasher_->ask(waiting->peerAddress, question->hash, question->password, go)) return;
  ++shard_.counters().soapRefused;
  HttpResponse later = textResponse(503, "too many passwords wait to be checked\n");
  later.headers.add("Retry-After", comeAgain);
  responder.respond(std::move(later));
}

void Endpoint::read(HttpRequest&& request, const Responder& responder) {
  Access::Arrival arrival;
  if (const auto refused = access_.arrive(request, arrival, shard_.clock().steady()))
    return refuse(responder, *refused, request.peerAddress);
  if (isMultipart(request)) {
    ++shard_.counters().soapRefused;
    door_.tell(DoorMistake::Coding, request.peerAddress);
    return responder.respond(textResponse(415, "attachments (MTOM, XOP) are not read; send the envelope alone\n"));
  }
  auto found = readBody(request);
  if (auto* failure = std::get_if<ocpp_s::ReadFailure>(&found))
    return unreadable(std::move(request), std::move(*failure), arrival, responder);
  auto& message = std::get<ocpp_s::RequestMessage>(found);
  noteContentType(request.headers, message);
  if (request.misnamedCoding)
    message.notes.push_back({ocpp_s::Quirk::ContentEncoding, "/", "a compression that the body does not have"});
  std::string& identity = message.header.chargeBoxIdentity;
  if (identity.empty()) {  // QUIRKS A1
    identity = identityIn({}, arrival);
    message.notes.push_back({ocpp_s::Quirk::IdentityInUrl, "/", "the identity stands in the URL or credentials only"});
  }
  if (std::string problem = identityProblem(message.header); !problem.empty()) {
    ocpp_s::ReadFailure failure;
    static_cast<ocpp_s::Incoming&>(failure) = message;
    failure.header.chargeBoxIdentity.resize(std::min(failure.header.chargeBoxIdentity.size(), longestIdentity));
    failure.fault = {message.header.identityTwice ? FaultCode::IdentityMismatch : FaultCode::ProtocolError,
                     std::move(problem)};
    return refuse(responder, failure, request.peerAddress);
  }
  admit(std::move(request), std::move(message), arrival, responder);
}

void Endpoint::refuse(const Responder& responder, const Refused& refused, std::string_view peer) {
  logRefusal(refused, "", peer);
  responder.respond(access_.answer(refused));
}

void Endpoint::refuse(const Responder& responder, const ocpp_s::ReadFailure& failure, std::string_view peer) {
  ++shard_.counters().soapRefused;
  shard_.log().line(Log::Level::Warning, failure.header.chargeBoxIdentity, "soap-refused", failure.fault.description,
                    {{"peer", peer}});
  fault(responder, failure, failure.fault);
}

void Endpoint::fault(const Responder& responder, const ocpp_s::Incoming& to, const ocpp::Fault& fault,
                     ocpp_s::Quirks quirks) {
  const auto dialect = ocpp_s::dialectFor(to.version.value_or(ocpp::Version::V16), to.manner, quirks);
  std::string body;
  ocpp_s::Codec::writeFault(body, dialect, ocpp::Role::CentralSystem, answerHeader(to.header, quirks), fault);
  responder.respond(envelope(dialect, ocpp_s::httpStatus(dialect, fault), std::move(body)));
}

/// New work is refused, what was accepted is not lost: a charger repeats what got a Fault.
void Endpoint::refuseForNow(const Responder& responder, const ocpp_s::RequestMessage& message, ocpp_s::Quirks quirks,
                            const char* why, std::string_view peer) {
  ++shard_.counters().soapRefused;
  shard_.log().line(Log::Level::Warning, message.header.chargeBoxIdentity, "overload", why, {{"peer", peer}});
  const auto dialect = ocpp_s::dialectFor(*message.version, message.manner, quirks);
  std::string body;
  ocpp_s::Codec::writeFault(body, dialect, ocpp::Role::CentralSystem, answerHeader(message.header, quirks),
                            {FaultCode::InternalError, why});
  HttpResponse response = envelope(dialect, 503, std::move(body));
  response.headers.add("Retry-After", comeAgain);
  responder.respond(std::move(response));
}

void Endpoint::admit(HttpRequest&& request, ocpp_s::RequestMessage&& message, const Access::Arrival& arrival,
                     const Responder& responder) {
  const ocpp::Steady now = shard_.clock().steady();
  const std::string& identity = message.header.chargeBoxIdentity;
  if (const auto refused = access_.admit(arrival, identity, now)) {
    logRefusal(*refused, identity, request.peerAddress);
    return refuseSender(*refused, arrival, message, responder);
  }
  std::string trace = shard_.trace().on() ? masked(request.body, arrival.secret) : std::string();
  Charger* here = shard_.serving(identity);
  if (!here) return await(std::move(request), std::move(message), std::move(trace), arrival, responder);
  heard(arrival, identity, here->onTrial(), request.peerAddress);
  pass({message, request.body, trace, request.peerAddress, responder}, here);
}

/// Its charger is not here: it is loaded first, or taken in, or nobody's.
void Endpoint::await(HttpRequest&& request, ocpp_s::RequestMessage&& message, std::string&& trace,
                     const Access::Arrival& arrival, const Responder& responder) {
  const std::string identity = message.header.chargeBoxIdentity;
  const auto kept = std::make_shared<Waiting>(
      Waiting{std::move(message), std::move(request.body), std::move(trace), request.peerAddress, responder});
  const auto service = shard_.serve(identity, [this, kept](Charger* charger) {
    pass({kept->message, kept->body, kept->trace, kept->peer, kept->responder}, charger);
  });
  if (service == Shard::Service::Served) return heard(arrival, identity, shard_.onTrial(identity), request.peerAddress);
  const Refusal why = service == Shard::Service::Full ? Refusal::Full : Refusal::Unknown;
  const Refused refused = access_.refuse(why, arrival.address, "", shard_.clock().steady());
  logRefusal(refused, identity, request.peerAddress);
  refuseSender(refused, arrival, kept->message, responder);
}

/// C8: of who is not served nothing is remembered.
void Endpoint::heard(const Access::Arrival& arrival, const std::string& identity, bool stranger,
                     const std::string& peer) {
  if (const auto elsewhere = access_.heard(arrival, identity, stranger, shard_.clock().steady()))
    shard_.log().line(Log::Level::Warning, identity, "two-places",
                      "heard from two addresses within a short time: is somebody else using its name?",
                      {{"peer", peer}, {"before", *elsewhere}});
}

void Endpoint::pass(const Admitted& admitted, Charger* charger) {
  ocpp_s::RequestMessage& message = admitted.message;
  if (!charger)
    return refuseForNow(admitted.responder, message, ocpp_s::standardQuirks(),
                        "what is stored of this charge box cannot be read now", admitted.peer);
  if (const char* why = charger->overload(admitted.body.size()))
    return refuseForNow(admitted.responder, message, charger->quirks().quirks(), why, admitted.peer);
  if (shard_.trace().on())
    shard_.trace().add({TracedMessage::Wire::Soap, TracedMessage::Way::In,
                        std::string(ocpp::actionName(message.request)), std::move(admitted.trace)});
  if (auto objection = charger->examine(message, admitted.body)) {
    ++shard_.counters().soapRefused;
    shard_.log().line(Log::Level::Warning, charger->config().identity, "not-tolerated", objection->description,
                      {{"peer", admitted.peer}});
    return fault(admitted.responder, message, *objection, charger->quirks().quirks());
  }
  charger->learnCallback(announcedAddress(message.header.from, message.header.replyTo), admitted.peer);
  charger->fromCharger(std::move(message), sha256(admitted.body), admitted.responder);
}

void Endpoint::certificateRefused(const std::string& peer, const std::string& reason) {
  const auto address = IpAddress::parse(peer).value_or(IpAddress());
  access_.refuse(Refusal::Certificate, address, "", shard_.clock().steady());
  shard_.log().line(Log::Level::Warning, "", "refused", "client certificate: " + reason,
                    {{"why", refusalName(Refusal::Certificate)}, {"peer", peer}});
}

void Endpoint::logRefusal(const Refused& refused, std::string_view identity, std::string_view peer) {
  ++shard_.counters().soapRefused;
  shard_.log().line(Log::Level::Warning, identity, "refused", refusalText(refused.why),
                    {{"why", refusalName(refused.why)}, {"peer", peer}});
}

/// AU-1: a stranger is told Rejected when it boots, and nothing else. So is whoever is known but does not prove it.
void Endpoint::refuseSender(const Refused& refused, const Access::Arrival& arrival,
                            const ocpp_s::RequestMessage& message, const Responder& responder) {
  const bool askForPassword = access_.challenges() && !arrival.passwordShown && refused.why != Refusal::Mismatch &&
                              refused.why != Refusal::Full;
  if (refused.why == Refusal::TooOften || askForPassword) return responder.respond(access_.answer(refused));
  if (refused.why == Refusal::Mismatch)
    return fault(responder, message, {FaultCode::IdentityMismatch, "the credentials belong to another charge box"});
  if (ocpp::is<ocpp::BootNotification>(message.request)) return reject(message, responder);
  fault(responder, message, {FaultCode::SecurityError, "this charge box is not known here"});
}

void Endpoint::reject(const ocpp_s::RequestMessage& boot, const Responder& responder) {
  const ocpp_s::Quirks quirks = ocpp_s::standardQuirks();  // of a known one, too: AU-1
  const auto dialect = ocpp_s::dialectFor(*boot.version, boot.manner, quirks);
  const ocpp::BootNotification::Response rejected{
      ocpp::RegistrationStatus::Rejected, {wallClock(), true}, shard_.options().session.defaultInterval};
  std::string body;
  shard_.soap().writeReply(body, dialect, ocpp::Role::CentralSystem, answerHeader(boot.header, quirks), rejected);
  responder.respond(envelope(dialect, 200, std::move(body)));
}

HttpResponse Endpoint::wsdl(const HttpRequest& request) {
  contracts_.setAddress(shard_.publicUrl());
  HttpResponse response = textResponse(200, "", "text/xml; charset=utf-8");
  response.shared = contracts_.forQuery(request.query());
  return response;
}

/// /embedded/report, POST /embedded/<identity>/<Action>: only from this machine.
void Endpoint::control(HttpRequest&& request, const Responder& responder) {
  if (!isLoopback(request.peerAddress)) return responder.respond(textResponse(403, "only from this machine\n"));
  const std::string rest(request.path().substr(controlPath.size()));
  if (rest == "report") return responder.respond(textResponse(200, embedded_->report() + "\n", "application/json"));
  const std::size_t slash = rest.rfind('/');
  if (request.method != "POST" || slash == std::string::npos) {
    door_.tell(DoorMistake::NotFound, request.peerAddress);
    return responder.respond(
        textResponse(404, "POST /embedded/<identity>/<Action> with the JSON payload, or GET /embedded/report\n"));
  }
  embedded_->call(percentDecoded(rest.substr(0, slash)), rest.substr(slash + 1), request.body,
                  [responder](int status, const std::string& json) {
                    responder.respond(textResponse(status, json + "\n", "application/json"));
                  });
}

}  // namespace bridge
