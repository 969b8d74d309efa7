// SPDX-License-Identifier: GPL-2.0-or-later
// The state machine of one HTTP connection.
#include "bridge/http_connection.h"

#include <algorithm>
#include <utility>

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

bool HttpConnection::begin(int socket) {
  idleSince = ev_now(server->loop.raw());
  arm(server->options.headerTimeoutMs);
  if (!server->tls) {
    stream = std::make_unique<PlainStream>(server->loop, socket, *this, server->received);
    return true;
  }
  auto tls = std::make_unique<TlsStream>(*this);
  TlsStream& adopted = *tls;
  stream = std::move(tls);
  return adopted.adopt(server->vhost, socket) || server == nullptr;
}

void HttpConnection::onGone() {
  Deadlines::disarm(*this);
  if (server == nullptr) return;
  if (phase == Phase::Working && !unanswered) --server->inFlight;
  phase = Phase::Closing;
  server->remove(*this);  // last line: `this` may be gone
}

void HttpConnection::onSent() {
  if (peerEnded && held.empty() && phase != Phase::Working) return dropNow();
  if (phase == Phase::Closing) return server != nullptr ? arm(lingerMs) : void();
  if (phase == Phase::Idle && server != nullptr) arm(server->options.idleTimeoutMs);
  resume();
}

/// The peer has ended its direction, as TCP allows: what it asked for is still answered.
void HttpConnection::onPeerEnd() {
  peerEnded = true;
  readingStopped = true;
  stream->setReading(false);
  if (phase != Phase::Working && !stream->unsent()) dropNow();
}

void HttpConnection::arm(int ms) { server->loop.deadlines().arm(*this, std::chrono::milliseconds(ms)); }

void HttpConnection::onBytes(std::string_view bytes) {
  if (server == nullptr || phase == Phase::Closing) return;
  if (phase == Phase::Working || processing) {
    keep(bytes);
  } else if (held.empty()) {
    process(bytes);
    if (phase != Phase::Closing) keep(bytes);
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
  if (server->unfinished <= options.maxUnfinished || phase == Phase::Working || phase == Phase::Idle) return;
  if (now > std::max(alwaysAllowed, options.maxUnfinished / server->connections.size())) refuse(503);
}

void HttpConnection::resume() {
  if (processing || phase == Phase::Working || phase == Phase::Closing || held.empty()) return;
  std::string input;
  input.swap(held);
  std::string_view rest = input;
  process(rest);
  if (phase == Phase::Closing) return;
  if (peerEnded && phase != Phase::Working && !stream->unsent()) return dropNow();  // nothing completes the rest
  if (rest.size() == input.size() && held.empty()) {
    held.swap(input);
  } else {
    held.insert(0, rest);  // what came meanwhile is behind it
  }
  if (readingStopped && !peerEnded && held.size() < maxHeld && stream->open()) {
    readingStopped = false;
    stream->setReading(true);
  }
}

void HttpConnection::keep(std::string_view rest) {
  held.append(rest);
  if (held.empty()) {
    held.shrink_to_fit();
  } else if (phase == Phase::Working && held.size() >= maxHeld && !readingStopped) {
    readingStopped = true;
    stream->setReading(false);
  }
}

bool HttpConnection::skipLineEnds(std::string_view& bytes) const {
  const auto first = bytes.find_first_not_of("\r\n");  // stray line ends between messages, RFC 9112 section 2.2
  bytes.remove_prefix(first == std::string_view::npos ? bytes.size() : first);
  return !bytes.empty();
}

/// Consumes as many messages as can be answered one after the other; leaves what it could not use in `bytes`.
void HttpConnection::process(std::string_view& bytes) {
  processing = true;
  while (server != nullptr && stream->open()) {
    if (phase == Phase::Idle) {
      // An answer that the peer has not read yet: no further work for it.
      if (serial != 0 && !bytes.empty() && stream->unsent()) break;
      if (!skipLineEnds(bytes)) break;
      phase = Phase::Header;
      scan = HeaderScan();
      arm(server->options.headerTimeoutMs);
    }
    if (phase == Phase::Header && !readHeader(bytes)) break;
    if (phase == Phase::Body && !feedParser(bytes)) break;
    if (phase != Phase::Idle) break;
  }
  processing = false;
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
  parser = std::make_unique<HttpRequestParser>(limits, std::move(server->spareBody));
  boost::beast::error_code error;
  std::string rewritten;
  std::string_view header = bytes.substr(0, length);
  bytes.remove_prefix(length);
  if (scan.bareLf()) header = rewritten = HeaderScan::toCrlf(header);
  if (!parser->feed(header, error) || !parser->is_header_done()) {
    refuse(error ? statusFor(*parser, error) : 400);
    return false;
  }
  http10 = parser->minor() == 0;
  headOnly = parser->message().method == "HEAD";
  keepAlive = parser->keep_alive() && !server->draining;
  phase = Phase::Body;
  if (!parser->is_done()) {
    arm(server->options.bodyTimeoutMs);
    if (parser->expectsContinue() && bytes.empty()) send("HTTP/1.1 100 Continue\r\n\r\n");
  }
  return true;
}

/// True if the message was complete and is at the handler (or already answered).
bool HttpConnection::feedParser(std::string_view& bytes) {
  boost::beast::error_code error;
  if (!parser->feed(bytes, error)) {
    refuse(statusFor(*parser, error));
    return false;
  }
  if (!parser->is_done()) {
    // Only a chunk header or the trailers can be left over.
    if (bytes.size() > server->options.maxHeader) refuse(431);
    return false;
  }
  handOver();
  return true;
}

void HttpConnection::handOver() {
  HttpRequest request = std::move(parser->message());
  parser.reset();
  request.peerAddress = peerAddress;
  request.peerPort = peerPort;
  request.certificateNames = stream->peerNames();
  phase = Phase::Working;  // a deadline that is still armed means nothing now: disarming would touch its neighbours
  ++serial;
  ++server->inFlight;
  server->handler(std::move(request), Responder(weak_from_this(), serial));
  // The handler may have moved the body away; if not, its buffer is used again. NOLINTNEXTLINE(bugprone-use-after-move)
  if (server != nullptr && request.body.capacity() <= maxHeld) server->spareBody = std::move(request.body);
}

void HttpConnection::answer(std::uint64_t, HttpResponse&& response) {
  --server->inFlight;
  phase = Phase::Idle;
  idleSince = ev_now(server->loop.raw());
  if (response.close || (peerEnded && held.empty())) keepAlive = false;
  write(std::move(response));
  if (phase == Phase::Closing) return;
  arm(stream->unsent() ? server->options.answerTimeoutMs : server->options.idleTimeoutMs);
  if (processing || (held.empty() && !readingStopped)) return;
  // Pipelined requests go to the handler from the loop, not from inside the caller's respond().
  server->loop.post([weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self && self->server != nullptr && self->stream->open()) self->resume();
  });
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
  appendHead(out, response, response.body.size(), keepAlive, http10);
  if (!headOnly && response.status != 204) out.append(response.body);
  send(out);
  if (out.capacity() > maxScratch) std::string().swap(out);
  if (!keepAlive && phase != Phase::Closing) beginClose();
}

void HttpConnection::send(std::string_view bytes) {
  if (stream->write(bytes)) return;
  phase = Phase::Closing;  // the connection is broken
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
  if (phase == Phase::Working && !unanswered) return;
  const auto self = shared_from_this();
  if (phase == Phase::Header || phase == Phase::Body) {
    refuse(408);
  } else {
    dropNow();
  }
}

}  // namespace bridge::detail
