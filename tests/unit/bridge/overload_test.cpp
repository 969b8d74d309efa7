// SPDX-License-Identifier: GPL-2.0-or-later
// Overload: new work is refused with 503 and Retry-After, accepted work is not lost.
#include <sstream>

#include "bridge/charger.h"
#include "bridge/endpoint.h"
#include "bridge/http_server.h"
#include "bridge/memory_store.h"
#include "tests/unit/bridge/io_fixture.h"

using namespace bridge;
using test::RawPeer;
using test::waitFor;

namespace {

Options small(std::uint32_t backlog) {
  Options options;
  options.autoRegister = true;
  options.centralUrl = "ws://127.0.0.1:1/";
  options.limits.backlog = backlog;
  return options;
}

std::string post(const std::string& body, const std::string& identity = "CP1") {
  const std::string envelope =
      "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" xmlns:o=\"urn://Ocpp/Cs/2015/10/\"><s:Header>"
      "<o:chargeBoxIdentity>" +
      identity + "</o:chargeBoxIdentity></s:Header><s:Body>" + body + "</s:Body></s:Envelope>";
  return "POST /ocpp HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(envelope.size()) + "\r\n\r\n" + envelope;
}

std::string meterValues(int value) {
  return post(
      "<o:meterValuesRequest><o:connectorId>1</o:connectorId><o:transactionId>7</o:transactionId><o:meterValue>"
      "<o:timestamp>2026-01-01T00:00:00Z</o:timestamp><o:sampledValue><o:value>" +
      std::to_string(value) + "</o:value></o:sampledValue></o:meterValue></o:meterValuesRequest>");
}

/// The whole bridge behind its HTTP port, with a disk in memory and a back-end that is away.
struct Bench {
  explicit Bench(std::uint32_t backlog)
      : options(small(backlog)),
        log(lines, LogFormat::Human),
        store([this](std::function<void()> task) { loop.post(std::move(task)); }),
        calls(loop),
        central(loop),
        shard({systemClock(), loop.deadlines(), calls, central, &store, log}, options, options.centralUrl),
        access(options.access, options.autoRegister),
        endpoint(shard, access, nullptr),
        server(loop, {}, [this](HttpRequest&& request, Responder responder) {
          endpoint.handle(std::move(request), std::move(responder));
        }) {}

  std::ostringstream lines;
  Options options;
  Loop loop;
  Log log;
  MemoryStore store;
  HttpClient calls;
  WsClient central;
  Shard shard;
  Access access;
  Endpoint endpoint;
  HttpServer server;
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
  RawPeer other(bench.loop, bench.server.port());
  other.send(post("<o:heartbeatRequest/>", "CP2"));
  waitFor(bench.loop, "another charger's answer", [&] { return other.saw("HTTP/1.1 200"); });
  for (const auto& peer : peers) CPPUNIT_ASSERT(peer->received.empty());
  bench.store.hold(false);
  bench.store.commit();
  for (const auto& peer : peers) waitFor(bench.loop, "the answer", [&] { return peer->saw("meterValuesResponse"); });
}
