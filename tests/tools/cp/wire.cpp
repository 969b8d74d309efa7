// SPDX-License-Identifier: GPL-2.0-or-later
// Writes and reads the envelopes of charge points; everything that passes becomes a Message for those who watch.
#include "tests/tools/cp/wire.h"

#include <arpa/inet.h>

#include <algorithm>

#include "bridge/charger_quirks.h"
#include "bridge/charger_reply.h"
#include "bridge/log.h"
#include "bridge/random_id.h"

namespace cp {

using namespace bridge;
using ocpp_s::Quirk;

namespace {

HttpServerOptions serverOptions(const Options& options) {
  HttpServerOptions server;
  server.address = options.listenAddress;
  server.port = options.listenPort;
  server.certFile = options.tlsCert;
  server.keyFile = options.tlsKey;
  server.clientCaFile = options.clientCa;
  return server;
}

std::string base64(const std::string& text) {
  constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 3) {
    unsigned bits = 0;
    for (std::size_t k = 0; k < 3; ++k)
      bits = bits << 8 | (i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0U);
    for (std::size_t k = 0; k < 4; ++k) out += i + k > text.size() ? '=' : digits[bits >> (18 - 6 * k) & 63];
  }
  return out;
}

/// The address that comes so many after this one (IPv4).
std::string addressAfter(const std::string& first, std::size_t steps) {
  in_addr address{};
  inet_pton(AF_INET, first.c_str(), &address);
  address.s_addr = htonl(ntohl(address.s_addr) + static_cast<std::uint32_t>(steps));
  char text[INET_ADDRSTRLEN];
  return inet_ntop(AF_INET, &address, text, sizeof text);
}

std::string basic(const std::string& user, const std::string& password) {
  return "Basic " + base64(user + ":" + password);
}

bool wasAnswered(session::ChargerFailure failure) {
  return failure == session::ChargerFailure::Faulted || failure == session::ChargerFailure::Malformed;
}

}  // namespace

HttpClientOptions clientOptions(const Options& options) {
  HttpClientOptions client;
  client.caFile = options.centralCa;
  return client;
}

struct Wire::Sent {
  std::string id, messageId;
  std::size_t action;
  std::chrono::steady_clock::time_point at;
  Answered answered;
};

Wire::Wire(Loop& loop, const Options& options)
    : loop_(loop),
      options_(options),
      dialect_(ocpp_s::dialectFor(options.version, {}, options.quirks)),
      client_(loop, clientOptions(options)),
      server_(loop, serverOptions(options),
              [this](HttpRequest&& request, const Responder& responder) { onCall(std::move(request), responder); }),
      misbehaviour_(options.misbehaviour),
      later_(loop) {
  if (!options.user.empty()) authorization_ = basic(options.user, options.password);
  if (!options.callbackUser.empty()) callbackAuthorization_ = basic(options.callbackUser, options.callbackPassword);
  const std::string host =
      options.listenAddress.find(':') == std::string::npos ? options.listenAddress : "[" + options.listenAddress + "]";
  base_ = options.publicUrl.empty()
              ? (options.tlsCert.empty() ? "http://" : "https://") + host + ":" + std::to_string(server_.port())
              : options.publicUrl;
  while (base_.back() == '/') base_.pop_back();
}

void Wire::add(const std::string& id, Called called) {
  std::string source;
  if (!options_.source.empty()) source = addressAfter(options_.source, points_.size());
  points_[id] = {std::move(called), std::move(source)};
}

std::string Wire::url(const std::string& id) const { return base_ + "/" + percentEncoded(id); }

void Wire::tell(Message& message) {
  message.at = wallClock();
  for (const auto& each : observers_) each(message);
}

ocpp_s::Header Wire::header(const std::string& id, const std::string& messageId) const {
  ocpp_s::Header header;
  header.chargeBoxIdentity = id;
  header.messageId = messageId;
  header.from = url(id);
  header.to = options_.central;
  return header;
}

