// SPDX-License-Identifier: GPL-2.0-or-later
// One WebSocket client connection: frames, pings, closing.
#include "bridge/ws_link.h"

#include <utility>

namespace bridge::detail {
namespace {

constexpr int closeTimeoutMs = 5000;
constexpr std::size_t maxScratch = 256 * 1024;
constexpr int lostConnection = 1006;

}  // namespace

WsLink::WsLink(std::shared_ptr<WsClientState> state, WsTarget&& target, WsCallbacks&& callbacks)
    : state_(std::move(state)),
      callbacks_(std::move(callbacks)),
      pingIntervalMs_(target.pingIntervalMs),
      maxMessage_(target.maxMessage),
      maxQueued_(target.maxQueued) {
  attempt_ = std::make_unique<WsAttempt>(*state_, std::move(target), static_cast<WsAttempt::Owner&>(*this));
}

template <class Callback>
void WsLink::tell(Callback&& callback) {
  if (abandoned_ || state_->loop.firewall().run(EventSource::WebSocket, {}, callback)) return;
  close(1011, "internal error");
}

void WsLink::arm(int ms) { state_->loop.deadlines().arm(*this, std::chrono::milliseconds(ms)); }

void WsLink::start() {
  state_->links.insert(shared_from_this());
  if (state_->links.size() > state_->most) return failLater("no descriptor is left for another WebSocket");
  if (std::string problem = attempt_->start(); !problem.empty()) return failLater(std::move(problem));
  arm(attempt_->timeoutMs());
}

void WsLink::failLater(std::string reason) {
  state_->loop.post([self = shared_from_this(), reason = std::move(reason)] {
    self->kill();
    self->end(0, 0, reason);
  });
}

LwsSink& WsLink::take(lws* wsi) {
  wsi_ = wsi;
  return *this;
}

void WsLink::letGo() {
  if (wsi_ != nullptr) killConnection(std::exchange(wsi_, nullptr));
}

void WsLink::failed(int httpStatus, std::string reason) {
  if (phase_ == Phase::Connecting) end(httpStatus, 0, std::move(reason));
}

int WsLink::onLws(lws* wsi, lws_callback_reasons reason, void* in, std::size_t len) {
  const auto self = shared_from_this();
  switch (reason) {
    case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
      return attempt_ ? attempt_->appendHeaders(static_cast<char**>(in), len) : 1;
    case LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP: return attempt_ ? attempt_->onUpgradeAnswer(wsi) : 0;
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
      if (attempt_) attempt_->onError(wsi, in, len);
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
      if (attempt_ && phase_ != Phase::Ended) {
        attempt_->onGone();
      } else {
        end(0, closeCode_ == 0 ? lostConnection : closeCode_, closeReason_);
      }
      return 0;
    default: return 0;
  }
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
  if (callbacks_.onOpen) tell([this] { callbacks_.onOpen(); });
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
  if (callbacks_.onMessage) tell([&] { callbacks_.onMessage(std::move(message)); });
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
  byUs_ = true;
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
  attempt_.reset();
  letGo();
}

void WsLink::onPingDue() {
  missed_ = heard_ ? 0 : static_cast<std::uint8_t>(missed_ + 1);
  heard_ = false;
  if (missed_ >= 2) {
    byUs_ = true;
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
    const int status = attempt_->httpStatus();
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
  if (callbacks_.onClosed)
    tell([&] { callbacks_.onClosed(WsClosed{wasOpen_, httpStatus, wasOpen_ ? code : 0, std::move(reason), byUs_}); });
  callbacks_ = WsCallbacks();
}

}  // namespace bridge::detail
