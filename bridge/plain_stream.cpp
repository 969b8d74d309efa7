// SPDX-License-Identifier: GPL-2.0-or-later
// A plain TCP connection on the loop.
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "bridge/stream.h"
#include "bridge/watch.h"

namespace bridge {

void resetOnClose(int socket) {
  const linger now{1, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

PlainStream::PlainStream(Loop& loop, int socket, StreamUser& user, std::string& buffer)
    : loop_(loop), user_(user), buffer_(buffer), socket_(socket) {
  bindWatcher<EventSource::Connection, &PlainStream::onEvent>(watch_, *this);
  ev_io_set(&watch_, socket_, EV_READ);
  ev_io_start(loop_.raw(), &watch_);
}

PlainStream::~PlainStream() { close(); }

void PlainStream::close() {
  if (socket_ < 0) return;
  ev_io_stop(loop_.raw(), &watch_);
  ::close(socket_);
  socket_ = -1;
}

void PlainStream::drop() {
  if (socket_ < 0) return;
  close();
  user_.onGone();  // last line: `this` may be gone
}

void PlainStream::reset() {
  if (socket_ >= 0) resetOnClose(socket_);
  drop();  // last line: `this` may be gone
}

void PlainStream::watch(int events) {
  events &= EV_READ | EV_WRITE;
  if (events == (watch_.events & (EV_READ | EV_WRITE))) return;
  ev_io_stop(loop_.raw(), &watch_);
  ev_io_set(&watch_, socket_, events);
  if (events != 0) ev_io_start(loop_.raw(), &watch_);
}

void PlainStream::setReading(bool on) {
  if (socket_ >= 0) watch((watch_.events & EV_WRITE) | (on ? EV_READ : 0));
}

void PlainStream::onEvent(int events) {
  const auto kept = user_.hold();
  const bool well = loop_.firewall().run(EventSource::Connection, user_.leg(), [&] {
    if ((events & EV_WRITE) != 0) flush();
    if ((events & EV_READ) != 0 && socket_ >= 0) onReadable();
  });
  if (!well) drop();
}

void PlainStream::onReadable() {
  const ssize_t size = ::recv(socket_, buffer_.data(), buffer_.size(), 0);
  if (size > 0) return user_.onBytes({buffer_.data(), static_cast<std::size_t>(size)});
  if (size == 0) return user_.onPeerEnd();
  if (errno != EAGAIN && errno != EINTR) drop();
}

/// How much the socket took; nothing when the connection is broken.
std::optional<std::size_t> PlainStream::sendSome(std::string_view bytes) {
  const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent < 0 && errno != EAGAIN && errno != EINTR) return std::nullopt;
  return static_cast<std::size_t>(sent < 0 ? 0 : sent);
}

bool PlainStream::writeShared(const std::shared_ptr<const std::string>& text) {
  if (socket_ < 0) return false;
  if (rest_.text) return write(*text);
  rest_ = {text, 0};
  if (unsent_.empty()) {
    const auto sent = sendSome(*text);
    if (!sent) return false;
    rest_.advance(*sent);
    if (!rest_.text) return true;
  }
  watch(watch_.events | EV_WRITE);
  return true;
}

bool PlainStream::write(std::string_view bytes) {
  if (socket_ < 0) return false;
  if (!unsent()) {
    const auto sent = sendSome(bytes);
    if (!sent) return false;
    bytes.remove_prefix(*sent);
    if (bytes.empty()) return true;
  }
  unsent_.append(rest_.view()).append(bytes);
  rest_ = SharedRest();
  watch(watch_.events | EV_WRITE);
  return true;
}

void PlainStream::flush() {
  const auto sent = sendSome(unsent_.empty() ? rest_.view() : unsent_);
  if (!sent) return drop();
  if (unsent_.empty())
    rest_.advance(*sent);
  else
    unsent_.erase(0, *sent);
  if (unsent()) return;
  unsent_.shrink_to_fit();
  watch(watch_.events & EV_READ);
  if (finishing_) ::shutdown(socket_, SHUT_WR);
  user_.onSent();
}

void PlainStream::finish() {
  finishing_ = true;
  if (socket_ >= 0 && !unsent()) ::shutdown(socket_, SHUT_WR);
}

}  // namespace bridge
