// SPDX-License-Identifier: GPL-2.0-or-later
// TLS of the WebSocket client and the servers, with certificates made on the spot by the openssl program.
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "bridge/http_server.h"
#include "bridge/ws_client.h"
#include "bridge/ws_server.h"
#include "tests/unit/bridge/certificates.h"
#include "tests/unit/bridge/io_fixture.h"

using bridge::Loop;
using bridge::WsClient;
using bridge::WsClosed;
using bridge::WsConnection;
using bridge::WsServer;
using bridge::WsServerCallbacks;
using bridge::WsServerTls;
using bridge::WsTarget;
using test::Certificates;
using test::waitFor;

namespace {

WsServerTls serverTls(const Certificates& made, const std::string& name, const std::string& clientCa = "") {
  return {made.file(name + ".pem"), made.file(name + ".key"), clientCa.empty() ? "" : made.file(clientCa + ".pem")};
}

WsTarget targetOf(const Certificates& made, std::uint16_t port, const std::string& host = "localhost") {
  WsTarget target;
  target.url = "wss://" + host + ":" + std::to_string(port) + "/ocpp/CP1";
  target.subprotocol = "ocpp1.6";
  target.caFile = made.file("ca.pem");
  return target;
}

struct Bench {
  Bench(const Certificates& certificates, const std::string& name, const std::string& clientCa = "")
      : server(loop, "127.0.0.1", 0, {"ocpp1.6"},
               WsServerCallbacks{nullptr, [this](std::uint64_t id, std::string&& text) { server.send(id, text); },
                                 nullptr, nullptr},
               serverTls(certificates, name, clientCa)),
        client(loop) {}
  /// The echo of a message, or how the attempt ended.
  std::pair<std::string, WsClosed> tryIt(const WsTarget& target) {
    std::string echo;
    WsClosed how;
    bool over = false;
    std::unique_ptr<WsConnection> connection =
        client.connect(target, {[&] { connection->send(std::string(100000, 't')); },
                                [&](std::string&& text) {
                                  echo = std::move(text);
                                  connection->close();
                                },
                                [&](WsClosed&& closed) {
                                  how = std::move(closed);
                                  over = true;
                                }});
    waitFor(loop, "the end", [&] { return over; });
    return {echo, how};
  }
  void expectEcho(const WsTarget& target) {
    const auto [echo, how] = tryIt(target);
    CPPUNIT_ASSERT_EQUAL_MESSAGE(how.reason, std::size_t(100000), echo.size());
    CPPUNIT_ASSERT_EQUAL(1000, how.closeCode);
  }
  void expectRefusal(const WsTarget& target) {
    const auto [echo, how] = tryIt(target);
    CPPUNIT_ASSERT(echo.empty() && !how.wasOpen);
    CPPUNIT_ASSERT_EQUAL(0, how.httpStatus);
    CPPUNIT_ASSERT(!how.reason.empty());
  }

  Loop loop;
  WsServer server;
  WsClient client;
};

}  // namespace

TEST(tlsVerification,
     "a server is trusted only with a certificate of the given CA for the URL's host, name or address") {
  const Certificates& certificates = test::certificatesOfAll();
  Bench bench(certificates, "server");
  bench.expectEcho(targetOf(certificates, bench.server.port()));
  bench.expectEcho(targetOf(certificates, bench.server.port(), "127.0.0.1"));
  WsTarget wrongCa = targetOf(certificates, bench.server.port());
  wrongCa.caFile = certificates.file("other.pem");
  bench.expectRefusal(wrongCa);
  CPPUNIT_ASSERT(bench.tryIt(wrongCa).second.reason.find("server certificate: ") == 0);
  WsTarget systemCas = targetOf(certificates, bench.server.port());
  systemCas.caFile.clear();
  bench.expectRefusal(systemCas);
  Bench elsewhere(certificates, "elsewhere");
  elsewhere.expectRefusal(targetOf(certificates, elsewhere.server.port()));
  elsewhere.expectRefusal(targetOf(certificates, elsewhere.server.port(), "127.0.0.1"));
}

