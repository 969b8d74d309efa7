// SPDX-License-Identifier: GPL-2.0-or-later
// Chargers' requests: reading, answering by the rules, and answering badly where the rules say so.
#include "tests/tools/cs/central.h"

#include <stdexcept>

#include "bridge/callback.h"
#include "bridge/charger_quirks.h"
#include "bridge/log.h"
#include "bridge/random_id.h"
#include "tests/tools/cs/answers.h"

namespace cs {

using namespace bridge;

namespace {

HttpServerOptions serverOptions(const Options& options, std::function<bool(const std::string&)> admit) {
  HttpServerOptions server;
  server.address = options.listenAddress;
  server.port = options.listenPort;
  server.certFile = options.tlsCert;
  server.keyFile = options.tlsKey;
  server.admit = std::move(admit);
  return server;
}

HttpClientOptions clientOptions(const Options& options) {
  HttpClientOptions client;
  client.caFile = options.chargerCa;
  return client;
}

/// What is called without asking: a tester's charger may well be on the same machine.
std::vector<Cidr> callable() {
  return {Cidr::parse("127.0.0.0/8"), Cidr::parse("::1/128"), Cidr::parse("169.254.0.0/16")};
}

std::string asUrlHost(const std::string& address) {
  return address.find(':') == std::string::npos ? address : "[" + address + "]";
}

/// The last segment of a path such as /ocpp/CP1; "" for /ocpp itself.
std::string pathIdentity(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == 0 || slash == std::string_view::npos ? "" : percentDecoded(path.substr(slash + 1));
}

HttpResponse plain(int status, std::string body, const char* type = "text/plain; charset=utf-8") {
  HttpResponse response;
  response.status = status;
  response.headers.add("Content-Type", type);
  response.body = std::move(body);
  return response;
}

/// A file that a scenario has a charger fetch or leave; nothing = it is another request.
std::optional<HttpResponse> fileAnswer(const HttpRequest& request) {
  if (request.path().rfind("/files/", 0) != 0) return std::nullopt;
  if (request.method == "GET" || request.method == "HEAD") {
    HttpResponse response = plain(200, "ocpp-soap-cs: this is no firmware\n", "application/octet-stream");
    if (request.method == "HEAD") response.body.clear();
    return response;
  }
  return plain(request.method == "PUT" || request.method == "POST" ? 201 : 405, "");
}

/// The request changes nothing: it is refused before it is looked at.
bool withoutEffect(Mischief kind) {
  return kind == Mischief::Fault || kind == Mischief::HttpStatus || kind == Mischief::Garbage;
}

}  // namespace

struct Central::Arrival {
  ocpp_s::RequestMessage message;
  Responder responder;
  std::optional<Failure> failure;
  ocpp::Response response;
};

Central::Central(Loop& loop, const Options& options, Book& book, Rules rules)
    : loop_(loop),
      options_(options),
      book_(book),
      rules_(std::move(rules)),
      plan_(rules_.failures),
      addresses_(callable()),
      later_(loop),
      client_(loop, clientOptions(options)),
      server_(loop, serverOptions(options, [this](const std::string&) { return !plan_.forConnection(); }),
              [this](HttpRequest&& request, const Responder& responder) { onRequest(std::move(request), responder); }),
      url_((options.tlsCert.empty() ? "http://" : "https://") + asUrlHost(options.listenAddress) + ":" +
           std::to_string(server_.port()) + "/ocpp") {
  if (!options.publicUrl.empty()) url_ = options.publicUrl;
  for (const auto& [id, address] : options.chargerUrls) {
    KnownCharger& charger = book_.charger(id);
    charger.url = address;
    charger.urlIsFixed = true;
    charger.version = options.versionGiven ? options.version : ocpp::Version::V16;
  }
}

void Central::setRules(Rules rules) {
  rules_ = std::move(rules);
  plan_ = FailurePlan(rules_.failures);
  for (const auto& [id, charger] : book_.chargers()) book_.charger(id).bootTurn = 0;
}

void Central::tell(Message& message) {
  message.at = wallClock();
  for (const Observer& each : observers_) each(message);
}

void Central::refuse(const ocpp_s::ReadFailure& failure, const HttpRequest& request, const Responder& responder) {
  Message told;
  told.incoming = true;
  told.kind = Message::Kind::Trouble;
  told.charger = failure.header.chargeBoxIdentity;
  told.version = failure.version;
  told.messageId = failure.header.messageId;
  told.text = "not read: " + failure.fault.description;
  told.xml = request.body;
  tell(told);
  const auto dialect =
      ocpp_s::dialectFor(failure.version.value_or(ocpp::Version::V16), failure.manner, options_.quirks);
  const ocpp_s::Header header = answerHeader(failure.header, options_.quirks);
  std::string body;
  ocpp_s::Codec::writeFault(body, dialect, ocpp::Role::CentralSystem, header, failure.fault);
  responder.respond(
      plain(ocpp_s::httpStatus(dialect, failure.fault), std::move(body), ocpp_s::replyContentType(dialect).c_str()));
}

/// Version, address and time of the charger, and what is odd about the message.
void Central::learn(const ocpp_s::RequestMessage& message, const std::string& peer, Message& told) {
  KnownCharger& charger = book_.charger(message.header.chargeBoxIdentity);
  const bool fresh = charger.lastSeen == ocpp::Instant{};
  charger.version = *message.version;
  charger.manner = message.manner;
  charger.peer = peer;
  charger.lastSeen = wallClock();
  const std::string announced = announcedAddress(message.header.from, message.header.replyTo);
  if (announced.empty() && told.notes.empty()) told.notes.push_back("no address in wsa:From");
  if (!charger.urlIsFixed && !announced.empty()) {
    CallbackRules how;
    how.policy = CallbackPolicy::From;
    const Callback callback = callbackFrom(announced, peer, how, addresses_);
    if (!callback.remark.empty()) told.notes.push_back(callback.remark);
    if (!callback.url.empty() && callback.url != charger.url) {
      charger.url = callback.url;
      book_.keep();
    }
  }
  if (fresh) book_.keep();
}

void Central::onRequest(HttpRequest&& request, const Responder& responder) {
  if (auto file = fileAnswer(request)) return responder.respond(std::move(*file));
  if (request.method != "POST") {
    HttpResponse response = plain(405, "SOAP requests of chargers are sent by POST\n");
    response.headers.add("Allow", "POST");
    return responder.respond(std::move(response));
  }
  auto read = codec_.readRequest(request.body, ocpp::Role::CentralSystem);
  if (const auto* failure = std::get_if<ocpp_s::ReadFailure>(&read)) return refuse(*failure, request, responder);
  auto arrival = std::make_shared<Arrival>();
  arrival->message = std::move(std::get<ocpp_s::RequestMessage>(read));
  arrival->responder = responder;
  ocpp_s::RequestMessage& message = arrival->message;
  noteContentType(request.headers, message);
  Message told;
  if (message.header.chargeBoxIdentity.empty()) {
    message.header.chargeBoxIdentity = pathIdentity(request.path());
    told.notes.push_back("no chargeBoxIdentity in the header");
  }
  if (message.header.chargeBoxIdentity.empty()) {
    ocpp_s::ReadFailure failure;
    static_cast<ocpp_s::Incoming&>(failure) = message;
    failure.fault = {ocpp::FaultCode::ProtocolError, "chargeBoxIdentity is missing"};
    return refuse(failure, request, responder);
  }
  for (const ocpp_s::Note& note : message.notes) told.notes.push_back(note.path + ": " + note.text);
  told.incoming = true;
  told.charger = message.header.chargeBoxIdentity;
  told.version = message.version;
  told.action = std::string(ocpp::actionName(message.request));
  told.messageId = message.header.messageId;
  told.payload = tool::payloadOf(message.request);
  told.xml = std::move(request.body);
  learn(message, request.peerAddress, told);
  arrival->failure = plan_.forRequest(told.action, told.charger);
  if (!arrival->failure || !withoutEffect(arrival->failure->kind))
    arrival->response = answer(rules_, book_, told.charger, *message.version, message.request, wallClock());
  tell(told);
  decide(arrival);
}

void Central::decide(const std::shared_ptr<Arrival>& arrival) {
  auto delay = rules_.delay(std::string(ocpp::actionName(arrival->message.request)));
  if (arrival->failure) delay += arrival->failure->delay;
  later_.after(delay, [this, arrival] { deliver(*arrival); });
}

void Central::deliver(const Arrival& arrival) {
  const ocpp_s::RequestMessage& message = arrival.message;
  const Failure failure = arrival.failure.value_or(Failure{});
  const ocpp_s::Dialect dialect = ocpp_s::dialectFor(*message.version, message.manner, options_.quirks);
  ocpp_s::Header header = answerHeader(message.header, options_.quirks);
  if (failure.kind == Mischief::WrongRelatesTo) header.relatesTo = "urn:uuid:" + newUuid();
  Message told;
  told.charger = message.header.chargeBoxIdentity;
  told.version = message.version;
  told.action = std::string(ocpp::actionName(message.request));
  told.messageId = header.messageId;
  told.relatesTo = header.relatesTo;
  told.injected = failure.name;
  HttpResponse response = plain(200, "", ocpp_s::replyContentType(dialect).c_str());
  if (failure.kind == Mischief::HttpStatus || failure.kind == Mischief::Garbage) {
    response = plain(failure.kind == Mischief::HttpStatus ? failure.status : 200, failure.text);
    told.kind = Message::Kind::Trouble;
    told.text = "HTTP " + std::to_string(response.status) + " without an envelope";
  } else if (failure.kind == Mischief::Fault) {
    const ocpp::Fault fault{failure.code, failure.text.empty() ? "ordered by the config file" : failure.text};
    ocpp_s::Codec::writeFault(response.body, dialect, ocpp::Role::CentralSystem, header, fault);
    response.status = ocpp_s::httpStatus(dialect, fault);
    told.kind = Message::Kind::Fault;
    told.text = std::string(ocpp::faultRow(fault.code).soapSubcode) + ": " + fault.description;
  } else {
    codec_.writeReply(response.body, dialect, ocpp::Role::CentralSystem, header, arrival.response);
    told.kind = Message::Kind::Response;
    told.payload = tool::payloadOf(arrival.response);
  }
  told.http = response.status;
  told.xml = response.body;
  tell(told);
  if (failure.kind == Mischief::Reset) return arrival.responder.breakOff("");
  if (failure.kind == Mischief::NoAnswer) return arrival.responder.leaveUnanswered();
  if (failure.kind != Mischief::Truncated) return arrival.responder.respond(std::move(response));
  arrival.responder.breakOff("HTTP/1.1 200 OK\r\nContent-Type: " + ocpp_s::replyContentType(dialect) +
                             "\r\nContent-Length: " + std::to_string(response.body.size()) + "\r\n\r\n" +
                             response.body.substr(0, response.body.size() / 2));
}

}  // namespace cs
