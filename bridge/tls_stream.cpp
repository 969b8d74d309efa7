// SPDX-License-Identifier: GPL-2.0-or-later
// A TLS connection of libwebsockets' raw-skt role.
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "bridge/stream.h"
#include "bridge/tls_server.h"
#include "bridge/watch.h"

namespace bridge {

namespace {

constexpr char firstByteOfTls = 0x16;  // a record with a handshake message
constexpr std::string_view speakTls =
    "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 33\r\nConnection: close\r\n\r\n"
    "this port speaks TLS, use https:\r\n";

}  // namespace

TlsStream::TlsStream(TlsServer& server, int socket, StreamUser& user) : server_(server), user_(user), socket_(socket) {
  bindWatcher<EventSource::Connection, &TlsStream::onFirst>(first_, *this);
  ev_io_set(&first_, socket_, EV_READ);
  ev_io_start(server_.loop().raw(), &first_);
}

TlsStream::~TlsStream() { closeSocket(); }

void TlsStream::closeSocket() {
  if (socket_ < 0) return;
  ev_io_stop(server_.loop().raw(), &first_);
  ::close(std::exchange(socket_, -1));
}

void TlsStream::onFirst(int) {
  const auto kept = user_.hold();
  char first = 0;
  const ssize_t size = ::recv(socket_, &first, 1, MSG_PEEK);
  if (size < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (size <= 0) return drop();
  if (first != firstByteOfTls) return refusePlain();
  if (server_.mayShakeHands()) adopt();  // if not, the watcher calls again in the next turn
}

void TlsStream::refusePlain() {
  user_.onMistake(DoorMistake::PlainOnTls);
  ::send(socket_, speakTls.data(), speakTls.size(), MSG_NOSIGNAL);
  ::shutdown(socket_, SHUT_WR);
  char unread[lwsReadSize];  // what stays unread would reset the connection, and the peer lose our answer
  static_cast<void>(::recv(socket_, unread, sizeof unread, 0));
  drop();
}

void TlsStream::adopt() {
  ev_io_stop(server_.loop().raw(), &first_);
  lws_adopt_desc_t how{};
  how.vh = server_.vhost();
  how.type = static_cast<lws_adoption_type>(LWS_ADOPT_SOCKET | LWS_ADOPT_ALLOW_SSL);
  how.fd.sockfd = adopted_ = std::exchange(socket_, -1);
  server_.hasShaken(adopted_);  // of who had that number before
  how.vh_prot_name = rawProtocol;
  how.opaque = static_cast<LwsSink*>(this);
  if (lws_adopt_descriptor_vhost_via_info(&how) == nullptr && !std::exchange(gone_, true)) user_.onGone();
}

void TlsStream::setReading(bool on) {
  if (wsi_ != nullptr) lws_rx_flow_control(wsi_, on ? 1 : 0);
}

/// What libwebsockets is to be told: to go on, or to close (C6).
template <class Event>
int TlsStream::guarded(Event&& event) {
  return server_.loop().firewall().run(EventSource::Connection, user_.leg(), event) ? 0 : -1;
}

int TlsStream::onLws(lws* wsi, lws_callback_reasons reason, void* in, std::size_t len) {
  const auto kept = user_.hold();
  switch (reason) {
    case LWS_CALLBACK_RAW_ADOPT:
      wsi_ = wsi;
      lws_set_timeout(wsi, NO_PENDING_TIMEOUT, 0);
      return 0;
    case LWS_CALLBACK_RAW_RX:
      if (fresh_) {
        lws_set_timeout(wsi, NO_PENDING_TIMEOUT, 0);  // the one of the handshake
        peerNames_ = certificateNames(lws_get_ssl(wsi));
      }
      fresh_ = false;
      return guarded([&] { user_.onBytes({static_cast<const char*>(in), len}); });
    case LWS_CALLBACK_RAW_WRITEABLE:  // what libwebsockets had buffered is sent
      if (rest_.text && !writeRest()) return -1;
      if (rest_.text) return 0;
      if (finishing_) return -1;
      return guarded([&] { user_.onSent(); });
    case LWS_CALLBACK_WSI_DESTROY:
      wsi_ = nullptr;
      if (server_.hasShaken(adopted_)) fresh_ = false;  // a load balancer's probe shakes hands, and goes
      if (fresh_ && !dropped_) user_.onMistake(DoorMistake::Handshake);
      if (!std::exchange(gone_, true)) user_.onGone();
      return 0;
    default: return 0;
  }
}

/// One write at once instead of a round through WRITEABLE: libwebsockets keeps what the socket does not take.
bool TlsStream::write(std::string_view bytes) {
  if (wsi_ == nullptr) return false;
  auto* data = reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data()));
  return lws_write(wsi_, data, bytes.size(), LWS_WRITE_RAW) >= 0;
}

bool TlsStream::writeShared(const std::shared_ptr<const std::string>& text) {
  rest_ = {text, 0};
  return writeRest();
}

/// Piece by piece: libwebsockets would copy what the socket does not take.
bool TlsStream::writeRest() {
  while (rest_.text && lws_partial_buffered(wsi_) == 0) {
    const std::string_view piece = rest_.view().substr(0, lwsReadSize);
    if (!write(piece)) return false;
    rest_.advance(piece.size());
  }
  if (rest_.text) lws_callback_on_writable(wsi_);
  return true;
}

void TlsStream::finish() {
  finishing_ = true;
  if (wsi_ != nullptr) lws_callback_on_writable(wsi_);
}

void TlsStream::drop() {
  dropped_ = true;
  if (wsi_ != nullptr) return lws_set_timeout(wsi_, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_SYNC);
  if (socket_ < 0) return;
  closeSocket();
  gone_ = true;
  user_.onGone();  // last line: `this` may be gone
}

}  // namespace bridge
