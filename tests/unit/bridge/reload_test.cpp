// SPDX-License-Identifier: GPL-2.0-or-later
// Every key of the chargers file, set, changed and taken away by SIGHUP while the charger is idle, waits, has messages
// queued or has learned values: afterwards everything is as if the bridge had been started with the file (FIELD A5).

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <regex>

#include "ocpp/text.h"
#include "tests/support/basic_credentials.h"
#include "tests/support/cheap_hash.h"
#include "tests/support/world_stories.h"

using namespace ocpp;
using namespace test;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

constexpr const char* secretOne = "secret-of-the-url-1";
constexpr const char* secretTwo = "secret-of-the-url-2";

/// `first` and `second` are JSON. `beside`: what the key needs. `from`, `peer`: what the charger announces, from where.
struct KeyRow {
  const char* key;
  std::string first, second, beside{};
  const char* from = "http://10.0.0.7:9000/";
  const char* peer = "10.0.0.7";
  bool secondIsDefault = false;
  bool endsKey = false;  ///< Another password, or another back-end: the AuthorizationKey is no more.
};

std::string fileWith(const TempDir& dir, const char* name, const std::string& text) {
  const std::string path = dir.path() + "/" + name;
  std::ofstream(path) << text << "\n";
  return "\"" + path + "\"";
}

const std::string pinOne(64, 'a'), pinTwo(64, 'b');

std::vector<KeyRow> allRows(const TempDir& dir) {
  ::setenv("OCPP_TEST_ONE", "first-password-1234", 1);
  ::setenv("OCPP_TEST_TWO", "other-password-1234", 1);
  const std::string fileOne = fileWith(dir, "one", "first-password-1234"),
                    fileTwo = fileWith(dir, "two", "other-password-1234");
  const std::string urlOne = fileWith(dir, "three", secretOne), urlTwo = fileWith(dir, "four", secretTwo);
  const std::string one = "\"first-password-1234\"", two = "\"other-password-1234\"";
  const auto quoted = [](const std::string& text) { return "\"" + text + "\""; };
  std::vector<KeyRow> rows = {
      {"callback", "\"http://10.0.0.9:1/\"", "\"http://10.0.0.9:2/\""},
      {"callbackPolicy", "\"peer\"", "\"from\"", "", "http://10.0.0.99:9000/"},
      {"callbackNat", "true", "false", "", "http://192.168.1.2:9000/", "203.0.113.9", true},
      {"callbackPort", "9001", "9002"},
      {"callbackAllow", "\"192.168.7.0/24\"", "\"192.168.8.0/24\"", "", "http://192.168.7.7:9000/", "10.0.0.7", true},
      {"callbackPin", quoted(pinOne), quoted(pinTwo), "", "https://10.0.0.7:9000/"},
      {"callbackSelfSigned", "true", "false", "", "https://10.0.0.7:9000/", "10.0.0.7", true},
      {"callbackName", "\"a.example\"", "\"b.example\"", "", "https://10.0.0.7:9000/"},
      {"centralUrl", "\"ws://one/x\"", "\"ws://two/x\""},
      {"centralIdentity", "\"I1\"", "\"I2\""},
      {"password", one, two},
      {"passwordFile", fileOne, fileTwo},
      {"passwordEnv", "\"OCPP_TEST_ONE\"", "\"OCPP_TEST_TWO\""},
      {"timezone", "\"Europe/Berlin\"", "\"Asia/Tokyo\""},
      {"connectors", "1", "2", "", "http://10.0.0.7:9000/", "10.0.0.7", true},
      {"chargerTimeout", "7", "8"},
      {"heartbeatMost", "70", "80"},
      {"profile", "\"minimal12\"", "\"cxf\""},
      {"quirks", "{\"milliseconds\": true}", "{\"must-understand\": false}"},
      {"allowFrom", "[\"10.0.0.8\"]", "[\"10.0.0.9\"]"},
      {"soapUser", "\"user1\"", "\"user2\"", "\"soapPassword\": " + one},
      {"soapPassword", one, two},
      {"soapPasswordHash", quoted(hashOf("first-password-1234")), quoted(hashOf("other-password-1234"))},
      {"soapPasswordFile", fileOne, fileTwo},
      {"soapPasswordEnv", "\"OCPP_TEST_ONE\"", "\"OCPP_TEST_TWO\""},
      {"urlSecret", quoted(secretOne), quoted(secretTwo)},
      {"urlSecretFile", urlOne, urlTwo},
      {"urlSecretEnv", "\"OCPP_TEST_ONE\"", "\"OCPP_TEST_TWO\""},
      {"clientCertificate", "\"cert1\"", "\"cert2\""},
  };
  for (KeyRow& row : rows)
    for (const char* word : {"password", "central"})
      row.endsKey = row.endsKey || std::string(row.key).rfind(word, 0) == 0;
  return rows;
}

