// SPDX-License-Identifier: GPL-2.0-or-later
// The WebSocket to a back-end that has several addresses (C5), and how it introduces itself (SM-2).
#include <sys/resource.h>

#include "tests/support/few_descriptors.h"
#include "tests/unit/bridge/names_fixture.h"
#include "tests/unit/bridge/ws_fixture.h"

using test::BlackHole;
using test::EchoBench;
using test::NameServer;
using test::Peer;
using test::RawBench;
using test::RawPeer;
using test::Stopwatch;
using test::waitFor;

namespace {

/// The back-end is at 127.0.0.1; its name has what the test gives it.
template <class Bench>
struct Named {
  Named() : names(bench.loop) {}
  bridge::WsTarget target() {
    bridge::WsTarget out = bench.target();
    out.url = "ws://central.test" + out.url.substr(out.url.rfind(':'));
    return out;
  }
  void addresses(std::vector<std::string> list) { names.names["central.test"].addresses = std::move(list); }
  Bench bench;
  NameServer names;
};

}  // namespace

TEST(wsBlackHole, "C5: a black hole as the first address of the back-end costs at most 2 s") {
  Named<EchoBench> named;
  const BlackHole hole("127.0.0.2", named.bench.server.port());
  named.addresses({"127.0.0.2", "127.0.0.1"});
  Peer peer;
  const Stopwatch watch;
  peer.connect(named.bench.client, named.target());
  waitFor(named.bench.loop, "the link", [&] { return peer.opened == 1; });
  CPPUNIT_ASSERT_MESSAGE(std::to_string(watch.ms()), watch.ms() < 2000);
  CPPUNIT_ASSERT(peer.connection->send("hello"));
  waitFor(named.bench.loop, "the echo", [&] { return peer.messages.size() == 1; });
  CPPUNIT_ASSERT_EQUAL(0, peer.ended);
}

TEST(wsRefusedFirst, "C5: an address that refuses costs nothing, and the families take turns") {
  Named<EchoBench> named;
  named.addresses({"127.0.0.2", "127.0.0.3", "::1", "127.0.0.1"});
  Peer peer;
  const Stopwatch watch;
  peer.connect(named.bench.client, named.target());
  waitFor(named.bench.loop, "the link", [&] { return peer.opened == 1; });
  CPPUNIT_ASSERT_MESSAGE(std::to_string(watch.ms()), watch.ms() < 2000);
}

TEST(wsSpeechless, "C5: an address that closes without an answer to the upgrade gives way to the next") {
  Named<EchoBench> named;
  int reached = 0;
  bridge::Listener broken(named.bench.loop, "127.0.0.2", named.bench.server.port(),
                          [&](int socket, const bridge::NetAddress&) {
                            ++reached;
                            ::close(socket);
                          });
  named.addresses({"127.0.0.2", "127.0.0.1"});
  Peer peer;
  peer.connect(named.bench.client, named.target());
  waitFor(named.bench.loop, "the link", [&] { return peer.opened == 1; });
  CPPUNIT_ASSERT_EQUAL(1, reached);
}

TEST(wsAnswerCounts, "an answer to the upgrade is the back-end's word: no other address is asked") {
  Named<RawBench> named;
  int reached = 0;
  bridge::Listener other(named.bench.loop, "127.0.0.2", named.bench.server.port(),
                         [&](int socket, const bridge::NetAddress&) {
                           ++reached;
                           ::close(socket);
                         });
  named.addresses({"127.0.0.1", "127.0.0.2"});
  named.bench.server.onAccept = [](RawPeer& peer) {
    peer.onData = [&peer] {
      if (!peer.saw("\r\n\r\n")) return;
      peer.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
      peer.shutdownWrite();
    };
  };
  Peer peer;
  peer.connect(named.bench.client, named.target());
  waitFor(named.bench.loop, "the refusal", [&] { return peer.ended == 1; });
  CPPUNIT_ASSERT_EQUAL(403, peer.closed.httpStatus);
  test::serveFor(named.bench.loop, 300);
  CPPUNIT_ASSERT_EQUAL(0, reached);
}

TEST(wsAllFail, "when no address is left the reason is the last one's, with the address") {
  Named<EchoBench> named;
  named.addresses({"127.0.0.2", "127.0.0.3"});
  Peer peer;
  peer.connect(named.bench.client, named.target());
  waitFor(named.bench.loop, "the end", [&] { return peer.ended == 1; });
  CPPUNIT_ASSERT_EQUAL(0, peer.opened + peer.closed.httpStatus + peer.closed.closeCode);
  CPPUNIT_ASSERT_MESSAGE(peer.closed.reason, peer.closed.reason.find("127.0.0.3") != std::string::npos);
}

TEST(wsGivenUp, "a link may be destroyed, closed or time out while several addresses are being tried") {
  Named<EchoBench> named;
  const BlackHole one("127.0.0.2", named.bench.server.port()), two("127.0.0.3", named.bench.server.port());
  named.addresses({"127.0.0.2", "127.0.0.3"});
  Peer destroyed, closed, late;
  destroyed.connect(named.bench.client, named.target());
  closed.connect(named.bench.client, named.target());
  auto target = named.target();
  target.connectTimeoutMs = 600;
  late.connect(named.bench.client, target);
  test::serveFor(named.bench.loop, 400);
  destroyed.connection.reset();
  closed.connection->close();
  waitFor(named.bench.loop, "two ends", [&] { return closed.ended + late.ended == 2; });
  CPPUNIT_ASSERT_EQUAL(0, destroyed.ended);
  CPPUNIT_ASSERT_EQUAL(std::string("closed before open"), closed.closed.reason);
  CPPUNIT_ASSERT_EQUAL(std::string("connect timeout"), late.closed.reason);
}

TEST(wsUserAgent, "SM-2: the handshake says who we are, with and without a password") {
  for (const char* password : {"", "secret"}) {
    RawBench bench;
    Peer peer;
    auto target = bench.target();
    target.password = password;
    bench.open(peer, target);
    const std::string wanted = "\r\nUser-Agent: ocpp-soap-bridge/" OCPP_SOAP_GATEWAY_VERSION "\r\n";
    CPPUNIT_ASSERT_MESSAGE(bench.request, bench.request.find(wanted) != std::string::npos);
    const bool authorized = bench.request.find("\r\nAuthorization: Basic ") != std::string::npos;
    CPPUNIT_ASSERT_EQUAL(*password != '\0', authorized);
  }
}

TEST(wsDescriptors, "C4: without a descriptor to spare a link gives way at once and says so") {
  EchoBench bench;
  Peer peer;
  {
    const test::FewDescriptors few(1);
    peer.connect(bench.client, bench.target());
    waitFor(bench.loop, "the end", [&] { return peer.ended == 1; });
  }
  CPPUNIT_ASSERT_MESSAGE(peer.closed.reason, peer.closed.reason.find("no file descriptor to spare: limit") == 0);
  Peer later;
  later.connect(bench.client, bench.target());
  waitFor(bench.loop, "the link", [&] { return later.opened == 1; });
}
