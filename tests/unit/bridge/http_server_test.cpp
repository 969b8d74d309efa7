// SPDX-License-Identifier: GPL-2.0-or-later
// The HTTP server against raw sockets: framing, order, limits, timeouts, draining.
#include "bridge/http_server.h"

#include <deque>

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

HttpResponse answer(std::string body, int status = 200) {
  HttpResponse response;
  response.status = status;
  response.headers.add("Content-Type", "text/plain");
  response.body = std::move(body);
  return response;
}

/// Echoes at once, or keeps requests until told to answer.
struct Bench {
  explicit Bench(bool deferred = false, HttpServerOptions options = {})
      : server(loop, std::move(options), [this, deferred](HttpRequest&& request, Responder responder) {
          requests.push_back(request);
          if (deferred) {
            waiting.push_back(std::move(responder));
          } else {
            responder.respond(answer("<" + request.body + ">"));
          }
        }) {}
  void answerNext() {
    const Responder responder = waiting.front();
    waiting.pop_front();
    responder.respond(answer("<" + requests[answered++].body + ">"));
  }

  Loop loop;
  std::vector<HttpRequest> requests;
  std::deque<Responder> waiting;
  std::size_t answered = 0;
  HttpServer server;
};

std::string post(const std::string& body, const std::string& more = "") {
  return "POST /ocpp HTTP/1.1\r\nHost: x\r\n" + more + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         body;
}

void expectRefused(const std::string& bytes, int status, HttpServerOptions options = {}) {
  Bench bench(false, std::move(options));
  RawPeer peer(bench.loop, bench.server.port());
  peer.send(bytes);
  waitFor(bench.loop, "the refusal", [&] { return peer.ended; });
  CPPUNIT_ASSERT_EQUAL_MESSAGE(peer.received, "HTTP/1.1 " + std::to_string(status), peer.received.substr(0, 12));
  CPPUNIT_ASSERT(peer.saw("Connection: close\r\n"));
  CPPUNIT_ASSERT_EQUAL(std::size_t(0), bench.requests.size());
}

}  // namespace

TEST(httpServerEchoes,
     "a POST reaches the handler with all its parts and its answer has Content-Length and keeps the connection") {
  Bench bench;
  RawPeer peer(bench.loop, bench.server.port());
  peer.send("POST /a/b?c=d HTTP/1.1\r\nhost: x\r\nX-Two:  2 \r\nContent-Length: 3\r\n\r\nabc");
  waitFor(bench.loop, "the answer", [&] { return peer.saw("<abc>"); });
  CPPUNIT_ASSERT_EQUAL(std::string("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\n<abc>"),
                       peer.received);
  const HttpRequest& request = bench.requests.at(0);
  CPPUNIT_ASSERT_EQUAL(std::string("POST"), request.method);
  CPPUNIT_ASSERT_EQUAL(std::string("/a/b?c=d"), request.target);
  CPPUNIT_ASSERT_EQUAL(std::string("/a/b"), std::string(request.path()));
  CPPUNIT_ASSERT_EQUAL(std::string("c=d"), std::string(request.query()));
  CPPUNIT_ASSERT_EQUAL(std::string("2"), *request.headers.find("x-two"));
  CPPUNIT_ASSERT_EQUAL(std::string("127.0.0.1"), request.peerAddress);
  CPPUNIT_ASSERT(request.peerPort != 0);
  peer.send(post("again"));
  waitFor(bench.loop, "the second answer on the same connection", [&] { return peer.saw("<again>"); });
  CPPUNIT_ASSERT(!peer.ended);
}

TEST(httpServerByteByByte, "a request split into single bytes is read as one") {
  Bench bench;
  RawPeer peer(bench.loop, bench.server.port());
  for (const char c : post("split")) {
    peer.send(std::string(1, c));
    ev_run(bench.loop.raw(), EVRUN_NOWAIT);
  }
  waitFor(bench.loop, "the answer", [&] { return peer.saw("<split>"); });
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), bench.requests.size());
}

