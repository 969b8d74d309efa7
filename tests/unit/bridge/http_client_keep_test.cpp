// SPDX-License-Identifier: GPL-2.0-or-later
// Connections that the HTTP client keeps for its next request, and what happens when they are gone by then.
#include <optional>

#include "bridge/http_client.h"
#include "bridge/http_server.h"
#include "tests/unit/bridge/certificates.h"
#include "tests/unit/bridge/io_fixture.h"

using bridge::HttpClient;
using bridge::HttpPost;
using bridge::HttpResult;
using bridge::Loop;
using Outcome = bridge::HttpResult::Outcome;
using test::RawPeer;
using test::RawServer;
using test::waitFor;

namespace {

const std::string good = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// A server made of bytes. `onRequest` gets each whole request, with its number on that connection, from 1.
struct Bench {
  Bench() : server(std::make_unique<RawServer>(loop)), client(loop), url(server->url("http")) {
    server->onAccept = [this](RawPeer& peer) {
      peer.onData = [this, &peer] {
        if (peer.received.size() >= 5 && peer.received.compare(peer.received.size() - 5, 5, "hello") == 0)
          onRequest(peer, peer.count("hello"));
      };
    };
  }

  std::optional<HttpResult>& start(const std::string& name, int totalTimeoutMs = 45000,
                                   const std::string& source = "") {
    HttpPost post;
    post.url = url;
    post.body = "hello";
    post.connection = name;
    post.source = source;
    post.totalTimeoutMs = totalTimeoutMs;
    result.reset();
    client.post(std::move(post), [this](HttpResult&& r) { result = std::move(r); });
    CPPUNIT_ASSERT_MESSAGE("never from inside post()", !result);
    return result;
  }
  Outcome post(const std::string& name, int totalTimeoutMs = 45000, const std::string& source = "") {
    start(name, totalTimeoutMs, source);
    waitFor(loop, "the result", [this] { return result.has_value(); });
    return result->outcome;
  }
  std::size_t connections() const { return server->peers.size(); }
  RawPeer& peer(std::size_t number) { return *server->peers.at(number); }

  Loop loop;
  std::unique_ptr<RawServer> server;
  HttpClient client;
  std::string url;
  std::optional<HttpResult> result;
  std::function<void(RawPeer&, std::size_t)> onRequest = [](RawPeer& peer, std::size_t) { peer.send(good); };
};

void expect(Outcome wanted, Outcome seen) { CPPUNIT_ASSERT_EQUAL(static_cast<int>(wanted), static_cast<int>(seen)); }

}  // namespace

TEST(httpClientKeeps, "requests that name a connection share it one after the other, and do not ask for its end") {
  Bench bench;
  for (int i = 0; i < 3; ++i) expect(Outcome::Answered, bench.post("a"));
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), bench.connections());
  CPPUNIT_ASSERT_EQUAL(std::size_t(3), bench.peer(0).count("hello"));
  CPPUNIT_ASSERT(!bench.peer(0).saw("Connection:"));
  expect(Outcome::Answered, bench.post("b"));
  expect(Outcome::Answered, bench.post(""));
  expect(Outcome::Answered, bench.post("a", 45000, "127.0.0.9"));
  CPPUNIT_ASSERT_EQUAL_MESSAGE("another name, none, another source", std::size_t(4), bench.connections());
}

TEST(httpClientKeepsNot, "a connection is not kept when the answer ends it, has no length, or has bytes behind it") {
  for (const std::string answer : {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
                                   "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.1 200 OK\r\n\r\nok",
                                   "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok HTTP/1.1 200 OK"}) {
    Bench bench;
    bench.onRequest = [&](RawPeer& peer, std::size_t) {
      peer.send(answer);
      if (answer.find("Le") == std::string::npos) peer.shutdownWrite();
    };
    for (int i = 0; i < 2; ++i) expect(Outcome::Answered, bench.post("a"));
    CPPUNIT_ASSERT_EQUAL_MESSAGE(answer, std::size_t(2), bench.connections());
  }
}

