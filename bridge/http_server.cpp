// SPDX-License-Identifier: GPL-2.0-or-later
// Accepting, limiting and draining of HTTP connections; the protocol itself is in http_connection.cpp.
#include "bridge/http_server.h"

#include <unistd.h>

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "bridge/http_connection.h"
#include "bridge/tls_vhost.h"

namespace bridge {

namespace detail {

namespace {

constexpr std::size_t mostLeaving = 256;  // connections that are being told 503; further ones are closed unanswered
constexpr std::size_t mostLooks = 64;

/// A descriptor that is closed unless somebody takes it over.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int release() { return std::exchange(number_, -1); }

 private:
  int number_;
};

constexpr TurnMeter::Time share = std::chrono::milliseconds(10);  // of a turn for handlers; the last may take longer

}  // namespace

HttpServerState::HttpServerState(Loop& theLoop, HttpServerOptions&& theOptions, HttpServer::Handler&& theHandler)
    : loop(theLoop), options(std::move(theOptions)), handler(std::move(theHandler)), received(lwsReadSize, '\0') {
  tls = !options.certFile.empty();
  if (!tls) return;
  tlsServer = std::make_unique<TlsServer>(
      loop, TlsFiles{options.certFile, options.keyFile, options.clientCaFile}, sinkProtocols,
      TlsClients{!options.clientCertOptional, [this](const std::string& peer, const std::string& reason) {
                   if (options.onCertificateRefused) options.onCertificateRefused(peer, reason);
                 }});
}

void HttpServerState::accept(int socket, const NetAddress& peer) {
  Descriptor owned(socket);
  if (options.admit && !options.admit(peer.host())) return resetOnClose(socket);
  auto connection = std::make_shared<HttpConnection>(*this, peer);
  const std::string group = peer.group();
  Neighbours& neighbours = perAddress[group];
  neighbours.group = group;
  neighbours.all.push_front(connection.get());
  connections.push_front(connection);
  connection->neighbours = &neighbours;
  connection->placeNear = neighbours.all.begin();
  connection->place = connections.begin();
  const bool crowded = (options.maxPerAddress != 0 && neighbours.all.size() > options.maxPerAddress &&
                        !giveWay(neighbours.all, connection.get())) ||
                       (options.maxConnections != 0 && connections.size() - leaving > options.maxConnections &&
                        !giveWay(connections, connection.get()));
  const bool served = loop.firewall().run(EventSource::Accept, connection->peerAddress, [&] {
    if (crowded) ++counters.turnedAway;
    if (!crowded || (!tls && leaving < mostLeaving)) connection->begin(owned.release());
    if (crowded && connection->stream) connection->turnAway();
    if (!connection->stream) connection->onMistake(DoorMistake::Crowded);
  });
  if (served && connection->stream) return;
  if (connection->stream)
    connection->dropNow();
  else
    remove(*connection);
}

bool HttpServerState::mayWork(const HttpConnection& connection) {
  const std::uint64_t now = loop.turns().number();
  if (std::exchange(turn, now) != now) workedOn = readOf = 0;
  if (workedOn == 0 && readOf <= 1) return true;
  return connection.turn != now && loop.turns().spent() < share;
}

bool HttpServerState::mayRead() {
  const std::uint64_t now = loop.turns().number();
  if (std::exchange(turn, now) != now) workedOn = readOf = 0;
  return waiting.empty() && ((workedOn == 0 && readOf == 0) || loop.turns().spent() < share);
}

void HttpServerState::wait(HttpConnection& connection) {
  if (std::exchange(connection.inLine, true)) return;
  waiting.push_back(connection.weak_from_this());
  postWork();
}

void HttpServerState::postWork() {
  if (waiting.empty() || std::exchange(workPosted, true)) return;
  loop.post([weak = weak_from_this()] {
    if (const auto self = weak.lock()) self->work();
  });
}

/// Who joins the line meanwhile is for the next turn.
void HttpServerState::work() {
  workPosted = false;
  for (std::size_t left = waiting.size(); left > 0; --left) {
    const auto connection = waiting.front().lock();
    if (connection && connection->server != nullptr && !mayWork(*connection)) break;
    waiting.pop_front();
    if (!connection || connection->server == nullptr) continue;
    connection->inLine = false;
    loop.firewall().run(EventSource::Connection, connection->peerAddress, [&] { connection->takeTurn(); });
  }
  postWork();
}

/// Closes the connection that has been idle longest, of a few that were opened early. The order turns, so that all of
/// them are looked at in time; looking at all at once would let strangers slow us down.
template <class List>
bool HttpServerState::giveWay(List& list, const HttpConnection* newest) {
  HttpConnection* oldest = nullptr;
  for (std::size_t looks = std::min(list.size(), mostLooks); looks > 0; --looks) {
    HttpConnection& each = **std::prev(list.end());
    list.splice(list.begin(), list, std::prev(list.end()));
    if (&each != newest && each.idle() && (oldest == nullptr || each.idleSince < oldest->idleSince)) oldest = &each;
  }
  if (oldest == nullptr) return false;
  ++counters.gaveWay;
  oldest->dropNow();
  return true;
}

void HttpServerState::remove(HttpConnection& connection) {
  Neighbours& neighbours = *connection.neighbours;
  neighbours.all.erase(connection.placeNear);
  if (neighbours.all.empty()) perAddress.erase(std::string(neighbours.group));
  unfinished -= connection.accounted;
  leaving -= connection.turnedAway;
  connection.server = nullptr;
  connections.erase(connection.place);  // may destroy it
}

}  // namespace detail

