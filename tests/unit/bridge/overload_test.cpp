// SPDX-License-Identifier: GPL-2.0-or-later
// Overload: new work is refused with 503 and Retry-After, accepted work is not lost.
#include "tests/unit/bridge/whole_bridge.h"

using namespace bridge;
using test::meterValues;
using test::post;
using test::RawPeer;
using test::waitFor;

namespace {

/// Its back-end is away; CP1 and CP2 are known.
struct Bench : test::WholeBridge {
  explicit Bench(std::uint32_t backlog) : WholeBridge(small(backlog), R"({"CP1": {}, "CP2": {}})") {}

  static Options small(std::uint32_t backlog) {
    Options options;
    options.centralUrl = "ws://127.0.0.1:1/";
    options.limits.backlog = backlog;
    return options;
  }
};

}  // namespace

TEST(OverloadDisk,
     "while the disk is far behind requests get 503 with Retry-After; what was accepted is answered when it is kept") {
  Bench bench(100);
  RawPeer peer(bench.loop, bench.server.port());
  peer.send(post("<o:heartbeatRequest/>"));
  waitFor(bench.loop, "an answer", [&] { return peer.saw("HTTP/1.1 "); });
  CPPUNIT_ASSERT_MESSAGE(peer.received, !peer.saw("HTTP/1.1 503"));

  bench.store.hold(true);
  RawPeer accepted(bench.loop, bench.server.port());
  accepted.send(meterValues(1));
  waitFor(bench.loop, "the change", [&] { return bench.store.backlog() > 0; });
  for (int i = 0; i < 100; ++i) bench.store.putCharger({});

  RawPeer refused(bench.loop, bench.server.port());
  refused.send(meterValues(2));
  waitFor(bench.loop, "the refusal", [&] { return refused.saw("</SOAP-ENV:Envelope>"); });
  CPPUNIT_ASSERT_MESSAGE(refused.received, refused.saw("HTTP/1.1 503") && refused.saw("Retry-After: ") &&
                                               refused.saw("the disk does not keep up"));
  CPPUNIT_ASSERT(accepted.received.empty());

  bench.store.hold(false);
  bench.store.commit();
  waitFor(bench.loop, "the answer to what was accepted", [&] { return accepted.saw("meterValuesResponse"); });
  refused.send(meterValues(2));
  waitFor(bench.loop, "the answer to the repetition", [&] { return refused.saw("meterValuesResponse"); });
}

TEST(OverloadWaiting,
     "a charger of which 64 requests wait for the disk is told to come again, others are served; all 64 are answered") {
  Bench bench(1'000'000);
  RawPeer first(bench.loop, bench.server.port());
  first.send(post("<o:heartbeatRequest/>"));
  waitFor(bench.loop, "an answer: the back-end is known to be away", [&] { return first.saw("HTTP/1.1 200"); });
  RawPeer other(bench.loop, bench.server.port());
  other.send(post("<o:heartbeatRequest/>", "CP2"));
  waitFor(bench.loop, "the other one is known, too", [&] { return other.saw("HTTP/1.1 200"); });
  bench.store.hold(true);
  std::vector<std::unique_ptr<RawPeer>> peers;
  for (int i = 0; i < 64; ++i) {
    const auto before = bench.store.backlog();
    peers.push_back(std::make_unique<RawPeer>(bench.loop, bench.server.port()));
    peers.back()->send(meterValues(i));
    waitFor(bench.loop, "its change", [&] { return bench.store.backlog() > before; });
  }
  first.send(meterValues(64));
  waitFor(bench.loop, "the refusal", [&] { return first.saw("HTTP/1.1 503"); });
  CPPUNIT_ASSERT_MESSAGE(first.received, first.saw("Retry-After: ") && first.saw("wait for their answers"));
  other.received.clear();
  other.send(post("<o:heartbeatRequest/>", "CP2"));
  waitFor(bench.loop, "another charger's answer", [&] { return other.saw("HTTP/1.1 200"); });
  for (const auto& peer : peers) CPPUNIT_ASSERT(peer->received.empty());
  bench.store.hold(false);
  bench.store.commit();
  for (const auto& peer : peers) waitFor(bench.loop, "the answer", [&] { return peer->saw("meterValuesResponse"); });
}

TEST(OverloadLeft,
     "SM-13, C8: chargers that hung up before their answer wait no longer: others of the name are served") {
  Bench bench(1'000'000);
  RawPeer first(bench.loop, bench.server.port());
  first.send(post("<o:heartbeatRequest/>"));
  waitFor(bench.loop, "an answer: the back-end is known to be away", [&] { return first.saw("HTTP/1.1 200"); });
  bench.store.hold(true);
  for (int i = 0; i < 64; ++i) {
    const auto before = bench.store.backlog();
    RawPeer impatient(bench.loop, bench.server.port());
    impatient.send(meterValues(i));
    waitFor(bench.loop, "its change", [&] { return bench.store.backlog() > before; });
    impatient.reset();
  }
  waitFor(bench.loop, "their end", [&] { return bench.server.connections() == 1; });
  const auto before = bench.store.backlog();
  first.received.clear();
  first.send(meterValues(64));
  waitFor(bench.loop, "its change", [&] { return bench.store.backlog() > before || first.saw("HTTP/1.1 "); });
  CPPUNIT_ASSERT_MESSAGE(first.received, first.received.empty());
  bench.store.hold(false);
  bench.store.commit();
  waitFor(bench.loop, "the answer", [&] { return first.saw("meterValuesResponse"); });
}
