// SPDX-License-Identifier: GPL-2.0-or-later
// The WebSocket client once it is open: frames, limits, closing, pings, choked peers.
#include "tests/unit/bridge/ws_fixture.h"

using bridge::WsTarget;
using test::EchoBench;
using test::frame;
using test::Peer;
using test::RawBench;
using test::serveFor;
using test::waitFor;

TEST(wsEcho, "messages of every size class go both ways and come back equal") {
  EchoBench bench;
  Peer peer;
  peer.connect(bench.client, bench.target());
  CPPUNIT_ASSERT(!peer.connection->send("too early"));
  waitFor(bench.loop, "open", [&] { return peer.opened == 1; });
  const std::vector<std::size_t> sizes = {0, 1, 125, 126, 1023, 1024, 1025, 4096, 65535, 65536, 1024 * 1024 - 10};
  for (const std::size_t size : sizes) CPPUNIT_ASSERT(peer.connection->send(std::string(size, 'a')));
  waitFor(bench.loop, "all echoes", [&] { return peer.messages.size() == sizes.size(); });
  for (std::size_t i = 0; i < sizes.size(); ++i)
    CPPUNIT_ASSERT(peer.messages[i] == "echo " + std::string(sizes[i], 'a'));
  CPPUNIT_ASSERT_EQUAL(std::size_t(0), peer.connection->queued());
  CPPUNIT_ASSERT_EQUAL(std::string("/ocpp/CP1|ocpp1.6"), bench.opened.at(0));
}

TEST(wsFragments, "fragments with pings between them, in any segmentation, become one message") {
  const std::string frames = frame(1, "one ", false) + frame(9, "ping") + frame(0, "", false) +
                             frame(0, "two ", false) + frame(10, "late pong") + frame(0, std::string(3000, 'x')) +
                             frame(1, "next");
  for (const bool byteByByte : {false, true}) {
    RawBench bench;
    Peer peer;
    bench.open(peer, bench.target());
    for (std::size_t i = 0; i < frames.size(); i += byteByByte ? 1 : frames.size()) {
      bench.raw().send(frames.substr(i, byteByByte ? 1 : frames.size()));
      ev_run(bench.loop.raw(), EVRUN_NOWAIT);
    }
    waitFor(bench.loop, "both messages", [&] { return peer.messages.size() == 2; });
    CPPUNIT_ASSERT_EQUAL("one two " + std::string(3000, 'x'), peer.messages[0]);
    CPPUNIT_ASSERT_EQUAL(std::string("next"), peer.messages[1]);
    waitFor(bench.loop, "the pong", [&] { return !bench.raw().received.empty(); });
    CPPUNIT_ASSERT_EQUAL(0x8a, static_cast<int>(static_cast<unsigned char>(bench.raw().received[0])));
  }
}

TEST(wsFirstFrame, "a message in the same segment as the upgrade's answer is not lost") {
  RawBench bench;
  bench.firstFrames = frame(1, "hello") + frame(1, "there");
  Peer peer;
  bench.open(peer, bench.target());
  waitFor(bench.loop, "the messages", [&] { return peer.messages.size() == 2; });
}

TEST(wsTooMuch, "binary frames close with 1003, messages above the limit with 1009, also in fragments") {
  WsTarget limits;
  limits.maxMessage = 100;
  const std::vector<std::pair<std::string, int>> cases = {
      {frame(2, "binary"), 1003},
      {frame(1, std::string(101, 'x')), 1009},
      {frame(1, std::string(60, 'x'), false) + frame(0, std::string(41, 'x')), 1009},
      {frame(1, std::string(2 * 1024 * 1024, 'x')).substr(0, 3000), 1009},
  };
  for (const auto& [bytes, code] : cases) {
    RawBench bench;
    WsTarget target = bench.target();
    target.maxMessage = 100;
    Peer peer;
    bench.open(peer, target);
    bench.raw().send(bytes);
    waitFor(bench.loop, "the close frame", [&] { return bench.raw().received.size() >= 8; });
    CPPUNIT_ASSERT_EQUAL(0x88, static_cast<int>(static_cast<unsigned char>(bench.raw().received[0])));
    bench.raw().close();
    waitFor(bench.loop, "the end", [&] { return peer.ended == 1; });
    CPPUNIT_ASSERT_EQUAL(code, peer.closed.closeCode);
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), peer.messages.size());
  }
}

TEST(wsExactlyTheLimit, "a message of exactly 1 MiB is received by default, one byte more is not") {
  RawBench bench;
  Peer peer;
  bench.open(peer, bench.target());
  std::string bytes = frame(1, std::string(1024 * 1024, 'x')) + frame(1, std::string(1024 * 1024 + 1, 'x'));
  waitFor(bench.loop, "message and end", [&] {
    const ssize_t n = bytes.empty() ? 0 : bench.raw().trySend(bytes.substr(0, 100000));
    if (n > 0) bytes.erase(0, static_cast<std::size_t>(n));
    bench.loop.post([] {});
    if (bench.raw().received.size() > 4) bench.raw().close();
    return peer.ended == 1;
  });
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), peer.messages.size());
  CPPUNIT_ASSERT_EQUAL(1009, peer.closed.closeCode);
}

