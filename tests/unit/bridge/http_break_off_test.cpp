// SPDX-License-Identifier: GPL-2.0-or-later
// The HTTP server misbehaving on purpose: connections that are reset unread, answers that break off.
#include <poll.h>

#include <cerrno>

#include "bridge/http_server.h"
#include "tests/unit/bridge/io_fixture.h"

using bridge::HttpRequest;
using bridge::HttpResponse;
using bridge::HttpServer;
using bridge::HttpServerOptions;
using bridge::Loop;
using bridge::Responder;
using test::RawPeer;
using test::waitFor;

namespace {

const std::string request = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na";

/// Connects, sends a request and serves until the connection is over: what came, and whether it ended in a reset.
struct Plain {
  Plain(Loop& loop, std::uint16_t port) {
    const auto address = *bridge::NetAddress::parse("127.0.0.1", port);
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CPPUNIT_ASSERT_EQUAL(0, ::connect(socket, address.get(), address.length));
    ::send(socket, request.data(), request.size(), MSG_NOSIGNAL);
    bool over = false;
    waitFor(loop, "the end of the connection", [&] {
      if (over) return true;
      pollfd one{socket, POLLIN, 0};
      if (::poll(&one, 1, 10) <= 0) return false;
      char buffer[4096];
      const ssize_t n = ::recv(socket, buffer, sizeof buffer, 0);
      if (n > 0) received.append(buffer, static_cast<std::size_t>(n));
      wasReset = n < 0 && errno == ECONNRESET;
      return over = n <= 0;
    });
    ::close(socket);
  }
  std::string received;
  bool wasReset = false;
};

}  // namespace

TEST(httpServerBreaksOff, "an answer that breaks off is the given bytes and an orderly end; without bytes a reset") {
  Loop loop;
  std::string bytes = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhal";
  HttpServer server(loop, {}, [&](HttpRequest&&, const Responder& responder) {
    responder.breakOff(bytes);
    responder.respond({});  // too late
    CPPUNIT_ASSERT(!responder.alive());
  });
  bridge::Timer pulse(loop);  // so that waitFor() looks again
  pulse.startEvery(std::chrono::milliseconds(5), [] {});
  const Plain half(loop, server.port());
  CPPUNIT_ASSERT_EQUAL(bytes, half.received);
  CPPUNIT_ASSERT(!half.wasReset);
  bytes.clear();
  const Plain none(loop, server.port());
  CPPUNIT_ASSERT_EQUAL(std::string(), none.received);
  CPPUNIT_ASSERT(none.wasReset);
  CPPUNIT_ASSERT_EQUAL(std::size_t{0}, server.inFlight());
  waitFor(loop, "all connections are gone", [&] { return server.connections() == 0; });
}

TEST(httpServerBreaksOffLater, "an answer may break off after the handler, also when the connection is gone by then") {
  Loop loop;
  Responder kept;
  HttpServer server(loop, {}, [&](HttpRequest&&, Responder responder) { kept = std::move(responder); });
  auto peer = std::make_unique<RawPeer>(loop, server.port());
  peer->send(request);
  waitFor(loop, "the request", [&] { return kept.alive(); });
  kept.breakOff("");
  waitFor(loop, "the end", [&] { return peer->ended && server.connections() == 0; });
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
  bridge::Timer pulse(loop);
  pulse.startEvery(std::chrono::milliseconds(5), [] {});
  CPPUNIT_ASSERT(Plain(loop, server.port()).wasReset);
  CPPUNIT_ASSERT_EQUAL(0, handled);
  CPPUNIT_ASSERT_EQUAL(std::string("x"), Plain(loop, server.port()).received);
  CPPUNIT_ASSERT_EQUAL(1, handled);
}
