// SPDX-License-Identifier: GPL-2.0-or-later
// HTTP/1 server for POST services: keep-alive, pipelining, chunked requests, limits, and answers that may come later.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "bridge/door_mistake.h"
#include "bridge/http_message.h"
#include "bridge/loop.h"

namespace bridge {

struct HttpServerOptions {
  std::string address = "127.0.0.1";  // IP literal; "::" serves IPv4 too
  std::uint16_t port = 0;             // 0: the system chooses, see port()
  std::size_t maxBody = 1024 * 1024;  // bytes, also after Content-Encoding is undone; more is answered 413
  std::size_t maxHeader = 16 * 1024;  // bytes; more, or more than 128 fields, is answered 431
  // Deadlines of whole phases: a byte now and then does not move them.
  int headerTimeoutMs = 10000;  // from a message's first byte (or the connection) to the header's end, then 408
  int bodyTimeoutMs = 30000;    // from the header's end to the body's end, then 408
  int answerTimeoutMs = 30000;  // for the peer to take an answer that did not fit into the socket, then closed
  int idleTimeoutMs = 120000;   // without a request: closed
  // Above a limit of connections the one that has been idle longest gives way; if none is idle the new one gets 503.
  std::size_t maxConnections = 0;                 // 0: as many as the process may open
  std::size_t maxPerAddress = 0;                  // per peer IPv4 address or IPv6 /64; 0: no limit
  std::size_t maxUnfinished = 256 * 1024 * 1024;  // bytes of all incomplete requests; beyond it the large ones get 503
  std::string certFile;                           // PEM chain; with it the server speaks TLS only
  std::string keyFile;
  std::string clientCaFile;         // with it a certificate that a client shows must be of this CA
  bool clientCertOptional = false;  // with a client CA: false refuses clients that show none
  /// Asked for every connection before anything is read from it; false: it is reset. Empty = all are welcome.
  std::function<bool(const std::string& peerAddress)> admit;
  /// Lets single requests have a body of more than maxBody: see HttpGrant. Empty = none may.
  HttpGrant grantBody;
  /// Asked with the header, before anything of a body is looked at. True: the handler will refuse the request whatever
  /// its body is, and gets it without (`cut`) (C2). Empty = none.
  std::function<bool(const HttpRequest& begun)> refusesUnread;
  /// Somebody did not get to the handler, or not by what this port speaks.
  std::function<void(const std::string& peerAddress, DoorMistake what)> onMistake;
  /// There are no descriptors left for who wants to connect (true), or there are again.
  std::function<void(bool short_)> onDescriptors;
  /// A client's certificate was not good: where it comes from, and why.
  std::function<void(const std::string& peerAddress, const std::string& reason)> onCertificateRefused;
};

/// What the server did by itself since it began.
struct HttpServerCounters {
  std::uint64_t gaveWay = 0;     // idle connections closed for new ones
  std::uint64_t turnedAway = 0;  // connections that got 503, or were closed at once
  std::uint64_t refused = 0;     // requests answered 4xx or 503 before the handler saw them
  std::uint64_t threw = 0;       // requests answered 500 because the handler threw
};

namespace detail {
struct HttpServerState;
}  // namespace detail

/// Where answers go: a connection, or a fake one where the network is simulated. Requests are numbered by it.
class AnswerSink {
 public:
  virtual ~AnswerSink() = default;
  /// The request is still waiting for its answer.
  virtual bool wants(std::uint64_t request) const = 0;
  /// Only while wants(): the answer; the bytes as they stand and the end of the connection; no answer at all, ever.
  virtual void answer(std::uint64_t request, HttpResponse&& response) = 0;
  virtual void breakOff(std::uint64_t request, std::string_view bytes) = 0;
  virtual void leaveUnanswered(std::uint64_t request) = 0;
};

/// The right to answer one request. Copies answer the same request. May outlive connection and server. When the last
/// copy dies without an answer, whoever held it has died: the peer gets 503 and its connection is closed, so that
/// nobody waits for ever (FIELD A4).
class Responder {
 public:
  Responder() = default;
  Responder(std::weak_ptr<AnswerSink> sink, std::uint64_t request);

  /// Sends the answer: the first call on any copy does, later ones do nothing, nor do calls after the connection is
  /// gone. Content-Length and Connection are added, the response needs none of them. From the loop thread, at any time,
  /// also inside the handler.
  void respond(HttpResponse&& response) const;
  /// Instead of respond(): sends the bytes as they stand and ends the connection; without any it is reset. For tools
  /// that show failures to their peers.
  void breakOff(std::string_view bytes) const;
  /// For such tools as well: no answer; the connection stays open until the peer or the idle timeout closes it.
  void leaveUnanswered() const;
  /// The answer is still wanted.
  bool alive() const;

 private:
  struct Right;
  std::shared_ptr<Right> right_;
};

/// Serves until destroyed. Requests of one connection are handed over one at a time, in order, and no two of them in
/// one turn of the loop; when a turn has had its share of work, parsing and inflating included, the others wait for the
/// next, first come first served (C2). Requests that are no valid HTTP are answered here (400, 408, 413, 415, 431) and
/// never reach the handler. A peer that has ended its own direction still gets the answers to what it sent before. The
/// handler must not destroy the server; it may do anything else, respond() included. If it throws, the request is
/// answered 500, unless it was (C6).
class HttpServer {
 public:
  using Handler = std::function<void(HttpRequest&&, Responder)>;

  /// Listens at once. Throws std::runtime_error if the address or the certificate cannot be used.
  HttpServer(Loop& loop, HttpServerOptions options, Handler handler);
  /// Closes all connections, answered or not.
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  std::uint16_t port() const;
  /// Reads certificate, key and client CA again, for the connections to come; the open ones stay as they are. Throws
  /// std::runtime_error if one cannot be used, and then the former ones stay.
  void renewCertificates();
  /// Drain: accepts no more, closes idle connections; requests begun are still served, and answered with
  /// `Connection: close`. Watch inFlight() and connections() go to 0.
  void stopListening();
  /// Requests handed to the handler and not answered yet.
  std::size_t inFlight() const;
  /// Open connections, those that only wait for the peer's end of close included.
  std::size_t connections() const;
  const HttpServerCounters& counters() const;
  /// While draining: every answer is with the system, so that the process may end.
  bool flushed() const;

 private:
  std::shared_ptr<detail::HttpServerState> state_;
};

}  // namespace bridge
