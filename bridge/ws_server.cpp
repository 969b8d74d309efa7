// SPDX-License-Identifier: GPL-2.0-or-later
// WebSocket server on libwebsockets' own HTTP upgrade and ws role.
#include "bridge/ws_server.h"

#include <sys/socket.h>

#include <list>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "bridge/listener.h"
#include "bridge/lws_sink.h"
#include "bridge/tls_vhost.h"

namespace bridge {
namespace {

constexpr std::size_t maxMessage = 1024 * 1024;

std::string headerOf(lws* wsi, lws_token_indexes token) {
  std::string value(static_cast<std::size_t>(lws_hdr_total_length(wsi, token)) + 1, '\0');
  const int length = lws_hdr_copy(wsi, value.data(), static_cast<int>(value.size()), token);
  value.resize(length < 0 ? 0 : static_cast<std::size_t>(length));
  return value;
}

}  // namespace

class WsServer::Connection final : public LwsSink {
 public:
  Connection(State& state, std::uint64_t id, const NetAddress& peer) : state_(state), id_(id), peer_(peer.host()) {}

  int onLws(lws* wsi, lws_callback_reasons reason, void* in, std::size_t len) override;
  void send(const std::string& text);
  void close(int code, const std::string& reason);
  /// Away from libwebsockets at once.
  void kill();

 private:
  int onUpgrade(lws* wsi);
  void onFrame(lws* wsi, std::string_view piece);
  int onWriteable(lws* wsi);
  bool write(std::string_view text);
  /// False: the owner's callback threw (C6).
  template <class Callback>
  bool tell(Callback&& callback);

  State& state_;
  std::uint64_t id_;
  std::string peer_;
  lws* wsi_ = nullptr;
  bool accepted_ = false;     // by onOpen
  bool established_ = false;  // upgraded and not closing
  int closeCode_ = 0;
  std::string closeReason_;
  std::string incoming_;
  std::list<std::string> outgoing_;
};

class WsServer::State {
 public:
  State(Loop& theLoop, std::vector<std::string>&& theSubprotocols, WsServerCallbacks&& theCallbacks,
        const WsServerTls& tls);
  ~State();
  void accept(int socket, const NetAddress& peer);

