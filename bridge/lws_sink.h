// SPDX-License-Identifier: GPL-2.0-or-later
// The one door through which libwebsockets' events enter: each connection has a sink object, found by its opaque
// pointer.
#pragma once

#include <libwebsockets.h>

#include <cstddef>

namespace bridge {

/// One libwebsockets connection's receiver; set as the wsi's opaque user data.
class LwsSink {
 public:
  /// Returns non-zero to close the connection (see each lws_callback_reasons). LWS_CALLBACK_WSI_DESTROY comes last,
  /// once: the sink may delete itself there.
  virtual int onLws(lws* wsi, lws_callback_reasons reason, void* in, std::size_t len) = 0;

 protected:
  ~LwsSink() = default;
};

/// Forwards to the sink of the connection, behind the firewall of its loop: a connection whose sink throws is closed
/// (C6). Callback of every protocol of the bridge. A server vhost whose user pointer
/// is a `void**` gets its SSL_CTX written there while it is made: libwebsockets has no other way to tell it.
int lwsToSink(lws* wsi, lws_callback_reasons reason, void* user, void* in, std::size_t len);

/// Protocol names of sinkProtocols, to bind connections by name.
constexpr const char* rawProtocol = "raw";
constexpr const char* wsProtocol = "ws-client";

/// Ends with an empty row, as libwebsockets wants it.
extern const lws_protocols sinkProtocols[];

/// libwebsockets' own per-connection timers sit in one sorted list and cost O(connections) per message: all zero is
/// "none".
extern const lws_retry_bo_t noIdlePolicy;

/// Bytes read from a socket at once (one buffer per Loop).
constexpr unsigned lwsReadSize = 16384;
/// Bytes kept per WebSocket connection for incoming frames; longer messages arrive in pieces of this size.
constexpr unsigned lwsFrameSize = 1024;
/// Largest header of a WebSocket upgrade or its answer, bytes; held only during the handshake.
constexpr unsigned lwsHeaderSize = 8192;
/// Above this a single write is split by libwebsockets and kept in its own buffer list.
constexpr unsigned lwsWriteSize = 4u << 20;
/// libwebsockets' own handshake timeouts only back up ours, seconds.
constexpr unsigned lwsFallbackTimeoutS = 300;
/// Port 0 means "no proxy"; without it libwebsockets obeys the environment variable http_proxy, even towards loopback.
constexpr const char* noProxy = "none:0";

}  // namespace bridge
