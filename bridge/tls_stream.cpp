// SPDX-License-Identifier: GPL-2.0-or-later
// A TLS connection of libwebsockets' raw-skt role.
#include "bridge/stream.h"
#include "bridge/tls_server.h"

namespace bridge {

bool TlsStream::adopt(lws_vhost* vhost, int socket) {
  lws_adopt_desc_t how{};
  how.vh = vhost;
  how.type = static_cast<lws_adoption_type>(LWS_ADOPT_SOCKET | LWS_ADOPT_ALLOW_SSL);
  how.fd.sockfd = socket;
  how.vh_prot_name = rawProtocol;
  how.opaque = static_cast<LwsSink*>(this);
  return lws_adopt_descriptor_vhost_via_info(&how) != nullptr;
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
      user_.onBytes({static_cast<const char*>(in), len});
      return 0;
    case LWS_CALLBACK_RAW_WRITEABLE:  // what libwebsockets had buffered is sent
      if (finishing_) return -1;
      user_.onSent();
      return 0;
    case LWS_CALLBACK_WSI_DESTROY:
      wsi_ = nullptr;
      user_.onGone();
      return 0;
    default: return 0;
  }
}

/// One write at once instead of a round through WRITEABLE: libwebsockets keeps what the socket does not take.
bool TlsStream::write(std::string_view bytes) {
  auto* data = reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data()));
  return lws_write(wsi_, data, bytes.size(), LWS_WRITE_RAW) >= 0;
}

void TlsStream::finish() {
  finishing_ = true;
  lws_callback_on_writable(wsi_);
}

void TlsStream::drop() {
  if (wsi_ != nullptr) lws_set_timeout(wsi_, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_SYNC);
}

}  // namespace bridge
