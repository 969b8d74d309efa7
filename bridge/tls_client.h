// SPDX-License-Identifier: GPL-2.0-or-later
// TLS of our own calls to chargers: OpenSSL on a non-blocking socket.
#pragma once

#include <openssl/ssl.h>
#include <sys/types.h>

#include <memory>
#include <string>

#include "bridge/tls_trust.h"
#include "bridge/tls_vhost.h"

namespace bridge {

/// One TLS connection over a connected socket that it does not own. Nothing is read or written before handshake() has
/// said Done: only then the peer's certificate was judged.
class TlsSession {
 public:
  enum class Step { Done, WantRead, WantWrite, Failed };

  /// `host` is the URL's: for the server's choice of certificate, and for its name.
  TlsSession(SSL_CTX* context, int socket, const std::string& host, TlsTrust trust);

  /// Call again when the socket is ready as wanted.
  Step handshake();
  /// Like recv() and send(): 0 = the peer ended, -1 with errno EAGAIN or EPROTO.
  ssize_t read(char* buffer, std::size_t size);
  ssize_t write(const char* bytes, std::size_t size);
  /// Bytes that are decrypted already, so that the socket will not announce them.
  bool pending() const { return SSL_pending(ssl_.get()) > 0; }
  /// Why handshake() failed, for people.
  const std::string& error() const { return error_; }

 private:
  struct Free {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  ssize_t outcome(int result);
  Step fail(int result);
  /// Why the certificate is not trusted, "" if it is.
  std::string distrust() const;

  std::unique_ptr<SSL, Free> ssl_;
  TlsTrust trust_;
  std::string error_;
};

/// The context of all such connections: TLS 1.2 or later, no client certificate (QUIRKS S4).
class TlsClient {
 public:
  /// `caFile` (PEM) is what certificates must chain to; "" = the system's CAs.
  explicit TlsClient(std::string caFile) : caFile_(std::move(caFile)) {}

  /// Null, and the reason in `error`, if the CA file cannot be used. A renewed file is read again; connections keep
  /// what they began with.
  SSL_CTX* context(std::string& error);

 private:
  std::string caFile_, stamp_;
  SslContext context_;
};

}  // namespace bridge