TEST(httpServerTwoPipelined,
     "two POSTs in one segment with deferred answers: the second is handed over after the first answer") {
  Bench bench(true);
  RawPeer peer(bench.loop, bench.server.port());
  peer.send(post("one") + post("two"));
  waitFor(bench.loop, "the first request", [&] { return bench.waiting.size() == 1; });
  test::serveFor(bench.loop, 60);
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), bench.requests.size());
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), bench.server.inFlight());
  bench.answerNext();
  CPPUNIT_ASSERT_EQUAL_MESSAGE("not from inside respond()", std::size_t(1), bench.requests.size());
  waitFor(bench.loop, "the second request", [&] { return bench.waiting.size() == 1; });
  bench.answerNext();
  waitFor(bench.loop, "both answers", [&] { return peer.saw("<two>"); });
  CPPUNIT_ASSERT(peer.received.find("<one>") < peer.received.find("<two>"));
}

TEST(httpServerTenPipelined, "ten POSTs in one segment are answered in order, deferred or at once") {
  for (const bool deferred : {false, true}) {
    Bench bench(deferred);
    RawPeer peer(bench.loop, bench.server.port());
    std::string all;
    for (int i = 0; i < 10; ++i) all += post("n" + std::to_string(i));
    peer.send(all);
    waitFor(bench.loop, "ten answers", [&] {
      if (!bench.waiting.empty()) bench.answerNext();
      return peer.count("HTTP/1.1 200 OK") == 10 && peer.saw("<n9>");
    });
    std::size_t last = 0;
    for (int i = 0; i < 10; ++i) {
      const auto at = peer.received.find("<n" + std::to_string(i) + ">");
      CPPUNIT_ASSERT(at != std::string::npos && at > last);
      last = at;
    }
  }
}

TEST(httpServerPipelineFlood, "a peer that sends megabytes of requests ahead is held back and served completely") {
  Bench bench(true);
  RawPeer peer(bench.loop, bench.server.port());
  const std::string one = post(std::string(900000, 'x'));
  std::size_t sent = 0;
  const std::string all = one + one + one;
  peer.send(all.substr(0, 1000));
  sent = 1000;
  waitFor(bench.loop, "three answers", [&] {
    const std::string piece = all.substr(sent, 50000);
    const ssize_t n = piece.empty() ? 0 : peer.trySend(piece);
    if (n > 0) sent += static_cast<std::size_t>(n);
    if (!bench.waiting.empty() && sent > bench.answered * one.size() + one.size()) bench.answerNext();
    if (!bench.waiting.empty() && bench.answered == 2) bench.answerNext();
    bench.loop.post([] {});
    return peer.count("HTTP/1.1 200 OK") == 3;
  });
}

TEST(httpServerStrayCrlf, "line ends between messages are skipped") {
  Bench bench;
  RawPeer peer(bench.loop, bench.server.port());
  peer.send("\r\n\r\n" + post("one") + "\r\n" + post("two") + "\n");
  waitFor(bench.loop, "both answers", [&] { return peer.saw("<one>") && peer.saw("<two>"); });
  peer.send("\r\n" + post("three"));
  waitFor(bench.loop, "the third", [&] { return peer.saw("<three>"); });
}

TEST(httpServerChunked, "a chunked request with extensions and trailers is decoded and the connection goes on") {
  const std::string chunked =
      "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3;ext=1\r\nabc\r\n5\r\ndefgh\r\n0\r\nX-Trailer: t\r\n\r\n";
  Bench bench;
  RawPeer peer(bench.loop, bench.server.port());
  peer.send(chunked + post("next"));
  waitFor(bench.loop, "both answers", [&] { return peer.saw("<abcdefgh>") && peer.saw("<next>"); });
  CPPUNIT_ASSERT(bench.requests[0].headers.find("X-Trailer") == nullptr);
  RawPeer slow(bench.loop, bench.server.port());
  for (const char c : chunked) {
    slow.send(std::string(1, c));
    ev_run(bench.loop.raw(), EVRUN_NOWAIT);
  }
  waitFor(bench.loop, "the answer to single bytes", [&] { return slow.saw("<abcdefgh>"); });
}

