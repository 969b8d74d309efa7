// SPDX-License-Identifier: GPL-2.0-or-later
// Inside of the HTTP server: its shared state and one connection's state machine.
#pragma once

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "bridge/http_parser.h"
#include "bridge/http_server.h"
#include "bridge/listener.h"
#include "bridge/stream.h"
#include "bridge/tls_server.h"

namespace bridge::detail {

struct HttpConnection;
using Connections = std::list<std::shared_ptr<HttpConnection>>;

/// The connections of one address (IPv6: of one /64).
struct Neighbours {
  std::string group;
  std::list<HttpConnection*> all;
};

struct HttpServerState {
  HttpServerState(Loop& theLoop, HttpServerOptions&& theOptions, HttpServer::Handler&& theHandler);
  void accept(int socket, const NetAddress& peer);
  /// The connection is gone for libwebsockets: forgets it.
  void remove(HttpConnection& connection);
  template <class List>
  bool giveWay(List& list, const HttpConnection& newest);

  Loop& loop;
  HttpServerOptions options;
  HttpServer::Handler handler;
  std::optional<Listener> listener;
  std::unique_ptr<TlsServer> tlsServer;
  lws_vhost* vhost = nullptr;  // of tlsServer
  bool tls = false;
  bool draining = false;
  std::size_t inFlight = 0;
  std::size_t unfinished = 0;  // bytes of requests that are not complete
  std::size_t leaving = 0;     // connections that were turned away and still read why
  HttpServerCounters counters;
  Connections connections;
  std::unordered_map<std::string, Neighbours> perAddress;
  std::string scratch;    // where answers are put together; one for all connections
  std::string spareBody;  // of the last request, to receive the next one in
  std::string received;   // where plain connections receive; one for all
};

/// States: Idle (between messages) -> Header -> Body -> Working (at the handler) -> Idle, or -> Closing from anywhere.
/// While Working, further bytes are held up to a limit, then reading stops.
struct HttpConnection final : StreamUser, AnswerSink, Deadlines::Node, std::enable_shared_from_this<HttpConnection> {
  enum class Phase : std::uint8_t { Idle, Header, Body, Working, Closing };

  HttpConnection(HttpServerState& theServer, const NetAddress& peer);

  /// Takes over the socket. False: it could not be used, and there was no onGone().
  bool begin(int socket);
  void onBytes(std::string_view bytes) override;
  void onSent() override;
  void onPeerEnd() override;
  void onGone() override;
  std::shared_ptr<void> hold() override { return shared_from_this(); }
  void onDeadline() override;

  bool wants(std::uint64_t request) const override { return phase == Phase::Working && request == serial; }
  void answer(std::uint64_t request, HttpResponse&& response) override;
  void breakOff(std::uint64_t request, std::string_view bytes) override;
  void leaveUnanswered(std::uint64_t request) override;
  /// No request begun: closes now. Otherwise the answer will close.
  void drain();
  /// Nothing of ours is left to send; only the peer's end of close is missing.
  bool flushed() const { return !stream->open() || (phase == Phase::Closing && !stream->unsent()); }
  void dropNow();
  /// Instead of serving: 503, and the end.
  void turnAway();
  /// Nothing of ours is lost by closing it.
  bool idle() const { return phase == Phase::Idle && held.empty() && stream->open() && !stream->unsent(); }

  HttpServerState* server;  // null once the server is gone
  std::unique_ptr<Stream> stream;
  Connections::iterator place;
  Neighbours* neighbours = nullptr;
  std::list<HttpConnection*>::iterator placeNear;
  std::string peerAddress;
  std::uint16_t peerPort;
  Phase phase = Phase::Idle;
  bool keepAlive = true;  // of the request being read or worked on
  bool http10 = false;
  bool headOnly = false;    // HEAD: the answer has no body
  bool processing = false;  // process() is on the stack
  bool readingStopped = false;
  bool peerEnded = false;   // it sends no more; it may still read
  bool unanswered = false;  // the request at the handler will never be answered
  bool turnedAway = false;
  double idleSince = 0;       // of the loop's clock
  std::size_t accounted = 0;  // our part of server->unfinished
  std::uint64_t serial = 0;   // of the request at the handler
  std::string held;           // received, not consumed
  HeaderScan scan;
  std::unique_ptr<HttpRequestParser> parser;  // only while a message is being read

 private:
  void process(std::string_view& bytes);
  bool readHeader(std::string_view& bytes);
  bool feedParser(std::string_view& bytes);
  bool skipLineEnds(std::string_view& bytes) const;
  void handOver();
  void resume();
  void keep(std::string_view rest);
  void refuse(int status);
  void write(HttpResponse&& response);
  void send(std::string_view bytes);
  void beginClose();
  void account();
  void arm(int ms);
};

}  // namespace bridge::detail
