// SPDX-License-Identifier: GPL-2.0-or-later
// Peers with several addresses: the next one, the order, what a silent one costs (C5, RFC 8305), and want of
// descriptors (C4).
#include <sys/resource.h>

#include <algorithm>
#include <optional>

#include "bridge/address_race.h"
#include "bridge/descriptors.h"
#include "bridge/http_client.h"
#include "tests/support/few_descriptors.h"
#include "tests/unit/bridge/names_fixture.h"

using bridge::AddressRace;
using bridge::HttpClient;
using bridge::HttpPost;
using bridge::HttpResult;
using bridge::Loop;
using bridge::NetAddress;
using std::chrono::milliseconds;
using test::BlackHole;
using test::NameServer;
using test::RawPeer;
using test::RawServer;
using test::Stopwatch;
using test::waitFor;

namespace {

std::vector<NetAddress> addresses(const std::vector<std::string>& hosts) {
  std::vector<NetAddress> out;
  for (const auto& each : hosts) out.push_back(*NetAddress::parse(each, 80));
  return out;
}

std::string hosts(const std::vector<NetAddress>& list) {
  std::string out;
  for (const auto& each : list) out += (out.empty() ? "" : " ") + each.host();
  return out;
}

/// Writes down what the race wants.
struct Runner final : AddressRace::Runner {
  explicit Runner(Loop& loop, AddressRace::Times times = {milliseconds(60), milliseconds(200)})
      : race(loop, *this, times) {}
  std::string begin(std::size_t, const NetAddress& address) override {
    said += "+" + address.host() + " ";
    return std::find(refused.begin(), refused.end(), address.host()) == refused.end() ? ""
                                                                                      : address.host() + " refused";
  }
  void giveUp(std::size_t lane) override { said += "-" + race.address(lane).host() + " "; }
  void exhausted(const std::string& reason) override { said += "end: " + reason; }
  bool saw(const std::string& text) const { return said.find(text) != std::string::npos; }

  std::string said;
  std::vector<std::string> refused;
  AddressRace race;
};

}  // namespace

TEST(addressesAlternate, "C5: IPv6 and IPv4 addresses are tried in turns, the preferred family first, at most 16") {
  CPPUNIT_ASSERT_EQUAL(std::string("::1 10.0.0.1 ::2 10.0.0.2 ::3"),
                       hosts(bridge::alternateFamilies(addresses({"::1", "::2", "::3", "10.0.0.1", "10.0.0.2"}))));
  CPPUNIT_ASSERT_EQUAL(std::string("10.0.0.1 ::1 10.0.0.2"),
                       hosts(bridge::alternateFamilies(addresses({"10.0.0.1", "10.0.0.2", "::1"}))));
  CPPUNIT_ASSERT(bridge::alternateFamilies({}).empty());
  CPPUNIT_ASSERT_EQUAL(std::size_t(16),
                       bridge::alternateFamilies(addresses(std::vector<std::string>(40, "10.0.0.1"))).size());
}

TEST(addressRaceOrder,
     "C5: the next address comes after a delay, or at once when one failed; the first connected wins") {
  Loop loop;
  Runner runner(loop);
  runner.refused = {"10.0.0.2"};
  runner.race.start(addresses({"10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"}));
  CPPUNIT_ASSERT_EQUAL(std::string("+10.0.0.1 "), runner.said);
  waitFor(loop, "the next", [&] { return runner.saw("+10.0.0.3"); });
  CPPUNIT_ASSERT_EQUAL(std::string("+10.0.0.1 +10.0.0.2 +10.0.0.3 "), runner.said);
  runner.race.connected(2);
  CPPUNIT_ASSERT_EQUAL(std::string("+10.0.0.1 +10.0.0.2 +10.0.0.3 -10.0.0.1 "), runner.said);
  runner.race.settled();
  test::serveFor(loop, 300);
  CPPUNIT_ASSERT_EQUAL(std::string("+10.0.0.1 +10.0.0.2 +10.0.0.3 -10.0.0.1 "), runner.said);
}

