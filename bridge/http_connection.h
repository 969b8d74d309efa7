// SPDX-License-Identifier: GPL-2.0-or-later
// Inside of the HTTP server: its shared state and one connection's state machine.
#pragma once

#include <deque>
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

struct HttpServerState : std::enable_shared_from_this<HttpServerState> {
  HttpServerState(Loop& theLoop, HttpServerOptions&& theOptions, HttpServer::Handler&& theHandler);
  void accept(int socket, const NetAddress& peer);
  /// The connection is gone for libwebsockets: forgets it.
  void remove(HttpConnection& connection);
  /// Closes the connection that has been idle longest; false if none is. `newest` is not looked at; it may be null.
  template <class List>
  bool giveWay(List& list, const HttpConnection* newest);
  /// A request is complete. True: it may go to the handler now; false: its connection has to wait() (C2).
  bool mayWork(const HttpConnection& connection);
  /// Bytes have come. True: they may be parsed and inflated in this turn; false: the connection has to wait() (C2).
  bool mayRead();
  /// The connection gets its turn when the loop comes round again.
  void wait(HttpConnection& connection);
  void postWork();
  void work();

  Loop& loop;
  HttpServerOptions options;
  HttpServer::Handler handler;
  std::optional<Listener> listener;
  std::unique_ptr<TlsServer> tlsServer;
  bool tls = false;
  bool draining = false;
  std::size_t inFlight = 0;
  std::size_t unfinished = 0;  // bytes of requests that are not complete
  std::size_t leaving = 0;     // connections that were turned away and still read why
  HttpServerCounters counters;
  Connections connections;
  std::unordered_map<std::string, Neighbours> perAddress;
  std::string scratch;                                // where answers are put together; one for all connections
  std::string spareBody;                              // of the last request, to receive the next one in
  std::string received;                               // where plain connections receive; one for all
  std::deque<std::weak_ptr<HttpConnection>> waiting;  // for their turn, in the order they came
  bool workPosted = false;
  std::uint64_t turn = 0;    // of the loop, in which ...
  std::size_t workedOn = 0;  // ... so many requests went to the handler, and
  std::size_t readOf = 0;    // so often bytes were looked at
};

/// States: Idle (between messages) -> Header -> Body -> Ready (waits for its turn, if others are first) -> Working (at
/// the handler) -> Idle, or -> Closing from anywhere. Unless a message is being read, further bytes are held up to a
/// limit, then reading stops.
struct HttpConnection final : StreamUser, AnswerSink, Deadlines::Node, std::enable_shared_from_this<HttpConnection> {
  enum class Phase : std::uint8_t { Idle, Header, Body, Ready, Working, Closing };

  HttpConnection(HttpServerState& theServer, const NetAddress& peer);

  /// Takes over the socket.
  void begin(int socket);
  /// What was waited for: a request to hand over, or held bytes to look at.
  void takeTurn();
  void onBytes(std::string_view bytes) override;
  void onSent() override;
  void onPeerEnd() override;
  void onMistake(DoorMistake what) override;
  void onGone() override;
  std::shared_ptr<void> hold() override { return shared_from_this(); }
  std::string_view leg() const override { return peerAddress; }
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
  bool inLine = false;      // in server->waiting
  bool itsTurn = false;     // takeTurn() is on the stack
  bool readingStopped = false;
  bool peerEnded = false;   // it sends no more; it may still read
  bool unanswered = false;  // the request at the handler will never be answered
  bool turnedAway = false;
  ocpp::Steady idleSince{};
  std::size_t accounted = 0;  // our part of server->unfinished
  std::uint64_t serial = 0;   // of the request at the handler
  std::uint64_t turn = 0;     // of the loop, in which the last request went to the handler
  std::string held;           // received, not consumed
  HeaderScan scan;
  std::unique_ptr<HttpRequestParser> parser;  // only while a message is being read

 private:
  void process(std::string_view& bytes);
  bool readHeader(std::string_view& bytes);
  void feedParser(std::string_view& bytes);
  bool skipLineEnds(std::string_view& bytes) const;
  bool speaksTls(std::string_view bytes);
  void complete();
  void cutShort();
  bool unsettled() const { return phase == Phase::Ready || phase == Phase::Working; }
  void handOver();
  void fail(std::uint64_t request);
  void resume();
  void keep(std::string_view rest);
  void settle();
  void adjustReading();
  void refuse(int status);
  void write(HttpResponse&& response);
  void send(std::string_view bytes);
  void broken();
  void beginClose();
  void account();
  void arm(int ms);
};

}  // namespace bridge::detail
