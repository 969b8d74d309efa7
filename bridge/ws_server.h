// SPDX-License-Identifier: GPL-2.0-or-later
// Minimal WebSocket server, for the embedded back-end and for tests.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bridge/loop.h"

namespace bridge {

/// What a client asks for. The path comes percent-decoded (libwebsockets does that), without query.
struct WsUpgrade {
  std::string path;
  std::string subprotocol;    // the one selected; "" if the client asked for none
  std::string authorization;  // header as sent
  std::string peerAddress;
};

/// Called from the loop, never from inside send() or close(). They may call send() and close() for any connection, and
/// must not throw or destroy the server.
struct WsServerCallbacks {
  /// Before the upgrade is answered. False refuses it with 404. Messages sent from inside go out after the upgrade.
  std::function<bool(std::uint64_t connection, const std::string& path, const std::string& subprotocol)> onOpen;
  std::function<void(std::uint64_t connection, std::string&& text)> onMessage;
  /// Once for each connection that onOpen accepted.
  std::function<void(std::uint64_t connection)> onClosed;
  /// Optional, asked before onOpen: 0 accepts, anything else is the HTTP status of the refusal.
  std::function<int(const WsUpgrade&)> authorize;
};

/// With a certificate the server speaks TLS only; with a CA every client must show a certificate of it.
struct WsServerTls {
  std::string certFile;
  std::string keyFile;
  std::string clientCaFile;
};

/// Serves until destroyed. `subprotocols` must not be empty; a client that asks only for others is refused.
class WsServer {
 public:
  /// Listens at once; port 0 lets the system choose. Throws std::runtime_error if that is impossible.
  WsServer(Loop& loop, const std::string& address, std::uint16_t port, std::vector<std::string> subprotocols,
           WsServerCallbacks callbacks, WsServerTls tls = {});
  /// Cuts all connections, without callbacks.
  ~WsServer();
  WsServer(const WsServer&) = delete;
  WsServer& operator=(const WsServer&) = delete;

  std::uint16_t port() const;
  std::size_t connections() const;
  /// Does nothing for a connection that is gone.
  void send(std::uint64_t connection, const std::string& text);
  /// Sends what is queued, then a close frame.
  void close(std::uint64_t connection, int code = 1000, const std::string& reason = {});

 private:
  class State;
  class Connection;
  std::unique_ptr<State> state_;
};

}  // namespace bridge
