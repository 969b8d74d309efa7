// SPDX-License-Identifier: GPL-2.0-or-later
// C2: no connection gets more than one request worked on in a turn of the loop, no turn more than its share of work,
// and who does not read his answers gets nothing further done.
#include <algorithm>
#include <map>

#include "bridge/http_server.h"
#include "tests/unit/bridge/io_fixture.h"
#include "tests/unit/bridge/packed.h"

using bridge::HttpRequest;
using bridge::HttpResponse;
using bridge::HttpServer;
using bridge::HttpServerOptions;
using bridge::Loop;
using bridge::Responder;
using test::RawPeer;
using test::waitFor;

namespace {

std::string get(const std::string& path) { return "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n"; }

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

/// Answers at once, after some work, and remembers in which turn of the loop it was asked for what.
struct Bench {
  explicit Bench(HttpServerOptions options = {})
      : server(loop, std::move(options), [this](HttpRequest&& request, const Responder& responder) {
          order.push_back(request.target);
          ++inTurn[{loop.turns().number(), request.target}];
          ++allInTurn[loop.turns().number()];
          const auto end = loop.turns().spent() + work;
          while (loop.turns().spent() < end) continue;
          HttpResponse response = bridge::textResponse(200, "<" + request.target + ">");
          response.shared = shared;
          responder.respond(std::move(response));
        }) {}
  std::size_t count(const std::string& target) const {
    return static_cast<std::size_t>(std::count(order.begin(), order.end(), target));
  }

  Loop loop;
  std::chrono::microseconds work{0};
  std::shared_ptr<const std::string> shared;
  std::vector<std::string> order;
  std::map<std::pair<std::uint64_t, std::string>, int> inTurn;
  std::map<std::uint64_t, int> allInTurn;
  HttpServer server;
};

}  // namespace

TEST(httpTurnsOne, "C2: of a connection's pipelined requests one is worked on per turn of the loop, in order") {
  Bench bench;
  RawPeer peer(bench.loop, bench.server.port());
  peer.send(repeated(get("/a"), 500));
  waitFor(bench.loop, "500 answers", [&] { return peer.count("HTTP/1.1 200") == 500; });
  for (const auto& [where, count] : bench.inTurn) CPPUNIT_ASSERT_EQUAL(1, count);
}

TEST(httpTurnsFair, "C2: who comes behind a flood of pipelined requests waits for one of them and not for all") {
  Bench bench;
  bench.work = std::chrono::milliseconds(1);
  RawPeer greedy(bench.loop, bench.server.port());
  greedy.send(repeated(get("/greedy"), 300));
  waitFor(bench.loop, "the flood", [&] { return bench.count("/greedy") >= 10; });
  RawPeer honest(bench.loop, bench.server.port());
  const std::size_t before = bench.count("/greedy");
  honest.send(get("/honest"));
  waitFor(bench.loop, "the honest answer", [&] { return honest.saw("</honest>"); });
  CPPUNIT_ASSERT_MESSAGE(std::to_string(bench.count("/greedy") - before), bench.count("/greedy") - before < 10);
  waitFor(bench.loop, "all", [&] { return bench.count("/greedy") == 300; });
}

TEST(httpTurnsShare,
     "C2, C4: when many have sent something heavy the work is spread over turns, first come first served") {
  Bench bench;
  bench.work = std::chrono::milliseconds(4);
  std::vector<std::unique_ptr<RawPeer>> peers;
  for (int i = 0; i < 30; ++i) peers.push_back(std::make_unique<RawPeer>(bench.loop, bench.server.port()));
  waitFor(bench.loop, "all connections", [&] { return bench.server.connections() == 30; });
  for (auto& peer : peers) peer->send(get("/x"));
  waitFor(bench.loop, "all answers", [&] { return bench.order.size() == 30; });
  for (const auto& [turn, count] : bench.allInTurn) CPPUNIT_ASSERT_MESSAGE(std::to_string(count), count <= 3);
  CPPUNIT_ASSERT(bench.loop.turns().longestEver() < std::chrono::milliseconds(50));
}

TEST(httpTurnsUnread,
     "C2: a peer that does not read gets no further request worked on, and is not read from for ever") {
  Bench bench;
  bench.shared = std::make_shared<const std::string>(8'000'000, 'x');
  RawPeer peer(bench.loop, bench.server.port());
  peer.stopReading();
  std::size_t sent = 0;
  const std::string piece = repeated(get("/a"), 1000);
  waitFor(bench.loop, "the peer to be held back", [&] {
    for (ssize_t n = 1; n > 0;) {
      n = peer.trySend(piece);
      if (n > 0) sent += static_cast<std::size_t>(n);
    }
    bench.loop.post([] {});
    return bench.order.size() == 1 && bench.loop.turns().number() > 2000;
  });
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), bench.order.size());
  CPPUNIT_ASSERT_MESSAGE("what the kernel takes and 64 KiB: " + std::to_string(sent), sent < 12'000'000);
  CPPUNIT_ASSERT_EQUAL_MESSAGE("the text is not copied", 2L, bench.shared.use_count());
  peer.goOnReading();
  waitFor(bench.loop, "the next request", [&] { return bench.order.size() >= 2; });
}

