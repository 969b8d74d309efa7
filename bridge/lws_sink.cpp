// SPDX-License-Identifier: GPL-2.0-or-later
// Dispatch of libwebsockets' callbacks to the connection objects.
#include "bridge/lws_sink.h"

#include "bridge/firewall.h"

namespace bridge {

namespace {

/// Not by its return value: after RECEIVE libwebsockets would go on to write behind the end of its frame buffer, and
/// WSI_DESTROY has none.
void closeSoon(lws* wsi, lws_callback_reasons reason) {
  if (reason != LWS_CALLBACK_WSI_DESTROY) lws_set_timeout(wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
}

}  // namespace

int lwsToSink(lws* wsi, lws_callback_reasons reason, void* user, void* in, std::size_t len) {
  if (reason == LWS_CALLBACK_OPENSSL_LOAD_EXTRA_SERVER_VERIFY_CERTS) {
    if (void* wanted = lws_get_vhost_user(static_cast<lws_vhost*>(in))) *static_cast<void**>(wanted) = user;
    return 0;
  }
  // libwebsockets takes 0 from this one as "accept", whatever OpenSSL's verdict (`len`) was.
  if (reason == LWS_CALLBACK_OPENSSL_PERFORM_CLIENT_CERT_VERIFICATION) return len == 0 ? 1 : 0;
  // Context- and vhost-wide reasons arrive with a stand-in wsi, which has no sink either.
  auto* sink = wsi == nullptr ? nullptr : static_cast<LwsSink*>(lws_get_opaque_user_data(wsi));
  if (sink == nullptr) return 0;
  int result = 0;
  auto& firewall = *static_cast<Firewall*>(lws_context_user(lws_get_context(wsi)));
  if (!firewall.run(EventSource::Other, {}, [&] { result = sink->onLws(wsi, reason, in, len); }))
    closeSoon(wsi, reason);
  return result;
}

const lws_protocols sinkProtocols[] = {
    {rawProtocol, lwsToSink, 0, 0, 0, nullptr, lwsWriteSize},
    {wsProtocol, lwsToSink, 0, lwsFrameSize, 0, nullptr, lwsWriteSize},
    {nullptr, nullptr, 0, 0, 0, nullptr, 0},
};

const lws_retry_bo_t noIdlePolicy = {nullptr, 0, 0, 0, 0, 0};

}  // namespace bridge