TEST(addressRaceSilent, "C5: one that is connected and says nothing gives way to others, which are then all tried") {
  Loop loop;
  Runner runner(loop);
  runner.race.start(addresses({"10.0.0.1", "10.0.0.2"}));
  waitFor(loop, "both", [&] { return runner.saw("+10.0.0.2"); });
  runner.race.connected(0);
  waitFor(loop, "the overtaken one", [&] { return runner.saw("-10.0.0.1 +10.0.0.2"); });
  CPPUNIT_ASSERT_EQUAL(std::string("+10.0.0.1 +10.0.0.2 -10.0.0.2 -10.0.0.1 +10.0.0.2 "), runner.said);
  runner.race.connected(1);
  test::serveFor(loop, 500);  // the last one has all the time there is
  CPPUNIT_ASSERT(!runner.saw("end"));
  runner.race.failed(1, "no TLS");
  waitFor(loop, "the end", [&] { return runner.saw("end: no TLS"); });
}

TEST(addressRaceMany, "C5: at most four connections at a time; a silent one gives way after its time") {
  Loop loop;
  Runner runner(loop, {milliseconds(10), milliseconds(300)});
  std::vector<std::string> all;
  for (int i = 1; i <= 6; ++i) all.push_back("10.0.0." + std::to_string(i));
  runner.race.start(addresses(all));
  waitFor(loop, "the sixth", [&] { return runner.saw("+10.0.0.6"); });
  CPPUNIT_ASSERT_EQUAL(0, static_cast<int>(runner.said.find("+10.0.0.1 +10.0.0.2 +10.0.0.3 +10.0.0.4 -10.0.0.1 ")));
  runner.race.stop();
  CPPUNIT_ASSERT_EQUAL(6, static_cast<int>(std::count(runner.said.begin(), runner.said.end(), '-')));
  test::serveFor(loop, 50);
  CPPUNIT_ASSERT(!runner.saw("end"));
}

namespace {

/// A charger of several addresses: answers on 127.0.0.1.
struct ChargerBench {
  ChargerBench() : server(loop), names(loop), client(loop) {
    server.onAccept = [](RawPeer& peer) {
      peer.onData = [&peer] {
        if (peer.saw("hello")) peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
      };
    };
  }
  HttpPost request() {
    HttpPost post;
    post.url = "http://charger.test:" + std::to_string(server.port()) + "/";
    post.body = "hello";
    post.refusal = [this](const NetAddress& address) {
      asked += address.host() + " ";
      return address.host() == "127.0.0.9" ? "127.0.0.9 is refused: test" : "";
    };
    return post;
  }
  HttpResult call() {
    std::optional<HttpResult> result;
    client.post(request(), [&](HttpResult&& r) { result = std::move(r); });
    waitFor(loop, "the result", [&] { return result.has_value(); });
    return std::move(*result);
  }
  std::size_t requests() const {
    std::size_t n = 0;
    for (const auto& peer : server.peers) n += peer->count("hello");
    return n;
  }
  Loop loop;
  RawServer server;
  NameServer names;
  std::string asked;
  HttpClient client;
};

}  // namespace

TEST(httpClientBlackHole,
     "C5: a black hole as the first address of a charger costs at most 2 s, and the next call nothing") {
  ChargerBench bench;
  const BlackHole hole("127.0.0.2", bench.server.port());
  bench.names.names["charger.test"].addresses = {"127.0.0.2", "127.0.0.9", "127.0.0.1"};
  const Stopwatch first;
  CPPUNIT_ASSERT(bench.call().outcome == HttpResult::Outcome::Answered);
  CPPUNIT_ASSERT_MESSAGE(std::to_string(first.ms()), first.ms() < 2000);
  CPPUNIT_ASSERT_EQUAL(std::string("127.0.0.2 127.0.0.9 127.0.0.1 "), bench.asked);
  CPPUNIT_ASSERT(bench.call().outcome == HttpResult::Outcome::Answered);
  CPPUNIT_ASSERT_EQUAL(std::string("127.0.0.2 127.0.0.9 127.0.0.1 127.0.0.1 "), bench.asked);
}

