// SPDX-License-Identifier: GPL-2.0-or-later
// Routes of the HTTP port.
#include "bridge/endpoint.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "bridge/callback.h"
#include "bridge/callback_report.h"
#include "bridge/charger.h"
#include "bridge/quirk_report.h"
#include "bridge/random_id.h"
#include "bridge/wsdl_texts.h"

namespace bridge {

namespace {

using ocpp::FaultCode;

constexpr std::string_view soapPath = "/ocpp";
constexpr std::string_view controlPath = "/embedded/";
constexpr std::string_view callbacksPath = "/health/chargers";
constexpr std::size_t longestIdentity = 255;  // bytes; it becomes part of a URL and of every log line
constexpr const char* comeAgain = "10";       // seconds

/// /ocpp and everything below it, in any case (QUIRKS H11).
bool isSoapPath(std::string_view path) {
  if (!ocpp::equalFold(path.substr(0, soapPath.size()), soapPath)) return false;
  return path.size() == soapPath.size() || path[soapPath.size()] == '/';
}

/// MTOM, XOP and SOAP with attachments: the envelope is one part of several, which nobody here takes apart.
bool isMultipart(const HttpRequest& request) {
  const std::string* type = request.headers.find("Content-Type");
  return type && ocpp::equalFold(ocpp::trimmed(*type).substr(0, 10), "multipart/");
}

/// What is wrong with whose message this says to be (ER-7), or null.
const char* identityProblem(const ocpp_s::Header& header) {
  if (header.identityTwice) return "the header has two different chargeBoxIdentity";
  if (header.chargeBoxIdentity.empty()) return "the header chargeBoxIdentity is missing";
  if (header.chargeBoxIdentity.size() > longestIdentity) return "the chargeBoxIdentity is too long";
  return nullptr;
}

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

Endpoint::Endpoint(Shard& shard, Access& access, EmbeddedCentral* embedded)
    : shard_(shard),
      access_(access),
      embedded_(embedded),
      started_(wallClock()),
      condition_(
          shard.deadlines(), [this] { return look(); },
          [this](session::Level level, const char* event, const std::string& text) {
            shard_.log().line(level, "", event, text);
          }) {}

/// What an operator should look at; liveness is another matter: chargers are served all the same.
Troubles Endpoint::look() const {
  Troubles all;
  std::size_t away = 0;
  std::string where;
  for (const auto& [name, state] : shard_.backends().states()) {
    if (!state.outage) continue;
    away += state.away;
    where += (where.empty() ? "" : ", ") + name + " for " + std::to_string(state.away) + " chargers";
  }
  if (away != 0) all.push_back({"back-end-away", away, redacted(where)});
  const Store* store = shard_.store();
  if (!store) return all;
  const StoreStatus kept = store->status();
  if (kept.deadLetters != 0)
    all.push_back({"dead-letters", kept.deadLetters,
                   std::to_string(kept.deadLetters) + " dead letters wait for the operator (queue list)"});
  if (kept.spaceLow)
    all.push_back({"disk", 1, "the disk is full; what is left is for running transactions"});
  else if (!kept.lastError.empty())
    all.push_back({"disk", 1, kept.lastError});
  return all;
}

void Endpoint::handle(HttpRequest&& request, Responder responder) {
  if (!access_.findSender(request))
    shard_.log().line(Log::Level::Warning, "", "forwarded-ignored",
                      "a sender that is no trusted proxy names another sender", {{"peer", request.peerAddress}});
  const std::string_view path = request.path();
  if (isSoapPath(path)) {
    if (request.method == "POST") return soap(std::move(request), responder);
    if (request.method == "GET" && request.query().substr(0, 4) == "wsdl") return responder.respond(wsdl(request));
    if (request.headers.find("Upgrade")) {  // QUIRKS H12
      shard_.log().line(Log::Level::Warning, "", "wrong-door", "a charger speaks OCPP-J to the SOAP endpoint",
                        {{"peer", request.peerAddress}});
      return responder.respond(
          textResponse(400, "OCPP over SOAP is spoken here; a charger that speaks OCPP-J goes to the back-end\n"));
    }
    HttpResponse response = textResponse(405, "SOAP requests are sent by POST; ?wsdl shows the contract\n");  // ER-7
    response.headers.add("Allow", "POST, GET");
    return responder.respond(std::move(response));
  }
  if (embedded_ && path.substr(0, controlPath.size()) == controlPath) return control(std::move(request), responder);
  if (request.method == "GET" && path == "/health") return responder.respond(health());
  if (request.method == "GET" && path == callbacksPath)
    return responder.respond(isLoopback(request.peerAddress)
                                 ? textResponse(200, callbackReport(shard_), "application/json")
                                 : textResponse(403, "only from this machine\n"));
  if (request.method == "GET" && path == "/ready")
    return responder.respond(textResponse(
        draining_ ? 503 : 200, draining_ ? "{\"ready\":false}\n" : "{\"ready\":true}\n", "application/json"));
  responder.respond(textResponse(404, "the SOAP endpoint is /ocpp\n"));
}

void Endpoint::soap(HttpRequest&& request, const Responder& responder) {
  ++shard_.counters().soapRequests;
  Access::Arrival arrival;
  if (const auto refused = access_.arrive(request, arrival, wallClock())) {
    logRefusal(*refused, "", request.peerAddress);
    return responder.respond(access_.answer(*refused));
  }
  if (isMultipart(request)) {
    ++shard_.counters().soapRefused;
    return responder.respond(textResponse(415, "attachments (MTOM, XOP) are not read; send the envelope alone\n"));
  }
  auto read = shard_.soap().readRequest(request.body, ocpp::Role::CentralSystem);
  if (const auto* failure = std::get_if<ocpp_s::ReadFailure>(&read))
    return refuse(responder, *failure, request.peerAddress);
  auto& message = std::get<ocpp_s::RequestMessage>(read);
  noteContentType(request.headers, message);
  if (request.misnamedCoding)
    message.notes.push_back({ocpp_s::Quirk::ContentEncoding, "/", "a compression that the body does not have"});
  std::string& identity = message.header.chargeBoxIdentity;
  if (identity.empty()) {  // QUIRKS A1
    identity = arrival.pathIdentity.empty() ? access_.identityOf(arrival) : arrival.pathIdentity;
    message.notes.push_back({ocpp_s::Quirk::IdentityInUrl, "/", "the identity stands in the URL or credentials only"});
  }
  if (const char* problem = identityProblem(message.header)) {
    ocpp_s::ReadFailure failure;
    static_cast<ocpp_s::Incoming&>(failure) = message;
    failure.header.chargeBoxIdentity.resize(std::min(failure.header.chargeBoxIdentity.size(), longestIdentity));
    failure.fault = {message.header.identityTwice ? FaultCode::IdentityMismatch : FaultCode::ProtocolError, problem};
    return refuse(responder, failure, request.peerAddress);
  }
  admit(std::move(request), std::move(message), arrival, responder);
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
void Endpoint::refuseForNow(const Responder& responder, const ocpp_s::RequestMessage& message, const Charger& charger,
                            const char* why, std::string_view peer) {
  ++shard_.counters().soapRefused;
  shard_.log().line(Log::Level::Warning, message.header.chargeBoxIdentity, "overload", why, {{"peer", peer}});
  const ocpp_s::Quirks quirks = charger.quirks().quirks();
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
  const ocpp::Instant now = wallClock();
  const std::string& identity = message.header.chargeBoxIdentity;
  auto refused = access_.admit(arrival, identity, now);
  Charger* charger = refused ? nullptr : shard_.find(identity);
  if (!refused && !charger) refused = access_.refuse(Refusal::Full, arrival.address, "", now);
  if (refused) {
    logRefusal(*refused, identity, request.peerAddress);
    return refuseSender(*refused, arrival, message, responder);
  }
  if (const auto elsewhere = access_.heard(arrival, identity, now))
    shard_.log().line(Log::Level::Warning, identity, "two-places",
                      "heard from two addresses within a short time: is somebody else using its name?",
                      {{"peer", request.peerAddress}, {"before", *elsewhere}});
  if (const char* why = charger->overload())
    return refuseForNow(responder, message, *charger, why, request.peerAddress);
  pass(request, std::move(message), arrival, *charger, responder);
}

void Endpoint::pass(const HttpRequest& request, ocpp_s::RequestMessage&& message, const Access::Arrival& arrival,
                    Charger& charger, const Responder& responder) {
  if (shard_.trace().on())
    shard_.trace().add({TracedMessage::Wire::Soap, TracedMessage::Way::In,
                        std::string(ocpp::actionName(message.request)), masked(request.body, arrival.secret)});
  if (auto objection = charger.examine(message, request.body)) {
    ++shard_.counters().soapRefused;
    shard_.log().line(Log::Level::Warning, charger.config().identity, "not-tolerated", objection->description,
                      {{"peer", request.peerAddress}});
    return fault(responder, message, *objection, charger.quirks().quirks());
  }
  charger.learnCallback(announcedAddress(message.header.from, message.header.replyTo), request.peerAddress);
  charger.fromCharger(std::move(message), sha256(request.body), responder);
}

void Endpoint::certificateRefused(const std::string& peer, const std::string& reason) {
  const auto address = IpAddress::parse(peer).value_or(IpAddress());
  access_.refuse(Refusal::Certificate, address, "", wallClock());
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

HttpResponse Endpoint::wsdl(const HttpRequest& request) const {
  const std::string_view query = request.query();
  const std::size_t version = query.find("1.2") != std::string_view::npos   ? 0
                              : query.find("1.5") != std::string_view::npos ? 2
                                                                            : 4;
  std::string contract(wsdlTexts[version]);
  const std::string_view marker = "location=\"";
  if (const std::size_t at = contract.rfind(marker); at != std::string::npos) {
    const std::size_t begin = at + marker.size();
    contract.replace(begin, contract.find('"', begin) - begin, shard_.publicUrl());
  }
  return textResponse(200, std::move(contract), "text/xml; charset=utf-8");
}

HttpResponse Endpoint::health() const {
  std::size_t up = 0, online = 0, open = 0, waiting = 0;
  for (const auto& [identity, charger] : shard_.chargers()) {
    const session::Overview o = charger->overview();
    up += o.centralUp;
    online += o.chargerOnline;
    open += o.openTransactions;
    waiting += o.waitingForCentral;
  }
  const Counters& c = const_cast<Shard&>(shard_).counters();
  nlohmann::ordered_json out{
      {"status", draining_ ? "draining" : "ok"},
      {"version", OCPP_SOAP_GATEWAY_VERSION},
      {"uptimeSeconds", std::chrono::duration_cast<std::chrono::seconds>(wallClock() - started_).count()},
      {"chargers", {{"known", shard_.chargers().size()}, {"online", online}, {"connectedToCentral", up}}},
      {"openTransactions", open},
      {"waitingForCentral", waiting},
      {"soapRequests", c.soapRequests},
      {"soapRefused", c.soapRefused},
      {"soapCalls", c.soapCalls},
      {"jsonCalls", c.jsonCalls},
      {"jsonRequests", c.jsonRequests},
      {"notes", c.notes},
      {"tolerated", toleratedReport(c.tolerated)}};
  for (std::size_t why = 0; why < refusals; ++why)
    out["refused"][std::string(refusalName(static_cast<Refusal>(why)))] = access_.count(static_cast<Refusal>(why));
  out["forwardedIgnored"] = access_.headersIgnored();
  out["twoPlaces"] = access_.alarms();
  if (server_) {
    const HttpServerCounters did = server_->counters();
    out["http"] = {{"connections", server_->connections()},
                   {"gaveWay", did.gaveWay},
                   {"turnedAway", did.turnedAway},
                   {"refused", did.refused}};
  }
  if (const Store* store = const_cast<Shard&>(shard_).store()) {
    const StoreStatus kept = store->status();
    const auto age = kept.queued == 0 ? ocpp::Duration(0) : wallClock() - kept.oldestQueued;
    out["store"] = {{"queued", kept.queued},
                    {"oldestQueuedSeconds", std::chrono::duration_cast<std::chrono::seconds>(age).count()},
                    {"deadLetters", kept.deadLetters},
                    {"commits", kept.commits},
                    {"changes", kept.operations},
                    {"failedChanges", kept.failed},
                    {"spaceLow", kept.spaceLow},
                    {"lastError", kept.lastError}};
  }
  const Troubles troubles = look();
  out["reasons"] = nlohmann::ordered_json::array();
  for (const Trouble& each : troubles)
    out["reasons"].push_back({{"reason", each.word}, {"count", each.count}, {"text", each.text}});
  if (!troubles.empty() && !draining_) out["status"] = "degraded";
  return textResponse(200, out.dump(1) + "\n", "application/json");
}

/// /embedded/report, POST /embedded/<identity>/<Action>: only from this machine.
void Endpoint::control(HttpRequest&& request, const Responder& responder) {
  if (!isLoopback(request.peerAddress)) return responder.respond(textResponse(403, "only from this machine\n"));
  const std::string rest(request.path().substr(controlPath.size()));
  if (rest == "report") return responder.respond(textResponse(200, embedded_->report() + "\n", "application/json"));
  const std::size_t slash = rest.rfind('/');
  if (request.method != "POST" || slash == std::string::npos)
    return responder.respond(
        textResponse(404, "POST /embedded/<identity>/<Action> with the JSON payload, or GET /embedded/report\n"));
  embedded_->call(percentDecoded(rest.substr(0, slash)), rest.substr(slash + 1), request.body,
                  [responder](int status, const std::string& json) {
                    responder.respond(textResponse(status, json + "\n", "application/json"));
                  });
}

}  // namespace bridge
