// SPDX-License-Identifier: GPL-2.0-or-later
// Several connections of libwebsockets side by side, until one of them is connected.
#include "bridge/ws_attempt.h"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "bridge/descriptors.h"
#include "bridge/ws_link.h"

namespace bridge::detail {
namespace {

constexpr std::string_view userAgent = "User-Agent: ocpp-soap-bridge/" OCPP_SOAP_GATEWAY_VERSION "\r\n";  // SM-2

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

void killConnection(lws* wsi) {
  lws_set_opaque_user_data(wsi, nullptr);
  ::shutdown(lws_get_socket_fd(wsi), SHUT_RDWR);  // else libwebsockets would wait to send what it has buffered
  lws_set_timeout(wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_SYNC);
}

/// One address whose TCP connection libwebsockets is making. Given up, it lives until libwebsockets lets go of it.
struct WsAttempt::Lane final : LwsSink {
  WsAttempt* attempt = nullptr;  // null once given up
  std::size_t index = 0;
  lws* wsi = nullptr;
  bool starting = false;  // lws_client_connect_via_info() is on the stack
  std::string error;

  int onLws(lws* connection, lws_callback_reasons reason, void* in, std::size_t len) override {
    switch (reason) {
      case LWS_CALLBACK_WSI_CREATE:  // for a client: TCP is connected
        if (attempt != nullptr) attempt->onTcp(index, connection);
        return 0;
      case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER: return 1;  // only if given up: nothing is said on it
      case LWS_CALLBACK_CLIENT_CONNECTION_ERROR: error = describe(connection, in, len); return 0;
      case LWS_CALLBACK_WSI_DESTROY:
        wsi = nullptr;
        if (attempt != nullptr && !starting) attempt->onLaneGone(index);
        return 0;
      default: return 0;
    }
  }
};

WsAttempt::WsAttempt(WsClientState& state, WsTarget&& target, Owner& owner)
    : state_(state), owner_(owner), target_(std::move(target)), race_(state.loop, *this) {}

WsAttempt::~WsAttempt() {
  if (question_ != 0) state_.loop.resolver().cancel(question_);
  taken_ = none;  // the owner's
  race_.stop();
}

std::string WsAttempt::start() {
  const auto url = Url::parse(target_.url);
  if (!url || (url->scheme != "ws" && url->scheme != "wss")) return "not a ws:// or wss:// URL: " + target_.url;
  url_ = *url;
  question_ = state_.loop.resolver().resolve(url_.host, url_.port, [this](Resolved&& result) {
    question_ = 0;
    if (result.addresses.empty()) return owner_.failed(0, std::move(result.error));
    race_.start(result.addresses);
  });
  return "";
}

std::string WsAttempt::begin(std::size_t index, const NetAddress& address) {
  if (std::string shortage = descriptorShortage(); !shortage.empty()) return shortage;  // C4
  std::string problem;
  lws_vhost* vhost = state_.vhostFor(target_, url_.secure(), problem);
  if (vhost == nullptr) return problem;
  const auto lane = std::make_shared<Lane>();
  lane->attempt = this;
  lane->index = index;
  lanes_[index] = lane;
  lane->starting = true;
  lws* wsi = connectTo(address, vhost, *lane);
  lane->starting = false;
  if (taken_ == index || lanes_.count(index) == 0) return "";  // connected at once; the owner knows the rest
  lane->wsi = wsi;
  if (wsi != nullptr) return "";
  lanes_.erase(index);
  return lane->error.empty() ? "cannot connect to " + address.host() : lane->error;
}

lws* WsAttempt::connectTo(const NetAddress& address, lws_vhost* vhost, Lane& lane) {
  const std::string ip = address.host();
  const std::string authority = url_.authority();
  lws_client_connect_info info{};
  info.context = state_.loop.lws();
  info.vhost = vhost;
  info.address = ip.c_str();
  info.port = address.port();
  info.host = authority.c_str();
  info.path = url_.target.c_str();
  info.protocol = target_.subprotocol.empty() ? nullptr : target_.subprotocol.c_str();
  info.local_protocol_name = wsProtocol;
  info.alpn = "http/1.1";
  info.ssl_connection = LCCSCF_HTTP_NO_FOLLOW_REDIRECT | (url_.secure() ? LCCSCF_USE_SSL : 0);
  info.ietf_version_or_minus_one = -1;
  info.retry_and_idle_policy = &noIdlePolicy;
  info.opaque_user_data = static_cast<LwsSink*>(&lane);
  return lws_client_connect_via_info(&info);
}

void WsAttempt::onTcp(std::size_t index, lws* wsi) {
  lws_set_opaque_user_data(wsi, &owner_.take(wsi));
  lanes_.erase(index);
  taken_ = index;
  error_.clear();
  race_.connected(index);
}

void WsAttempt::onLaneGone(std::size_t index) {
  const auto lane = std::move(lanes_.at(index));
  lanes_.erase(index);
  const std::string why = lane->error.empty() ? "cannot connect" : lane->error;
  race_.failed(index, why + " (" + race_.address(index).host() + ")");
}

/// Killed from the loop: it may be an event of another connection that tells it is not needed.
void WsAttempt::giveUp(std::size_t index) {
  if (index == taken_) {
    taken_ = none;
    return owner_.letGo();
  }
  const auto found = lanes_.find(index);
  if (found == lanes_.end()) return;
  const auto lane = std::move(found->second);
  lanes_.erase(found);
  lane->attempt = nullptr;
  state_.loop.post([lane] {
    if (lane->wsi != nullptr) killConnection(std::exchange(lane->wsi, nullptr));
  });
}

int WsAttempt::appendHeaders(char** at, std::size_t room) const {
  std::string headers(userAgent);
  if (!target_.user.empty() || !target_.password.empty()) headers += basicAuthorization(target_);
  if (headers.size() + 1 > room) return 1;
  std::memcpy(*at, headers.data(), headers.size());
  *at += headers.size();
  return 0;
}

int WsAttempt::onUpgradeAnswer(lws* wsi) {
  httpStatus_ = static_cast<int>(lws_http_client_http_response(wsi));
  if (httpStatus_ != 101 || target_.subprotocol.empty()) return 0;
  wrongSubprotocol_ = !offers(target_.subprotocol, headerOf(wsi, WSI_TOKEN_PROTOCOL));
  return wrongSubprotocol_ ? 1 : 0;
}

std::string WsAttempt::describe(lws* wsi, const void* text, std::size_t size) {
  std::string problem = certificateProblem(wsi);
  if (problem.empty() && text != nullptr)
    problem.assign(static_cast<const char*>(text), strnlen(static_cast<const char*>(text), size));
  return problem;
}

void WsAttempt::onGone() {
  if (httpStatus_ != 0) return owner_.failed(httpStatus(), wrongSubprotocol_ ? "subprotocol" : error_);
  race_.failed(std::exchange(taken_, none), error_);  // an answer, whatever it is, would have been the last word
}

}  // namespace bridge::detail
