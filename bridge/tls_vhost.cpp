// SPDX-License-Identifier: GPL-2.0-or-later
// TLS contexts are made here, not by libwebsockets: it only logs a file that it cannot use and goes on without it, and
// it gives two contexts of the same file names one state, so that a renewed file would not be read.
#include "bridge/tls_vhost.h"

#include <openssl/err.h>

#include <stdexcept>

#include "bridge/loop.h"
#include "bridge/lws_sink.h"

namespace bridge {
namespace {

SslContext refuse(std::string& error, const std::string& what, const std::string& file) {
  char text[256] = "";
  ERR_error_string_n(ERR_peek_last_error(), text, sizeof text);
  ERR_clear_error();
  error = "cannot use " + what + " " + file + ": " + text;
  return nullptr;
}

}  // namespace

SslContext makeTlsContext(const TlsFiles& files, std::string& error) {
  SslContext context(SSL_CTX_new(TLS_method()));
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  // Else a key with a passphrase would stop the process at a prompt.
  SSL_CTX_set_default_passwd_cb(context.get(), [](char*, int, int, void*) { return 0; });
  // A libwebsockets retry comes from another buffer; idle connections should hold none.
  SSL_CTX_set_mode(context.get(), SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  if (files.ca.empty()) {
    SSL_CTX_set_default_verify_paths(context.get());
  } else if (SSL_CTX_load_verify_locations(context.get(), files.ca.c_str(), nullptr) != 1) {
    return refuse(error, "CA file", files.ca);
  }
  if (files.cert.empty() != files.key.empty()) {
    error = "a certificate and its key are needed, one is missing";
    return nullptr;
  }
  if (files.cert.empty()) return context;
  if (SSL_CTX_use_certificate_chain_file(context.get(), files.cert.c_str()) != 1) {
    return refuse(error, "certificate", files.cert);
  }
  if (SSL_CTX_use_PrivateKey_file(context.get(), files.key.c_str(), SSL_FILETYPE_PEM) != 1 ||
      SSL_CTX_check_private_key(context.get()) != 1) {
    return refuse(error, "key", files.key);
  }
  return context;
}

namespace {

lws_context_creation_info commonInfo(const char* name) {
  lws_context_creation_info info{};
  info.port = CONTEXT_PORT_NO_LISTEN;
  info.http_proxy_address = noProxy;
  info.vhost_name = name;
  info.alpn = "http/1.1";  // a peer that gets h2 would leave the roles we use
  info.retry_and_idle_policy = &noIdlePolicy;
  info.timeout_secs = lwsFallbackTimeoutS;
  info.connect_timeout_secs = lwsFallbackTimeoutS;
  return info;
}

}  // namespace

lws_vhost* serverVhost(Loop& loop, const TlsFiles& files, const lws_protocols* protocols, void** context) {
  std::string error;
  SslContext checked = files.cert.empty() ? nullptr : makeTlsContext(files, error);
  if (!files.cert.empty() && !checked) throw std::runtime_error(error);
  lws_context_creation_info info = commonInfo("server");
  info.port = CONTEXT_PORT_NO_LISTEN_SERVER;  // accepted sockets are adopted into it
  info.protocols = protocols;
  info.user = context;
  info.options = LWS_SERVER_OPTION_DISABLE_OS_CA_CERTS;
  if (!files.cert.empty()) {
    info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
    info.ssl_cert_filepath = files.cert.c_str();
    info.ssl_private_key_filepath = files.key.c_str();
    // Else it makes a client context too, and loses it if another libwebsockets context came to life meanwhile. Never
    // used.
    info.provided_client_ssl_ctx = checked.get();
    info.ssl_options_set = SSL_OP_NO_SSLv3 | SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1;
  }
  if (!files.ca.empty()) {
    info.options |= LWS_SERVER_OPTION_REQUIRE_VALID_OPENSSL_CLIENT_CERT;
    info.ssl_ca_filepath = files.ca.c_str();
  }
  lws_vhost* vhost = lws_create_vhost(loop.lws(), &info);
  if (vhost == nullptr) throw std::runtime_error("libwebsockets refuses the server's certificate settings");
  return vhost;
}

ClientTls clientVhost(Loop& loop, const TlsFiles& files) {
  ClientTls tls;
  tls.context = makeTlsContext(files, tls.error);
  if (!tls.context) return tls;
  lws_context_creation_info info = commonInfo("client");
  info.protocols = sinkProtocols;
  info.options = LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
  info.provided_client_ssl_ctx = tls.context.get();
  tls.vhost = lws_create_vhost(loop.lws(), &info);
  if (tls.vhost == nullptr) tls.error = "libwebsockets refuses the TLS settings";
  return tls;
}

}  // namespace bridge