TEST(httpClientOneConnection, "SM-11: a request goes out once, on one connection, though several were tried") {
  ChargerBench bench;
  const BlackHole hole("127.0.0.2", bench.server.port());
  std::vector<std::string> reached;
  bridge::Listener other(bench.loop, "127.0.0.3", bench.server.port(), [&](int socket, const NetAddress&) {
    reached.push_back("127.0.0.3");
    ::close(socket);
  });
  bench.names.names["charger.test"].addresses = {"127.0.0.2", "127.0.0.1", "127.0.0.3"};
  CPPUNIT_ASSERT(bench.call().outcome == HttpResult::Outcome::Answered);
  test::serveFor(bench.loop, 400);
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), bench.requests());
  CPPUNIT_ASSERT(reached.empty());
}

TEST(httpClientNotRepeated, "SM-11: a request that may have arrived is not sent to the next address") {
  ChargerBench bench;
  bench.server.onAccept = [](RawPeer& peer) {
    peer.onData = [&peer] {
      if (peer.saw("hello")) peer.reset();
    };
  };
  std::size_t reached = 0;
  bridge::Listener other(bench.loop, "127.0.0.3", bench.server.port(), [&](int socket, const NetAddress&) {
    ++reached;
    ::close(socket);
  });
  bench.names.names["charger.test"].addresses = {"127.0.0.1", "127.0.0.3"};
  CPPUNIT_ASSERT(bench.call().outcome == HttpResult::Outcome::Broken);
  test::serveFor(bench.loop, 400);
  CPPUNIT_ASSERT_EQUAL(std::size_t(0), reached);
}

TEST(httpClientAllSilent, "C5: when every address is silent the call ends in its time and leaves nothing behind") {
  ChargerBench bench;
  const BlackHole one("127.0.0.2", bench.server.port()), two("127.0.0.3", bench.server.port());
  bench.names.names["charger.test"].addresses = {"127.0.0.2", "127.0.0.3"};
  HttpPost post = bench.request();
  post.connectTimeoutMs = 500;
  std::optional<HttpResult> result;
  bench.client.post(std::move(post), [&](HttpResult&& r) { result = std::move(r); });
  waitFor(bench.loop, "the result", [&] { return result.has_value(); });
  CPPUNIT_ASSERT(result->outcome == HttpResult::Outcome::ConnectFailed);
  CPPUNIT_ASSERT_EQUAL(std::size_t(0), bench.client.inFlight());
}

TEST(httpClientDescriptors, "C4: without a descriptor to spare a call gives way, says so, and blames nobody") {
  ChargerBench bench;
  HttpPost post = bench.request();
  post.url = bench.server.url("http");
  std::optional<HttpResult> result;
  {
    const test::FewDescriptors few(1);
    CPPUNIT_ASSERT(!bridge::descriptorShortage().empty());
    bench.client.post(std::move(post), [&](HttpResult&& r) { result = std::move(r); });
    waitFor(bench.loop, "the result", [&] { return result.has_value(); });
  }
  CPPUNIT_ASSERT(result->outcome == HttpResult::Outcome::ConnectFailed);
  CPPUNIT_ASSERT(result->shortage);
  CPPUNIT_ASSERT_MESSAGE(result->detail, result->detail.find("no file descriptor to spare: limit") == 0);
  CPPUNIT_ASSERT_EQUAL(std::string(), bridge::descriptorShortage());
  bench.names.names["charger.test"].addresses = {"127.0.0.1"};
  const HttpResult later = bench.call();
  CPPUNIT_ASSERT(later.outcome == HttpResult::Outcome::Answered && !later.shortage);
}
