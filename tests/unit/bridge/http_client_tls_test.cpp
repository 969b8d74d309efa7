// SPDX-License-Identifier: GPL-2.0-or-later
// AU-2: calls to chargers over TLS, with real sockets: which certificates are trusted.
#include <openssl/ssl.h>

#include <cstdio>
#include <optional>

#include "bridge/http_client.h"
#include "bridge/http_server.h"
#include "bridge/random_id.h"
#include "bridge/tls_client.h"
#include "tests/unit/bridge/certificates.h"
#include "tests/unit/bridge/io_fixture.h"

using bridge::HttpClient;
using bridge::HttpPost;
using bridge::HttpResult;
using bridge::Loop;
using bridge::TlsTrust;
using test::Certificates;
using test::waitFor;
using Outcome = bridge::HttpResult::Outcome;

namespace {

/// A charger that echoes, with the named certificate, and a bridge that trusts `ca`.
struct Bench {
  Bench(const Certificates& certificates, const std::string& name, const std::string& ca = "ca")
      : server(loop, serverOptions(certificates, name),
               [this](bridge::HttpRequest&& request, const bridge::Responder& responder) {
                 ++served;
                 bridge::HttpResponse response;
                 response.body = std::move(request.body);
                 responder.respond(std::move(response));
               }),
        client(loop, clientOptions(certificates, ca)) {}

  static bridge::HttpServerOptions serverOptions(const Certificates& certificates, const std::string& name) {
    bridge::HttpServerOptions options;
    options.certFile = certificates.file(name + ".pem");
    options.keyFile = certificates.file(name + ".key");
    return options;
  }
  static bridge::HttpClientOptions clientOptions(const Certificates& certificates, const std::string& ca) {
    bridge::HttpClientOptions options;
    if (!ca.empty()) options.caFile = certificates.file(ca + ".pem");
    return options;
  }

  HttpResult call(const TlsTrust& trust = {}, const std::string& host = "127.0.0.1", std::size_t size = 5) {
    HttpPost post;
    post.url = "https://" + host + ":" + std::to_string(server.port()) + "/cp";
    post.body = std::string(size, 'b');
    post.trust = trust;
    std::optional<HttpResult> result;
    client.post(std::move(post), [&](HttpResult&& r) { result = std::move(r); });
    waitFor(loop, "the result", [&] { return result.has_value(); });
    return std::move(*result);
  }
  void expectEcho(const TlsTrust& trust = {}, const std::string& host = "127.0.0.1", std::size_t size = 5) {
    const HttpResult result = call(trust, host, size);
    CPPUNIT_ASSERT_EQUAL_MESSAGE(result.detail, 200, result.response.status);
    CPPUNIT_ASSERT_EQUAL(size, result.response.body.size());
  }
  /// Nothing was sent, and the reason says so.
  void expectRefusal(const std::string& word, const TlsTrust& trust = {}, const std::string& host = "127.0.0.1") {
    const int before = served;
    const HttpResult result = call(trust, host);
    CPPUNIT_ASSERT_EQUAL_MESSAGE(result.detail, static_cast<int>(Outcome::ConnectFailed),
                                 static_cast<int>(result.outcome));
    CPPUNIT_ASSERT_MESSAGE(result.detail, result.detail.find(word) != std::string::npos);
    CPPUNIT_ASSERT_EQUAL(before, served);
  }

  Loop loop;
  int served = 0;
  bridge::HttpServer server;
  HttpClient client;
};

/// What the openssl program prints of a file.
std::string printed(const std::string& command) {
  std::FILE* pipe = ::popen(command.c_str(), "r");
  CPPUNIT_ASSERT(pipe != nullptr);
  std::string out;
  for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) out += static_cast<char>(c);
  CPPUNIT_ASSERT_EQUAL(0, ::pclose(pipe));
  return out.substr(0, out.find('\n'));
}

std::string fingerprint(const Certificates& made, const std::string& name) {
  const std::string line = printed("openssl x509 -noout -fingerprint -sha256 -in " + made.file(name + ".pem"));
  return line.substr(line.find('=') + 1);
}
std::string keyPin(const Certificates& made, const std::string& name) {
  return "sha256/" + printed("openssl x509 -noout -pubkey -in " + made.file(name + ".pem") +
                             " | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | openssl base64");
}
TlsTrust pinned(const std::string& text) {
  TlsTrust trust;
  trust.pins.push_back(bridge::parsePin(text).value());
  return trust;
}

}  // namespace

TEST(chargerTlsChain,
     "AU-2: without more a charger's certificate must chain to the CA, name the host and be valid today") {
  const Certificates& certificates = test::certificatesOfAll();
  Bench good(certificates, "server");
  good.expectEcho();
  good.expectEcho({}, "localhost");
  good.expectEcho({}, "127.0.0.1", 1024 * 1024);
  Bench wrongCa(certificates, "server", "other");
  wrongCa.expectRefusal("certificate");
  Bench noCa(certificates, "server", "");
  noCa.expectRefusal("certificate");
  Bench elsewhere(certificates, "elsewhere");
  elsewhere.expectRefusal("IP address mismatch");
  elsewhere.expectRefusal("hostname mismatch", {}, "localhost");
  TlsTrust name;
  name.name = "elsewhere.example";
  elsewhere.expectEcho(name);
  good.expectRefusal("mismatch", name);
  Bench expired(certificates, "expired");
  expired.expectRefusal("expired");
  Bench alone(certificates, "alone");
  alone.expectRefusal("self-signed");
}

