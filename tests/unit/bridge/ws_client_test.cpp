// SPDX-License-Identifier: GPL-2.0-or-later
// The WebSocket client: connecting, refusals, subprotocol, credentials, lifetimes.
#include "tests/unit/bridge/ws_fixture.h"

using bridge::Loop;
using bridge::WsClient;
using bridge::WsClosed;
using bridge::WsConnection;
using bridge::WsTarget;
using test::EchoBench;
using test::Peer;
using test::RawBench;
using test::RawServer;
using test::waitFor;

TEST(wsBasicAuth, "user and password reach the server as Basic authentication, any byte and length of them") {
  EchoBench bench;
  Peer plain;
  plain.connect(bench.client, bench.target());
  waitFor(bench.loop, "open", [&] { return plain.opened == 1; });
  CPPUNIT_ASSERT_EQUAL(std::string(), bench.authorization);
  WsTarget target = bench.target();
  target.user = "CP1";
  target.password = std::string("p\0:\xff", 4);
  Peer known;
  known.connect(bench.client, target);
  waitFor(bench.loop, "open", [&] { return known.opened == 1; });
  CPPUNIT_ASSERT_EQUAL(std::string("Basic Q1AxOnAAOv8="), bench.authorization);
  target.password = std::string(200, 'x');
  Peer lengthy;
  lengthy.connect(bench.client, target);
  waitFor(bench.loop, "open", [&] { return lengthy.opened == 1; });
  CPPUNIT_ASSERT(bench.authorization.size() > 270);
}

TEST(wsRefusals, "a refused upgrade reports its HTTP status, exactly once") {
  EchoBench bench;
  for (const auto& [path, status] : {std::pair<const char*, int>{"/secret", 401}, {"/refused", 404}}) {
    Peer peer;
    peer.connect(bench.client, bench.target(path));
    waitFor(bench.loop, "the refusal", [&] { return peer.ended == 1; });
    test::serveFor(bench.loop, 30);
    CPPUNIT_ASSERT_EQUAL(1, peer.ended);
    CPPUNIT_ASSERT_EQUAL(0, peer.opened);
    CPPUNIT_ASSERT_EQUAL(status, peer.closed.httpStatus);
    CPPUNIT_ASSERT(!peer.closed.wasOpen && !peer.closed.reason.empty());
  }
  RawBench raw;
  for (const int status : {401, 403, 404, 503, 302}) {
    const std::string text =
        "HTTP/1.1 " + std::to_string(status) + " No\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 3\r\n\r\nno!";
    CPPUNIT_ASSERT_EQUAL(status, raw.refusedWith(text).httpStatus);
  }
  CPPUNIT_ASSERT_EQUAL(0, raw.refusedWith("SSH-2.0-nonsense\r\n\r\n").httpStatus);
  CPPUNIT_ASSERT_EQUAL(0, raw.refusedWith("").httpStatus);
}

TEST(wsNoServer, "refused connections, unknown names, bad URLs and a server that never answers end the attempt") {
  Loop loop;
  WsClient client(loop);
  std::string dead;
  {
    RawServer gone(loop);
    dead = gone.url("ws");
  }
  for (const std::string& url :
       {dead, std::string("ws://no-such-name.invalid/"), std::string("http://127.0.0.1/"), std::string("")}) {
    Peer peer;
    WsTarget target;
    target.url = url;
    peer.connect(client, target);
    CPPUNIT_ASSERT_EQUAL_MESSAGE("never from inside connect()", 0, peer.ended);
    waitFor(loop, "the end", [&] { return peer.ended == 1; });
    CPPUNIT_ASSERT(!peer.closed.wasOpen && peer.closed.httpStatus == 0 && !peer.closed.reason.empty());
  }
  RawServer silent(loop);
  WsTarget target;
  target.url = silent.url("ws");
  target.connectTimeoutMs = 100;
  Peer peer;
  peer.connect(client, target);
  waitFor(loop, "the timeout", [&] { return peer.ended == 1; });
  CPPUNIT_ASSERT_EQUAL(std::string("connect timeout"), peer.closed.reason);
}

TEST(wsName, "a name is resolved off the loop and sent as Host") {
  RawBench bench;
  WsTarget target = bench.target();
  target.url = "ws://localhost:" + std::to_string(bench.server.port()) + "/x";
  Peer peer;
  bench.open(peer, target);
  CPPUNIT_ASSERT(bench.request.find("Host: localhost:" + std::to_string(bench.server.port()) + "\r\n") !=
                 std::string::npos);
}

