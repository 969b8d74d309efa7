// SPDX-License-Identifier: GPL-2.0-or-later
// The HTTP client against servers made of bytes: every way an answer can come, or not come.
#include "bridge/http_client.h"

#include <optional>

#include "bridge/http_server.h"
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

/// One POST of "hello" to a server that answers with given bytes once it has the whole request.
struct Bench {
  Bench() : server(loop), client(loop) {}

  HttpResult exchange(const std::string& answer, bool thenClose = false, HttpPost post = {}) {
    server.onAccept = [=](RawPeer& peer) {
      peer.onData = [=, &peer] {
        if (!peer.saw("hello")) return;
        peer.send(answer);
        if (thenClose) peer.shutdownWrite();
      };
    };
    return run(std::move(post));
  }
  HttpResult run(HttpPost post) {
    if (post.url.empty()) post.url = server.url("http", "/cp%2F1?x=y");
    if (post.body.empty()) post.body = "hello";
    post.headers.add("Content-Type", "application/soap+xml");
    std::optional<HttpResult> result;
    client.post(std::move(post), [&](HttpResult&& r) { result = std::move(r); });
    CPPUNIT_ASSERT_MESSAGE("never from inside post()", !result);
    waitFor(loop, "the result", [&] { return result.has_value(); });
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), client.inFlight());
    return std::move(*result);
  }

  Loop loop;
  RawServer server;
  HttpClient client;
};

void expectAnswer(const HttpResult& result, int status, const std::string& body) {
  CPPUNIT_ASSERT_EQUAL_MESSAGE(result.detail, static_cast<int>(Outcome::Answered), static_cast<int>(result.outcome));
  CPPUNIT_ASSERT_EQUAL(status, result.response.status);
  CPPUNIT_ASSERT_EQUAL(body, result.response.body);
}

void expectOutcome(const HttpResult& result, Outcome outcome) {
  CPPUNIT_ASSERT_EQUAL_MESSAGE(result.detail, static_cast<int>(outcome), static_cast<int>(result.outcome));
  CPPUNIT_ASSERT(!result.detail.empty());
}

}  // namespace

TEST(httpClientRequest,
     "a POST has Host, Content-Length and Connection: close, keeps its target, and neither chunks nor expects (QUIRKS "
     "H6)") {
  Bench bench;
  expectAnswer(bench.exchange("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: b\r\n\r\nok"), 200, "ok");
  CPPUNIT_ASSERT_EQUAL(
      "POST /cp%2F1?x=y HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(bench.server.port()) +
          "\r\nContent-Type: application/soap+xml\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello",
      bench.server.peers.at(0)->received);
}

TEST(httpClientAnswers,
     "answers with length, chunked, until close, of HTTP/1.0, with LF line ends and without a body are read") {
  Bench bench;
  expectAnswer(
      bench.exchange("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nab\r\n1\r\nc\r\n0\r\nT: t\r\n\r\n"),
      200, "abc");
  expectAnswer(bench.exchange("HTTP/1.1 200 OK\r\n\r\nuntil close", true), 200, "until close");
  expectAnswer(bench.exchange("HTTP/1.0 200 OK\r\nContent-Type: a/b\r\n\r\nold", true), 200, "old");
  expectAnswer(bench.exchange("HTTP/1.1 500 Oops\nContent-Length: 5\n\nfault"), 500, "fault");
  expectAnswer(bench.exchange("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"), 202, "");
  expectAnswer(bench.exchange("HTTP/1.1 204 No Content\r\n\r\n"), 204, "");
  expectAnswer(bench.exchange("HTTP/1.1 200 OK\r\n\r\n", true), 200, "");
}

TEST(httpClientInterim, "interim answers are skipped, together with the final one or before it") {
  Bench bench;
  const std::string interim = "HTTP/1.1 100 Continue\r\n\r\n";
  expectAnswer(
      bench.exchange(interim +
                     "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na"),
      200, "a");
}

TEST(httpClientByteByByte, "an answer in single bytes is read as one") {
  Bench bench;
  const std::string answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
  std::optional<HttpResult> result;
  HttpPost post;
  post.url = bench.server.url("http");
  bench.client.post(std::move(post), [&](HttpResult&& r) { result = std::move(r); });
  waitFor(bench.loop, "the request",
          [&] { return !bench.server.peers.empty() && bench.server.peers[0]->saw("\r\n\r\n"); });
  for (const char c : answer) {
    bench.server.peers[0]->send(std::string(1, c));
    ev_run(bench.loop.raw(), EVRUN_NOWAIT);
  }
  waitFor(bench.loop, "the result", [&] { return result.has_value(); });
  expectAnswer(*result, 200, "abc");
}