std::string fileOf(const KeyRow& row, const std::string& value) {
  const std::string key = value.empty() ? "" : "\"" + std::string(row.key) + "\": " + value;
  return "{\"R1\": {" + row.beside + (row.beside.empty() || key.empty() ? "" : ", ") + key + "}}";
}

// --- what can be seen of the settings

/// Everything that a charger could show; the first that is heard is used.
std::vector<FakeOutside::Manner> manners(const KeyRow& row) {
  FakeOutside::Manner plain;
  plain.from = row.from;
  plain.peer = row.peer;
  std::vector<FakeOutside::Manner> all = {plain};
  const auto add = [&](auto change) {
    all.push_back(plain);
    change(all.back());
  };
  for (const char* user :
       {"R1:first-password-1234", "R1:other-password-1234", "user1:first-password-1234", "user2:first-password-1234"})
    add([&](auto& m) { m.authorization = basicOf(user); });
  for (const char* secret : {secretOne, secretTwo, "first-password-1234", "other-password-1234"})
    add([&](auto& m) { m.path = std::string("/ocpp/") + secret; });
  for (const char* peer : {"10.0.0.8", "10.0.0.9"}) add([&](auto& m) { m.peer = peer; });
  for (const char* name : {"cert1", "cert2"}) add([&](auto& m) { m.certificates = {name}; });
  return all;
}

/// The newest open link, whatever it is called.
BackendLinkPtr openLink(FakeOutside& world) {
  for (auto each = world.backends.links.rbegin(); each != world.backends.links.rend(); ++each)
    if ((*each)->open) return *each;
  return nullptr;
}

std::string describe(const bridge::HttpPost& post) {
  std::string text =
      post.url + " " + std::to_string(post.totalTimeoutMs) + " pins=" + std::to_string(post.trust.pins.size());
  for (const std::string& pin : post.trust.pins) text += pin.substr(0, 1);
  text += post.trust.selfSigned ? " self" : "";
  text += " name=" + post.trust.name + " refused=";
  for (const char* address : {"127.0.0.1", "192.168.7.7", "10.0.0.9"})
    text += post.refusal(*bridge::NetAddress::parse(address, 80)).empty() ? "0" : "1";
  static const std::regex id("urn:uuid:[0-9a-f-]+");
  return text + std::regex_replace(post.body, id, "ID");
}