HttpPost Wire::post(const std::string& id, const std::string& action) const {
  HttpPost post;
  post.url = options_.central;
  post.headers.add("Content-Type", ocpp_s::requestContentType(dialect_, "/" + action));
  if (options_.quirks.has(Quirk::SoapActionHeader)) post.headers.add("SOAPAction", "\"/" + action + "\"");
  if (!authorization_.empty()) post.headers.add("Authorization", authorization_);
  post.totalTimeoutMs = options_.timeout * 1000;
  post.connectTimeoutMs = std::min(post.totalTimeoutMs, 10000);
  post.trust.selfSigned = options_.selfSigned;
  if (options_.keepAlive) post.connection = id;
  if (const auto point = points_.find(id); point != points_.end()) post.source = point->second.source;
  return post;
}

std::uint64_t Wire::send(const std::string& id, const ocpp::Request& request, Answered answered) {
  Sent sent{id, "urn:uuid:" + newUuid(), request.index(), std::chrono::steady_clock::now(), std::move(answered)};
  const std::string action(ocpp::actionName(request));
  const ocpp_s::Header head = header(id, sent.messageId);
  HttpPost post = this->post(id, action);
  codec_.writeRequest(post.body, dialect_, ocpp::Role::CentralSystem, head, request);
  ++numbers_.sent;
  if (watched()) {
    Message told;
    told.charger = id;
    told.version = options_.version;
    told.action = action;
    told.messageId = sent.messageId;
    told.payload = tool::payloadOf(request);
    told.xml = post.body;
    tell(told);
  }
  return client_.post(std::move(post),
                      [this, sent = std::move(sent)](HttpResult&& result) { onAnswer(sent, std::move(result)); });
}

void Wire::onAnswer(const Sent& sent, HttpResult&& result) {
  ReadReply read = readChargerReply(codec_, sent.action, sent.messageId, result, ocpp_s::standardQuirks());
  auto& reply = read.reply;
  const auto elapsed = std::chrono::steady_clock::now() - sent.at;
  if (reply.response || wasAnswered(reply.failure)) {
    ++numbers_.answered;
    numbers_.latency.add(std::chrono::duration_cast<std::chrono::microseconds>(elapsed));
  }
  if (!reply.response) ++(wasAnswered(reply.failure) ? numbers_.faults : numbers_.unanswered);
  if (watched()) {
    Message told;
    told.incoming = true;
    told.charger = sent.id;
    told.version = options_.version;
    told.action = std::string(ocpp::Actions::names[sent.action]);
    told.relatesTo = sent.messageId;
    told.kind = reply.response                                      ? Message::Kind::Response
                : reply.failure == session::ChargerFailure::Faulted ? Message::Kind::Fault
                                                                    : Message::Kind::Trouble;
    if (reply.response)
      told.payload = tool::payloadOf(*reply.response);
    else
      told.text = tool::faultText(reply.fault);
    if (result.outcome == HttpResult::Outcome::Answered) told.http = result.response.status;
    told.xml = std::move(result.response.body);
    for (const ocpp_s::Note& note : read.notes) told.notes.push_back(note.path + ": " + note.text);
    tell(told);
  }
  if (reply.response) return sent.answered(std::move(*reply.response));
  sent.answered(station::NoResponse{wasAnswered(reply.failure), std::move(reply.fault)});
}

std::string Wire::addressee(const ocpp_s::Header& header, std::string_view path) const {
  if (!header.chargeBoxIdentity.empty()) return header.chargeBoxIdentity;
  const std::string last = percentDecoded(path.substr(std::min(path.rfind('/'), path.size() - 1) + 1));
  return last.empty() && points_.size() == 1 ? points_.begin()->first : last;
}

void Wire::refuse(const ocpp_s::Incoming& incoming, const ocpp::Fault& fault, const std::string& xml,
                  const Responder& responder) {
  Message told;
  told.incoming = true;
  told.kind = Message::Kind::Trouble;
  told.charger = incoming.header.chargeBoxIdentity;
  told.version = incoming.version;
  told.messageId = incoming.header.messageId;
  told.text = "refused: " + fault.description;
  told.xml = xml;
  tell(told);
  const auto dialect =
      ocpp_s::dialectFor(incoming.version.value_or(options_.version), incoming.manner, options_.quirks);
  HttpResponse response;
  response.status = ocpp_s::httpStatus(dialect, fault);
  response.headers.add("Content-Type", ocpp_s::replyContentType(dialect));
  ocpp_s::Codec::writeFault(response.body, dialect, ocpp::Role::ChargePoint,
                            answerHeader(incoming.header, options_.quirks), fault);
  responder.respond(std::move(response));
}

