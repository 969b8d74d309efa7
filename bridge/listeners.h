// SPDX-License-Identifier: GPL-2.0-or-later
// The ports for chargers: without TLS, with TLS, or both.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bridge/http_server.h"
#include "bridge/net_address.h"
#include "bridge/options.h"

namespace bridge {

/// One or two HTTP servers with the same handler, seen as one.
class Listeners {
 public:
  /// As HttpServerOptions has them; for both servers.
  struct Hooks {
    std::function<void(const std::string& peerAddress, const std::string& reason)> certificateRefused;
    std::function<void(const std::string& peerAddress, DoorMistake what)> mistake;
    std::function<void(bool short_)> descriptors;
    HttpGrant grantBody{};
    std::function<bool(const HttpRequest& begun)> refusesUnread{};
  };

  /// Listens at once. Throws std::runtime_error if an address or a certificate cannot be used.
  Listeners(Loop& loop, const Options& options, const HttpServer::Handler& handler, const Hooks& hooks);

  /// The SOAP endpoint without and with TLS as the listening addresses have it; "" where there is none.
  const std::string& plainUrl() const { return plainUrl_; }
  const std::string& tlsUrl() const { return tlsUrl_; }
  /// The sockets that accept.
  const std::vector<NetAddress>& addresses() const { return addresses_; }

  /// See HttpServer.
  void renewCertificates();
  void stopListening();
  std::size_t inFlight() const;
  bool flushed() const;
  std::size_t connections() const;
  HttpServerCounters counters() const;

 private:
  std::unique_ptr<HttpServer> plain_, tls_;
  std::string plainUrl_, tlsUrl_;
  std::vector<NetAddress> addresses_;
};

}  // namespace bridge
