// SPDX-License-Identifier: GPL-2.0-or-later
// C6: whatever a handler throws, its own leg ends, it is counted and told, and everything else goes on.
#include "bridge/firewall.h"

#include <csignal>
#include <vector>

#include "bridge/http_client.h"
#include "bridge/http_server.h"
#include "bridge/resolver.h"
#include "bridge/sqlite_store.h"
#include "tests/unit/bridge/certificates.h"
#include "tests/unit/bridge/store_fixture.h"
#include "tests/unit/bridge/ws_fixture.h"

using bridge::EventSource;
using bridge::Firewall;
using bridge::HttpRequest;
using bridge::HttpServer;
using bridge::HttpServerOptions;
using bridge::Loop;
using bridge::Responder;
using test::RawPeer;
using test::waitFor;

namespace {

struct Broken : std::runtime_error {
  Broken() : std::runtime_error("broken part") {}
};
[[noreturn]] void breaks() { throw Broken(); }

/// A loop of which somebody hears what was caught.
struct Bench {
  Bench() {
    loop.firewall().onCaught([this](const Firewall::Caught& what) { caught.push_back(what); });
  }
  void expect(EventSource source, const std::string& leg = "") {
    waitFor(loop, "what was thrown", [&] { return !caught.empty(); });
    CPPUNIT_ASSERT_EQUAL(std::string(bridge::eventSourceName(source)),
                         std::string(bridge::eventSourceName(caught.front().source)));
    CPPUNIT_ASSERT_EQUAL(std::string("broken part"), caught.front().what);
    CPPUNIT_ASSERT_EQUAL(leg, caught.front().leg);
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(1), loop.firewall().count(source));
    caught.clear();
  }
  Loop loop;
  std::vector<Firewall::Caught> caught;
};

std::string get(const std::string& path) { return "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n"; }

struct ThrowingNode : bridge::Deadlines::Node {
  void onDeadline() override { breaks(); }
};

}  // namespace

TEST(firewallRequest, "C6: a request whose handler throws is answered 500 and closed; the next one is served") {
  Bench bench;
  HttpServer server(bench.loop, {}, [](HttpRequest&& request, const Responder& responder) {
    if (request.target == "/answered") responder.respond(bridge::textResponse(200, "answered"));
    if (request.target != "/good") breaks();
    responder.respond(bridge::textResponse(200, "good"));
  });
  RawPeer peer(bench.loop, server.port());
  peer.send(get("/bad") + get("/good"));
  waitFor(bench.loop, "the end", [&] { return peer.ended; });
  CPPUNIT_ASSERT_MESSAGE(peer.received, peer.saw("HTTP/1.1 500 ") && peer.saw("Connection: close\r\n"));
  CPPUNIT_ASSERT(!peer.saw("good"));
  bench.expect(EventSource::Request, "127.0.0.1");
  CPPUNIT_ASSERT_EQUAL(std::uint64_t(1), server.counters().threw);
  CPPUNIT_ASSERT_EQUAL(std::size_t(0), server.inFlight());

  RawPeer other(bench.loop, server.port());
  other.send(get("/answered"));
  waitFor(bench.loop, "the answer before the mistake", [&] { return other.saw("answered"); });
  other.send(get("/good"));
  waitFor(bench.loop, "the answer", [&] { return other.saw("good"); });
}

TEST(firewallConnection, "C6: a connection that throws where it is no request's fault is closed, others are not") {
  Bench bench;
  HttpServerOptions options;
  bool once = true;
  options.onMistake = [&](const std::string&, bridge::DoorMistake) {
    if (std::exchange(once, false)) breaks();
  };
  HttpServer server(bench.loop, options, [](HttpRequest&&, const Responder& responder) {
    responder.respond(bridge::textResponse(200, "good"));
  });
  RawPeer peer(bench.loop, server.port());
  RawPeer other(bench.loop, server.port());
  peer.send("nonsense\r\n\r\n");
  waitFor(bench.loop, "the end", [&] { return peer.ended; });
  bench.expect(EventSource::Connection, "127.0.0.1");
  other.send(get("/"));
  waitFor(bench.loop, "the answer", [&] { return other.saw("good"); });
  waitFor(bench.loop, "the connection gone", [&] { return server.connections() == 1; });
}

