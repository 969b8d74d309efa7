// SPDX-License-Identifier: GPL-2.0-or-later
// One WebSocket client connection: attempt, upgrade checks, frames, pings, closing.
#include "bridge/ws_link.h"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "bridge/http_message.h"

namespace bridge::detail {
namespace {

constexpr int closeTimeoutMs = 5000;
constexpr std::size_t maxScratch = 256 * 1024;
constexpr int lostConnection = 1006;

std::string basicAuthorization(const WsTarget& target) {
  const std::string plain = target.user + ":" + target.password;
  std::string coded(plain.size() * 4 / 3 + 8, '\0');
  const int length =
      lws_b64_encode_string(plain.data(), static_cast<int>(plain.size()), coded.data(), static_cast<int>(coded.size()));
  coded.resize(length < 0 ? 0 : static_cast<std::size_t>(length));
  return "Authorization: Basic " + coded + "\r\n";
}

/// `chosen` is one of the comma-separated `offered`.
bool offers(std::string_view offered, std::string_view chosen) {
  while (!offered.empty()) {
    const auto comma = std::min(offered.find(','), offered.size());
    std::string_view one = offered.substr(0, comma);
    offered.remove_prefix(std::min(comma + 1, offered.size()));
    while (!one.empty() && one.front() == ' ') one.remove_prefix(1);
    while (!one.empty() && one.back() == ' ') one.remove_suffix(1);
    if (one == chosen) return true;
  }
  return false;
}

std::string headerOf(lws* wsi, lws_token_indexes token) {
  std::string value(static_cast<std::size_t>(lws_hdr_total_length(wsi, token)) + 1, '\0');
  const int length = lws_hdr_copy(wsi, value.data(), static_cast<int>(value.size()), token);
  value.resize(length < 0 ? 0 : static_cast<std::size_t>(length));
  return value;
}

/// What OpenSSL has against the server's certificate, or "": libwebsockets says only that TLS failed.
std::string certificateProblem(lws* wsi) {
  const SSL* ssl = lws_get_ssl(wsi);
  const long found = ssl == nullptr ? X509_V_OK : SSL_get_verify_result(ssl);
  return found == X509_V_OK ? "" : std::string("server certificate: ") + X509_verify_cert_error_string(found);
}

}  // namespace

WsLink::WsLink(std::shared_ptr<WsClientState> state, WsTarget&& target, WsCallbacks&& callbacks)
    : state_(std::move(state)),
      callbacks_(std::move(callbacks)),
      attempt_(std::make_unique<Attempt>()),
      pingIntervalMs_(target.pingIntervalMs),
      maxMessage_(target.maxMessage),
      maxQueued_(target.maxQueued) {
  attempt_->target = std::move(target);
}

void WsLink::arm(int ms) { state_->loop.deadlines().arm(*this, std::chrono::milliseconds(ms)); }

void WsLink::start() {
  state_->links.insert(shared_from_this());
  const auto url = Url::parse(attempt_->target.url);
  if (!url || (url->scheme != "ws" && url->scheme != "wss")) {
    failLater("not a ws:// or wss:// URL: " + attempt_->target.url);
    return;
  }
  attempt_->url = *url;
  arm(attempt_->target.connectTimeoutMs);
  attempt_->question = state_->loop.resolver().resolve(
      url->host, url->port, [self = shared_from_this()](Resolved&& result) { self->onResolved(std::move(result)); });
}

void WsLink::failLater(std::string reason) {
  state_->loop.post([self = shared_from_this(), reason = std::move(reason)] {
    self->kill();
    self->end(0, 0, reason);
  });
}

void WsLink::onResolved(Resolved&& result) {
  if (phase_ != Phase::Connecting) return;
  attempt_->question = 0;
  attempt_->error = std::move(result.error);
  attempt_->addresses = std::move(result.addresses);
  tryNext();
}

/// Connects to the next address; ends the link if there is none left.
void WsLink::tryNext() {
  while (phase_ == Phase::Connecting && attempt_->next < attempt_->addresses.size()) {
    lws_vhost* vhost = state_->vhostFor(attempt_->target, attempt_->url.secure(), attempt_->error);
    if (vhost == nullptr) break;
    const NetAddress& address = attempt_->addresses[attempt_->next++];
    attempt_->starting = true;
    wsi_ = connectTo(address, vhost);
    attempt_->starting = false;
    if (wsi_ != nullptr) return;
    if (attempt_->error.empty()) attempt_->error = "cannot connect";
  }
  if (phase_ == Phase::Connecting) end(attempt_->httpStatus, 0, attempt_->error);
}

lws* WsLink::connectTo(const NetAddress& address, lws_vhost* vhost) {
  const std::string ip = address.host();
  const std::string authority = attempt_->url.authority();
  const std::string& subprotocol = attempt_->target.subprotocol;
  lws_client_connect_info info{};
  info.context = state_->loop.lws();
  info.vhost = vhost;
  info.address = ip.c_str();
  info.port = address.port();
  info.host = authority.c_str();
  info.path = attempt_->url.target.c_str();
  info.protocol = subprotocol.empty() ? nullptr : subprotocol.c_str();
  info.local_protocol_name = wsProtocol;
  info.alpn = "http/1.1";
  info.ssl_connection = LCCSCF_HTTP_NO_FOLLOW_REDIRECT | (attempt_->url.secure() ? LCCSCF_USE_SSL : 0);
  info.ietf_version_or_minus_one = -1;
  info.retry_and_idle_policy = &noIdlePolicy;
  info.opaque_user_data = static_cast<LwsSink*>(this);
  return lws_client_connect_via_info(&info);
}

int WsLink::onLws(lws* wsi, lws_callback_reasons reason, void* in, std::size_t len) {
  const auto self = shared_from_this();
  switch (reason) {
    case LWS_CALLBACK_WSI_CREATE:  // for a client: TCP is connected
      if (attempt_) attempt_->tcpConnected = true;
      return 0;
    case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER: return appendHeaders(static_cast<char**>(in), len);
    case LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP: return onUpgradeAnswer(wsi);
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
      if (attempt_) attempt_->error = certificateProblem(wsi);
      if (attempt_ && attempt_->error.empty() && in != nullptr)
        attempt_->error.assign(static_cast<const char*>(in), strnlen(static_cast<const char*>(in), len));
      return 0;
    case LWS_CALLBACK_CLIENT_ESTABLISHED: onEstablished(); return 0;
    case LWS_CALLBACK_CLIENT_RECEIVE: onFrame(wsi, {static_cast<const char*>(in), len}); return 0;
    case LWS_CALLBACK_CLIENT_RECEIVE_PONG: heard_ = true; return 0;
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE: onPeerClose(static_cast<const unsigned char*>(in), len); return 0;
    case LWS_CALLBACK_CLIENT_WRITEABLE: return onWriteable(wsi);
    case LWS_CALLBACK_CLIENT_CLOSED:
      if (phase_ != Phase::Ended) end(0, closeCode_ == 0 ? lostConnection : closeCode_, closeReason_);
      return 0;
    case LWS_CALLBACK_WSI_DESTROY:
      wsi_ = nullptr;
      if (attempt_ && attempt_->starting) return 0;  // tryNext() sees it
      if (attempt_ && phase_ != Phase::Ended) {
        onAttemptOver();
      } else {
        end(0, closeCode_ == 0 ? lostConnection : closeCode_, closeReason_);
      }
      return 0;
    default: return 0;
  }
}

int WsLink::appendHeaders(char** at, std::size_t room) const {
  const WsTarget& target = attempt_->target;
  if (target.user.empty() && target.password.empty()) return 0;
  const std::string header = basicAuthorization(target);
  if (header.size() + 1 > room) return 1;
  std::memcpy(*at, header.data(), header.size());
  *at += header.size();
  return 0;
}

/// The HTTP answer to the upgrade, whatever its status.
int WsLink::onUpgradeAnswer(lws* wsi) {
  if (!attempt_) return 0;
  attempt_->httpStatus = static_cast<int>(lws_http_client_http_response(wsi));
  if (attempt_->httpStatus != 101 || attempt_->target.subprotocol.empty()) return 0;
  attempt_->wrongSubprotocol = !offers(attempt_->target.subprotocol, headerOf(wsi, WSI_TOKEN_PROTOCOL));
  return attempt_->wrongSubprotocol ? 1 : 0;
}

/// libwebsockets has given up this attempt.
void WsLink::onAttemptOver() {
  const Attempt& attempt = *attempt_;
  if (phase_ == Phase::Connecting && !attempt.tcpConnected && attempt.next < attempt.addresses.size()) {
    state_->loop.post([self = shared_from_this()] { self->tryNext(); });
    return;
  }
  const int status = attempt.httpStatus == 101 ? 0 : attempt.httpStatus;
  end(status, 0, attempt.wrongSubprotocol ? "subprotocol" : attempt.error);
}

void WsLink::onEstablished() {
  if (phase_ != Phase::Connecting) return;
  attempt_.reset();
  phase_ = Phase::Open;
  wasOpen_ = true;
  Deadlines::disarm(*this);
  if (pingIntervalMs_ > 0) {
    // Spread over half an interval: links opened together must not ping together for ever.
    arm(pingIntervalMs_ / 2 + static_cast<int>(state_->random() % (static_cast<unsigned>(pingIntervalMs_) / 2 + 1)));
  }
  if (!abandoned_ && callbacks_.onOpen) callbacks_.onOpen();
}

/// Must never make libwebsockets close from inside CLIENT_RECEIVE: it would go on to write received bytes behind the
/// end of its frame buffer (4.1.6 does not rewind it then). Closing waits for WRITEABLE.
void WsLink::onFrame(lws* wsi, std::string_view piece) {
  heard_ = true;
  if (phase_ != Phase::Open) return;
  const std::size_t size = incoming_.size() + piece.size();
  if (lws_frame_is_binary(wsi) != 0) return close(1003, "text frames only");
  if (size + lws_remaining_packet_payload(wsi) > maxMessage_) return close(1009, "message too big");
  incoming_.append(piece);
  if (lws_is_final_fragment(wsi) == 0) return;
  std::string message;
  message.swap(incoming_);
  if (!abandoned_ && callbacks_.onMessage) callbacks_.onMessage(std::move(message));
}

void WsLink::onPeerClose(const unsigned char* in, std::size_t len) {
  if (phase_ != Phase::Open) return;
  phase_ = Phase::Closing;
  closeCode_ = len < 2 ? 1005 : in[0] << 8 | in[1];
  if (len > 2) closeReason_.assign(reinterpret_cast<const char*>(in) + 2, len - 2);
  arm(closeTimeoutMs);
}

bool WsLink::writeFrame(std::string_view text, lws_write_protocol kind) {
  std::string& frame = state_->scratch;
  frame.resize(LWS_PRE);
  frame.append(text);
  auto* payload = reinterpret_cast<unsigned char*>(frame.data()) + LWS_PRE;
  const bool written = lws_write(wsi_, payload, text.size(), kind) >= 0;
  if (frame.capacity() > maxScratch) std::string().swap(frame);
  return written;
}

/// Written at once if the socket is free: a round through WRITEABLE would cost two epoll calls per message.
bool WsLink::send(std::string&& text) {
  if (phase_ != Phase::Open) return false;
  if (outgoing_.empty() && lws_partial_buffered(wsi_) == 0) {
    writeFrame(text, LWS_WRITE_TEXT);  // if that fails the close event is on its way
    return true;
  }
  if (queued_ + text.size() > maxQueued_) {
    close(1008, "the peer does not read");
    return false;
  }
  queued_ += text.size();
  outgoing_.push_back(std::move(text));
  lws_callback_on_writable(wsi_);
  return true;
}

int WsLink::onWriteable(lws* wsi) {
  if (phase_ == Phase::Ended || attempt_) return 0;
  while (lws_partial_buffered(wsi) == 0) {
    if (!outgoing_.empty()) {
      const std::string text = std::move(outgoing_.front());
      outgoing_.pop_front();
      queued_ -= text.size();
      if (!writeFrame(text, LWS_WRITE_TEXT)) return -1;
    } else if (phase_ == Phase::Closing) {
      // Said twice, libwebsockets would close the socket under the peer's answer, and the peer see a reset.
      return closeSent_ ? 0 : closeNow(wsi);
    } else if (pingWanted_) {
      pingWanted_ = false;
      if (!writeFrame({}, LWS_WRITE_PING)) return -1;
    } else {
      return 0;
    }
  }
  return 0;  // libwebsockets calls again when it has sent its rest
}

/// Returned to libwebsockets it makes it send the close frame and wait for the peer's.
int WsLink::closeNow(lws* wsi) {
  phase_ = Phase::Closing;
  closeSent_ = true;
  lws_close_reason(wsi, static_cast<lws_close_status>(closeCode_),
                   reinterpret_cast<unsigned char*>(closeReason_.data()), closeReason_.size());
  arm(closeTimeoutMs);
  return -1;
}

void WsLink::close(int code, std::string&& reason) {
  if (phase_ == Phase::Connecting) {
    phase_ = Phase::Closing;
    failLater(reason.empty() ? "closed before open" : std::move(reason));
    return;
  }
  if (phase_ != Phase::Open) return;
  phase_ = Phase::Closing;
  closeCode_ = code;
  closeReason_ = std::move(reason);
  if (closeReason_.size() > 123) closeReason_.resize(123);  // a control frame holds 125 bytes
  arm(closeTimeoutMs);
  lws_callback_on_writable(wsi_);
}

void WsLink::abandon() {
  abandoned_ = true;
  close(1001, {});
}

void WsLink::discard() {
  abandoned_ = true;
  kill();
  end(0, 0, {});
}

void WsLink::kill() {
  if (attempt_ && attempt_->question != 0) state_->loop.resolver().cancel(attempt_->question);
  if (wsi_ == nullptr) return;
  lws* wsi = std::exchange(wsi_, nullptr);
  lws_set_opaque_user_data(wsi, nullptr);
  ::shutdown(lws_get_socket_fd(wsi), SHUT_RDWR);  // else libwebsockets would wait to send what it has buffered
  lws_set_timeout(wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_SYNC);
}

void WsLink::onPingDue() {
  missed_ = heard_ ? 0 : static_cast<std::uint8_t>(missed_ + 1);
  heard_ = false;
  if (missed_ >= 2) {
    kill();
    end(0, lostConnection, "no answer to pings");
    return;
  }
  pingWanted_ = true;
  arm(pingIntervalMs_);
  onWriteable(wsi_);  // a failed write brings the close event
}

void WsLink::onDeadline() {
  const auto self = shared_from_this();
  if (phase_ == Phase::Open) {
    onPingDue();
  } else if (phase_ == Phase::Connecting) {
    const int status = attempt_->httpStatus == 101 ? 0 : attempt_->httpStatus;
    kill();
    end(status, 0, "connect timeout");
  } else {
    kill();
    end(0, closeCode_ == 0 ? lostConnection : closeCode_, closeReason_);
  }
}

void WsLink::end(int httpStatus, int code, std::string reason) {
  const auto self = shared_from_this();
  if (wsi_ == nullptr) state_->links.erase(self);
  if (phase_ == Phase::Ended) return;
  phase_ = Phase::Ended;
  Deadlines::disarm(*this);
  attempt_.reset();
  std::string().swap(incoming_);
  outgoing_.clear();
  queued_ = 0;
  if (!abandoned_ && callbacks_.onClosed) {
    callbacks_.onClosed(WsClosed{wasOpen_, httpStatus, wasOpen_ ? code : 0, std::move(reason)});
  }
  callbacks_ = WsCallbacks();
}

}  // namespace bridge::detail