TEST(httpServerEmptyChunked, "a chunked request without content may come byte by byte") {
  Bench bench;
  RawPeer slow(bench.loop, bench.server.port());
  for (const char c : std::string("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")) {
    slow.send(std::string(1, c));
    ev_run(bench.loop.raw(), EVRUN_NOWAIT);
  }
  waitFor(bench.loop, "the answer", [&] { return slow.saw("<>"); });
}

TEST(httpServerExpect,
     "Expect: 100-continue is answered before the body, and only if the body is not there yet (QUIRKS H7)") {
  Bench bench;
  RawPeer peer(bench.loop, bench.server.port());
  peer.send("POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n");
  waitFor(bench.loop, "100", [&] { return peer.saw("HTTP/1.1 100 Continue\r\n\r\n"); });
  peer.send("abc");
  waitFor(bench.loop, "the answer", [&] { return peer.saw("<abc>"); });
  RawPeer hasty(bench.loop, bench.server.port());
  hasty.send(post("abc", "Expect: 100-continue\r\n"));
  waitFor(bench.loop, "the answer", [&] { return hasty.saw("<abc>"); });
  CPPUNIT_ASSERT(!hasty.saw("100 Continue"));
}

TEST(httpServerHttp10, "HTTP/1.0 is closed after the answer, unless keep-alive is asked for") {
  Bench bench;
  RawPeer peer(bench.loop, bench.server.port());
  peer.send("POST / HTTP/1.0\r\nContent-Length: 1\r\n\r\na");
  waitFor(bench.loop, "answer and close", [&] { return peer.ended; });
  CPPUNIT_ASSERT(peer.saw("<a>") && peer.saw("Connection: close\r\n") && !peer.saw("Transfer-Encoding"));
  RawPeer keeper(bench.loop, bench.server.port());
  keeper.send("POST / HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\na");
  waitFor(bench.loop, "the answer", [&] { return keeper.saw("<a>"); });
  CPPUNIT_ASSERT(keeper.saw("Connection: keep-alive\r\n"));
  keeper.send(post("b"));
  waitFor(bench.loop, "the second answer", [&] { return keeper.saw("<b>"); });
}

