// SPDX-License-Identifier: GPL-2.0-or-later
// What the HTTP server does when many, slow or large peers want more than there is.
#include <sys/socket.h>

#include "bridge/http_server.h"
#include "tests/unit/bridge/io_fixture.h"

using bridge::HttpRequest;
using bridge::HttpResponse;
using bridge::HttpServer;
using bridge::HttpServerOptions;
using bridge::Loop;
using bridge::NetAddress;
using bridge::Responder;
using test::RawPeer;
using test::waitFor;

namespace {

/// Echoes, when told to.
struct Server {
  explicit Server(HttpServerOptions options = {})
      : server(loop, std::move(options), [this](HttpRequest&& request, Responder responder) {
          body = request.body;
          waiting = std::move(responder);
          if (atOnce) answer();
        }) {}
  void answer() {
    HttpResponse response;
    response.body = "<" + body + ">" + std::string(more, 'm');
    waiting.respond(std::move(response));
  }

  Loop loop;
  bool atOnce = true;
  std::size_t more = 0;
  std::string body;
  Responder waiting;
  HttpServer server;
};

std::string post(const std::string& body, const std::string& more = "") {
  return "POST / HTTP/1.1\r\nHost: x\r\n" + more + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

void serve(Server& bench, RawPeer& peer, const std::string& body) {
  peer.send(post(body));
  waitFor(bench.loop, "the answer", [&] { return peer.saw("<" + body + ">"); });
}

}  // namespace

TEST(httpGiveWay, "above the limit of an address the connection that has been idle longest gives way") {
  HttpServerOptions options;
  options.maxPerAddress = 3;
  Server bench(options);
  RawPeer first(bench.loop, bench.server.port());
  serve(bench, first, "1");
  test::serveFor(bench.loop, 5);
  RawPeer second(bench.loop, bench.server.port());
  serve(bench, second, "2");
  test::serveFor(bench.loop, 5);
  RawPeer third(bench.loop, bench.server.port());
  serve(bench, third, "3");
  test::serveFor(bench.loop, 5);
  serve(bench, first, "again");  // now the second is idle longest
  RawPeer fourth(bench.loop, bench.server.port());
  serve(bench, fourth, "4");
  waitFor(bench.loop, "the end of the second", [&] { return second.ended; });
  CPPUNIT_ASSERT(!first.ended && !third.ended);
  CPPUNIT_ASSERT_EQUAL(std::uint64_t(1), bench.server.counters().gaveWay);
}

TEST(httpTurnAway, "when all connections are busy a new one gets 503 with Retry-After, whichever limit it is") {
  for (const bool total : {false, true}) {
    HttpServerOptions options;
    (total ? options.maxConnections : options.maxPerAddress) = 2;
    Server bench(options);
    bench.atOnce = false;
    RawPeer working(bench.loop, bench.server.port());
    working.send(post("work"));
    RawPeer sending(bench.loop, bench.server.port());
    sending.send("POST / HT");
    waitFor(bench.loop, "the request", [&] { return bench.server.inFlight() == 1; });
    RawPeer late(bench.loop, bench.server.port());
    waitFor(bench.loop, "the refusal", [&] { return late.ended; });
    CPPUNIT_ASSERT(late.saw("HTTP/1.1 503") && late.saw("Retry-After: ") && late.saw("Connection: close"));
    CPPUNIT_ASSERT_EQUAL(std::uint64_t(1), bench.server.counters().turnedAway);
    bench.answer();
    waitFor(bench.loop, "the answer to accepted work", [&] { return working.saw("<work>"); });
  }
}

TEST(httpNeighbours, "an IPv6 site is one address, whatever its last 64 bits; IPv4 in IPv6 is IPv4") {
  const auto group = [](const char* host) { return NetAddress::parse(host)->group(); };
  CPPUNIT_ASSERT_EQUAL(group("2001:db8:0:1::1"), group("2001:db8:0:1:ffff::2"));
  CPPUNIT_ASSERT(group("2001:db8:0:1::1") != group("2001:db8:0:2::1"));
  CPPUNIT_ASSERT_EQUAL(std::string("2001:db8:0:1::/64"), group("2001:db8:0:1::1"));
  CPPUNIT_ASSERT_EQUAL(std::string("10.0.0.7"), group("::ffff:10.0.0.7"));
}

TEST(httpHalfClosed, "a peer that has ended its direction gets the answers to all it sent, then the connection ends") {
  Server bench;
  bench.atOnce = false;
  RawPeer peer(bench.loop, bench.server.port());
  peer.send(post("one") + post("two") + "POST");
  peer.shutdownWrite();
  waitFor(bench.loop, "the first request", [&] { return bench.body == "one"; });
  test::serveFor(bench.loop, 20);
  CPPUNIT_ASSERT(!peer.ended);
  bench.answer();
  waitFor(bench.loop, "the second request", [&] { return bench.body == "two"; });
  bench.answer();
  waitFor(bench.loop, "the end", [&] { return peer.ended; });
  CPPUNIT_ASSERT(peer.saw("<one>") && peer.saw("<two>"));
  waitFor(bench.loop, "nothing left", [&] { return bench.server.connections() == 0; });
}

TEST(httpHalfClosedBig, "a large answer reaches a peer that has ended its direction whole") {
  Server bench;
  bench.more = 8'000'000;
  RawPeer peer(bench.loop, bench.server.port());
  peer.stopReading();
  peer.send(post("big"));
  peer.shutdownWrite();
  test::serveFor(bench.loop, 50);
  peer.goOnReading();
  waitFor(bench.loop, "the end", [&] { return peer.ended; });
  CPPUNIT_ASSERT(peer.received.size() > bench.more);
}

TEST(httpUnreadAnswer, "a peer that does not take its answer is left after a while") {
  HttpServerOptions options;
  options.answerTimeoutMs = 200;
  Server bench(options);
  bench.more = 16'000'000;
  RawPeer peer(bench.loop, bench.server.port());
  peer.stopReading();
  peer.send(post("big"));
  waitFor(bench.loop, "the connection", [&] { return bench.server.connections() == 1; });
  waitFor(bench.loop, "the end", [&] { return bench.server.connections() == 0; });
}

TEST(httpUnfinished,
     "when unfinished requests use up their budget the large ones get 503 and the small ones are served") {
  HttpServerOptions options;
  options.maxUnfinished = 300'000;
  Server bench(options);
  const std::string begin = "POST / HTTP/1.1\r\nContent-Length: 200000\r\n\r\n" + std::string(120'000, 'x');
  RawPeer one(bench.loop, bench.server.port());
  RawPeer two(bench.loop, bench.server.port());
  RawPeer three(bench.loop, bench.server.port());
  RawPeer small(bench.loop, bench.server.port());
  small.send("POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nsm");
  one.send(begin);
  two.send(begin);
  test::serveFor(bench.loop, 50);
  three.send(begin);
  waitFor(bench.loop, "the refusal", [&] { return one.ended || two.ended || three.ended; });
  CPPUNIT_ASSERT(three.saw("HTTP/1.1 503") || two.saw("HTTP/1.1 503") || one.saw("HTTP/1.1 503"));
  small.send("all");
  waitFor(bench.loop, "the small one", [&] { return small.saw("<small>"); });
}

TEST(httpCoding,
     "an unknown Content-Encoding is refused with 415 that names the known ones, too many fields with 431") {
  Server bench;
  RawPeer peer(bench.loop, bench.server.port());
  peer.send(post("x", "Content-Encoding: br\r\n"));
  waitFor(bench.loop, "the refusal", [&] { return peer.ended; });
  CPPUNIT_ASSERT(peer.saw("HTTP/1.1 415") && peer.saw("Accept-Encoding: gzip, deflate\r\n"));
  RawPeer wordy(bench.loop, bench.server.port());
  std::string fields;
  for (int i = 0; i < 130; ++i) fields += "a: b\r\n";
  wordy.send(post("x", fields));
  waitFor(bench.loop, "the refusal", [&] { return wordy.ended; });
  CPPUNIT_ASSERT(wordy.saw("HTTP/1.1 431"));
}
