// SPDX-License-Identifier: GPL-2.0-or-later
// C1: large StopTransactions from the socket to the session: the honest ones whole, larger ones without readings, and
// nothing of it for strangers.
#include <sstream>

#include "tests/support/basic_credentials.h"
#include "tests/support/large_stop.h"
#include "tests/unit/bridge/access_fixture.h"
#include "tests/unit/bridge/packed.h"
#include "tests/unit/bridge/whole_bridge.h"

using namespace bridge;
using test::largeStop;
using test::RawPeer;
using test::waitFor;

namespace {

std::string post(const std::string& body, const std::string& more = "") {
  return "POST /ocpp HTTP/1.1\r\nHost: x\r\n" + more + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         body;
}

std::string chunked(const std::string& body) {
  std::ostringstream out;
  out << "POST /ocpp HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (std::size_t at = 0; at < body.size(); at += 10'000)
    out << std::hex << std::min<std::size_t>(10'000, body.size() - at) << "\r\n" << body.substr(at, 10'000) << "\r\n";
  out << "0\r\n\r\n";
  return out.str();
}

void sendAll(Loop& loop, RawPeer& peer, const std::string& bytes) {
  std::size_t sent = 0;
  waitFor(loop, "all to be sent", [&] {
    while (sent < bytes.size() && !peer.ended) {
      const ssize_t n = peer.trySend(bytes.substr(sent, 100'000));
      if (n <= 0) break;
      sent += static_cast<std::size_t>(n);
    }
    loop.post([] {});
    return sent == bytes.size() || peer.ended;
  });
}

/// The status that the request got.
std::string statusOf(Loop& loop, std::uint16_t port, const std::string& bytes) {
  RawPeer peer(loop, port);
  sendAll(loop, peer, bytes);
  waitFor(loop, "the answer", [&] { return peer.received.size() >= 12; });
  return peer.received.substr(9, 3);
}

/// A server that reads what comes, with a body of 1 MiB, and of 4 MiB for who is granted more.
struct Server {
  explicit Server(std::size_t granted)
      : server(loop, with(granted), [this](HttpRequest&& request, const Responder& responder) {
          last = std::move(request);
          responder.respond(textResponse(200, "read"));
        }) {}
  HttpServerOptions with(std::size_t granted) {
    HttpServerOptions options;
    options.grantBody = [this, granted](const HttpRequest& begun) {
      asked.push_back(begun.body.size());
      return bridge::HttpGranted{granted};
    };
    return options;
  }
  std::string ask(const std::string& bytes) { return statusOf(loop, server.port(), bytes); }
  Loop loop;
  std::vector<std::size_t> asked;
  HttpRequest last;
  HttpServer server;
};

Options closed() {
  Options chosen;
  chosen.centralUrl = "ws://127.0.0.1:1/";
  return chosen;
}

Options welcoming() {
  Options chosen;
  chosen.autoRegister = true;
  chosen.centralUrl = "ws://127.0.0.1:1/";
  return chosen;
}

/// With a back-end that is away.
struct Bench : test::WholeBridge {
  explicit Bench(const Options& its = welcoming(), const char* chargers = "{}", bool hashes = false)
      : WholeBridge(its, chargers, hashes) {}
  std::string ask(const std::string& bytes) { return statusOf(loop, server.port(), bytes); }
  std::vector<session::DeadLetterRecord> deadLetters() {
    std::vector<session::DeadLetterRecord> all;
    for (const StoredRecord& each : store.content("CP1"))
      if (const auto* dead = std::get_if<session::DeadLetterRecord>(&each)) all.push_back(*dead);
    return all;
  }
};

}  // namespace

TEST(largeStopThroughHttp,
     "C1: the honest stop of a day passes the server and the codec whole, plain, chunked and as gzip") {
  const std::string xml = largeStop(1440);
  const std::string gzip = test::packed(xml, test::gzipFrame);
  CPPUNIT_ASSERT_MESSAGE(std::to_string(xml.size() / gzip.size()), xml.size() / gzip.size() > 25);
  Server bench(0);
  ocpp_s::Codec codec;
  for (const std::string& bytes : {post(xml), chunked(xml), post(gzip, "Content-Encoding: gzip\r\n")}) {
    CPPUNIT_ASSERT_EQUAL(std::string("200"), bench.ask(bytes));
    CPPUNIT_ASSERT(bench.last.body == xml);
    const auto read = codec.readRequest(bench.last.body, ocpp::Role::CentralSystem);
    const auto& message = std::get<ocpp_s::RequestMessage>(read);
    const auto& stop = std::get<ocpp::StopTransaction::Request>(message.request);
    CPPUNIT_ASSERT_EQUAL(std::size_t(1440), stop.transactionData.size());
    for (const ocpp::MeterValue& each : stop.transactionData)
      CPPUNIT_ASSERT_EQUAL(std::size_t(4), each.sampledValue.size());
  }
  CPPUNIT_ASSERT(bench.asked.empty());
}

TEST(grantedBody,
     "C1: a body over the limit is read as far as somebody grants it, and its beginning is kept beyond that") {
  const std::string body(2'500'000, 'x');
  Server bench(2'000'000);
  const std::size_t size = 1'800'000;
  CPPUNIT_ASSERT_EQUAL(std::string("200"), bench.ask(post(body.substr(0, size))));
  CPPUNIT_ASSERT(bench.last.body.size() == size && !bench.last.cut);
  CPPUNIT_ASSERT_EQUAL_MESSAGE("before its body", std::size_t(0), bench.asked.at(0));
  CPPUNIT_ASSERT_MESSAGE("and with its beginning", bench.asked.at(1) >= 65536 && bench.asked.at(1) < 100'000);
  CPPUNIT_ASSERT_EQUAL(std::size_t(2), bench.asked.size());
  CPPUNIT_ASSERT_EQUAL(std::string("200"), bench.ask(chunked(body.substr(0, size))));
  CPPUNIT_ASSERT(bench.last.body.size() == size && !bench.last.cut);
  CPPUNIT_ASSERT_EQUAL(std::string("200"), bench.ask(post(body)));
  CPPUNIT_ASSERT(bench.last.cut && bench.last.body.size() == 2'000'000);
  CPPUNIT_ASSERT_EQUAL(std::string("200"), bench.ask(chunked(body)));
  CPPUNIT_ASSERT(bench.last.cut && bench.last.body.size() == 2'000'000);
  const std::string gzip = test::packed(largeStop(3000), test::gzipFrame);
  CPPUNIT_ASSERT_EQUAL(std::string("200"), bench.ask(post(gzip, "Content-Encoding: gzip\r\n")));
  CPPUNIT_ASSERT(bench.last.body == largeStop(3000));
  Server strict(0);
  CPPUNIT_ASSERT_EQUAL(std::string("413"), strict.ask(post(body)));
  CPPUNIT_ASSERT_EQUAL(std::string("413"), strict.ask(chunked(body)));
  CPPUNIT_ASSERT_EQUAL(std::string("413"), strict.ask(post(gzip, "Content-Encoding: gzip\r\n")));
}

TEST(largeStopKept,
     "C1: a charger that is served gets a stop of any size kept, without readings; a stranger gets 413") {
  Bench bench(welcoming(), R"({"CP1": {}})");
  const std::string stop = largeStop(3000), huge = largeStop(10000);
  CPPUNIT_ASSERT(stop.size() > 1'500'000 && huge.size() > 5'000'000);
  CPPUNIT_ASSERT_EQUAL(std::string("413"), bench.ask(post(largeStop(3000, "CP2"))));
  CPPUNIT_ASSERT_EQUAL(std::string("200"), bench.ask(post(largeStop(1))));
  CPPUNIT_ASSERT(!bench.told("lost-readings"));
  CPPUNIT_ASSERT_EQUAL(std::string("200"), bench.ask(post(stop)));
  CPPUNIT_ASSERT(bench.told("lost-readings"));
  CPPUNIT_ASSERT_EQUAL(std::string("200"), bench.ask(post(huge)));
  CPPUNIT_ASSERT_EQUAL(std::string("413"), bench.ask(post(largeStop(3000, "CP2"))));
  std::string values = stop;
  for (std::size_t at = 0; (at = values.find("stopTransaction", at)) != std::string::npos;)
    values.replace(at, 4, "halt");
  CPPUNIT_ASSERT_EQUAL_MESSAGE("what is no stop", std::string("413"), bench.ask(post(values)));
}

TEST(largeStopFrom,
     "C1: a large stop passes the address check of its sender, also behind a trusted proxy; others get 403") {
  Bench bench(closed(), R"({"CP1": {"allowFrom": ["127.0.0.0/8"]}, "CP2": {"allowFrom": ["10.0.0.0/8"]}})");
  CPPUNIT_ASSERT_EQUAL(std::string("200"), bench.ask(post(largeStop(3000))));
  CPPUNIT_ASSERT_EQUAL(std::string("200"), bench.ask(chunked(largeStop(3000))));
  Options behind = closed();
  behind.access.allowFrom.add("10.0.0.0/8");
  behind.access.trustedProxies.add("127.0.0.1/32");
  Bench proxied(behind, R"({"CP1": {}})");
  CPPUNIT_ASSERT_EQUAL(std::string("200"), proxied.ask(post(largeStop(3000), "X-Forwarded-For: 10.0.0.7\r\n")));
  CPPUNIT_ASSERT_EQUAL(std::string("403"), proxied.ask(post(largeStop(3000), "X-Forwarded-For: 192.0.2.7\r\n")));
  CPPUNIT_ASSERT_EQUAL_MESSAGE("counted once", std::uint64_t{1}, proxied.access.count(Refusal::Address));
}

TEST(largeStopPassword,
     "C1: a large stop is read with the right password, also when that has to be hashed first; else 401, at once") {
  const std::string hash = test::yescryptOf("secret");
  const std::string file = R"({"CP1": {"soapPasswordHash": ")" + hash + R"("}, "CP2": {"soapPassword": "p2"}})";
  Bench bench(closed(), file.c_str(), true);
  const std::string right = "Authorization: " + test::basicOf("CP1:secret") + "\r\n";
  CPPUNIT_ASSERT_EQUAL(std::string("200"), bench.ask(post(largeStop(3000), right)));
  CPPUNIT_ASSERT_EQUAL_MESSAGE("asked for it", std::string("401"), bench.ask(post(largeStop(3000))));
  CPPUNIT_ASSERT_EQUAL(std::uint64_t{1}, bench.access.count(Refusal::PasswordMissing));
  CPPUNIT_ASSERT_EQUAL(std::string("401"), bench.ask(post(largeStop(3000, "CP2"),
                                                          "Authorization: " + test::basicOf("CP2:wrong") + "\r\n")));
  CPPUNIT_ASSERT_EQUAL_MESSAGE("counted once", std::uint64_t{1}, bench.access.count(Refusal::Password));
  CPPUNIT_ASSERT_EQUAL(std::uint64_t{0}, bench.access.count(Refusal::TooOften));
}

TEST(largeStopBuried,
     "C1: of a stop beyond 4 MiB whose fields stand behind its readings what came is a dead letter, once, and the "
     "charger is told that it was taken") {
  Bench bench(welcoming(), R"({"CP1": {}})");
  CPPUNIT_ASSERT_EQUAL(std::string("200"), bench.ask(post(largeStop(1))));
  std::string huge = largeStop(10000, "CP1", true);
  const std::string id = "<w:MessageID xmlns:w=\"http://www.w3.org/2005/08/addressing\">urn:1</w:MessageID>";
  huge.insert(huge.find("</s:Header>"), id);
  CPPUNIT_ASSERT(huge.size() > 5'000'000);
  for (int i = 0; i < 2; ++i) CPPUNIT_ASSERT_EQUAL(std::string("200"), bench.ask(post(huge)));
  const auto dead = bench.deadLetters();
  CPPUNIT_ASSERT_EQUAL(std::size_t{1}, dead.size());
  CPPUNIT_ASSERT(dead[0].reason.find("not known: transactionId, timestamp, meterStop") != std::string::npos);
  CPPUNIT_ASSERT(bench.told("dead-letter"));
  Bench stranger;
  CPPUNIT_ASSERT_EQUAL_MESSAGE("not of a stranger", std::string("413"), stranger.ask(post(huge)));
}

TEST(largeStopBounds,
     "C1: neither a length of 50 MB, nor a compression beyond reason, nor deep or long elements lose a stop") {
  Bench bench(welcoming(), R"({"CP1": {}})");
  CPPUNIT_ASSERT_EQUAL(std::string("200"), bench.ask(post(largeStop(1))));
  const std::string begun = post(largeStop(10000));
  const std::string length = "Content-Length: ";
  std::string announced = begun;
  const std::size_t at = announced.find(length) + length.size();
  announced.replace(at, announced.find("\r\n", at) - at, "50000000");
  CPPUNIT_ASSERT_EQUAL(std::string("200"), bench.ask(announced));
  std::string padded = largeStop(2);
  padded.insert(padded.find("<cs:values>"), std::string(900'000, ' '));
  CPPUNIT_ASSERT_EQUAL(std::string("200"),
                       bench.ask(post(test::packed(padded, test::gzipFrame), "Content-Encoding: gzip\r\n")));
  std::string deep = largeStop(2), longTag = deep;
  std::string open, close;
  for (int i = 0; i < 100; ++i) open += "<x>", close += "</x>";
  deep.insert(deep.find("<cs:values>"), open + close);
  CPPUNIT_ASSERT_EQUAL(std::string("200"), bench.ask(post(deep)));
  longTag.insert(longTag.find("<cs:values>"), "<x a=\"" + std::string(20'000, 'a') + "\"/>");
  CPPUNIT_ASSERT_EQUAL(std::string("200"), bench.ask(post(longTag)));
  CPPUNIT_ASSERT(bench.deadLetters().empty());
}

TEST(excludedUnread, "C2: who comes from where nobody may come gets 403 before his body is read, and no contract") {
  Options near = closed();
  near.access.allowFrom.add("10.0.0.0/8");
  Bench bench(near, R"({"CP1": {}})");
  CPPUNIT_ASSERT_EQUAL(std::string("403"), bench.ask("POST /ocpp HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n"));
  CPPUNIT_ASSERT_EQUAL(std::string("403"), bench.ask("GET /ocpp?wsdl HTTP/1.1\r\nHost: x\r\n\r\n"));
  CPPUNIT_ASSERT_EQUAL(std::uint64_t{2}, bench.access.count(Refusal::Address));
}