std::string fingerprint(FakeOutside& world, const KeyRow& row) {
  std::string text = "heard:";
  bool heard = false;
  FakeOutside::Manner used;
  for (const FakeOutside::Manner& each : manners(row)) {
    world.manner = each;
    const int status = world.send("R1", Heartbeat::Request{})->status();
    text += " " + std::to_string(status);
    if (status == 200 && !heard) used = each;
    heard = heard || status == 200;
  }
  CPPUNIT_ASSERT_MESSAGE("nobody is heard: " + text, heard);
  world.manner = used;
  world.manner.from = row.from;
  world.loop.pass(minutes(1));
  text += "\ninterval " + std::to_string(world.send("R1", bootRequest())->as<BootNotification>().interval);
  world.loop.pass(minutes(2));
  const BackendLinkPtr link = openLink(world);
  CPPUNIT_ASSERT(link);
  text += "\nlink " + link->target.url + " " + link->target.user + ":" + link->target.password;
  const bridge::Charger& charger = *world.charger("R1");
  text += "\nprofile " + std::string(charger.quirks().profile());
  for (int quirk = 0; quirk < int(ocpp_s::quirkCount); ++quirk)
    text += charger.quirks().has(static_cast<ocpp_s::Quirk>(quirk)) ? "1" : "0";
  // a time without zone, on connector 0
  world.manner.rewrite = [](std::string& xml) {
    xml = std::regex_replace(xml, std::regex("(timestamp>[0-9T:-]+)Z"), "$1");
  };
  const std::string url = link->target.url.substr(0, link->target.url.rfind('/'));
  const auto begun = world.send("R1", startAt(parseDateTime("2026-07-01T12:00:00Z")->at, 0, "TAG", 5000));
  world.loop.pass(minutes(1));
  const auto starts = world.backends.at(url).all<StartTransaction>();
  CPPUNIT_ASSERT(!starts.empty());
  text += "\nstart " + std::to_string(starts.back().connectorId) + " " +
          formatDateTime(starts.back().timestamp.at, Fraction::None);
  world.manner.rewrite = {};
  world.send(
      "R1", stopAt(parseDateTime("2026-07-02T12:00:00Z")->at, begun->as<StartTransaction>().transactionId.value, 6000));
  world.loop.pass(minutes(1));
  world.chargers.waiting.clear();
  openLink(world)->call("probe" + std::to_string(world.loop.steady().time_since_epoch().count()),
                        ClearCache::Request{});
  world.loop.run();
  text += "\npost " + (world.chargers.waiting.empty() ? "none" : describe(world.chargers.waiting.begin()->second.sent));
  return text;
}

// --- what the charger is doing meanwhile

enum class State { Idle, Waiting, Queued, Learned };
constexpr State states[] = {State::Idle, State::Waiting, State::Queued, State::Learned};

void firstWords(FakeOutside& world, const KeyRow& row) {
  for (const FakeOutside::Manner& each : manners(row)) {
    world.manner = each;
    if (world.send("R1", bootRequest())->status() != 200) continue;
    world.loop.pass(minutes(2));
    if (openLink(world)) return;
  }
  CPPUNIT_FAIL("it does not come in");
}

void setKey(FakeOutside& world) {
  ChangeConfiguration::Request change;
  change.key = Key<50>("AuthorizationKey");
  change.value = Opaque<500>(newKeyHex);
  openLink(world)->call("key", change);
  world.loop.pass(minutes(1));
  CPPUNIT_ASSERT_EQUAL(std::string(newKey), openLink(world)->target.password);
}

void everybody(FakeOutside& world, bool up, bool silent) {
  for (const char* url : {"ws://central/ocpp", "ws://one/x", "ws://two/x"}) {
    world.backends.at(url).up = up;
    world.backends.at(url).silent = silent;
  }
}

void bringInto(State state, FakeOutside& world) {
  if (state == State::Waiting) {
    everybody(world, true, true);
    openLink(world)->call("busy", ClearCache::Request{});
    world.loop.run();
    world.begin("R1", Authorize::Request{"TAG"});
    world.loop.run();
  } else if (state == State::Queued) {
    everybody(world, false, false);
    if (const auto link = openLink(world)) link->close(1006);
    world.loop.run();
    const auto begun = world.send("R1", startAt(world.loop.calendar(), 1, "TAG", 1));
    world.loop.pass(minutes(1));
    world.send("R1", stopAt(world.loop.calendar(), begun->as<StartTransaction>().transactionId.value, 2));
    world.loop.pass(minutes(1));
  } else if (state == State::Learned) {
    setKey(world);
  }
}

std::string after(const KeyRow& row, State state, const std::string& before, const std::string& value) {
  FakeOutside world;
  world.options.access.failuresPerMinute = 0;
  world.start(fileOf(row, before));
  firstWords(world, row);
  bringInto(state, world);
  world.reload(fileOf(row, value));
  world.loop.run();
  everybody(world, true, false);
  world.loop.pass(minutes(10));
  return fingerprint(world, row);
}

/// As if the bridge had been started so.
std::string started(const KeyRow& row, bool learned, const std::string& value) {
  FakeOutside world;
  world.options.access.failuresPerMinute = 0;
  world.start(fileOf(row, value));
  firstWords(world, row);
  if (learned) setKey(world);
  return fingerprint(world, row);
}

}  // namespace

