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

Options small() {
  Options options;
  options.autoRegister = true;
  options.centralUrl = "ws://127.0.0.1:1/";
  options.limits.backlog = 100;
  return options;
}

std::string post(const std::string& body) {
  const std::string envelope =
      "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" xmlns:o=\"urn://Ocpp/Cs/2015/10/\"><s:Header>"
      "<o:chargeBoxIdentity>CP1</o:chargeBoxIdentity></s:Header><s:Body>" +
      body + "</s:Body></s:Envelope>";
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
  Bench()
      : log(lines, LogFormat::Human),
        store([this](std::function<void()> task) { loop.post(std::move(task)); }),
        shard(loop, options, log, options.centralUrl, &store),
        access(options.access, options.autoRegister),
        endpoint(shard, access, nullptr),
        server(loop, {}, [this](HttpRequest&& request, Responder responder) {
          endpoint.handle(std::move(request), std::move(responder));
        }) {}

  std::ostringstream lines;
  Options options = small();
  Loop loop;
  Log log;
  MemoryStore store;
  Shard shard;
  Access access;
  Endpoint endpoint;
  HttpServer server;
};

}  // namespace

TEST(OverloadDisk,
     "while the disk is far behind requests get 503 with Retry-After; what was accepted is answered when it is kept") {
  Bench bench;
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

TEST(OverloadHeld,
     "a charger whose effects wait for the disk in great number is told to come again, others are served") {
  Bench bench;
  bench.store.hold(true);
  RawPeer peer(bench.loop, bench.server.port());
  Charger* charger = nullptr;
  for (int i = 0; i < 400 && !(charger && charger->overload()); ++i) {
    RawPeer once(bench.loop, bench.server.port());
    once.send(meterValues(i));
    test::serveFor(bench.loop, 2);
    charger = bench.shard.find("CP1");
  }
  CPPUNIT_ASSERT(charger->overload() != nullptr);
  bench.store.hold(false);
  bench.store.commit();
  test::serveFor(bench.loop, 50);
  CPPUNIT_ASSERT(charger->overload() == nullptr);
}
