// SPDX-License-Identifier: GPL-2.0-or-later
// bind, listen and accept.
#include "bridge/listener.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

#include "bridge/watch.h"

namespace bridge {
namespace {

constexpr int backlog = 4096;             // a whole park may reconnect at once
constexpr int acceptsAtOnce = 64;         // then other events get their turn
constexpr std::chrono::seconds calm(30);  // without a shortage of descriptors, until it is told to be over

[[noreturn]] void fail(int socket, const std::string& address, std::uint16_t port) {
  const std::string reason = std::strerror(errno);
  if (socket >= 0) ::close(socket);
  throw std::runtime_error("cannot listen on " + address + " port " + std::to_string(port) + ": " + reason);
}

}  // namespace

Listener::Listener(Loop& loop, const std::string& address, std::uint16_t port, Accepted accepted)
    : loop_(loop), pause_(loop), calm_(loop), accepted_(std::move(accepted)) {
  const auto where = NetAddress::parse(address, port);
  if (!where) throw std::runtime_error("not an IP address to listen on: " + address);
  const int socket = ::socket(where->family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (socket < 0) fail(socket, address, port);
  const int on = 1;
  const int off = 0;
  setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // accepted connections inherit it
  if (where->family() == AF_INET6) setsockopt(socket, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  if (::bind(socket, where->get(), where->length) != 0 || ::listen(socket, backlog) != 0) fail(socket, address, port);
  NetAddress bound;
  bound.length = sizeof bound.storage;
  getsockname(socket, reinterpret_cast<sockaddr*>(&bound.storage), &bound.length);
  port_ = bound.port();
  socket_ = socket;
  bindWatcher<EventSource::Accept, &Listener::onReadable>(watch_, *this);
  ev_io_set(&watch_, socket_, EV_READ);
  ev_io_start(loop_.raw(), &watch_);
}

Listener::~Listener() {
  ev_io_stop(loop_.raw(), &watch_);
  ::close(socket_);
}

void Listener::onShortage(std::function<bool()> giveWay, std::function<void(bool)> tell) {
  giveWay_ = std::move(giveWay);
  tell_ = std::move(tell);
}

/// Out of descriptors (C4). True: somebody has given his up.
bool Listener::relieve() {
  const bool begins = !calm_.active();
  calm_.start(calm, [this] {
    if (tell_) tell_(false);
  });
  if (begins && tell_) tell_(true);
  return giveWay_ && giveWay_();
}

/// accept(2) reports that there is no descriptor before it looks whether it needs one.
bool Listener::somebodyWaits() const {
  pollfd asked{socket_, POLLIN, 0};
  return ::poll(&asked, 1, 0) > 0;
}

void Listener::onReadable(int) {
  for (int i = 0; i < acceptsAtOnce; ++i) {
    NetAddress peer;
    peer.length = sizeof peer.storage;
    const int socket =
        ::accept4(socket_, reinterpret_cast<sockaddr*>(&peer.storage), &peer.length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket >= 0) {
      accepted_(socket, peer);
      continue;
    }
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      if (!somebodyWaits()) return;
      if (relieve()) continue;
      ev_io_stop(loop_.raw(), &watch_);
      pause_.start(std::chrono::milliseconds(100), [this] { ev_io_start(loop_.raw(), &watch_); });
      return;
    }
    if (errno != EINTR && errno != ECONNABORTED) return;
  }
}

}  // namespace bridge
