// SPDX-License-Identifier: GPL-2.0-or-later
// What goes wrong at the door with TLS, and what does not: a probe that shakes hands and goes is no mistake.
#include <openssl/ssl.h>

#include "bridge/http_server.h"
#include "tests/unit/bridge/certificates.h"
#include "tests/unit/bridge/io_fixture.h"

using bridge::DoorMistake;
using test::RawPeer;
using test::waitFor;

namespace {

struct Bench {
  Bench()
      : server(loop, with(), [](bridge::HttpRequest&&, const bridge::Responder& responder) {
          responder.respond(bridge::textResponse(200, "served"));
        }) {}
  bridge::HttpServerOptions with() {
    bridge::HttpServerOptions options;
    options.certFile = test::certificatesOfAll().file("server.pem");
    options.keyFile = test::certificatesOfAll().file("server.key");
    options.onMistake = [this](const std::string&, DoorMistake what) { told.push_back(what); };
    return options;
  }
  std::vector<DoorMistake> told;
  bridge::Loop loop;
  bridge::HttpServer server;
};

/// A client of OpenSSL over a RawPeer.
struct Client {
  explicit Client(Bench& its)
      : bench(its),
        context(SSL_CTX_new(TLS_client_method())),
        ssl(SSL_new(context)),
        peer(its.loop, its.server.port()) {
    SSL_set_bio(ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_connect_state(ssl);
  }
  ~Client() {
    SSL_free(ssl);
    SSL_CTX_free(context);
  }
  void shakeHands() {
    waitFor(bench.loop, "the handshake", [&] {
      BIO_write(SSL_get_rbio(ssl), peer.received.data(), static_cast<int>(peer.received.size()));
      peer.received.clear();
      const bool done = SSL_do_handshake(ssl) == 1;
      std::string out(16384, '\0');
      const int size = BIO_read(SSL_get_wbio(ssl), out.data(), static_cast<int>(out.size()));
      if (size > 0) peer.send(out.substr(0, static_cast<std::size_t>(size)));
      return done;
    });
  }
  Bench& bench;
  SSL_CTX* context;
  SSL* ssl;
  RawPeer peer;
};

}  // namespace

TEST(tlsDoorPlain, "HTTP without TLS on the port with TLS is answered 400 and told as plain-on-tls") {
  Bench bench;
  RawPeer peer(bench.loop, bench.server.port());
  peer.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  waitFor(bench.loop, "the end", [&] { return peer.ended; });
  CPPUNIT_ASSERT_MESSAGE(peer.received, peer.saw("400") && peer.saw("this port speaks TLS"));
  CPPUNIT_ASSERT(bench.told == std::vector{DoorMistake::PlainOnTls});
}

TEST(tlsDoorBroken, "a TLS handshake that comes to nothing is told as tls-handshake") {
  Bench bench;
  RawPeer peer(bench.loop, bench.server.port());
  peer.send(std::string("\x16\x03\x01\x00\x05hello", 10));
  waitFor(bench.loop, "the end", [&] { return peer.ended; });
  waitFor(bench.loop, "the mistake", [&] { return !bench.told.empty(); });
  CPPUNIT_ASSERT(bench.told == std::vector{DoorMistake::Handshake});
}

TEST(tlsDoorProbe, "who shakes hands and closes without a request, as load balancers do, has made no mistake") {
  Bench bench;
  Client client(bench);
  client.shakeHands();
  test::serveFor(bench.loop, 50);
  client.peer.close();
  waitFor(bench.loop, "the end", [&] { return bench.server.connections() == 0; });
  CPPUNIT_ASSERT(bench.told.empty());
}
