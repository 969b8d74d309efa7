// SPDX-License-Identifier: GPL-2.0-or-later
// From options to servers.
#include "bridge/listeners.h"

#include <utility>

namespace bridge {

namespace {

HttpServerOptions common(const Options& options, const Listeners::Hooks& hooks) {
  HttpServerOptions server;
  const auto ms = [](std::uint32_t seconds) { return static_cast<int>(seconds * 1000); };
  const InputLimits& limits = options.limits;
  server.maxBody = limits.body;
  server.maxHeader = limits.header;
  // Both ports share: one that is full of connections must not shut the other.
  const bool both = !options.listenAddress.empty() && !options.tlsListenAddress.empty();
  server.maxConnections = both ? (limits.connections + 1) / 2 : limits.connections;
  server.maxPerAddress = limits.connectionsPerAddress;
  if (limits.unfinished != 0) server.maxUnfinished = std::size_t(limits.unfinished) << 20;
  server.headerTimeoutMs = ms(limits.headerTimeout);
  server.bodyTimeoutMs = server.answerTimeoutMs = ms(limits.bodyTimeout);
  server.idleTimeoutMs = ms(limits.idleTimeout);
  server.onMistake = hooks.mistake;
  server.onDescriptors = hooks.descriptors;
  server.grantBody = hooks.grantBody;
  server.refusesUnread = hooks.refusesUnread;
  return server;
}

std::string urlOf(const char* scheme, const std::string& address, std::uint16_t port) {
  const bool six = address.find(':') != std::string::npos;
  return std::string(scheme) + "://" + (six ? "[" + address + "]" : address) + ":" + std::to_string(port) + "/ocpp";
}

}  // namespace

Listeners::Listeners(Loop& loop, const Options& options, const HttpServer::Handler& handler, const Hooks& hooks) {
  if (!options.listenAddress.empty()) {
    HttpServerOptions server = common(options, hooks);
    server.address = options.listenAddress;
    server.port = options.listenPort;
    plain_ = std::make_unique<HttpServer>(loop, std::move(server), handler);
    plainUrl_ = urlOf("http", options.listenAddress, plain_->port());
  }
  if (!options.tlsListenAddress.empty()) {
    HttpServerOptions server = common(options, hooks);
    server.address = options.tlsListenAddress;
    server.port = options.tlsListenPort;
    server.certFile = options.tlsCert;
    server.keyFile = options.tlsKey;
    server.clientCaFile = options.tlsClientCa;
    server.clientCertOptional = true;  // who must show one is decided for each charger
    server.onCertificateRefused = hooks.certificateRefused;
    tls_ = std::make_unique<HttpServer>(loop, std::move(server), handler);
    tlsUrl_ = urlOf("https", options.tlsListenAddress, tls_->port());
  }
  for (const auto& [server, address] :
       {std::pair(plain_.get(), options.listenAddress), {tls_.get(), options.tlsListenAddress}})
    if (server) addresses_.push_back(NetAddress::parse(address, server->port()).value());
}

void Listeners::renewCertificates() {
  if (tls_) tls_->renewCertificates();
}

void Listeners::stopListening() {
  for (HttpServer* each : {plain_.get(), tls_.get()})
    if (each) each->stopListening();
}

std::size_t Listeners::inFlight() const { return (plain_ ? plain_->inFlight() : 0) + (tls_ ? tls_->inFlight() : 0); }

std::size_t Listeners::connections() const {
  return (plain_ ? plain_->connections() : 0) + (tls_ ? tls_->connections() : 0);
}

HttpServerCounters Listeners::counters() const {
  HttpServerCounters sum;
  for (const HttpServer* each : {plain_.get(), tls_.get()}) {
    if (!each) continue;
    const HttpServerCounters& one = each->counters();
    sum.gaveWay += one.gaveWay;
    sum.turnedAway += one.turnedAway;
    sum.refused += one.refused;
    sum.threw += one.threw;
  }
  return sum;
}

bool Listeners::flushed() const { return (!plain_ || plain_->flushed()) && (!tls_ || tls_->flushed()); }

}  // namespace bridge