TEST(httpTurnsShared, "a shared text is the body, of its length, whole for slow readers, and left out for HEAD") {
  Bench bench;
  bench.shared = std::make_shared<const std::string>(3'000'000, 'y');
  RawPeer peer(bench.loop, bench.server.port());
  peer.stopReading();
  peer.send(get("/a"));
  waitFor(bench.loop, "the request", [&] { return bench.order.size() == 1; });
  peer.goOnReading();
  peer.send("HEAD /b HTTP/1.1\r\nConnection: close\r\n\r\n");
  waitFor(bench.loop, "the end", [&] { return peer.ended; });
  CPPUNIT_ASSERT_EQUAL(std::size_t(2), peer.count("Content-Length: 3000000\r\n"));
  CPPUNIT_ASSERT(peer.received.size() > 3'000'000 && peer.received.size() < 3'001'000);
  CPPUNIT_ASSERT_EQUAL(1L, bench.shared.use_count());
}

TEST(httpHosts, "C8: two Host fields are refused with 400, whatever is in them") {
  Bench bench;
  for (const char* second : {"x", "y", ""}) {
    RawPeer peer(bench.loop, bench.server.port());
    peer.send("GET / HTTP/1.1\r\nHost: x\r\nHost: " + std::string(second) + "\r\n\r\n");
    waitFor(bench.loop, "the refusal", [&] { return peer.ended; });
    CPPUNIT_ASSERT_MESSAGE(peer.received, peer.saw("HTTP/1.1 400 "));
  }
  CPPUNIT_ASSERT(bench.order.empty());
}

TEST(httpDoor,
     "what goes wrong at the door is told, once each, with the peer; TLS on the plain port at its first byte") {
  std::vector<bridge::DoorMistake> told;
  HttpServerOptions options;
  options.maxBody = 100;
  options.headerTimeoutMs = 100;
  options.onMistake = [&](const std::string& peer, bridge::DoorMistake what) {
    CPPUNIT_ASSERT_EQUAL(std::string("127.0.0.1"), peer);
    told.push_back(what);
  };
  Bench bench(options);
  const auto expect = [&](const std::string& bytes, bridge::DoorMistake what) {
    RawPeer peer(bench.loop, bench.server.port());
    peer.send(bytes);
    waitFor(bench.loop, "the end", [&] { return peer.ended; });
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), told.size());
    CPPUNIT_ASSERT(told.front() == what);
    told.clear();
  };
  expect("nonsense\r\n\r\n", bridge::DoorMistake::BadRequest);
  expect("POST / HTTP/1.1\r\nContent-Length: 101\r\n\r\n", bridge::DoorMistake::LargeBody);
  expect("GET / HTTP/1.1\r\nx: " + std::string(20000, 'x') + "\r\n\r\n", bridge::DoorMistake::LargeHeader);
  expect("GET / HTTP/1.1\r\nContent-Encoding: br\r\n\r\n", bridge::DoorMistake::Coding);
  expect("GET / HT", bridge::DoorMistake::Slow);
  expect("\x16\x03\x01\x02", bridge::DoorMistake::TlsOnPlain);
}

TEST(httpTurnsInflate, "C2, C4: what many compressed bodies cost before anybody is known is spread over turns") {
  Bench bench;
  std::string noise(120'000, 'x');
  std::uint32_t random = 7;
  for (char& each : noise) each = static_cast<char>(' ' + ((random = random * 1664525 + 1013904223) >> 24) % 90);
  const std::string body = test::packed("<x>" + noise + std::string(800'000, ' ') + "</x>", test::gzipFrame);
  std::vector<std::unique_ptr<RawPeer>> peers;
  for (int i = 0; i < 100; ++i) peers.push_back(std::make_unique<RawPeer>(bench.loop, bench.server.port()));
  waitFor(bench.loop, "all connections", [&] { return bench.server.connections() == 100; });
  const std::string request =
      "POST /x HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: " + std::to_string(body.size()) +
      "\r\n\r\n" + body;
  std::vector<std::size_t> sent(peers.size());
  const auto sendUpTo = [&](std::size_t end) {
    waitFor(
        bench.loop, "all to be sent",
        [&] {
          std::size_t ready = 0;
          for (std::size_t i = 0; i < peers.size(); ++i) {
            const ssize_t n = peers[i]->trySend(request.substr(sent[i], end - sent[i]));
            if (n > 0) sent[i] += static_cast<std::size_t>(n);
            ready += sent[i] == end;
          }
          bench.loop.post([] {});
          return ready == peers.size();
        },
        30000);
  };
  // Without its last byte: nothing gets to the handler, whose share would spread the work.
  const std::uint64_t before = bench.loop.turns().number();
  sendUpTo(request.size() - 1);
  sendUpTo(request.size());
  waitFor(
      bench.loop, "all answers", [&] { return bench.order.size() == 100; }, 30000);
  CPPUNIT_ASSERT_MESSAGE(std::to_string(bench.loop.turns().number() - before),
                         bench.loop.turns().number() > before + 5);
  CPPUNIT_ASSERT_MESSAGE(std::to_string(bench.loop.turns().longestEver().count()),
                         bench.loop.turns().longestEver() < std::chrono::milliseconds(50));
}
