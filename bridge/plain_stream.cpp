// SPDX-License-Identifier: GPL-2.0-or-later
// A plain TCP connection on the loop.
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "bridge/stream.h"

namespace bridge {

void resetOnClose(int socket) {
  const linger now{1, 0};
  ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

PlainStream::PlainStream(Loop& loop, int socket, StreamUser& user, std::string& buffer)
    : loop_(loop), user_(user), buffer_(buffer), socket_(socket) {
  ev_io_init(
      &watch_,
      [](struct ev_loop*, ev_io* io, int events) {
        auto* self = static_cast<PlainStream*>(io->data);
        const auto kept = self->user_.hold();
        self->onEvent(events);
      },
      socket_, EV_READ);
  watch_.data = this;
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
  if ((events & EV_WRITE) != 0) flush();
  if ((events & EV_READ) != 0 && socket_ >= 0) onReadable();
}

void PlainStream::onReadable() {
  const ssize_t size = ::recv(socket_, buffer_.data(), buffer_.size(), 0);
  if (size > 0) return user_.onBytes({buffer_.data(), static_cast<std::size_t>(size)});
  if (size == 0) return user_.onPeerEnd();
  if (errno != EAGAIN && errno != EINTR) drop();
}

bool PlainStream::write(std::string_view bytes) {
  if (socket_ < 0) return false;
  if (unsent_.empty()) {
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) return false;
    if (sent > 0) bytes.remove_prefix(static_cast<std::size_t>(sent));
    if (bytes.empty()) return true;
  }
  unsent_.append(bytes);
  watch(watch_.events | EV_WRITE);
  return true;
}

void PlainStream::flush() {
  const ssize_t sent = ::send(socket_, unsent_.data(), unsent_.size(), MSG_NOSIGNAL);
  if (sent < 0) {
    if (errno != EAGAIN && errno != EINTR) drop();
    return;
  }
  unsent_.erase(0, static_cast<std::size_t>(sent));
  if (!unsent_.empty()) return;
  unsent_.shrink_to_fit();
  watch(watch_.events & EV_READ);
  if (finishing_) ::shutdown(socket_, SHUT_WR);
  user_.onSent();
}

void PlainStream::finish() {
  finishing_ = true;
  if (socket_ >= 0 && unsent_.empty()) ::shutdown(socket_, SHUT_WR);
}

}  // namespace bridge