TEST(wsPath, "the percent-encoded path and the query go out byte for byte, and no extension is offered") {
  RawBench bench;
  Peer peer;
  bench.open(peer, bench.target("/ocpp/CP%2F1%20%C3%A4//x/../y?a=%2F"));
  CPPUNIT_ASSERT_EQUAL(std::string("GET /ocpp/CP%2F1%20%C3%A4//x/../y?a=%2F HTTP/1.1\r\n"),
                       bench.request.substr(0, bench.request.find('\n') + 1));
  CPPUNIT_ASSERT(bench.request.find("Sec-WebSocket-Protocol: ocpp1.6\r\n") != std::string::npos);
  CPPUNIT_ASSERT(bench.request.find("Sec-WebSocket-Extensions") == std::string::npos);
}

TEST(wsSubprotocol, "a server that selects no subprotocol, or another one, is left with the reason subprotocol") {
  for (const char* header : {"", "Sec-WebSocket-Protocol: ocpp1.5\r\n", "Sec-WebSocket-Protocol: ocpp1.\r\n"}) {
    RawBench bench;
    bench.moreHeaders = header;
    Peer peer;
    peer.connect(bench.client, bench.target());
    waitFor(bench.loop, "the end", [&] { return peer.ended == 1; });
    CPPUNIT_ASSERT_EQUAL(std::string("subprotocol"), peer.closed.reason);
    CPPUNIT_ASSERT_EQUAL(0, peer.opened);
    waitFor(bench.loop, "the cut", [&] { return bench.raw().ended; });
  }
  RawBench bench;
  WsTarget target = bench.target();
  target.subprotocol = "ocpp2.0.1, ocpp1.6";
  Peer peer;
  bench.open(peer, target);
}

TEST(wsReentrant, "callbacks may send, close and destroy their own connection") {
  EchoBench bench;
  std::unique_ptr<WsConnection> connection;
  std::string got;
  connection = bench.client.connect(bench.target(), {[&] { connection->send("from onOpen"); },
                                                     [&](std::string&& text) {
                                                       got = text;
                                                       connection.reset();
                                                       got += "!";
                                                     },
                                                     [&](WsClosed&&) { got = "onClosed after destruction"; }});
  waitFor(bench.loop, "the server's side to end", [&] { return bench.gone == 1; });
  CPPUNIT_ASSERT_EQUAL(std::string("echo from onOpen!"), got);
  bool closed = false;
  connection = bench.client.connect(bench.target("/refused"), {nullptr, nullptr, [&](WsClosed&&) {
                                                                 connection.reset();
                                                                 closed = true;
                                                               }});
  waitFor(bench.loop, "the refusal", [&] { return closed; });
}

TEST(wsDestroyEarly, "connections destroyed or closed in each stage of connecting end cleanly") {
  EchoBench bench;
  for (int turns = 0; turns < 12; ++turns) {
    Peer peer;
    peer.connect(bench.client, bench.target());
    for (int i = 0; i < turns; ++i) ev_run(bench.loop.raw(), EVRUN_NOWAIT);
    if (turns % 2 == 0) {
      peer.connection.reset();
      ev_run(bench.loop.raw(), EVRUN_NOWAIT);
      CPPUNIT_ASSERT_EQUAL(0, peer.ended);
    } else {
      peer.connection->close();
      waitFor(bench.loop, "the end", [&] { return peer.ended == 1; });
    }
  }
  waitFor(bench.loop, "nothing left", [&] { return bench.server.connections() == 0; });
}

TEST(wsClientGoesFirst, "destroying the client cuts its connections without callbacks") {
  EchoBench bench;
  auto client = std::make_unique<WsClient>(bench.loop);
  Peer open;
  Peer connecting;
  open.connect(*client, bench.target());
  waitFor(bench.loop, "open", [&] { return open.opened == 1; });
  connecting.connect(*client, bench.target());
  client.reset();
  waitFor(bench.loop, "the server's side to end", [&] { return bench.gone == 1; });
  CPPUNIT_ASSERT_EQUAL(0, open.ended + connecting.ended + connecting.opened);
  CPPUNIT_ASSERT(!open.connection->send("x"));
}
