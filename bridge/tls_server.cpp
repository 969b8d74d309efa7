// SPDX-License-Identifier: GPL-2.0-or-later
// OpenSSL's side of the server. The certificate is put into each handshake instead of into the context: a context keeps
// one certificate per kind of key, and would go on showing an old RSA one beside a new EC one.
#include "bridge/tls_server.h"

#include <openssl/x509v3.h>

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <utility>

#include "bridge/loop.h"
#include "bridge/net_address.h"

namespace bridge {

namespace {

std::string peerOf(const SSL* ssl) {
  NetAddress peer;
  peer.length = sizeof peer.storage;
  const bool known = getpeername(SSL_get_fd(ssl), reinterpret_cast<sockaddr*>(&peer.storage), &peer.length) == 0;
  return known ? peer.host() : "";
}

/// A NUL inside a name is how certificates lie about whom they are for: such a name is left out.
void addName(std::vector<std::string>& names, const ASN1_STRING* text) {
  unsigned char* utf8 = nullptr;
  const int size = ASN1_STRING_to_UTF8(&utf8, text);
  if (size < 0) return;
  std::string name(reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(size));
  OPENSSL_free(utf8);
  if (!name.empty() && name.find('\0') == std::string::npos &&
      std::find(names.begin(), names.end(), name) == names.end())
    names.push_back(std::move(name));
}

struct X509Free {
  void operator()(X509* certificate) const { X509_free(certificate); }
};
struct NamesFree {
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
};

}  // namespace

TlsServer::TlsServer(Loop& loop, TlsFiles files, const lws_protocols* protocols, TlsClients clients)
    : loop_(loop), files_(std::move(files)), clients_(std::move(clients)) {
  vhost_ = serverVhost(loop, {files_.cert, files_.key, ""}, protocols, &context_);
  try {
    if (context_ == nullptr) throw std::runtime_error("libwebsockets does not tell the context of the server");
    auto* context = static_cast<SSL_CTX*>(context_);
    SSL_CTX_set_app_data(context, this);
    SSL_CTX_set_cert_cb(context, onHandshake, this);
    SSL_CTX_set_info_callback(context, onState);
    renew();
  } catch (...) {
    lws_vhost_destroy(vhost_);
    throw;
  }
}

TlsServer::~TlsServer() { lws_vhost_destroy(vhost_); }

bool TlsServer::mayShakeHands() {
  constexpr std::size_t mostInTurn = 4;  // a signature takes 1 to 6 ms
  if (std::exchange(turn_, loop_.turns().number()) != turn_) begun_ = 0;
  return begun_ < mostInTurn && ++begun_ > 0;
}

void TlsServer::renew() {
  std::string error;
  SslContext fresh = makeTlsContext(files_, error);
  if (!fresh) throw std::runtime_error(error);
  auto* context = static_cast<SSL_CTX*>(context_);
  if (!files_.ca.empty()) {
    STACK_OF(X509_NAME)* names = SSL_load_client_CA_file(files_.ca.c_str());
    if (names == nullptr) throw std::runtime_error("cannot use CA file " + files_.ca + ": no certificate in it");
    SSL_CTX_set_client_CA_list(context, names);
    SSL_CTX_set1_cert_store(context, SSL_CTX_get_cert_store(fresh.get()));
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (clients_.mustShowCertificate ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
                       onVerified);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(context, 0);
  }
  current_ = std::move(fresh);
}

int TlsServer::onHandshake(SSL* ssl, void* self) {
  const auto* server = static_cast<TlsServer*>(self);
  int result = 0;
  server->loop_.firewall().run(EventSource::Tls, {}, [&] { result = server->showCertificate(ssl); });
  return result;
}

void TlsServer::onState(const SSL* ssl, int where, int) {
  auto* server = static_cast<TlsServer*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  if ((where & SSL_CB_HANDSHAKE_DONE) == 0 || server == nullptr) return;
  server->loop_.firewall().run(EventSource::Tls, {}, [&] { server->shaken_.insert(SSL_get_fd(ssl)); });
}

int TlsServer::showCertificate(SSL* ssl) const {
  const SSL_CTX* current = current_.get();
  STACK_OF(X509)* chain = nullptr;
  SSL_CTX_get0_chain_certs(const_cast<SSL_CTX*>(current), &chain);
  SSL_certs_clear(ssl);
  return SSL_use_cert_and_key(ssl, SSL_CTX_get0_certificate(current), SSL_CTX_get0_privatekey(current), chain, 1);
}

int TlsServer::onVerified(int good, X509_STORE_CTX* store) {
  if (good != 0) return good;
  const auto* ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  const auto* self = static_cast<TlsServer*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  if (self == nullptr || !self->clients_.refused) return good;
  self->loop_.firewall().run(EventSource::Tls, {}, [&] {
    self->clients_.refused(peerOf(ssl), X509_verify_cert_error_string(X509_STORE_CTX_get_error(store)));
  });
  return good;
}

std::vector<std::string> certificateNames(const X509& certificate) {
  std::vector<std::string> names;
  const X509_NAME* subject = X509_get_subject_name(&certificate);
  for (int at = -1; (at = X509_NAME_get_index_by_NID(subject, NID_commonName, at)) >= 0;)
    addName(names, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
  const std::unique_ptr<GENERAL_NAMES, NamesFree> alternatives(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; i < sk_GENERAL_NAME_num(alternatives.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(alternatives.get(), i);
    if (name->type == GEN_DNS) addName(names, name->d.dNSName);
    if (name->type == GEN_URI) addName(names, name->d.uniformResourceIdentifier);
  }
  return names;
}

std::vector<std::string> certificateNames(SSL* ssl) {
  if (ssl == nullptr || SSL_get_verify_result(ssl) != X509_V_OK) return {};
  const std::unique_ptr<X509, X509Free> certificate(SSL_get1_peer_certificate(ssl));
  return certificate ? certificateNames(*certificate) : std::vector<std::string>();
}

}  // namespace bridge