TEST(httpClientKeptClosed, "a kept connection that the peer has closed meanwhile is not used again") {
  Bench bench;
  expect(Outcome::Answered, bench.post("a"));
  bench.peer(0).close();
  expect(Outcome::Answered, bench.post("a"));
  CPPUNIT_ASSERT_EQUAL(std::size_t(2), bench.connections());
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), bench.peer(0).count("hello"));
}

TEST(httpClientKeptLost, "a kept connection that is lost without an answer is replaced once, for the same bytes") {
  Bench bench;
  bench.onRequest = [](RawPeer& peer, std::size_t number) { number == 1 ? peer.send(good) : peer.shutdownWrite(); };
  expect(Outcome::Answered, bench.post("a"));
  const std::string first = bench.peer(0).received;
  expect(Outcome::Answered, bench.post("a"));
  CPPUNIT_ASSERT_EQUAL(std::size_t(2), bench.connections());
  CPPUNIT_ASSERT_EQUAL(first + first, bench.peer(0).received);
  CPPUNIT_ASSERT_EQUAL(first, bench.peer(1).received);
  bench.onRequest = [](RawPeer& peer, std::size_t) { peer.shutdownWrite(); };
  expect(Outcome::Broken, bench.post("a"));
  CPPUNIT_ASSERT_EQUAL_MESSAGE("not a second time", std::size_t(3), bench.connections());
}

TEST(httpClientKeptBroken, "what was perhaps acted upon is not sent again: an answer that began, or silence") {
  Bench bench;
  bench.onRequest = [](RawPeer& peer, std::size_t number) {
    if (number == 1) return peer.send(good);
    peer.send("HTTP/1.1 2");
    peer.shutdownWrite();
  };
  expect(Outcome::Answered, bench.post("a"));
  expect(Outcome::Broken, bench.post("a"));
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), bench.connections());
  bench.onRequest = [](RawPeer& peer, std::size_t number) {
    if (number == 1) peer.send(good);
  };
  expect(Outcome::Answered, bench.post("a"));
  expect(Outcome::Timeout, bench.post("a", 200));
  CPPUNIT_ASSERT_EQUAL(std::size_t(2), bench.connections());
}

TEST(httpClientKeptNobody, "a request that went into a lost connection is not reported as never sent") {
  Bench bench;
  bench.onRequest = [&](RawPeer& peer, std::size_t number) {
    if (number == 1) return peer.send(good);
    bench.loop.post([&] { bench.server.reset(); });
  };
  expect(Outcome::Answered, bench.post("a"));
  expect(Outcome::Broken, bench.post("a"));
  CPPUNIT_ASSERT(bench.result->detail.find("cannot connect") != std::string::npos);
}

TEST(httpClientKeptTls, "a connection with TLS is kept like a plain one") {
  const test::Certificates& certificates = test::certificatesOfAll();
  Loop loop;
  bridge::HttpServerOptions served;
  served.certFile = certificates.file("server.pem");
  served.keyFile = certificates.file("server.key");
  int connections = 0;
  served.admit = [&](const std::string&) { return ++connections > 0; };
  bridge::HttpServer server(loop, served, [](bridge::HttpRequest&& request, const bridge::Responder& responder) {
    bridge::HttpResponse response;
    response.body = std::move(request.body);
    responder.respond(std::move(response));
  });
  bridge::HttpClientOptions options;
  options.caFile = certificates.file("ca.pem");
  HttpClient client(loop, options);
  for (const std::string& body : {std::string("one"), std::string(100000, 'b'), std::string("three")}) {
    HttpPost post;
    post.url = "https://127.0.0.1:" + std::to_string(server.port()) + "/";
    post.body = body;
    post.connection = "a";
    std::optional<HttpResult> result;
    client.post(std::move(post), [&](HttpResult&& r) { result = std::move(r); });
    waitFor(loop, "the echo", [&] { return result.has_value(); });
    CPPUNIT_ASSERT_EQUAL_MESSAGE(result->detail, body, result->response.body);
  }
  CPPUNIT_ASSERT_EQUAL(1, connections);
}
