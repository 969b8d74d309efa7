// SPDX-License-Identifier: GPL-2.0-or-later
// C8, AU-1: what --auto-register keeps of strangers, and from when on.
#include "bridge/embedded_central.h"
#include "tests/support/fake_outside.h"
#include "tests/unit/bridge/whole_bridge.h"

using namespace bridge;
using test::meterValues;
using test::post;
using test::RawPeer;
using test::waitFor;

namespace {

/// All are welcome; the back-end accepts every boot, or is away.
struct Bench : test::WholeBridge {
  explicit Bench(const std::string& backEnd) : WholeBridge(welcoming(backEnd)) {}
  static Options welcoming(const std::string& backEnd) {
    Options options;
    options.autoRegister = true;
    options.centralUrl = backEnd;
    return options;
  }
  std::string ask(const std::string& request) {
    RawPeer peer(loop, server.port());
    peer.send(request);
    waitFor(
        loop, "an answer", [&] { return peer.saw("</SOAP-ENV:Envelope>"); }, 30000);
    return peer.received;
  }
  bool keeps(const std::string& identity) const { return !store.content(identity).empty(); }
};

std::string boot(const std::string& identity) {
  return post(
      "<o:bootNotificationRequest><o:chargePointVendor>v</o:chargePointVendor><o:chargePointModel>m"
      "</o:chargePointModel></o:bootNotificationRequest>",
      identity);
}

const char* const away = "ws://127.0.0.1:1/";

}  // namespace

TEST(strangerAway, "C8, AU-1: nothing of a stranger is kept while no back-end has accepted its boot") {
  Bench bench(away);
  for (int i = 0; i < 20; ++i) bench.ask(boot("WHO" + std::to_string(i)));
  bench.ask(post("<o:heartbeatRequest/>", "WHO1"));
  bench.ask(meterValues(1));
  test::serveFor(bench.loop, 20);
  CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, bench.store.backlog());
  std::size_t rows = 0;
  bench.store.load([&](StoredCharger&&) { ++rows; }, [](const std::string&) {});
  CPPUNIT_ASSERT_EQUAL(std::size_t{0}, rows);
}

TEST(strangerAccepted, "C8, AU-1: it is kept with its boot as soon as the back-end has accepted that") {
  std::ostringstream lines;
  Log log(lines, LogFormat::Human);
  Bench bench("");
  EmbeddedCentral central(bench.loop, log);
  Shard shard({systemClock(), bench.loop.deadlines(), bench.calls, bench.central, &bench.store, bench.log},
              bench.options, central.url());
  Endpoint endpoint(bench.loop, shard, bench.access, nullptr);
  HttpServer server(bench.loop, {}, [&](HttpRequest&& request, Responder responder) {
    endpoint.handle(std::move(request), std::move(responder));
  });
  RawPeer peer(bench.loop, server.port());
  peer.send(post("<o:heartbeatRequest/>", "NEW"));
  waitFor(
      bench.loop, "the heartbeat", [&] { return peer.saw("heartbeatResponse"); }, 30000);
  CPPUNIT_ASSERT(!bench.keeps("NEW"));
  peer.send(boot("NEW"));
  waitFor(
      bench.loop, "the boot", [&] { return peer.saw("Accepted"); }, 30000);
  waitFor(bench.loop, "its record", [&] { return bench.keeps("NEW"); });
  CPPUNIT_ASSERT(bench.lines.str().find("NEW registered") != std::string::npos);
  const std::vector<StoredRecord> records = bench.store.content("NEW");
  const bool booted = std::any_of(records.begin(), records.end(), [](const StoredRecord& each) {
    const auto* record = std::get_if<session::BootRecord>(&each);
    return record && record->status == ocpp::RegistrationStatus::Accepted;
  });
  CPPUNIT_ASSERT(booted);
}

TEST(strangerNames, "C8: a stranger cannot come with a name that is a path or cannot be seen") {
  Bench bench(away);
  for (const char* name : {"..", ".",
                           "CP\xE2\x80\xAE"
                           "1",
                           "CP&#x9b;", "CP&#x202e;1",
                           "CP\xEF\xBB\xBF"
                           "1"}) {
    const std::string answer = bench.ask(boot(name));
    CPPUNIT_ASSERT_MESSAGE(name + answer, answer.find("the chargeBoxIdentity ") != std::string::npos);
  }
  CPPUNIT_ASSERT(bench.shard.chargers().empty());
  const std::string envelope =
      "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" xmlns:o=\"urn://Ocpp/Cs/2015/10/\"><s:Body>"
      "<o:heartbeatRequest/></s:Body></s:Envelope>";
  for (const char* path : {"/ocpp/%2e%2e", "/ocpp/CP%E2%80%AE1", "/ocpp/CP%0A1"}) {
    const std::string answer = bench.ask("POST " + std::string(path) + " HTTP/1.1\r\nHost: x\r\nContent-Length: " +
                                         std::to_string(envelope.size()) + "\r\n\r\n" + envelope);
    CPPUNIT_ASSERT_MESSAGE(path + answer, answer.find("the chargeBoxIdentity ") != std::string::npos);
  }
  CPPUNIT_ASSERT(bench.shard.chargers().empty());
}

TEST(strangersWithoutDisk,
     "C8: without a data directory invented names give way, so that newcomers are not shut out until a restart") {
  test::FakeOutside world(test::FakeOutside::Disk::None);
  world.options.autoRegister = true;
  world.options.maxChargers = 20;
  world.start("{}");
  world.backends.at("ws://central/ocpp").up = false;
  for (int i = 0; i < 100; ++i) world.send("X" + std::to_string(i), ocpp::Heartbeat::Request{});
  CPPUNIT_ASSERT_EQUAL(std::size_t{20}, world.shard().chargers().size());
  CPPUNIT_ASSERT(world.access().places() <= 20);
  CPPUNIT_ASSERT(world.send("NEW", ocpp::Heartbeat::Request{})->status() != 200);
  world.loop.pass(std::chrono::minutes(6));
  CPPUNIT_ASSERT_EQUAL(200, world.send("NEW", ocpp::Heartbeat::Request{})->status());
}
