// SPDX-License-Identifier: GPL-2.0-or-later
// Dispatch of libwebsockets' callbacks to the connection objects.
#include "bridge/lws_sink.h"

namespace bridge {

int lwsToSink(lws* wsi, lws_callback_reasons reason, void* user, void* in, std::size_t len) {
  if (reason == LWS_CALLBACK_OPENSSL_LOAD_EXTRA_SERVER_VERIFY_CERTS) {
    if (void* wanted = lws_get_vhost_user(static_cast<lws_vhost*>(in))) *static_cast<void**>(wanted) = user;
    return 0;
  }
  // libwebsockets takes 0 from this one as "accept", whatever OpenSSL's verdict (`len`) was.
  if (reason == LWS_CALLBACK_OPENSSL_PERFORM_CLIENT_CERT_VERIFICATION) return len == 0 ? 1 : 0;
  // Context- and vhost-wide reasons arrive with a stand-in wsi, which has no sink either.
  auto* sink = wsi == nullptr ? nullptr : static_cast<LwsSink*>(lws_get_opaque_user_data(wsi));
  return sink == nullptr ? 0 : sink->onLws(wsi, reason, in, len);
}

const lws_protocols sinkProtocols[] = {
    {rawProtocol, lwsToSink, 0, 0, 0, nullptr, lwsWriteSize},
    {wsProtocol, lwsToSink, 0, lwsFrameSize, 0, nullptr, lwsWriteSize},
    {nullptr, nullptr, 0, 0, 0, nullptr, 0},
};

const lws_retry_bo_t noIdlePolicy = {nullptr, 0, 0, 0, 0, 0};

}  // namespace bridge
