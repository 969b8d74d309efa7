// SPDX-License-Identifier: GPL-2.0-or-later
// Routes of the HTTP port.
#include "bridge/endpoint.h"

#include <nlohmann/json.hpp>

#include "bridge/charger.h"
#include "bridge/random_id.h"
#include "bridge/wsdl_texts.h"

namespace bridge {

namespace {

using ocpp::FaultCode;

constexpr std::string_view soapPath = "/ocpp";
constexpr std::string_view controlPath = "/embedded/";

HttpResponse text(int status, std::string body, const char* type = "text/plain; charset=utf-8") {
  HttpResponse response;
  response.status = status;
  response.headers.add("Content-Type", type);
  response.body = std::move(body);
  return response;
}

/// /ocpp and everything below it, in any case (QUIRKS H11).
bool isSoapPath(std::string_view path) {
  if (!ocpp::equalFold(path.substr(0, soapPath.size()), soapPath)) return false;
  return path.size() == soapPath.size() || path[soapPath.size()] == '/';
}

/// The last segment below /ocpp: names the charger where the header does not (QUIRKS A1).
std::string identityInPath(std::string_view path) {
  while (!path.empty() && path.back() == '/') path.remove_suffix(1);
  const std::size_t slash = path.rfind('/');
  if (slash == std::string_view::npos || slash < soapPath.size()) return "";
  return percentDecoded(path.substr(slash + 1));
}

bool isLoopback(std::string_view address) { return address.rfind("127.", 0) == 0 || address == "::1"; }

HttpResponse envelope(const ocpp_s::Dialect& dialect, int status, std::string body) {
  HttpResponse response;
  response.status = status;
  response.headers.add("Content-Type", ocpp_s::replyContentType(dialect));
  response.body = std::move(body);
  return response;
}

}  // namespace

Endpoint::Endpoint(Shard& shard, EmbeddedCentral* embedded)
    : shard_(shard), embedded_(embedded), started_(wallClock()) {}

void Endpoint::handle(HttpRequest&& request, Responder responder) {
  const std::string_view path = request.path();
  if (isSoapPath(path)) {
    if (request.method == "POST") return soap(std::move(request), responder);
    if (request.method == "GET" && request.query().substr(0, 4) == "wsdl") return responder.respond(wsdl(request));
    if (request.headers.find("Upgrade")) {  // QUIRKS H12
      shard_.log().line(Log::Level::Warning, identityInPath(path), "wrong-door",
                        "a charger speaks OCPP-J to the SOAP endpoint", {{"peer", request.peerAddress}});
      return responder.respond(
          text(400, "OCPP over SOAP is spoken here; a charger that speaks OCPP-J goes to the back-end\n"));
    }
    HttpResponse response = text(405, "SOAP requests are sent by POST; ?wsdl shows the contract\n");  // ER-7
    response.headers.add("Allow", "POST, GET");
    return responder.respond(std::move(response));
  }
  if (embedded_ && path.substr(0, controlPath.size()) == controlPath) return control(std::move(request), responder);
  if (request.method == "GET" && path == "/health") return responder.respond(health(request));
  if (request.method == "GET" && path == "/ready")
    return responder.respond(
        text(draining_ ? 503 : 200, draining_ ? "{\"ready\":false}\n" : "{\"ready\":true}\n", "application/json"));
  responder.respond(text(404, "the SOAP endpoint is /ocpp\n"));
}

void Endpoint::soap(HttpRequest&& request, const Responder& responder) {
  ++shard_.counters().soapRequests;
  auto read = shard_.soap().readRequest(request.body, ocpp::Role::CentralSystem);
  if (const auto* failure = std::get_if<ocpp_s::ReadFailure>(&read))
    return refuse(responder, *failure, request.peerAddress);
  auto& message = std::get<ocpp_s::RequestMessage>(read);
  noteContentType(request, message);
  if (message.header.chargeBoxIdentity.empty()) {
    message.header.chargeBoxIdentity = identityInPath(request.path());
    message.notes.push_back({ocpp_s::Quirk::IdentityInUrl, "/", "the identity stands in the URL only"});
  }
  if (message.header.chargeBoxIdentity.empty()) {
    ocpp_s::ReadFailure failure;
    static_cast<ocpp_s::Incoming&>(failure) = message;
    failure.fault = {FaultCode::ProtocolError, "the header chargeBoxIdentity is missing"};  // ER-7
    return refuse(responder, failure, request.peerAddress);
  }
  admit(std::move(request), std::move(message), responder);
}

void Endpoint::refuse(const Responder& responder, const ocpp_s::ReadFailure& failure, std::string_view peer) {
  ++shard_.counters().soapRefused;
  shard_.log().line(Log::Level::Warning, failure.header.chargeBoxIdentity, "soap-refused", failure.fault.description,
                    {{"peer", peer}});
  const auto known = shard_.chargers().find(failure.header.chargeBoxIdentity);
  const ocpp_s::Quirks quirks =
      known == shard_.chargers().end() ? ocpp_s::standardQuirks() : known->second->quirks().quirks();
  const auto dialect = ocpp_s::dialectFor(failure.version.value_or(ocpp::Version::V16), failure.manner, quirks);
  std::string body;
  ocpp_s::Codec::writeFault(body, dialect, ocpp::Role::CentralSystem, answerHeader(failure.header, quirks),
                            failure.fault);
  responder.respond(envelope(dialect, ocpp_s::httpStatus(dialect, failure.fault), std::move(body)));
}

void Endpoint::admit(HttpRequest&& request, ocpp_s::RequestMessage&& message, const Responder& responder) {
  Charger* charger = shard_.find(message.header.chargeBoxIdentity);
  if (!charger) return refuseStranger(message, responder, request.peerAddress);
  if (shard_.trace().on())
    shard_.trace().add({TracedMessage::Wire::Soap, TracedMessage::Way::In,
                        std::string(ocpp::actionName(message.request)), request.body});
  if (auto objection = charger->examine(message, request.body)) {
    ocpp_s::ReadFailure failure;
    static_cast<ocpp_s::Incoming&>(failure) = std::move(message);
    failure.fault = std::move(*objection);
    return refuse(responder, failure, request.peerAddress);
  }
  charger->learnCallback(message.header.from.empty() ? message.header.replyTo : message.header.from,
                         request.peerAddress);
  charger->fromCharger(std::move(message), sha256(request.body), responder);
}

/// AU-1: an unknown identity is told Rejected when it boots, and nothing else.
void Endpoint::refuseStranger(const ocpp_s::RequestMessage& message, const Responder& responder,
                              std::string_view peer) {
  if (!ocpp::is<ocpp::BootNotification>(message.request)) {
    ocpp_s::ReadFailure failure;
    static_cast<ocpp_s::Incoming&>(failure) = message;
    failure.fault = {FaultCode::SecurityError, "this charge box is not known here"};
    return refuse(responder, failure, peer);
  }
  ++shard_.counters().soapRefused;
  shard_.log().line(Log::Level::Warning, message.header.chargeBoxIdentity, "stranger",
                    "BootNotification of an unknown identity", {{"peer", peer}});
  const ocpp_s::Quirks quirks = ocpp_s::standardQuirks();
  const auto dialect = ocpp_s::dialectFor(*message.version, message.manner, quirks);
  const ocpp::BootNotification::Response rejected{
      ocpp::RegistrationStatus::Rejected, {wallClock(), true}, shard_.options().session.defaultInterval};
  std::string body;
  shard_.soap().writeReply(body, dialect, ocpp::Role::CentralSystem, answerHeader(message.header, quirks), rejected);
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
  return text(200, std::move(contract), "text/xml; charset=utf-8");
}

namespace {

/// The kinds that have come, with their numbers.
template <class Counts>
nlohmann::ordered_json byKind(const Counts& counts) {
  nlohmann::ordered_json all = nlohmann::ordered_json::object();
  for (std::size_t i = 0; i < counts.size(); ++i)
    if (counts[i] != 0) all[std::string(ocpp_s::quirkRow(static_cast<ocpp_s::Quirk>(i)).name)] = counts[i];
  return all;
}

}  // namespace

/// What is special about one charger: /health?charger=IDENTITY. For this machine only: it names addresses.
HttpResponse Endpoint::healthOf(std::string_view identity) const {
  const auto known = shard_.chargers().find(percentDecoded(identity));
  if (known == shard_.chargers().end()) return text(404, "no charger of that identity has been heard of\n");
  const Charger& charger = *known->second;
  nlohmann::ordered_json out{
      {"identity", known->first},
      {"version", charger.version() ? std::string(ocpp::name(*charger.version())) : std::string()},
      {"callback", charger.callback()},
      {"profile", std::string(charger.quirks().profile())},
      {"tolerated", byKind(charger.quirks().counts())}};
  return text(200, out.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n", "application/json");
}

HttpResponse Endpoint::health(const HttpRequest& request) const {
  constexpr std::string_view one = "charger=";
  if (request.query().substr(0, one.size()) == one)
    return isLoopback(request.peerAddress) ? healthOf(request.query().substr(one.size()))
                                           : text(403, "only from this machine\n");
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
      {"tolerated", byKind(c.tolerated)}};
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
    if (kept.spaceLow || !kept.lastError.empty()) out["status"] = "degraded";
  }
  return text(200, out.dump(1) + "\n", "application/json");
}

/// /embedded/report, POST /embedded/<identity>/<Action>: only from this machine.
void Endpoint::control(HttpRequest&& request, const Responder& responder) {
  if (!isLoopback(request.peerAddress)) return responder.respond(text(403, "only from this machine\n"));
  const std::string rest(request.path().substr(controlPath.size()));
  if (rest == "report") return responder.respond(text(200, embedded_->report() + "\n", "application/json"));
  const std::size_t slash = rest.rfind('/');
  if (request.method != "POST" || slash == std::string::npos)
    return responder.respond(
        text(404, "POST /embedded/<identity>/<Action> with the JSON payload, or GET /embedded/report\n"));
  embedded_->call(percentDecoded(rest.substr(0, slash)), rest.substr(slash + 1), request.body,
                  [responder](int status, const std::string& json) {
                    responder.respond(text(status, json + "\n", "application/json"));
                  });
}

}  // namespace bridge