TEST(chargerTlsSelfSigned,
     "AU-2: callbackSelfSigned takes certificates that signed themselves, and no others that do not chain") {
  const Certificates& certificates = test::certificatesOfAll();
  TlsTrust trust;
  trust.selfSigned = true;
  Bench alone(certificates, "alone");
  alone.expectEcho(trust);
  Bench old(certificates, "aloneExpired");
  old.expectEcho(trust);
  Bench stranger(certificates, "stranger");
  stranger.expectRefusal("SHA-256", trust);
  Bench expired(certificates, "expired");
  expired.expectRefusal("expired", trust);
  Bench good(certificates, "server");
  good.expectEcho(trust);
}

TEST(chargerTlsPin, "AU-2: a pin of the certificate or of its key is enough, and nothing else is") {
  const Certificates& certificates = test::certificatesOfAll();
  for (const char* name : {"alone", "aloneExpired", "stranger", "expired", "server"}) {
    Bench bench(certificates, name);
    bench.expectEcho(pinned(fingerprint(certificates, name)));
    bench.expectEcho(pinned(keyPin(certificates, name)));
    bench.expectRefusal("not the pinned one", pinned(fingerprint(certificates, "client")));
    bench.expectRefusal("not the pinned one", pinned(keyPin(certificates, "client")));
    TlsTrust lenient = pinned(fingerprint(certificates, "client"));
    lenient.selfSigned = true;
    bench.expectRefusal("not the pinned one", lenient);
    lenient.pins.push_back(*bridge::parsePin(fingerprint(certificates, name)));
    bench.expectEcho(lenient);
  }
}

TEST(chargerTlsPinTexts, "pins are read in the two ways people write them, and nothing else") {
  const std::string hex(64, 'a');
  CPPUNIT_ASSERT(bridge::parsePin(hex));
  CPPUNIT_ASSERT(bridge::parsePin("sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="));
  for (const std::string& bad : {std::string(), hex.substr(1), hex + "0", std::string(64, 'g'), "sha256/" + hex,
                                 std::string("47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
                                 std::string("sha256/47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuF==")})
    CPPUNIT_ASSERT_MESSAGE(bad, !bridge::parsePin(bad));
}

TEST(chargerTlsPeers,
     "https:// to a server without TLS or one that only accepts, and an unusable CA file, are ConnectFailed") {
  const Certificates& certificates = test::certificatesOfAll();
  Bench bench(certificates, "server");
  test::RawServer raw(bench.loop);
  for (const bool silent : {false, true}) {
    if (!silent) raw.onAccept = [](test::RawPeer& peer) { peer.send("HTTP/1.1 400 Bad Request\r\n\r\n"); };
    if (silent) raw.onAccept = nullptr;
    HttpPost post;
    post.url = raw.url("https");
    if (silent) post.connectTimeoutMs = 300;
    std::optional<HttpResult> result;
    bench.client.post(std::move(post), [&](HttpResult&& r) { result = std::move(r); });
    waitFor(bench.loop, "the end", [&] { return result.has_value(); });
    CPPUNIT_ASSERT(result->outcome == Outcome::ConnectFailed);
    CPPUNIT_ASSERT(!raw.peers.back()->saw("POST"));
  }
  HttpClient broken(bench.loop, Bench::clientOptions(certificates, "missing"));
  CPPUNIT_ASSERT(broken.tlsProblem().find("missing.pem") != std::string::npos);
}

TEST(chargerTlsVersion, "AU-2: a charger that knows only TLS 1.1 is refused, one with 1.2 is not") {
  const Certificates& certificates = test::certificatesOfAll();
  for (const int version : {TLS1_1_VERSION, TLS1_2_VERSION}) {
    bridge::SslContext serverSide(SSL_CTX_new(TLS_server_method()));
    SSL_CTX_set_security_level(serverSide.get(), 0);
    SSL_CTX_set_min_proto_version(serverSide.get(), TLS1_1_VERSION);
    SSL_CTX_set_max_proto_version(serverSide.get(), version);
    SSL_CTX_use_certificate_chain_file(serverSide.get(), certificates.file("alone.pem").c_str());
    SSL_CTX_use_PrivateKey_file(serverSide.get(), certificates.file("alone.key").c_str(), SSL_FILETYPE_PEM);
    int sockets[2];
    CPPUNIT_ASSERT_EQUAL(0, ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, sockets));
    std::string error;
    bridge::TlsClient client("");
    bridge::TlsSession session(client.context(error), sockets[0], "charger",
                               pinned(fingerprint(certificates, "alone")));
    bridge::TlsSession::Step step = bridge::TlsSession::Step::WantRead;
    SSL* charger = SSL_new(serverSide.get());
    SSL_set_fd(charger, sockets[1]);
    const auto over = [&] {
      return step == bridge::TlsSession::Step::Done || step == bridge::TlsSession::Step::Failed;
    };
    for (int turn = 0; turn < 10 && !over(); ++turn) {
      step = session.handshake();
      SSL_accept(charger);
    }
    SSL_free(charger);
    ::close(sockets[0]);
    ::close(sockets[1]);
    CPPUNIT_ASSERT_MESSAGE(session.error(), over());
    CPPUNIT_ASSERT_EQUAL(version == TLS1_2_VERSION, step == bridge::TlsSession::Step::Done);
  }
}

TEST(chargerTlsRenewedCa, "a renewed CA file counts from the next call on") {
  const Certificates& certificates = test::certificatesOfAll();
  std::filesystem::copy_file(certificates.file("other.pem"), certificates.file("lateCharger.pem"));
  std::filesystem::last_write_time(certificates.file("lateCharger.pem"),
                                   std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
  Bench bench(certificates, "server", "lateCharger");
  bench.expectRefusal("certificate");
  std::filesystem::copy_file(certificates.file("ca.pem"), certificates.file("lateCharger.pem"),
                             std::filesystem::copy_options::overwrite_existing);
  bench.expectEcho();
}
