// SPDX-License-Identifier: GPL-2.0-or-later
// TLS handshake, judgement of the certificate, and bytes.
#include "bridge/tls_client.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "bridge/net_address.h"
#include "bridge/random_id.h"

namespace bridge {

namespace {

std::string lastError() {
  char text[256] = "";
  ERR_error_string_n(ERR_peek_last_error(), text, sizeof text);
  ERR_clear_error();
  const char* reason = std::strrchr(text, ':');
  return reason != nullptr ? reason + 1 : text;
}

std::string hex(const std::string& bytes) {
  constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (const unsigned char b : bytes) out.append({digits[b >> 4], digits[b & 15]});
  return out;
}

struct FreeBytes {
  void operator()(unsigned char* bytes) const { OPENSSL_free(bytes); }
};
std::string digest(int length, unsigned char* bytes) {
  const std::unique_ptr<unsigned char, FreeBytes> owner(bytes);
  return length <= 0 ? "" : sha256({reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(length)});
}
std::string digestOfCertificate(const X509* certificate) {
  unsigned char* der = nullptr;
  const int length = i2d_X509(certificate, &der);
  return digest(length, der);
}
std::string digestOfKey(const X509* certificate) {
  unsigned char* der = nullptr;
  const int length = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  return digest(length, der);
}

std::string fromHex(std::string_view text) {
  std::string digits;
  std::copy_if(text.begin(), text.end(), std::back_inserter(digits), [](char c) { return c != ':'; });
  if (digits.size() != 64 || digits.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos) return "";
  std::string bytes;
  for (std::size_t i = 0; i < digits.size(); i += 2)
    bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
  return bytes;
}

std::string fromBase64(std::string_view text) {
  std::array<unsigned char, 33> bytes{};
  if (text.size() != 44 || text[42] == '=' || text[43] != '=') return "";
  const int length = EVP_DecodeBlock(bytes.data(), reinterpret_cast<const unsigned char*>(text.data()), 44);
  return length == 33 ? std::string(reinterpret_cast<const char*>(bytes.data()), 32) : "";
}

}  // namespace

std::optional<std::string> parsePin(std::string_view text) {
  const std::string_view prefix = "sha256/";
  const bool base64 = text.substr(0, prefix.size()) == prefix;
  std::string bytes = base64 ? fromBase64(text.substr(prefix.size())) : fromHex(text);
  if (bytes.size() != 32) return std::nullopt;
  return bytes;
}

TlsSession::TlsSession(SSL_CTX* context, int socket, const std::string& host, TlsTrust trust)
    : ssl_(SSL_new(context)), trust_(std::move(trust)) {
  const std::string& name = trust_.name.empty() ? host : trust_.name;
  SSL_set_fd(ssl_.get(), socket);
  SSL_set_connect_state(ssl_.get());
  X509_VERIFY_PARAM* expected = SSL_get0_param(ssl_.get());
  if (NetAddress::parse(name)) {
    X509_VERIFY_PARAM_set1_ip_asc(expected, name.c_str());
  } else {
    SSL_set_tlsext_host_name(ssl_.get(), name.c_str());
    X509_VERIFY_PARAM_set_hostflags(expected, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    X509_VERIFY_PARAM_set1_host(expected, name.c_str(), name.size());
  }
  // Otherwise OpenSSL would break off before distrust() can look: the peer then learns nothing, not even an alert.
  const bool judgedByUs = !trust_.pins.empty() || trust_.selfSigned;
  SSL_set_verify(ssl_.get(), judgedByUs ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, nullptr);
}

std::string TlsSession::distrust() const {
  X509* certificate = SSL_get0_peer_certificate(ssl_.get());
  if (certificate == nullptr) return "the peer has no certificate";
  if (!trust_.pins.empty()) {
    const std::string whole = digestOfCertificate(certificate);
    const std::string key = digestOfKey(certificate);
    const auto fits = [&](const std::string& pin) { return pin == whole || pin == key; };
    if (std::any_of(trust_.pins.begin(), trust_.pins.end(), fits)) return "";
    return "the certificate is not the pinned one; its SHA-256 is " + hex(whole);
  }
  const long verdict = SSL_get_verify_result(ssl_.get());
  if (verdict == X509_V_OK) return "";
  if (trust_.selfSigned && X509_self_signed(certificate, 1) == 1) return "";
  return std::string(X509_verify_cert_error_string(verdict)) + "; its SHA-256 is " +
         hex(digestOfCertificate(certificate));
}

TlsSession::Step TlsSession::fail(int result) {
  switch (SSL_get_error(ssl_.get(), result)) {
    case SSL_ERROR_WANT_READ: return Step::WantRead;
    case SSL_ERROR_WANT_WRITE: return Step::WantWrite;
    default: break;
  }
  const long verdict = SSL_get_verify_result(ssl_.get());
  error_ = verdict != X509_V_OK         ? X509_verify_cert_error_string(verdict)
           : ERR_peek_last_error() != 0 ? lastError()
           : errno != 0 && result != 0  ? std::strerror(errno)
                                        : "the peer ended the connection";
  ERR_clear_error();
  return Step::Failed;
}

TlsSession::Step TlsSession::handshake() {
  ERR_clear_error();
  errno = 0;
  const int result = SSL_do_handshake(ssl_.get());
  if (result != 1) return fail(result);
  error_ = distrust();
  return error_.empty() ? Step::Done : Step::Failed;
}

ssize_t TlsSession::outcome(int result) {
  if (result > 0) return result;
  const int error = SSL_get_error(ssl_.get(), result);
  ERR_clear_error();
  if (error == SSL_ERROR_ZERO_RETURN) return 0;
  errno = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? EAGAIN : EPROTO;
  return -1;
}

ssize_t TlsSession::read(char* buffer, std::size_t size) {
  ERR_clear_error();
  return outcome(SSL_read(ssl_.get(), buffer, static_cast<int>(size)));
}

ssize_t TlsSession::write(const char* bytes, std::size_t size) {
  ERR_clear_error();
  return outcome(SSL_write(ssl_.get(), bytes, static_cast<int>(size)));
}

SSL_CTX* TlsClient::context(std::string& error) {
  struct stat info {};
  const bool there = !caFile_.empty() && ::stat(caFile_.c_str(), &info) == 0;
  const std::string stamp =
      there ? std::to_string(info.st_mtim.tv_sec) + "." + std::to_string(info.st_mtim.tv_nsec) : "";
  if (context_ && stamp == stamp_) return context_.get();
  SslContext made(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_min_proto_version(made.get(), TLS1_2_VERSION);
  SSL_CTX_set_mode(made.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // Chargers end connections without saying so; a cut envelope is no XML and is refused as such.
  SSL_CTX_set_options(made.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
  const bool usable = caFile_.empty() ? SSL_CTX_set_default_verify_paths(made.get()) == 1
                                      : SSL_CTX_load_verify_locations(made.get(), caFile_.c_str(), nullptr) == 1;
  if (!usable) {
    error = "cannot use CA file " + caFile_ + ": " + lastError();
    return nullptr;
  }
  stamp_ = stamp;
  context_ = std::move(made);
  return context_.get();
}

}  // namespace bridge