void Wire::onCall(HttpRequest&& request, const Responder& responder) {
  const auto plain = [&](int status, const char* field, const char* value, const char* text) {
    HttpResponse response;
    response.status = status;
    response.headers.add(field, value);
    response.headers.add("Content-Type", "text/plain; charset=utf-8");
    response.body = text;
    responder.respond(std::move(response));
  };
  const std::string* shown = request.headers.find("Authorization");
  if (!callbackAuthorization_.empty() && (shown == nullptr || *shown != callbackAuthorization_))
    return plain(401, "WWW-Authenticate", "Basic realm=\"charge point\"", "user and password are wanted here\n");
  if (request.method != "POST")
    return plain(405, "Allow", "POST", "SOAP requests of the central system are sent by POST\n");
  ++numbers_.calls;
  auto read = codec_.readRequest(request.body, ocpp::Role::ChargePoint);
  if (const auto* failure = std::get_if<ocpp_s::ReadFailure>(&read))
    return refuse(*failure, failure->fault, request.body, responder);
  auto& message = std::get<ocpp_s::RequestMessage>(read);
  noteContentType(request.headers, message);
  const std::string id = addressee(message.header, request.path());
  const auto point = points_.find(id);
  if (point == points_.end())
    return refuse(message, {ocpp::FaultCode::SecurityError, "there is no charge point '" + id + "' here"}, request.body,
                  responder);
  if (message.version != options_.version) {
    const std::string ours(ocpp::name(options_.version));
    return refuse(message, {ocpp::FaultCode::NotSupported, "this charge point speaks OCPP " + ours}, request.body,
                  responder);
  }
  if (watched()) {
    Message told;
    told.incoming = true;
    told.charger = id;
    told.version = message.version;
    told.action = std::string(ocpp::actionName(message.request));
    told.messageId = message.header.messageId;
    told.payload = tool::payloadOf(message.request);
    for (const ocpp_s::Note& note : message.notes) told.notes.push_back(note.path + ": " + note.text);
    if (message.header.chargeBoxIdentity.empty()) told.notes.push_back("no chargeBoxIdentity in the header");
    if (!message.header.to.empty() && message.header.to != url(id))
      told.notes.push_back("wsa:To is '" + message.header.to + "', not our address");
    told.xml = std::move(request.body);
    tell(told);
  }
  point->second.called(Call{std::move(message), responder});
}

void Wire::answer(const std::string& id, const Call& call, const ocpp::Result<ocpp::Response>& result) {
  const std::string action(ocpp::actionName(call.message.request));
  const Mischief mischief = misbehaviour_.with(action);
  auto dialect = ocpp_s::dialectFor(options_.version, call.message.manner, options_.quirks);
  ocpp_s::Header header = answerHeader(call.message.header, options_.quirks);
  spoil(mischief, dialect, header);
  HttpResponse response;
  response.headers.add("Content-Type", ocpp_s::replyContentType(dialect, "/" + action + "Response"));
  Message told;
  told.charger = id;
  told.version = options_.version;
  told.action = action;
  told.messageId = header.messageId;
  told.relatesTo = header.relatesTo;
  if (result) {
    codec_.writeReply(response.body, dialect, ocpp::Role::ChargePoint, header, *result);
    told.kind = Message::Kind::Response;
    if (watched()) told.payload = tool::payloadOf(*result);
  } else {
    ocpp_s::Codec::writeFault(response.body, dialect, ocpp::Role::ChargePoint, header, result.fault());
    response.status = ocpp_s::httpStatus(dialect, result.fault());
    told.kind = Message::Kind::Fault;
    told.text = tool::faultText(result.fault());
  }
  told.http = response.status;
  if (watched()) told.xml = response.body;
  if (mischief != Mischief::None) told.injected = misbehaviour_.name;
  tell(told);
  const auto delay = mischief == Mischief::Late ? misbehaviour_.delay : std::chrono::seconds(0);
  later_.after(delay, [mischief, responder = call.responder, response = std::move(response)]() mutable {
    deliver(mischief, std::move(response), responder);
  });
}

}  // namespace cp
