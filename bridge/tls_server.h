// SPDX-License-Identifier: GPL-2.0-or-later
// The server's side of TLS: a certificate that can be renewed while connections are open, and who the clients are.
#pragma once

#include <functional>
#include <string>
#include <unordered_set>
#include <vector>

#include "bridge/tls_vhost.h"

namespace bridge {

/// What is asked of clients when there is a CA for them.
struct TlsClients {
  bool mustShowCertificate = true;  ///< false: who shows none is let in, and has no names.
  /// A certificate was not good: where it came from, and why. The connection ends.
  std::function<void(const std::string& peer, const std::string& reason)> refused;
};

/// A virtual host for accepted sockets. Sessions are not resumed when clients show certificates: a resumed one would
/// outlive its CA.
class TlsServer {
 public:
  /// Throws std::runtime_error if a file cannot be used.
  TlsServer(Loop& loop, TlsFiles files, const lws_protocols* protocols, TlsClients clients);
  /// All connections must be gone.
  ~TlsServer();
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  lws_vhost* vhost() const { return vhost_; }
  Loop& loop() const { return loop_; }
  /// Whether another handshake may begin in this turn of the loop; counts it.
  bool mayShakeHands();
  /// Whether the handshake on that socket was completed; asks and forgets.
  bool hasShaken(int socket) { return shaken_.erase(socket) != 0; }
  /// Reads the files again, for handshakes to come. Throws std::runtime_error, and then the former ones stay.
  void renew();

 private:
  static int onHandshake(SSL* ssl, void* self);
  static void onState(const SSL* ssl, int where, int);
  int showCertificate(SSL* ssl) const;
  static int onVerified(int good, X509_STORE_CTX* store);

  Loop& loop_;
  TlsFiles files_;
  TlsClients clients_;
  lws_vhost* vhost_ = nullptr;
  void* context_ = nullptr;  // the vhost's SSL_CTX
  SslContext current_;       // holds the certificate that is shown
  std::uint64_t turn_ = 0;   // of the loop, in which `begun_` handshakes began
  std::size_t begun_ = 0;
  std::unordered_set<int> shaken_;  // sockets, from the end of their handshake on
};

/// Common names and alternative names (DNS, URI) of a certificate.
std::vector<std::string> certificateNames(const X509& certificate);
/// Those of the peer's certificate, if it has shown one and it was good.
std::vector<std::string> certificateNames(SSL* ssl);

}  // namespace bridge