TEST(tlsClientCertificate, "a client certificate is shown, and one is needed, of the right CA") {
  const Certificates& certificates = test::certificatesOfAll();
  Bench bench(certificates, "server", "ca");
  WsTarget target = targetOf(certificates, bench.server.port());
  const auto none = bench.tryIt(target);
  CPPUNIT_ASSERT(none.first.empty());
  target.certFile = certificates.file("client.pem");
  target.keyFile = certificates.file("client.key");
  bench.expectEcho(target);
  target.certFile = certificates.file("stranger.pem");
  target.keyFile = certificates.file("stranger.key");
  const auto stranger = bench.tryIt(target);
  CPPUNIT_ASSERT(stranger.first.empty());
}

TEST(tlsFiles, "files that cannot be used are named in the reason, and a renewed file is read again") {
  const Certificates& certificates = test::certificatesOfAll();
  Bench bench(certificates, "server");
  WsTarget target = targetOf(certificates, bench.server.port());
  target.caFile = certificates.file("missing.pem");
  CPPUNIT_ASSERT(bench.tryIt(target).second.reason.find("missing.pem") != std::string::npos);
  target.caFile = certificates.file("late.pem");
  std::filesystem::copy_file(certificates.file("other.pem"), target.caFile);
  std::filesystem::last_write_time(target.caFile,
                                   std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
  bench.expectRefusal(target);
  std::filesystem::copy_file(certificates.file("ca.pem"), target.caFile,
                             std::filesystem::copy_options::overwrite_existing);
  bench.expectEcho(target);
  CPPUNIT_ASSERT_THROW(WsServer(bench.loop, "127.0.0.1", 0, {"x"}, {}, {certificates.file("missing.pem"), "", ""}),
                       std::runtime_error);
}

TEST(tlsPlainServer, "wss:// to a server without TLS, and a silent one, end the attempt") {
  const Certificates& certificates = test::certificatesOfAll();
  Loop loop;
  test::RawServer raw(loop);
  raw.onAccept = [](test::RawPeer& peer) { peer.send("HTTP/1.1 400 Bad Request\r\n\r\n"); };
  WsClient client(loop);
  for (const bool silent : {false, true}) {
    if (silent) raw.onAccept = nullptr;
    WsTarget target = targetOf(certificates, raw.port());
    target.connectTimeoutMs = 200;
    bool over = false;
    const auto connection = client.connect(target, {nullptr, nullptr, [&](WsClosed&& how) { over = !how.wasOpen; }});
    waitFor(loop, "the end", [&] { return over; });
  }
}

TEST(tlsHttpServer,
     "the HTTP server speaks TLS with HTTP/1.1 only, keeps connections, and closes them with its answer") {
  const Certificates& certificates = test::certificatesOfAll();
  Loop loop;
  bridge::HttpServerOptions options;
  options.certFile = certificates.file("server.pem");
  options.keyFile = certificates.file("server.key");
  bridge::HttpServer server(loop, options, [](bridge::HttpRequest&& request, const bridge::Responder& responder) {
    bridge::HttpResponse response;
    response.body = "<" + request.body + ">";
    responder.respond(std::move(response));
  });
  // A client that offers h2, as curl and .NET do; it runs beside the loop.
  const std::string out = certificates.file("out");
  const std::string command =
      "printf 'POST / HTTP/1.1\\r\\nContent-Length: 1\\r\\n\\r\\naPOST / HTTP/1.1\\r\\nConnection: close\\r\\n"
      "Content-Length: 1\\r\\n\\r\\nb' | timeout 10 openssl s_client -quiet -alpn h2,http/1.1 -connect 127.0.0.1:" +
      std::to_string(server.port()) + " -CAfile " + certificates.file("ca.pem") + " >" + out + " 2>/dev/null; touch " +
      out + ".done";
  CPPUNIT_ASSERT_EQUAL(0, std::system(("(" + command + ") &").c_str()));
  bridge::Timer poll(loop);
  poll.startEvery(std::chrono::milliseconds(20), [] {});
  waitFor(loop, "the client's end", [&] { return std::filesystem::exists(out + ".done"); });
  std::ifstream file(out);
  const std::string received((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  CPPUNIT_ASSERT_MESSAGE(received,
                         received.find("<a>") != std::string::npos && received.find("<b>") != std::string::npos);
}
