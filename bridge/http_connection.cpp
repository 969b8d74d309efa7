// SPDX-License-Identifier: GPL-2.0-or-later
// The state machine of one HTTP connection.
#include "bridge/http_connection.h"

#include <algorithm>
#include <utility>

#include "bridge/scope.h"

namespace bridge::detail {
namespace {

constexpr std::size_t maxHeld = 64 * 1024;  // pipelined bytes kept while a request is worked on
constexpr std::size_t maxScratch = 256 * 1024;
constexpr int lingerMs = 2000;               // for the peer to read our last answer before the connection is cut
constexpr std::size_t alwaysAllowed = 4096;  // bytes of an unfinished request, however crowded it is

int statusFor(const HttpRequestParser& parser, const boost::beast::error_code& error) {
  using Kind = boost::beast::http::error;
  if (parser.unknownCoding()) return 415;
  if (error == Kind::body_limit) return 413;
  if (error == Kind::header_limit) return 431;
  return 400;
}

DoorMistake mistakeOf(int status) {
  switch (status) {
    case 408: return DoorMistake::Slow;
    case 413: return DoorMistake::LargeBody;
    case 415: return DoorMistake::Coding;
    case 431: return DoorMistake::LargeHeader;
    case 503: return DoorMistake::Crowded;
    default: return DoorMistake::BadRequest;
  }
}

void appendHead(std::string& out, const HttpResponse& response, std::size_t length, bool keepAlive, bool http10) {
  out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  out.append(reasonPhrase(response.status)).append("\r\n");
  for (const auto& [name, value] : response.headers) {
    if (sameToken(name, "Content-Length") || sameToken(name, "Connection") || sameToken(name, "Transfer-Encoding"))
      continue;
    out.append(name).append(": ").append(value).append("\r\n");
  }
  if (response.status != 204) out.append("Content-Length: ").append(std::to_string(length)).append("\r\n");
  if (!keepAlive) {
    out.append("Connection: close\r\n");
  } else if (http10) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append("\r\n");
}

}  // namespace

HttpConnection::HttpConnection(HttpServerState& theServer, const NetAddress& peer)
    : server(&theServer), peerAddress(peer.host()), peerPort(peer.port()) {}

void HttpConnection::begin(int socket) {
  idleSince = systemClock().steady();
  arm(server->options.headerTimeoutMs);
  if (server->tls)
    stream = std::make_unique<TlsStream>(*server->tlsServer, socket, *this);
  else
    stream = std::make_unique<PlainStream>(server->loop, socket, *this, server->received);
}

void HttpConnection::onGone() {
  Deadlines::disarm(*this);
  if (server == nullptr) return;
  if (unsettled() && !unanswered) --server->inFlight;
  phase = Phase::Closing;
  server->remove(*this);  // last line: `this` may be gone
}

void HttpConnection::onSent() {
  if (peerEnded && held.empty() && !unsettled()) return dropNow();
  if (phase == Phase::Closing) return server != nullptr ? arm(lingerMs) : void();
  if (phase == Phase::Idle && server != nullptr) arm(server->options.idleTimeoutMs);
  resume();
}

/// The peer has ended its direction, as TCP allows: what it asked for is still answered.
void HttpConnection::onPeerEnd() {
  peerEnded = true;
  readingStopped = true;
  stream->setReading(false);
  if (!unsettled() && !inLine && !stream->unsent()) dropNow();
}

void HttpConnection::onMistake(DoorMistake what) {
  if (server != nullptr && server->options.onMistake) server->options.onMistake(peerAddress, what);
}

void HttpConnection::arm(int ms) { server->loop.deadlines().arm(*this, std::chrono::milliseconds(ms)); }

void HttpConnection::onBytes(std::string_view bytes) {
  if (server == nullptr || phase == Phase::Closing) return;
  if (unsettled() || processing || inLine) {
    keep(bytes);
  } else if (!server->mayRead()) {
    server->wait(*this);
    keep(bytes);
  } else if (held.empty()) {
    process(bytes);
    if (phase != Phase::Closing) keep(bytes);
    settle();
  } else {
    held.append(bytes);
    resume();
  }
  if (parser || !held.empty() || accounted != 0) account();
}

/// Requests that are not complete share one budget: who holds more than his part when it is used up has to come again.
void HttpConnection::account() {
  if (server == nullptr) return;
  const std::size_t now = phase == Phase::Closing ? 0 : held.size() + (parser ? parser->memory() : 0);
  server->unfinished += now - accounted;
  accounted = now;
  const HttpServerOptions& options = server->options;
  if (server->unfinished <= options.maxUnfinished || unsettled() || phase == Phase::Idle) return;
  if (now > std::max(alwaysAllowed, options.maxUnfinished / server->connections.size())) refuse(503);
}

void HttpConnection::resume() {
  if (processing || unsettled() || phase == Phase::Closing || held.empty()) return;
  std::string input;
  input.swap(held);
  std::string_view rest = input;
  process(rest);
  if (phase == Phase::Closing) return;
  if (rest.size() == input.size() && held.empty()) {
    held.swap(input);
  } else {
    held.insert(0, rest);  // what came meanwhile is behind it
  }
  settle();
}

/// After bytes were looked at or a request was answered: who has sent more waits for the next turn (C2), who will not
/// send what completes a request goes.
void HttpConnection::settle() {
  if (server == nullptr || phase == Phase::Closing || !stream->open()) return;
  adjustReading();
  if (phase == Phase::Idle && !held.empty() && !stream->unsent()) return server->wait(*this);
  if (peerEnded && !unsettled() && !inLine && !stream->unsent()) dropNow();
}

void HttpConnection::takeTurn() {
  const Scope turnIsOurs(itsTurn);
  if (phase == Phase::Ready)
    handOver();
  else
    resume();
  if (accounted != 0) account();
}

void HttpConnection::keep(std::string_view rest) {
  held.append(rest);
  if (held.empty()) held.shrink_to_fit();
  adjustReading();
}

/// A message that is being read has limits of its own; everything else is held up to a limit, be it behind a request
/// that is worked on or behind an answer that the peer does not take (C2).
void HttpConnection::adjustReading() {
  if (peerEnded || phase == Phase::Closing || !stream->open()) return;
  const bool stop = held.size() >= maxHeld && (inLine || (phase != Phase::Header && phase != Phase::Body));
  if (std::exchange(readingStopped, stop) != stop) stream->setReading(!stop);
}

bool HttpConnection::skipLineEnds(std::string_view& bytes) const {
  const auto first = bytes.find_first_not_of("\r\n");  // stray line ends between messages, RFC 9112 section 2.2
  bytes.remove_prefix(first == std::string_view::npos ? bytes.size() : first);
  return !bytes.empty();
}

/// A client of the port with TLS, which sends no line that could be answered.
bool HttpConnection::speaksTls(std::string_view bytes) {
  if (server->tls || serial != 0 || bytes.front() != '\x16') return false;
  onMistake(DoorMistake::TlsOnPlain);
  dropNow();
  return true;
}

/// Consumes at most one message; leaves what it could not use in `bytes`.
void HttpConnection::process(std::string_view& bytes) {
  if (server == nullptr || !stream->open()) return;
  const Scope onTheStack(processing);
  ++server->readOf;
  if (phase == Phase::Idle) {
    // An answer that the peer has not read yet: no further work for it.
    if (serial != 0 && !bytes.empty() && stream->unsent()) return;
    if (!skipLineEnds(bytes) || speaksTls(bytes)) return;
    phase = Phase::Header;
    scan = HeaderScan();
    arm(server->options.headerTimeoutMs);
  }
  if (phase == Phase::Header && !readHeader(bytes)) return;
  if (phase == Phase::Body) feedParser(bytes);
}

/// True if the header is complete and the parser has it.
bool HttpConnection::readHeader(std::string_view& bytes) {
  const std::size_t length = scan.find(bytes);
  if (length == std::string_view::npos ? bytes.size() > server->options.maxHeader
                                       : length > server->options.maxHeader) {
    refuse(431);
    return false;
  }
  if (length == std::string_view::npos) return false;
  HttpLimits limits;
  limits.header = server->options.maxHeader;
  limits.body = server->options.maxBody;
  limits.grant = &server->options.grantBody;
  parser = std::make_unique<HttpRequestParser>(limits, std::move(server->spareBody));
  HttpRequest& message = parser->message();
  message.peerAddress = peerAddress;  // who decides on a body before it is read asks who sends it
  message.peerPort = peerPort;
  message.certificateNames = stream->peerNames();
  boost::beast::error_code error;
  std::string rewritten;
  std::string_view header = bytes.substr(0, length);
  bytes.remove_prefix(length);
  if (scan.bareLf()) header = rewritten = HeaderScan::toCrlf(header);
  const bool fed = parser->feed(header, error);
  if (!parser->cut() && (!fed || !parser->is_header_done())) {
    refuse(error ? statusFor(*parser, error) : 400);
    return false;
  }
  http10 = parser->minor() == 0;
  headOnly = message.method == "HEAD";
  keepAlive = fed && parser->keep_alive() && !server->draining;
  phase = Phase::Body;
  if (fed && !parser->is_done() && server->options.refusesUnread) message.cut = server->options.refusesUnread(message);
  if (parser->cut()) {
    cutShort();
    return false;
  }
  if (!parser->is_done()) {
    arm(server->options.bodyTimeoutMs);
    if (parser->expectsContinue() && bytes.empty()) send("HTTP/1.1 100 Continue\r\n\r\n");
  }
  return true;
}

void HttpConnection::feedParser(std::string_view& bytes) {
  boost::beast::error_code error;
  if (!parser->feed(bytes, error)) { return parser->cut() ? cutShort() : refuse(statusFor(*parser, error)); }
  // Only a chunk header or the trailers can be left over.
  if (!parser->is_done()) return bytes.size() > server->options.maxHeader ? refuse(431) : void();
  complete();
}

/// The handler gets what there is; the rest of the body is thrown away with the connection.
void HttpConnection::cutShort() {
  keepAlive = false;
  complete();
}

/// The message is there. Whose turn it is not yet waits behind those who came before (C2).
void HttpConnection::complete() {
  phase = Phase::Ready;
  ++server->inFlight;
  if (itsTurn || (server->waiting.empty() && server->mayWork(*this))) return handOver();
  server->wait(*this);
}

void HttpConnection::handOver() {
  HttpRequest request = std::move(parser->message());
  parser.reset();
  phase = Phase::Working;  // a deadline that is still armed means nothing now: disarming would touch its neighbours
  const std::uint64_t mine = ++serial;
  turn = server->loop.turns().number();
  ++server->workedOn;
  {
    const Responder responder(weak_from_this(), mine);  // outlives what is thrown: then it is fail() that answers
    const bool well = server->loop.firewall().run(EventSource::Request, peerAddress,
                                                  [&] { server->handler(std::move(request), responder); });
    if (!well && server != nullptr) fail(mine);
  }
  // The handler may have moved the body away; if not, its buffer is used again. NOLINTNEXTLINE(bugprone-use-after-move)
  if (server != nullptr && request.body.capacity() <= maxHeld) server->spareBody = std::move(request.body);
}

/// The handler threw (C6).
void HttpConnection::fail(std::uint64_t request) {
  ++server->counters.threw;
  if (!wants(request)) return;
  keepAlive = false;
  answer(request, textResponse(500, "internal error\n"));
}

void HttpConnection::answer(std::uint64_t, HttpResponse&& response) {
  --server->inFlight;
  phase = Phase::Idle;
  idleSince = systemClock().steady();
  if (response.close || (peerEnded && held.empty())) keepAlive = false;
  write(std::move(response));
  if (phase == Phase::Closing) return;
  arm(stream->unsent() ? server->options.answerTimeoutMs : server->options.idleTimeoutMs);
  if (!processing) settle();
}

void HttpConnection::leaveUnanswered(std::uint64_t) {
  --server->inFlight;
  unanswered = true;
  arm(server->options.idleTimeoutMs);
}

void HttpConnection::breakOff(std::uint64_t, std::string_view bytes) {
  --server->inFlight;
  phase = Phase::Closing;
  if (bytes.empty()) return stream->reset();  // last line: `this` may be gone
  send(bytes);
  beginClose();
}

void HttpConnection::refuse(int status) {
  keepAlive = false;
  headOnly = false;
  ++server->counters.refused;
  onMistake(mistakeOf(status));
  HttpResponse response = textResponse(status, std::string(reasonPhrase(status)) + "\n");
  if (status == 415) response.headers.add("Accept-Encoding", "gzip, deflate");
  if (status == 503) response.headers.add("Retry-After", "30");
  write(std::move(response));
}

void HttpConnection::turnAway() {
  turnedAway = true;
  ++server->leaving;
  refuse(503);
}

void HttpConnection::write(HttpResponse&& response) {
  std::string& out = server->scratch;
  out.clear();
  const bool withBody = !headOnly && response.status != 204;
  appendHead(out, response, response.shared ? response.shared->size() : response.body.size(), keepAlive, http10);
  if (withBody && !response.shared) out.append(response.body);
  send(out);
  if (withBody && response.shared && phase != Phase::Closing && !stream->writeShared(response.shared)) broken();
  if (out.capacity() > maxScratch) std::string().swap(out);
  if (!keepAlive && phase != Phase::Closing) beginClose();
}

void HttpConnection::send(std::string_view bytes) {
  if (!stream->write(bytes)) broken();
}

void HttpConnection::broken() {
  phase = Phase::Closing;
  arm(0);
}

/// Our last answer is written. Half-close and wait: closing at once with unread input would reset the connection, and
/// the peer could lose the answer.
void HttpConnection::beginClose() {
  phase = Phase::Closing;
  parser.reset();
  std::string().swap(held);
  account();
  if (peerEnded && !stream->unsent()) return arm(0);
  arm(stream->unsent() ? server->options.answerTimeoutMs : lingerMs);
  if (readingStopped && !peerEnded) {
    readingStopped = false;
    stream->setReading(true);
  }
  stream->finish();
}

void HttpConnection::drain() {
  keepAlive = false;
  if (stream->open() && phase == Phase::Idle && held.empty()) beginClose();
}

void HttpConnection::dropNow() { stream->drop(); }

void HttpConnection::onDeadline() {
  if (unsettled() && !unanswered) return;
  const auto self = shared_from_this();
  const bool reading = phase == Phase::Header || phase == Phase::Body;
  const bool told = reading && server->loop.firewall().run(EventSource::Connection, leg(), [&] { refuse(408); });
  if (!told) dropNow();
}

}  // namespace bridge::detail
