// SPDX-License-Identifier: GPL-2.0-or-later
// The HTTP client against servers made of bytes: every way an answer can come, or not come.
#include "bridge/http_client.h"

#include <optional>

#include "bridge/http_server.h"
#include "bridge/name_pins.h"
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
  for (const char* url : {"http://no-such-name.invalid/", "https://127.0.0.1:1/", "ws://127.0.0.1/", "nonsense",
                          "http://a b/", "http://u:p@127.0.0.1/"}) {
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
  post.totalTimeoutMs = 500;
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

TEST(httpClientDestroyed,
     "A4: the client may be destroyed by its own callback, with requests under way: whoever waits for them is told") {
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
  waitFor(loop, "the first result", [&] { return called > 0; });
  test::serveFor(loop, 60);
  CPPUNIT_ASSERT_EQUAL(3, called);
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

TEST(httpClientChecks, "WA-5: an address that is refused is never connected to, whatever name led to it") {
  Bench bench;
  int asked = 0;
  HttpPost post;
  post.refusal = [&](const bridge::NetAddress& address) {
    ++asked;
    return address.host() + " is refused: test";
  };
  for (const char* host : {"127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "0"}) {
    post.url = std::string("http://") + host + ":" + std::to_string(bench.server.port()) + "/";
    const HttpResult result = bench.run(post);
    expectOutcome(result, Outcome::ConnectFailed);
    CPPUNIT_ASSERT_MESSAGE(result.detail, result.detail.find("is refused: test") != std::string::npos);
  }
  CPPUNIT_ASSERT(asked >= 6);
  test::serveFor(bench.loop, 60);
  CPPUNIT_ASSERT_EQUAL(std::size_t(0), bench.server.peers.size());
}

namespace {

/// A name server that the test plays: one list of addresses per question.
struct Names {
  explicit Names(Loop& theLoop) : loop(theLoop) {}
  bridge::HttpClientOptions options(std::chrono::seconds lifetime = std::chrono::seconds(300)) {
    bridge::HttpClientOptions out;
    out.nameLifetime = lifetime;
    out.lookUp = [this](const std::string&, const bridge::Resolver::Done& done) {
      bridge::Resolved found;
      for (const char* each : answers.at(asked++)) found.addresses.push_back(*bridge::NetAddress::parse(each));
      loop.post([done, found]() mutable { done(std::move(found)); });
    };
    return out;
  }
  Loop& loop;
  std::vector<std::vector<const char*>> answers;
  std::size_t asked = 0;
};

HttpResult postTo(Loop& loop, HttpClient& client, HttpPost post) {
  post.body = "hello";
  std::optional<HttpResult> result;
  client.post(std::move(post), [&](HttpResult&& r) { result = std::move(r); });
  waitFor(loop, "the result", [&] { return result.has_value(); });
  return std::move(*result);
}

/// Answers every request.
void answerAll(RawServer& server) {
  server.onAccept = [](RawPeer& peer) {
    peer.onData = [&peer] {
      if (peer.saw("hello")) peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    };
  };
}

/// 127.0.0.1 plays the charger; every other address is refused.
HttpPost checkedPost(const RawServer& server) {
  HttpPost post;
  post.url = "http://charger.example:" + std::to_string(server.port()) + "/";
  post.refusal = [](const bridge::NetAddress& address) {
    return address.host() == "127.0.0.1" ? "" : address.host() + " is refused: test";
  };
  return post;
}

}  // namespace

TEST(httpClientRebinding,
     "WA-5: a name is asked once for the check and the connection, and not again while it is pinned") {
  Loop loop;
  RawServer server(loop);
  answerAll(server);
  Names names(loop);
  names.answers = {{"127.0.0.1"}, {"169.254.169.254"}};
  HttpClient client(loop, names.options());
  for (int i = 0; i < 3; ++i) expectAnswer(postTo(loop, client, checkedPost(server)), 200, "ok");
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), names.asked);
}

TEST(httpClientRebound, "WA-5: when the pin is over the new addresses are checked like the first, one by one") {
  Loop loop;
  RawServer server(loop);
  answerAll(server);
  Names names(loop);
  names.answers = {{"127.0.0.1"}, {"127.0.0.2"}, {"127.0.0.3", "127.0.0.1"}};
  HttpClient client(loop, names.options(std::chrono::seconds(0)));
  expectAnswer(postTo(loop, client, checkedPost(server)), 200, "ok");
  const HttpResult rebound = postTo(loop, client, checkedPost(server));
  expectOutcome(rebound, Outcome::ConnectFailed);
  CPPUNIT_ASSERT_EQUAL(std::string("127.0.0.2 is refused: test"), rebound.detail);
  expectAnswer(postTo(loop, client, checkedPost(server)), 200, "ok");
}

TEST(httpClientUnpinned, "a name whose addresses cannot be reached is asked again by the next call") {
  Loop loop;
  RawServer server(loop);
  answerAll(server);
  Names names(loop);
  names.answers = {{"127.0.0.2"}, {"127.0.0.1"}};
  HttpClient client(loop, names.options());
  expectOutcome(postTo(loop, client, checkedPost(server)), Outcome::ConnectFailed);
  expectAnswer(postTo(loop, client, checkedPost(server)), 200, "ok");
  CPPUNIT_ASSERT_EQUAL(std::size_t(2), names.asked);
}

TEST(namePins, "pins end with their time, and when there is no room a new name is not kept") {
  using std::chrono::seconds;
  const bridge::NamePins::Time start{};
  const std::vector<bridge::NetAddress> one = {*bridge::NetAddress::parse("10.0.0.7")};
  bridge::NamePins pins(seconds(300), 2);
  pins.keep("a", one, start);
  CPPUNIT_ASSERT(pins.find("a", start + seconds(299)));
  CPPUNIT_ASSERT(!pins.find("a", start + seconds(300)));
  pins.keep("a", one, start);
  pins.keep("b", one, start + seconds(10));
  pins.keep("c", one, start + seconds(20));
  CPPUNIT_ASSERT(!pins.find("c", start + seconds(20)));
  pins.keep("c", one, start + seconds(305));
  CPPUNIT_ASSERT(pins.find("c", start + seconds(305)) && pins.size() == 2);
  pins.forget("c");
  pins.keep("d", {}, start);
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), pins.size());
}

TEST(httpClientBind, "connections leave from the address that the operator names") {
  Loop loop;
  std::string from;
  bridge::HttpServer server(loop, {}, [&](bridge::HttpRequest&& request, const bridge::Responder& responder) {
    from = request.peerAddress;
    responder.respond({});
  });
  for (const char* source : {"127.0.0.9", "192.0.2.1"}) {
    bridge::HttpClientOptions options;
    options.bindAddress = source;
    HttpClient client(loop, std::move(options));
    HttpPost post;
    post.url = "http://127.0.0.1:" + std::to_string(server.port()) + "/";
    const HttpResult result = postTo(loop, client, std::move(post));
    CPPUNIT_ASSERT_EQUAL(std::string(source) == "127.0.0.9", result.outcome == Outcome::Answered);
  }
  CPPUNIT_ASSERT_EQUAL(std::string("127.0.0.9"), from);
}