struct Responder::Right {
  Right(std::weak_ptr<AnswerSink> theSink, std::uint64_t theRequest) : sink(std::move(theSink)), request(theRequest) {}
  Right(const Right&) = delete;
  Right& operator=(const Right&) = delete;
  ~Right() {
    const auto waiting = wanted();
    if (!waiting || given) return;
    HttpResponse lost = textResponse(503, "the request was given up; please repeat\n");
    lost.headers.add("Retry-After", "10");
    lost.close = true;
    waiting->answer(request, std::move(lost));
  }
  std::shared_ptr<AnswerSink> wanted() const {
    auto waiting = sink.lock();
    return waiting && waiting->wants(request) ? waiting : nullptr;
  }

  std::weak_ptr<AnswerSink> sink;
  std::uint64_t request;
  bool given = false;  // or deliberately left unanswered
};

Responder::Responder(std::weak_ptr<AnswerSink> sink, std::uint64_t request)
    : right_(std::make_shared<Right>(std::move(sink), request)) {}

void Responder::respond(HttpResponse&& response) const {
  if (!right_ || right_->given) return;
  if (const auto waiting = right_->wanted()) {
    right_->given = true;
    waiting->answer(right_->request, std::move(response));
  }
}

void Responder::breakOff(std::string_view bytes) const {
  if (!right_ || right_->given) return;
  if (const auto waiting = right_->wanted()) {
    right_->given = true;
    waiting->breakOff(right_->request, bytes);
  }
}

void Responder::leaveUnanswered() const {
  if (!right_ || right_->given) return;
  right_->given = true;
  if (const auto waiting = right_->wanted()) waiting->leaveUnanswered(right_->request);
}

bool Responder::alive() const { return right_ && !right_->given && right_->wanted(); }

HttpServer::HttpServer(Loop& loop, HttpServerOptions options, Handler handler)
    : state_(std::make_shared<detail::HttpServerState>(loop, std::move(options), std::move(handler))) {
  state_->listener.emplace(loop, state_->options.address, state_->options.port,
                           [state = state_.get()](int socket, const NetAddress& peer) { state->accept(socket, peer); });
  state_->listener->onShortage([state = state_.get()] { return state->giveWay(state->connections, nullptr); },
                               state_->options.onDescriptors);
}

HttpServer::~HttpServer() {
  state_->listener.reset();
  while (!state_->connections.empty()) {
    const auto connection = state_->connections.front();
    connection->dropNow();
    if (connection->server != nullptr) state_->remove(*connection);
  }
  state_->tlsServer.reset();
}

std::uint16_t HttpServer::port() const { return state_->listener ? state_->listener->port() : 0; }

void HttpServer::renewCertificates() {
  if (state_->tlsServer) state_->tlsServer->renew();
}

void HttpServer::stopListening() {
  state_->listener.reset();
  state_->draining = true;
  const detail::Connections all = state_->connections;
  for (const auto& connection : all) connection->drain();
}

std::size_t HttpServer::inFlight() const { return state_->inFlight; }
std::size_t HttpServer::connections() const { return state_->connections.size(); }
const HttpServerCounters& HttpServer::counters() const { return state_->counters; }

bool HttpServer::flushed() const {
  return std::all_of(state_->connections.begin(), state_->connections.end(),
                     [](const auto& connection) { return connection->flushed(); });
}

}  // namespace bridge