TEST(firewallAccept, "C6: who cannot even be accepted does not end the listening") {
  Bench bench;
  int asked = 0;
  HttpServerOptions options;
  options.admit = [&](const std::string&) {
    if (++asked == 1) breaks();
    return true;
  };
  HttpServer server(bench.loop, options, [](HttpRequest&&, const Responder& responder) {
    responder.respond(bridge::textResponse(200, "good"));
  });
  RawPeer peer(bench.loop, server.port());
  waitFor(bench.loop, "the first", [&] { return asked == 1; });
  bench.expect(EventSource::Accept);
  RawPeer other(bench.loop, server.port());
  other.send(get("/"));
  waitFor(bench.loop, "the answer", [&] { return other.saw("good"); });
}

TEST(firewallLoop, "C6: deadlines, timers, posted tasks and signals that throw hurt no other of their kind") {
  Bench bench;
  ThrowingNode node;
  bench.loop.deadlines().arm(node, std::chrono::milliseconds(1));
  bench.expect(EventSource::Deadline);
  CPPUNIT_ASSERT(!node.armed());

  bridge::Timer timer(bench.loop);
  int rang = 0;
  timer.startEvery(std::chrono::milliseconds(1), [&] {
    if (++rang == 1) breaks();
  });
  bench.expect(EventSource::Timer);
  waitFor(bench.loop, "the timer again", [&] { return rang == 3; });
  timer.stop();

  bool after = false;
  bench.loop.post(breaks);
  bench.loop.post([&] { after = true; });
  bench.expect(EventSource::Task);
  CPPUNIT_ASSERT(after);

  int came = 0;
  const bridge::SignalWatch watch(bench.loop, SIGUSR1, [&] {
    if (++came == 1) breaks();
  });
  std::raise(SIGUSR1);
  bench.expect(EventSource::Signal);
  std::raise(SIGUSR1);
  waitFor(bench.loop, "the next signal", [&] { return came == 2; });
}

TEST(firewallNames, "C6: of several who wait for a name one may throw, and the others hear it all the same") {
  Bench bench;
  int heard = 0;
  bench.loop.resolver().resolve("localhost", 1, [](bridge::Resolved&&) { breaks(); });
  bench.loop.resolver().resolve("localhost", 1, [&](bridge::Resolved&&) { ++heard; });
  waitFor(bench.loop, "the other", [&] { return heard == 1; });
  bench.expect(EventSource::Name);
}

TEST(firewallStore, "C6: of several who wait for the disk one may throw, and the others hear it all the same") {
  Bench bench;
  const test::TempDir dir;
  bridge::SqliteStoreOptions where;
  where.directory = dir.path();
  where.reserveBytes = 0;
  bridge::SqliteStore store(bench.loop, std::move(where));
  int heard = 0;
  const bridge::Ticket ticket = store.putCharger({"CP1", {}, "", "", {}, {}});
  store.whenDurable(ticket, [](bool, const std::string&) { breaks(); });
  store.whenDurable(ticket, [&](bool, const std::string&) { ++heard; });
  waitFor(bench.loop, "the other", [&] { return heard == 1; });
  bench.expect(EventSource::Store);
  store.read("CP1", session::FindTransaction{}, [](bridge::ReadResult&&) { breaks(); });
  waitFor(bench.loop, "the reading", [&] { return bench.loop.firewall().count(EventSource::Store) == 2; });
}

