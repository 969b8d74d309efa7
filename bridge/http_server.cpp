// SPDX-License-Identifier: GPL-2.0-or-later
// Accepting, limiting and draining of HTTP connections; the protocol itself is in http_connection.cpp.
#include "bridge/http_server.h"

#include <unistd.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "bridge/http_connection.h"
#include "bridge/tls_vhost.h"

namespace bridge {

namespace detail {

HttpServerState::HttpServerState(Loop& theLoop, HttpServerOptions&& theOptions, HttpServer::Handler&& theHandler)
    : loop(theLoop), options(std::move(theOptions)), handler(std::move(theHandler)), received(lwsReadSize, '\0') {
  tls = !options.certFile.empty();
  if (!tls) return;
  tlsServer = std::make_unique<TlsServer>(
      loop, TlsFiles{options.certFile, options.keyFile, options.clientCaFile}, sinkProtocols,
      TlsClients{!options.clientCertOptional, [this](const std::string& peer, const std::string& reason) {
                   if (options.onCertificateRefused) options.onCertificateRefused(peer, reason);
                 }});
  vhost = tlsServer->vhost();
}

void HttpServerState::accept(int socket, const NetAddress& peer) {
  if (options.admit && !options.admit(peer.host())) {
    resetOnClose(socket);
    ::close(socket);
    return;
  }
  auto connection = std::make_shared<HttpConnection>(*this, peer);
  std::size_t& fromThere = perAddress[connection->peerAddress];
  const bool tooMany = (options.maxConnections != 0 && connections.size() >= options.maxConnections) ||
                       (options.maxPerAddress != 0 && fromThere >= options.maxPerAddress);
  if (tooMany) {
    ::close(socket);
    if (fromThere == 0) perAddress.erase(connection->peerAddress);
    return;
  }
  ++fromThere;
  connections.push_front(connection);
  connection->place = connections.begin();
  if (!connection->begin(socket) && connection->server != nullptr) remove(*connection);
}

void HttpServerState::remove(HttpConnection& connection) {
  const auto found = perAddress.find(connection.peerAddress);
  if (found != perAddress.end() && --found->second == 0) perAddress.erase(found);
  connection.server = nullptr;
  connections.erase(connection.place);  // may destroy it
}

}  // namespace detail

void Responder::respond(HttpResponse&& response) const {
  const auto connection = connection_.lock();
  if (connection && connection->wants(request_)) connection->respond(std::move(response));
}

void Responder::breakOff(std::string_view bytes) const {
  const auto connection = connection_.lock();
  if (connection && connection->wants(request_)) connection->breakOff(bytes);
}

bool Responder::alive() const {
  const auto connection = connection_.lock();
  return connection && connection->wants(request_);
}

HttpServer::HttpServer(Loop& loop, HttpServerOptions options, Handler handler)
    : state_(std::make_shared<detail::HttpServerState>(loop, std::move(options), std::move(handler))) {
  state_->listener.emplace(loop, state_->options.address, state_->options.port,
                           [state = state_.get()](int socket, const NetAddress& peer) { state->accept(socket, peer); });
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

bool HttpServer::flushed() const {
  return std::all_of(state_->connections.begin(), state_->connections.end(),
                     [](const auto& connection) { return connection->flushed(); });
}

}  // namespace bridge
