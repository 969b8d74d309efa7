// SPDX-License-Identifier: GPL-2.0-or-later
// The HTTP server misbehaving on purpose: connections that are reset unread, answers that break off.
#include "bridge/http_server.h"
#include "tests/unit/bridge/io_fixture.h"

using bridge::HttpRequest;
using bridge::HttpServer;
using bridge::HttpServerOptions;
using bridge::Loop;
using bridge::Responder;
using test::RawPeer;
using test::waitFor;

namespace {

const std::string request = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na";

/// Connects, sends a request and serves until the connection is over.
std::unique_ptr<RawPeer> ask(Loop& loop, std::uint16_t port) {
  auto peer = std::make_unique<RawPeer>(loop, port);
  peer->send(request);
  waitFor(loop, "the end of the connection", [&] { return peer->ended; });
  return peer;
}

}  // namespace

TEST(httpServerBreaksOff, "an answer that breaks off is the given bytes and an orderly end; without bytes a reset") {
  Loop loop;
  std::string bytes = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhal";
  HttpServer server(loop, {}, [&](HttpRequest&&, const Responder& responder) {
    responder.breakOff(bytes);
    responder.respond({});  // too late
    CPPUNIT_ASSERT(!responder.alive());
  });
  const auto half = ask(loop, server.port());
  CPPUNIT_ASSERT_EQUAL(bytes, half->received);
  CPPUNIT_ASSERT(!half->wasReset);
  bytes.clear();
  const auto none = ask(loop, server.port());
  CPPUNIT_ASSERT_EQUAL(std::string(), none->received);
  CPPUNIT_ASSERT(none->wasReset);
  CPPUNIT_ASSERT_EQUAL(std::size_t{0}, server.inFlight());
  waitFor(loop, "all connections are gone", [&] { return server.connections() == 0; });
}

TEST(httpServerBreaksOffLater, "an answer may break off after the handler, also when the connection is gone by then") {
  Loop loop;
  Responder kept;
  HttpServer server(loop, {}, [&](HttpRequest&&, Responder responder) { kept = std::move(responder); });
  RawPeer peer(loop, server.port());
  peer.send(request);
  waitFor(loop, "the request", [&] { return kept.alive(); });
  kept.breakOff("");
  waitFor(loop, "the end", [&] { return peer.ended && server.connections() == 0; });
  kept.breakOff("again");
  CPPUNIT_ASSERT_EQUAL(std::size_t{0}, server.inFlight());
}

TEST(httpServerAdmits, "a connection that is not admitted is reset before anything is read; others are served") {
  Loop loop;
  int asked = 0;
  HttpServerOptions options;
  options.admit = [&](const std::string& peer) {
    CPPUNIT_ASSERT_EQUAL(std::string("127.0.0.1"), peer);
    return ++asked != 1;
  };
  int handled = 0;
  HttpServer server(loop, std::move(options), [&](HttpRequest&&, const Responder& responder) {
    ++handled;
    responder.breakOff("x");
  });
  CPPUNIT_ASSERT(ask(loop, server.port())->wasReset);
  CPPUNIT_ASSERT_EQUAL(0, handled);
  CPPUNIT_ASSERT_EQUAL(std::string("x"), ask(loop, server.port())->received);
  CPPUNIT_ASSERT_EQUAL(1, handled);
}
