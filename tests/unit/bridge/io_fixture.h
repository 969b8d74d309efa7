// SPDX-License-Identifier: GPL-2.0-or-later
// For tests with real sockets: waiting for events under a guard, and raw TCP peers that send and see exact bytes.
#pragma once

#include <ev.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "bridge/listener.h"
#include "bridge/loop.h"
#include "bridge/net_address.h"
#include "tests/support/test.h"

namespace test {

/// Serves events until `done` is true; fails the test when the guard time is over.
inline void waitFor(bridge::Loop& loop, const std::string& what, const std::function<bool()>& done,
                    int guardMs = 10000) {
  bool expired = false;
  bridge::Timer guard(loop);
  guard.start(std::chrono::milliseconds(guardMs), [&] { expired = true; });
  while (!done() && !expired) {
    ev_run(loop.raw(), EVRUN_ONCE);
    loop.firewall().rethrow();
  }
  CPPUNIT_ASSERT_MESSAGE("waited in vain for: " + what, done());
}

/// Serves events for a while, to show that something does not happen.
inline void serveFor(bridge::Loop& loop, int ms) {
  bool over = false;
  bridge::Timer timer(loop);
  timer.start(std::chrono::milliseconds(ms), [&] { over = true; });
  while (!over) {
    ev_run(loop.raw(), EVRUN_ONCE);
    loop.firewall().rethrow();
  }
}

/// One TCP socket on the loop. Sends blockingly small pieces, collects what comes.
class RawPeer {
 public:
  RawPeer(bridge::Loop& loop, int socket) : loop_(loop), socket_(socket) {
    ev_io_init(
        &io_, [](struct ev_loop*, ev_io* io, int) { static_cast<RawPeer*>(io->data)->onReadable(); }, socket_, EV_READ);
    io_.data = this;
    ev_io_start(loop_.raw(), &io_);
  }
  /// Connects to loopback (the kernel completes that without the other side's help).
  RawPeer(bridge::Loop& loop, std::uint16_t port) : RawPeer(loop, connectTo(port)) {}
  ~RawPeer() { close(); }
  RawPeer(const RawPeer&) = delete;
  RawPeer& operator=(const RawPeer&) = delete;

  void send(const std::string& bytes) {
    if (socket_ < 0) return;
    CPPUNIT_ASSERT_EQUAL(static_cast<ssize_t>(bytes.size()), ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL));
  }
  /// Sends what the socket takes; the number of bytes, or -1.
  ssize_t trySend(const std::string& bytes) {
    return ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  }
  void shutdownWrite() { ::shutdown(socket_, SHUT_WR); }
  void stopReading() { ev_io_stop(loop_.raw(), &io_); }
  void goOnReading() { ev_io_start(loop_.raw(), &io_); }
  void close() {
    if (socket_ < 0) return;
    ev_io_stop(loop_.raw(), &io_);
    ::close(std::exchange(socket_, -1));
  }
  /// Breaks the connection (RST).
  void reset() {
    const linger now{1, 0};
    setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close();
  }
  bool saw(const std::string& text) const { return received.find(text) != std::string::npos; }
  std::size_t count(const std::string& text) const {
    std::size_t n = 0;
    for (auto at = received.find(text); at != std::string::npos; at = received.find(text, at + text.size())) ++n;
    return n;
  }

  std::string received;
  bool ended = false;     // the other side closed
  bool wasReset = false;  // and broke the connection
  std::function<void()> onData;

 private:
  static int connectTo(std::uint16_t port) {
    const auto address = *bridge::NetAddress::parse("127.0.0.1", port);
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CPPUNIT_ASSERT_EQUAL(0, ::connect(socket, address.get(), address.length));
    return socket;
  }
  void onReadable() {
    char buffer[65536];
    const ssize_t n = ::recv(socket_, buffer, sizeof buffer, MSG_DONTWAIT);
    if (n > 0) {
      received.append(buffer, static_cast<std::size_t>(n));
      if (onData) onData();
    } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
      ended = true;
      wasReset = n < 0 && errno == ECONNRESET;
      ev_io_stop(loop_.raw(), &io_);
    }
  }

  bridge::Loop& loop_;
  int socket_;
  ev_io io_{};
};

/// A server made of bytes: keeps each accepted connection as a RawPeer.
class RawServer {
 public:
  explicit RawServer(bridge::Loop& loop)
      : listener_(loop, "127.0.0.1", 0, [this, &loop](int socket, const bridge::NetAddress&) {
          peers.push_back(std::make_unique<RawPeer>(loop, socket));
          if (onAccept) onAccept(*peers.back());
        }) {}
  std::uint16_t port() const { return listener_.port(); }
  std::string url(const std::string& scheme, const std::string& path = "/") const {
    return scheme + "://127.0.0.1:" + std::to_string(port()) + path;
  }

  std::vector<std::unique_ptr<RawPeer>> peers;
  std::function<void(RawPeer&)> onAccept;

 private:
  bridge::Listener listener_;
};

}  // namespace test
