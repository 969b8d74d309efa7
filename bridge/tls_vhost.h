// SPDX-License-Identifier: GPL-2.0-or-later
// libwebsockets virtual hosts with certificates.
#pragma once

#include <libwebsockets.h>
#include <openssl/ssl.h>

#include <memory>
#include <string>

namespace bridge {

class Loop;

struct TlsFiles {
  std::string cert;  // PEM chain
  std::string key;
  std::string ca;  // of the peer; client side: empty means the system's CAs
};

struct SslContextFree {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using SslContext = std::unique_ptr<SSL_CTX, SslContextFree>;

/// For accepted sockets; speaks HTTP/1.1 only, and no TLS if there is no certificate. With a CA every client must show
/// a certificate of it. Lives until lws_vhost_destroy(). Throws std::runtime_error if a file cannot be used. `context`
/// gets the vhost's SSL_CTX, which stays the vhost's.
lws_vhost* serverVhost(Loop& loop, const TlsFiles& files, const lws_protocols* protocols, void** context = nullptr);

/// A context with these files, TLS 1.2 or later. Null, and the reason in `error`, if one cannot be used.
SslContext makeTlsContext(const TlsFiles& files, std::string& error);

/// For outgoing connections: TLS 1.2 or later, trusts exactly `files.ca` (or the system's CAs), shows `files.cert`.
/// The vhost lives as long as the Loop; it must not be used after the context is gone.
struct ClientTls {
  SslContext context;
  lws_vhost* vhost = nullptr;  // null: see error
  std::string error;
};
ClientTls clientVhost(Loop& loop, const TlsFiles& files);

}  // namespace bridge