  Loop& loop;
  std::vector<std::string> subprotocols;
  WsServerCallbacks callbacks;
  std::vector<lws_protocols> protocols;
  lws_vhost* vhost = nullptr;
  bool secure;
  bool closing = false;
  std::optional<Listener> listener;
  std::uint64_t lastId = 0;
  std::unordered_map<std::uint64_t, std::unique_ptr<Connection>> connections;
  std::string scratch;
};

WsServer::State::State(Loop& theLoop, std::vector<std::string>&& theSubprotocols, WsServerCallbacks&& theCallbacks,
                       const WsServerTls& tls)
    : loop(theLoop),
      subprotocols(std::move(theSubprotocols)),
      callbacks(std::move(theCallbacks)),
      secure(!tls.certFile.empty()) {
  if (subprotocols.empty()) throw std::runtime_error("a WebSocket server needs a subprotocol");
  for (const std::string& name : subprotocols) {
    protocols.push_back({name.c_str(), lwsToSink, 0, lwsFrameSize, 0, nullptr, lwsWriteSize});
  }
  protocols.push_back({nullptr, nullptr, 0, 0, 0, nullptr, 0});
  vhost = serverVhost(loop, {tls.certFile, tls.keyFile, tls.clientCaFile}, protocols.data());
}

WsServer::State::~State() {
  listener.reset();
  closing = true;
  for (auto& [id, connection] : connections) connection->kill();
  connections.clear();
  lws_vhost_destroy(vhost);
}

void WsServer::State::accept(int socket, const NetAddress& peer) {
  const std::uint64_t id = ++lastId;
  auto& connection = connections[id] = std::make_unique<Connection>(*this, id, peer);
  lws_adopt_desc_t how{};
  how.vh = vhost;
  how.type = static_cast<lws_adoption_type>(LWS_ADOPT_SOCKET | LWS_ADOPT_HTTP | (secure ? LWS_ADOPT_ALLOW_SSL : 0));
  how.fd.sockfd = socket;
  how.opaque = static_cast<LwsSink*>(connection.get());
  if (lws_adopt_descriptor_vhost_via_info(&how) == nullptr) connections.erase(id);
}

template <class Callback>
bool WsServer::Connection::tell(Callback&& callback) {
  return state_.loop.firewall().run(EventSource::WebSocket, peer_, callback);
}

int WsServer::Connection::onLws(lws* wsi, lws_callback_reasons reason, void* in, std::size_t len) {
  switch (reason) {
    case LWS_CALLBACK_SERVER_NEW_CLIENT_INSTANTIATED: wsi_ = wsi; return 0;
    case LWS_CALLBACK_HTTP:  // no upgrade asked for
      lws_return_http_status(wsi, 426, nullptr);
      return -1;
    case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION: return onUpgrade(wsi);
    case LWS_CALLBACK_ESTABLISHED:
      wsi_ = wsi;
      established_ = true;
      if (!outgoing_.empty() || closeCode_ != 0) lws_callback_on_writable(wsi);
      return 0;
    case LWS_CALLBACK_RECEIVE: onFrame(wsi, {static_cast<const char*>(in), len}); return 0;
    case LWS_CALLBACK_SERVER_WRITEABLE: return onWriteable(wsi);
    case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE: established_ = false; return 0;
    case LWS_CALLBACK_WSI_DESTROY: {
      wsi_ = nullptr;
      if (state_.closing) return 0;
      const auto node = state_.connections.extract(id_);  // destroys this connection at the end of the block
      if (accepted_ && state_.callbacks.onClosed) tell([&] { state_.callbacks.onClosed(id_); });
      return 0;
    }
    default: return 0;
  }
}

int WsServer::Connection::onUpgrade(lws* wsi) {
  WsUpgrade upgrade;
  upgrade.path = headerOf(wsi, WSI_TOKEN_GET_URI);
  if (lws_hdr_total_length(wsi, WSI_TOKEN_PROTOCOL) > 0) upgrade.subprotocol = lws_get_protocol(wsi)->name;
  upgrade.authorization = headerOf(wsi, WSI_TOKEN_HTTP_AUTHORIZATION);
  upgrade.peerAddress = peer_;
  int status = 500;
  tell([&] {
    const int refusal = state_.callbacks.authorize ? state_.callbacks.authorize(upgrade) : 0;
    accepted_ =
        refusal == 0 && (!state_.callbacks.onOpen || state_.callbacks.onOpen(id_, upgrade.path, upgrade.subprotocol));
    status = accepted_ ? 0 : refusal != 0 ? refusal : 404;
  });
  if (accepted_) return 0;
  lws_return_http_status(wsi, static_cast<unsigned>(status), nullptr);
  return 1;
}

/// Closing from inside RECEIVE would corrupt libwebsockets' frame buffer (see WsLink::onFrame): it waits for WRITEABLE.
void WsServer::Connection::onFrame(lws* wsi, std::string_view piece) {
  if (!established_ || closeCode_ != 0) return;
  if (incoming_.size() + piece.size() + lws_remaining_packet_payload(wsi) > maxMessage) return close(1009, "");
  incoming_.append(piece);
  if (lws_is_final_fragment(wsi) == 0) return;
  std::string message;
  message.swap(incoming_);
  if (state_.callbacks.onMessage && !tell([&] { state_.callbacks.onMessage(id_, std::move(message)); }))
    close(1011, "internal error");
}

bool WsServer::Connection::write(std::string_view text) {
  std::string& frame = state_.scratch;
  frame.resize(LWS_PRE);
  frame.append(text);
  auto* payload = reinterpret_cast<unsigned char*>(frame.data()) + LWS_PRE;
  return lws_write(wsi_, payload, text.size(), LWS_WRITE_TEXT) >= 0;
}

int WsServer::Connection::onWriteable(lws* wsi) {
  while (lws_partial_buffered(wsi) == 0 && !outgoing_.empty()) {
    const std::string text = std::move(outgoing_.front());
    outgoing_.pop_front();
    if (!write(text)) return -1;
  }
  if (closeCode_ == 0 || !outgoing_.empty() || lws_partial_buffered(wsi) != 0) return 0;
  established_ = false;
  lws_close_reason(wsi, static_cast<lws_close_status>(closeCode_),
                   reinterpret_cast<unsigned char*>(closeReason_.data()), closeReason_.size());
  return -1;
}

void WsServer::Connection::send(const std::string& text) {
  if (closeCode_ != 0) return;
  if (established_ && outgoing_.empty() && lws_partial_buffered(wsi_) == 0) {
    write(text);
    return;
  }
  outgoing_.push_back(text);
  if (established_) lws_callback_on_writable(wsi_);
}

void WsServer::Connection::close(int code, const std::string& reason) {
  if (closeCode_ != 0) return;
  closeCode_ = code;
  closeReason_ = reason.substr(0, 123);
  if (established_) lws_callback_on_writable(wsi_);
}

void WsServer::Connection::kill() {
  if (wsi_ == nullptr) return;
  lws_set_opaque_user_data(wsi_, nullptr);
  ::shutdown(lws_get_socket_fd(wsi_), SHUT_RDWR);
  lws_set_timeout(wsi_, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_SYNC);
}

WsServer::WsServer(Loop& loop, const std::string& address, std::uint16_t port, std::vector<std::string> subprotocols,
                   WsServerCallbacks callbacks, WsServerTls tls)
    : state_(std::make_unique<State>(loop, std::move(subprotocols), std::move(callbacks), tls)) {
  state_->listener.emplace(loop, address, port,
                           [state = state_.get()](int socket, const NetAddress& peer) { state->accept(socket, peer); });
}

WsServer::~WsServer() = default;

std::uint16_t WsServer::port() const { return state_->listener->port(); }
std::size_t WsServer::connections() const { return state_->connections.size(); }

void WsServer::send(std::uint64_t connection, const std::string& text) {
  const auto found = state_->connections.find(connection);
  if (found != state_->connections.end()) found->second->send(text);
}

void WsServer::close(std::uint64_t connection, int code, const std::string& reason) {
  const auto found = state_->connections.find(connection);
  if (found != state_->connections.end()) found->second->close(code, reason);
}

}  // namespace bridge
