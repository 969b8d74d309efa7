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
#include "bridge/lws_sink.h"

namespace bridge::detail {

using Connections = std::list<std::shared_ptr<HttpConnection>>;

struct HttpServerState {
  HttpServerState(Loop& theLoop, HttpServerOptions&& theOptions, HttpServer::Handler&& theHandler);
  void accept(int socket, const NetAddress& peer);
  /// The connection is gone for libwebsockets: forgets it.
  void remove(HttpConnection& connection);

  Loop& loop;
  HttpServerOptions options;
  HttpServer::Handler handler;
  std::optional<Listener> listener;
  lws_vhost* vhost = nullptr;
  bool tls = false;
  bool draining = false;
  std::size_t inFlight = 0;
  Connections connections;
  std::unordered_map<std::string, std::size_t> perAddress;
  std::string scratch;  // where answers are put together; one for all connections
};

/// States: Idle (between messages) -> Header -> Body -> Working (at the handler) -> Idle, or -> Closing from anywhere.
/// While Working, further bytes are held up to a limit, then reading stops.
struct HttpConnection final : LwsSink, Deadlines::Node, std::enable_shared_from_this<HttpConnection> {
  enum class Phase : std::uint8_t { Idle, Header, Body, Working, Closing };

  HttpConnection(HttpServerState& theServer, const NetAddress& peer);

  int onLws(lws* itsWsi, lws_callback_reasons reason, void* in, std::size_t len) override;
  void onDeadline() override;

  bool wants(std::uint64_t request) const { return wsi != nullptr && phase == Phase::Working && request == serial; }
  void respond(HttpResponse&& response);
  /// No request begun: closes now. Otherwise the answer will close.
  void drain();
  void dropNow();

  HttpServerState* server;  // null once the server is gone
  lws* wsi = nullptr;       // null once libwebsockets has closed it
  Connections::iterator place;
  std::string peerAddress;
  std::uint16_t peerPort;
  Phase phase = Phase::Idle;
  bool keepAlive = true;  // of the request being read or worked on
  bool http10 = false;
  bool headOnly = false;    // HEAD: the answer has no body
  bool processing = false;  // process() is on the stack
  bool closeAfterFlush = false;
  bool readingStopped = false;
  bool fresh = true;         // nothing received yet
  std::uint64_t serial = 0;  // of the request at the handler
  std::string held;          // received, not consumed
  HeaderScan scan;
  std::unique_ptr<HttpRequestParser> parser;  // only while a message is being read

 private:
  int onReceive(std::string_view bytes);
  void process(std::string_view& bytes);
  bool readHeader(std::string_view& bytes);
  bool feedParser(std::string_view& bytes);
  bool skipLineEnds(std::string_view& bytes) const;
  void handOver();
  void resume();
  void hold(std::string_view rest);
  void refuse(int status);
  void write(HttpResponse&& response);
  void send(std::string_view bytes);
  void beginClose();
  void arm(int ms);
};

}  // namespace bridge::detail