TEST(wsCloseCodes, "close codes and reasons pass both ways") {
  EchoBench bench;
  Peer ours;
  ours.connect(bench.client, bench.target());
  waitFor(bench.loop, "open", [&] { return ours.opened == 1; });
  ours.connection->send("last words");
  ours.connection->close(3000, "bye");
  ours.connection->close(3001, "again");
  CPPUNIT_ASSERT(!ours.connection->send("too late"));
  waitFor(bench.loop, "the end", [&] { return ours.ended == 1 && bench.gone == 1; });
  CPPUNIT_ASSERT(ours.closed.wasOpen);
  CPPUNIT_ASSERT_EQUAL(3000, ours.closed.closeCode);
  CPPUNIT_ASSERT_EQUAL(std::string("bye"), ours.closed.reason);
  Peer theirs;
  theirs.connect(bench.client, bench.target());
  waitFor(bench.loop, "open", [&] { return theirs.opened == 1; });
  bench.server.close(bench.ids.back(), 1001, "going away");
  waitFor(bench.loop, "the end", [&] { return theirs.ended == 1 && bench.gone == 2; });
  CPPUNIT_ASSERT_EQUAL(1001, theirs.closed.closeCode);
  CPPUNIT_ASSERT_EQUAL(std::string("going away"), theirs.closed.reason);
  CPPUNIT_ASSERT_EQUAL(std::size_t(0), bench.server.connections());
}

TEST(wsCloseAwaited, "after our close frame the server's answer is awaited before the socket is closed") {
  RawBench bench;
  Peer peer;
  bench.open(peer, bench.target());
  peer.connection->close(1000, "bye");
  waitFor(bench.loop, "the close frame", [&] { return bench.raw().received.size() == 2 + 4 + 2 + 3; });
  serveFor(bench.loop, 50);
  CPPUNIT_ASSERT(peer.ended == 0 && !bench.raw().ended);
  bench.raw().send(frame(8, "\x03\xe8"));
  waitFor(bench.loop, "the end", [&] { return peer.ended == 1 && bench.raw().ended; });
  CPPUNIT_ASSERT_EQUAL(1000, peer.closed.closeCode);
}

TEST(wsCloseOnWire, "our close frame carries code and reason, masked, and a server that does not answer it is left") {
  RawBench bench;
  Peer peer;
  bench.open(peer, bench.target());
  peer.connection->close(1000, std::string(500, 'r'));
  waitFor(bench.loop, "the close frame", [&] { return bench.raw().received.size() == 2 + 4 + 125; });
  const std::string& bytes = bench.raw().received;
  CPPUNIT_ASSERT_EQUAL(0xfd, static_cast<int>(static_cast<unsigned char>(bytes[1])));
  CPPUNIT_ASSERT_EQUAL(
      1000, (static_cast<unsigned char>(bytes[6] ^ bytes[2]) << 8) | static_cast<unsigned char>(bytes[7] ^ bytes[3]));
  waitFor(bench.loop, "the end", [&] { return peer.ended == 1; });
  CPPUNIT_ASSERT_EQUAL(1000, peer.closed.closeCode);
}

TEST(wsLost, "a connection that breaks is reported as 1006") {
  RawBench bench;
  Peer peer;
  bench.open(peer, bench.target());
  bench.raw().close();
  waitFor(bench.loop, "the end", [&] { return peer.ended == 1; });
  CPPUNIT_ASSERT(peer.closed.wasOpen);
  CPPUNIT_ASSERT_EQUAL(1006, peer.closed.closeCode);
}

TEST(wsPing, "pings go out each interval; a peer that answers stays, one that is silent for two intervals is dead") {
  EchoBench alive;
  WsTarget target = alive.target();
  target.pingIntervalMs = 250;
  Peer stays;
  stays.connect(alive.client, target);
  waitFor(alive.loop, "open", [&] { return stays.opened == 1; });
  test::serveFor(alive.loop, 900);  // three pings
  CPPUNIT_ASSERT_EQUAL(0, stays.ended);
  RawBench dead;
  WsTarget other = dead.target();
  other.pingIntervalMs = 100;
  Peer dies;
  dead.open(dies, other);
  waitFor(dead.loop, "the end", [&] { return dies.ended == 1; });
  CPPUNIT_ASSERT_EQUAL(1006, dies.closed.closeCode);
  waitFor(dead.loop, "the cut", [&] { return dead.raw().ended; });
  CPPUNIT_ASSERT_EQUAL_MESSAGE("two pings of 6 bytes", std::size_t(12), dead.raw().received.size());
  CPPUNIT_ASSERT_EQUAL(0x89, static_cast<int>(static_cast<unsigned char>(dead.raw().received[0])));
}

TEST(wsChoked, "messages to a peer that does not read are queued in order, and a dead one is still detected") {
  RawBench bench;
  WsTarget target = bench.target();
  target.pingIntervalMs = 100;
  target.maxQueued = 40'000'000;
  Peer peer;
  bench.open(peer, target);
  bench.raw().stopReading();
  for (int i = 0; i < 40; ++i) CPPUNIT_ASSERT(peer.connection->send(std::string(500000, 'q')));
  CPPUNIT_ASSERT(peer.connection->queued() > 0);
  waitFor(bench.loop, "the end", [&] { return peer.ended == 1; });
  CPPUNIT_ASSERT_EQUAL(1006, peer.closed.closeCode);
}

TEST(wsQueueBound, "what waits for a peer that does not read is bounded: beyond it the connection is given up") {
  RawBench bench;
  WsTarget target = bench.target();
  target.maxQueued = 1'000'000;
  Peer peer;
  bench.open(peer, target);
  bench.raw().stopReading();
  int taken = 0;
  while (peer.connection->send(std::string(300000, 'q'))) CPPUNIT_ASSERT(++taken < 100);
  CPPUNIT_ASSERT(peer.connection->queued() > 0 && peer.connection->queued() <= 1'000'000);
  CPPUNIT_ASSERT(!peer.connection->isOpen());
  waitFor(bench.loop, "the end", [&] { return peer.ended == 1; });
}