TEST(firewallWebSocket, "C6: a callback of a WebSocket that throws closes it with 1011, on either side, and no other") {
  Bench bench;
  bridge::WsServer server(bench.loop, "127.0.0.1", 0, {"ocpp1.6"},
                          {[](std::uint64_t, const std::string& path, const std::string&) {
                             if (path == "/broken") breaks();
                             return true;
                           },
                           [&](std::uint64_t id, std::string&& text) {
                             if (text == "break") breaks();
                             server.send(id, text);
                           },
                           {},
                           {}});
  bridge::WsClient client(bench.loop);
  bridge::WsTarget target;
  target.url = "ws://127.0.0.1:" + std::to_string(server.port()) + "/";
  target.subprotocol = "ocpp1.6";
  test::Peer other, ours;
  other.connect(client, target);
  ours.connect(client, target);
  waitFor(bench.loop, "both open", [&] { return other.opened + ours.opened == 2; });
  ours.connection->send("break");
  waitFor(bench.loop, "the close", [&] { return ours.ended == 1; });
  CPPUNIT_ASSERT_EQUAL(1011, ours.closed.closeCode);
  bench.expect(EventSource::WebSocket, "127.0.0.1");

  std::unique_ptr<bridge::WsConnection> throwing;
  int closed = 0;
  throwing = client.connect(target, {[&] { throwing->send("hello"); }, [](std::string&&) { breaks(); },
                                     [&](bridge::WsClosed&& how) {
                                       closed = how.closeCode;
                                       breaks();
                                     }});
  waitFor(bench.loop, "the end", [&] { return closed != 0; });
  CPPUNIT_ASSERT_EQUAL(1011, closed);
  waitFor(bench.loop, "both mistakes",
          [&] { return bench.loop.firewall().count(EventSource::WebSocket) == 3 && bench.caught.size() == 2; });

  test::Peer refused;
  bridge::WsTarget broken = target;
  broken.url += "broken";
  refused.connect(client, broken);
  waitFor(bench.loop, "the refusal", [&] { return refused.ended == 1; });
  CPPUNIT_ASSERT_EQUAL_MESSAGE(refused.closed.reason, 500, refused.closed.httpStatus);
  other.connection->send("still there");
  waitFor(bench.loop, "the echo", [&] { return !other.messages.empty(); });
}

TEST(firewallCall, "C6: who throws at the answer of a charger does not take the client with it") {
  Bench bench;
  HttpServer server(bench.loop, {}, [](HttpRequest&&, const Responder& responder) {
    responder.respond(bridge::textResponse(200, "good"));
  });
  bridge::HttpClient client(bench.loop);
  const auto post = [&](bridge::HttpClient::Done done) {
    bridge::HttpPost request;
    request.url = "http://127.0.0.1:" + std::to_string(server.port()) + "/";
    client.post(std::move(request), std::move(done));
  };
  post([](bridge::HttpResult&&) { breaks(); });
  bench.expect(EventSource::Call, "127.0.0.1");
  bool answered = false;
  post([&](bridge::HttpResult&& result) { answered = result.response.body == "good"; });
  waitFor(bench.loop, "the next answer", [&] { return answered; });
  CPPUNIT_ASSERT_EQUAL(std::size_t(0), client.inFlight());
}

TEST(firewallTls, "C6: an exception within OpenSSL's call ends that handshake, and the next client is served") {
  Bench bench;
  HttpServerOptions options;
  options.certFile = test::certificatesOfAll().file("server.pem");
  options.keyFile = test::certificatesOfAll().file("server.key");
  options.clientCaFile = test::certificatesOfAll().file("ca.pem");
  options.onCertificateRefused = [](const std::string&, const std::string&) { breaks(); };
  HttpServer server(bench.loop, options, [](HttpRequest&&, const Responder& responder) {
    responder.respond(bridge::textResponse(200, "good"));
  });
  bridge::WsClient client(bench.loop);
  bridge::WsTarget target;
  target.url = "wss://localhost:" + std::to_string(server.port()) + "/";
  target.caFile = test::certificatesOfAll().file("ca.pem");
  target.certFile = test::certificatesOfAll().file("stranger.pem");
  target.keyFile = test::certificatesOfAll().file("stranger.key");
  test::Peer stranger, known;
  stranger.connect(client, target);
  waitFor(bench.loop, "the end", [&] { return stranger.ended == 1; });
  bench.expect(EventSource::Tls);
  target.certFile = test::certificatesOfAll().file("client.pem");
  target.keyFile = test::certificatesOfAll().file("client.key");
  known.connect(client, target);
  waitFor(bench.loop, "the answer, which is no upgrade", [&] { return known.ended == 1; });
  CPPUNIT_ASSERT_EQUAL(200, known.closed.httpStatus);
}

TEST(firewallNobody, "C6: without anybody who listens the loop ends with what was thrown, outside of libev") {
  Loop loop;
  loop.post(breaks);
  CPPUNIT_ASSERT_THROW(loop.run(), Broken);
  bool ran = false;
  loop.post([&] {
    ran = true;
    loop.stop();
  });
  loop.run();
  CPPUNIT_ASSERT(ran);
}