TEST(httpClientRedirect, "a redirect is an answer and is not followed") {
  Bench bench;
  RawServer other(bench.loop);
  const HttpResult result =
      bench.exchange("HTTP/1.1 302 Found\r\nLocation: " + other.url("http") + "\r\nContent-Length: 0\r\n\r\n");
  expectAnswer(result, 302, "");
  test::serveFor(bench.loop, 60);
  CPPUNIT_ASSERT_EQUAL(std::size_t(0), other.peers.size());
}

TEST(httpClientRefused, "refused connections, unknown names and unusable URLs are ConnectFailed") {
  Bench bench;
  HttpPost post;
  {
    RawServer gone(bench.loop);
    post.url = gone.url("http");
  }
  expectOutcome(bench.run(post), Outcome::ConnectFailed);
  for (const char* url :
       {"http://no-such-name.invalid/", "https://127.0.0.1/", "nonsense", "http://a b/", "http://u:p@127.0.0.1/"}) {
    post.url = url;
    expectOutcome(bench.run(post), Outcome::ConnectFailed);
  }
}

TEST(httpClientName, "a name is resolved, and the Host header carries it") {
  Bench bench;
  HttpPost post;
  post.url = "http://localhost:" + std::to_string(bench.server.port()) + "/";
  expectAnswer(bench.exchange("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", false, post), 200, "");
  CPPUNIT_ASSERT(bench.server.peers.at(0)->saw("Host: localhost:"));
}

TEST(httpClientSilent, "a server that does not answer, or not completely, is a Timeout") {
  Bench bench;
  HttpPost post;
  post.totalTimeoutMs = 100;
  expectOutcome(bench.exchange("", false, post), Outcome::Timeout);
  expectOutcome(bench.exchange("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", false, post), Outcome::Timeout);
}

TEST(httpClientBroken, "a connection that ends after sending, or an answer that is not HTTP or too big, is Broken") {
  Bench bench;
  expectOutcome(bench.exchange("", true), Outcome::Broken);
  expectOutcome(bench.exchange("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", true), Outcome::Broken);
  expectOutcome(bench.exchange("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc", true), Outcome::Broken);
  expectOutcome(bench.exchange("SSH-2.0-OpenSSH\r\n\r\n"), Outcome::Broken);
  expectOutcome(bench.exchange("HTTP/1.1 200 OK\r\nX: " + std::string(20000, 'x')), Outcome::Broken);
  HttpPost post;
  post.maxBody = 3;
  expectOutcome(bench.exchange("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nabcd", false, post), Outcome::Broken);
  expectOutcome(bench.exchange("HTTP/1.1 200 OK\r\n\r\nabcd", true, post), Outcome::Broken);
}

TEST(httpClientCancel, "a cancelled POST cuts its connection and never calls back") {
  Bench bench;
  bool called = false;
  HttpPost post;
  post.url = bench.server.url("http");
  const auto id = bench.client.post(HttpPost(post), [&](HttpResult&&) { called = true; });
  const auto early = bench.client.post(HttpPost(post), [&](HttpResult&&) { called = true; });
  bench.client.cancel(early);
  waitFor(bench.loop, "the request", [&] { return !bench.server.peers.empty() && bench.server.peers[0]->saw("POST"); });
  bench.client.cancel(id);
  bench.client.cancel(id);
  waitFor(bench.loop, "the cut", [&] { return bench.server.peers[0]->ended; });
  CPPUNIT_ASSERT(!called);
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), bench.server.peers.size());
}

TEST(httpClientDestroyed, "the client may be destroyed by its own callback, and with requests under way") {
  Loop loop;
  RawServer server(loop);
  auto client = std::make_unique<HttpClient>(loop);
  int called = 0;
  for (int i = 0; i < 3; ++i) {
    HttpPost post;
    post.url = i == 0 ? "bad" : i == 1 ? server.url("http") : "http://localhost:" + std::to_string(server.port());
    client->post(std::move(post), [&](HttpResult&&) {
      ++called;
      client.reset();
    });
  }
  waitFor(loop, "the first result", [&] { return called == 1; });
  test::serveFor(loop, 60);
  CPPUNIT_ASSERT_EQUAL(1, called);
}

TEST(httpClientToServer, "client and server of the bridge exchange a megabyte each way") {
  Loop loop;
  bridge::HttpServer server(loop, {}, [](bridge::HttpRequest&& request, const bridge::Responder& responder) {
    bridge::HttpResponse response;
    response.body = std::move(request.body);
    responder.respond(std::move(response));
  });
  HttpClient client(loop);
  std::optional<HttpResult> result;
  HttpPost post;
  post.url = "http://127.0.0.1:" + std::to_string(server.port()) + "/";
  post.body = std::string(1024 * 1024, 'm');
  const std::string body = post.body;
  client.post(std::move(post), [&](HttpResult&& r) { result = std::move(r); });
  waitFor(loop, "the echo", [&] { return result.has_value(); });
  expectAnswer(*result, 200, body);
}