TEST(reloadEveryKey, "A5: there is a row for every key of the chargers file") {
  const TempDir dir;
  const std::vector<KeyRow> rows = allRows(dir);
  for (const std::string& key : bridge::chargerKeys())
    CPPUNIT_ASSERT_MESSAGE("the key " + key + " needs a row in reload_test.cpp: what holds when it is taken away?",
                           std::any_of(rows.begin(), rows.end(), [&](const KeyRow& row) { return key == row.key; }));
}

TEST(reloadTakesAway,
     "A5: each key set, changed or taken away by SIGHUP, while the charger is idle, waits, has messages queued or has "
     "learned values: afterwards all is as the file says") {
  const TempDir dir;
  for (const KeyRow& row : allRows(dir)) {
    std::string fresh[3], learned[3];
    const std::string values[] = {"", row.first, row.second};
    for (int i = 0; i < 3; ++i) {
      fresh[i] = started(row, false, values[i]);
      learned[i] = row.endsKey ? fresh[i] : started(row, true, values[i]);
    }
    CPPUNIT_ASSERT_MESSAGE(std::string(row.key) + " does nothing: " + fresh[0],
                           fresh[0] != fresh[1] && fresh[1] != fresh[2]);
    CPPUNIT_ASSERT_MESSAGE(row.key, (fresh[0] == fresh[2]) == row.secondIsDefault);
    constexpr std::pair<int, int> turns[] = {{0, 1}, {1, 2}, {1, 0}};
    for (const State state : states)
      for (const auto& [from, to] : turns)
        CPPUNIT_ASSERT_EQUAL_MESSAGE(std::string(row.key) + " state " + std::to_string(int(state)) + " from '" +
                                         values[from] + "' to '" + values[to] + "'",
                                     state == State::Learned ? learned[to] : fresh[to],
                                     after(row, state, values[from], values[to]));
  }
}

TEST(
    reloadAutoRegister,
    "A5: with --auto-register an entry that is deleted takes its password, callback, AuthorizationKey and access rules "
    "with it at once, also over a restart") {
  FakeOutside world;
  world.options.autoRegister = true;
  world.start(
      R"({"R1": {"password": "secret", "callback": "http://10.0.0.9:1/", "soapPassword": "first-password-1234"}})");
  world.manner.authorization = basicOf("R1:first-password-1234");
  world.send("R1", bootRequest());
  world.loop.pass(minutes(1));
  setKey(world);
  const auto before = world.backends.linkOf("R1");
  CPPUNIT_ASSERT_EQUAL(std::string("1 removed"), world.reload("{}").text());
  CPPUNIT_ASSERT(world.charger("R1") && !world.charger("R1")->leaving());
  world.loop.pass(minutes(1));
  CPPUNIT_ASSERT_MESSAGE("the link that was opened with its password is ended", !before->open);
  CPPUNIT_ASSERT_EQUAL(std::string(), openLink(world)->target.password);
  CPPUNIT_ASSERT_EQUAL(std::string(), world.charger("R1")->callback().url());
  const bridge::ChargerRow row = world.memory->row("R1");
  CPPUNIT_ASSERT(row.password.empty() && row.callback.empty() && row.autoRegistered);
  CPPUNIT_ASSERT(row.lastSettings.find("secret") == std::string::npos);
  world.manner.authorization.clear();
  CPPUNIT_ASSERT_EQUAL(200, world.send("R1", Heartbeat::Request{})->status());
  world.start("{}");
  world.loop.pass(minutes(1));
  CPPUNIT_ASSERT_EQUAL(std::string(), openLink(world)->target.password);
}

TEST(reloadNamesTrial,
     "AU-1: who is named by SIGHUP while the database cannot be asked about it is no longer on trial, and gives way to "
     "nobody") {
  FakeOutside world;
  world.options.autoRegister = true;
  world.start("{}");
  world.memory->failReads(true);
  CPPUNIT_ASSERT_EQUAL(503, world.send("R1", Heartbeat::Request{})->status());
  CPPUNIT_ASSERT(world.shard().onTrial("R1"));
  world.reload(R"({"R1": {}})");
  world.memory->failReads(false);
  world.loop.pass(minutes(1));
  CPPUNIT_ASSERT_EQUAL(200, world.send("R1", Heartbeat::Request{})->status());
  CPPUNIT_ASSERT(!world.shard().onTrial("R1"));
}