TEST(httpServerForms, "absolute targets, lower-case names, LF line ends and GET without a body are read") {
  Bench bench;
  RawPeer peer(bench.loop, bench.server.port());
  peer.send("POST http://host:80/ocpp?x=1 HTTP/1.1\ncontent-length: 2\n\nhi");
  waitFor(bench.loop, "the answer", [&] { return peer.saw("<hi>"); });
  CPPUNIT_ASSERT_EQUAL(std::string("/ocpp"), std::string(bench.requests.at(0).path()));
  CPPUNIT_ASSERT_EQUAL(std::string("x=1"), std::string(bench.requests.at(0).query()));
  peer.send("GET /?wsdl HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  waitFor(bench.loop, "answer and close", [&] { return peer.ended; });
  CPPUNIT_ASSERT_EQUAL(std::string("GET"), bench.requests.at(1).method);
}

TEST(httpServerSmuggling, "messages whose length could be seen differently by two readers are refused with 400") {
  const std::string start = "POST / HTTP/1.1\r\nHost: x\r\n";
  const std::string chunk = "0\r\n\r\n";
  for (const std::string& headers : {
           std::string("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
           std::string("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"),
           std::string("Content-Length: 5\r\nContent-Length: 6\r\n"),
           std::string("Content-Length: -5\r\n"),
           std::string("Content-Length: +5\r\n"),
           std::string("Content-Length: 99999999999999999999\r\n"),
           std::string("Content-Length: 0x5\r\n"),
           std::string("Content-Length : 5\r\n"),
           std::string("Transfer-Encoding: gzip, chunked\r\n"),
           std::string("Transfer-Encoding: xchunked\r\n"),
           std::string("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
           std::string("Bad Name: 5\r\n"),
       }) {
    expectRefused(start + headers + "\r\n" + chunk, 400);
  }
  expectRefused("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk, 400);
  expectRefused("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400);
  expectRefused("nonsense\r\n\r\n", 400);
  expectRefused("POST / HTTP/2.0\r\n\r\n", 400);
}

TEST(httpServerLimits, "a body above the limit is refused with 413, a header above it with 431") {
  HttpServerOptions options;
  options.maxBody = 100;
  options.maxHeader = 500;
  expectRefused("POST / HTTP/1.1\r\nContent-Length: 101\r\n\r\n", 413, options);
  expectRefused("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n" + std::string(64, 'x') + "\r\n40\r\n",
                413, options);
  expectRefused("POST / HTTP/1.1\r\nX: " + std::string(600, 'x') + "\r\n\r\n", 431, options);
  expectRefused("POST / HTTP/1.1\r\nX: " + std::string(600, 'x'), 431, options);
  expectRefused("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: " + std::string(600, 'x'), 431, options);
}

TEST(httpServerSlow,
     "a header or body that does not come is answered 408, an idle connection is closed without a word") {
  HttpServerOptions options;
  options.headerTimeoutMs = options.bodyTimeoutMs = options.idleTimeoutMs = 300;
  expectRefused("POST / HT", 408, options);
  expectRefused("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab", 408, options);
  Bench bench(false, options);
  RawPeer silent(bench.loop, bench.server.port());
  RawPeer idle(bench.loop, bench.server.port());
  idle.send(post("a"));
  waitFor(bench.loop, "both closed", [&] { return silent.ended && idle.ended; });
  CPPUNIT_ASSERT_EQUAL(std::string(), silent.received);
  CPPUNIT_ASSERT(idle.saw("<a>") && !idle.saw("408"));
}

TEST(httpServerClientGone, "a connection that breaks before its answer is noticed, and answering it does nothing") {
  Bench bench(true);
  auto peer = std::make_unique<RawPeer>(bench.loop, bench.server.port());
  peer->send(post("a"));
  waitFor(bench.loop, "the request", [&] { return bench.waiting.size() == 1; });
  CPPUNIT_ASSERT(bench.waiting.front().alive());
  peer->reset();
  waitFor(bench.loop, "the end", [&] { return bench.server.connections() == 0; });
  CPPUNIT_ASSERT(!bench.waiting.front().alive());
  CPPUNIT_ASSERT_EQUAL(std::size_t(0), bench.server.inFlight());
  bench.answerNext();
}

TEST(httpServerAnswersOnce, "only the first answer to a request is sent, by whichever copy") {
  Bench bench(true);
  RawPeer peer(bench.loop, bench.server.port());
  peer.send(post("a") + post("b"));
  waitFor(bench.loop, "the request", [&] { return bench.waiting.size() == 1; });
  const Responder copy = bench.waiting.front();
  bench.answerNext();
  copy.respond(answer("twice"));
  waitFor(bench.loop, "the next request", [&] { return bench.waiting.size() == 1; });
  copy.respond(answer("thrice"));
  CPPUNIT_ASSERT(!copy.alive());
  bench.answerNext();
  waitFor(bench.loop, "both answers", [&] { return peer.saw("<b>"); });
  CPPUNIT_ASSERT(!peer.saw("twice") && !peer.saw("thrice"));
}

TEST(httpServerBigAnswer, "an answer larger than the socket buffer reaches a slow reader whole, also before a close") {
  const std::string big(8 * 1024 * 1024, 'z');
  Loop loop;
  HttpServer server(loop, {}, [&](HttpRequest&&, const Responder& responder) { responder.respond(answer(big)); });
  RawPeer peer(loop, server.port());
  peer.stopReading();
  peer.send(post("a") + post("b", "Connection: close\r\n"));
  test::serveFor(loop, 60);
  peer.goOnReading();
  waitFor(loop, "both answers and the close", [&] { return peer.ended; });
  CPPUNIT_ASSERT_EQUAL(std::size_t(2), peer.count("HTTP/1.1 200 OK"));
  CPPUNIT_ASSERT(peer.received.size() > 2 * big.size());
}

TEST(httpServerDrain,
     "draining stops accepting, closes idle connections and answers what is in flight with Connection: close") {
  Bench bench(true);
  RawPeer idle(bench.loop, bench.server.port());
  RawPeer busy(bench.loop, bench.server.port());
  RawPeer begun(bench.loop, bench.server.port());
  busy.send(post("busy"));
  begun.send(post("begun").substr(0, 30));
  waitFor(bench.loop, "the request", [&] { return bench.waiting.size() == 1 && bench.server.connections() == 3; });
  const std::uint16_t port = bench.server.port();
  bench.server.stopListening();
  waitFor(bench.loop, "the idle one closed", [&] { return idle.ended; });
  const auto address = *bridge::NetAddress::parse("127.0.0.1", port);
  const int late = ::socket(AF_INET, SOCK_STREAM, 0);
  CPPUNIT_ASSERT_EQUAL(-1, ::connect(late, address.get(), address.length));
  ::close(late);
  begun.send(post("begun").substr(30));
  waitFor(bench.loop, "the late request", [&] { return bench.waiting.size() == 2; });
  CPPUNIT_ASSERT_EQUAL(std::size_t(2), bench.server.inFlight());
  CPPUNIT_ASSERT(!bench.server.flushed());
  bench.answerNext();
  bench.answerNext();
  waitFor(bench.loop, "answers and ends", [&] { return busy.ended && begun.ended; });
  CPPUNIT_ASSERT(bench.server.flushed());  // although the peers have not closed their end
  CPPUNIT_ASSERT(busy.saw("<busy>") && busy.saw("Connection: close\r\n"));
  CPPUNIT_ASSERT(begun.saw("<begun>") && begun.saw("Connection: close\r\n"));
  idle.close();
  busy.close();
  begun.close();
  waitFor(bench.loop, "nothing left", [&] { return bench.server.connections() == 0 && bench.server.inFlight() == 0; });
}

TEST(httpServerGoesFirst, "a responder that outlives server and connection does nothing") {
  Loop loop;
  Responder kept;
  auto server =
      std::make_unique<HttpServer>(loop, HttpServerOptions{}, [&](HttpRequest&&, Responder r) { kept = std::move(r); });
  RawPeer peer(loop, server->port());
  peer.send(post("a"));
  waitFor(loop, "the request", [&] { return kept.alive(); });
  server.reset();
  CPPUNIT_ASSERT(!kept.alive());
  kept.respond(answer("late"));
  waitFor(loop, "the close", [&] { return peer.ended; });
  CPPUNIT_ASSERT_EQUAL(std::string(), peer.received);
}

TEST(httpServerHead, "HEAD is answered with the length but not the body, 204 with neither") {
  Loop loop;
  HttpServer server(loop, {}, [&](HttpRequest&& request, const Responder& responder) {
    responder.respond(answer("body", request.method == "HEAD" ? 200 : 204));
  });
  RawPeer peer(loop, server.port());
  peer.send("HEAD / HTTP/1.1\r\n\r\n" + post("a", "Connection: close\r\n"));
  waitFor(loop, "both answers", [&] { return peer.ended; });
  CPPUNIT_ASSERT(peer.saw("Content-Length: 4\r\n\r\nHTTP/1.1 204 No Content\r\n"));
  CPPUNIT_ASSERT(!peer.saw("body") && peer.count("Content-Length") == 1);
}
