// SPDX-License-Identifier: GPL-2.0-or-later
// WebSocket client: one connection per charger to the back-end, on libwebsockets.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "bridge/loop.h"

namespace bridge {

struct WsTarget {
  std::string url;          // ws:// or wss://; the path is sent as it is, so it must be percent-encoded already
  std::string subprotocol;  // one, or a comma-separated list of those we speak; empty: none asked for
  std::string user;         // Basic authentication, if user or password is given
  std::string password;     // any bytes
  std::string caFile;       // PEM; empty: the system's CAs. The certificate must match the URL's host in any case
  std::string certFile;     // PEM client certificate chain, with keyFile
  std::string keyFile;
  int connectTimeoutMs = 30000;             // resolving, then connecting, TLS and upgrade with all addresses together
  int pingIntervalMs = 0;                   // 0: none. Nothing heard for two intervals: the connection is dead (1006)
  std::size_t maxMessage = 1024 * 1024;     // bytes; a longer one closes with 1009
  std::size_t maxQueued = 4 * 1024 * 1024;  // bytes that the server does not take; more closes with 1008
};

struct WsClosed {
  bool wasOpen = false;  // onOpen() was called
  int httpStatus = 0;    // of a refused upgrade, e.g. 401, 403, 404; 0: there was no HTTP answer
  int closeCode = 0;   // RFC 6455 section 7.4: the peer's, or ours if we closed; 1006 for a lost connection; 0 if never
                       // open. libwebsockets shows the peer's 1012 to 1014 as 1002
  std::string reason;  // the peer's text, or what went wrong; "subprotocol" if the server chose none or another one
  bool ours = false;   // we closed it, or gave it up because pings were not answered
};

/// All are called from the loop, never from inside send(), close() or connect(). Each may call send() and close(),
/// destroy this or any other WsConnection and open new ones. They must not throw.
struct WsCallbacks {
  std::function<void()> onOpen;
  std::function<void(std::string&&)> onMessage;  // one complete text message
  std::function<void(WsClosed&&)> onClosed;      // exactly once, last; not after the WsConnection was destroyed
};

namespace detail {
class WsClientState;
}  // namespace detail

/// One connection, from the attempt to its end; it does not reconnect. Destroying it closes (1001) without any
/// callback.
class WsConnection {
 public:
  WsConnection() = default;
  virtual ~WsConnection() = default;
  WsConnection(const WsConnection&) = delete;
  WsConnection& operator=(const WsConnection&) = delete;

  /// Sends one text message. False, and nothing is sent, unless the connection is open and the server reads.
  virtual bool send(std::string text) = 0;
  /// Sends what is queued, then the close frame; onClosed follows when the peer has answered, at the latest after 5 s.
  /// Before the connection is open: gives up. Later calls do nothing. The reason is cut at 123 bytes.
  virtual void close(int code, std::string reason) = 0;
  void close() { close(1000, {}); }
  virtual bool isOpen() const = 0;
  /// Bytes that the socket has not taken yet, a measure of a peer that does not read.
  virtual std::size_t queued() const = 0;
};

/// What makes connections for chargers; another one stands in its place where the network is simulated.
class WsConnector {
 public:
  virtual ~WsConnector() = default;
  /// Starts connecting. Every failure, a bad URL included, comes by onClosed.
  virtual std::unique_ptr<WsConnection> connect(WsTarget target, WsCallbacks callbacks) = 0;
};

/// The real one, on libwebsockets. Destroying it (not from inside a callback) cuts them all, without callbacks. Keeps
/// one TLS context per combination of CA, certificate and key (and their file dates), made on demand.
class WsClient final : public WsConnector {
 public:
  explicit WsClient(Loop& loop);
  ~WsClient() override;
  WsClient(const WsClient&) = delete;
  WsClient& operator=(const WsClient&) = delete;

  /// So many connections at a time; above that new ones fail (C4). By default there is no limit.
  void setMost(std::size_t connections);
  std::unique_ptr<WsConnection> connect(WsTarget target, WsCallbacks callbacks) override;

 private:
  std::shared_ptr<detail::WsClientState> state_;
};

}  // namespace bridge
