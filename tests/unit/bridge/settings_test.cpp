// SPDX-License-Identifier: GPL-2.0-or-later
// What operators write: options, config file, chargers file; and that mistakes are named.
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string_view>
#include <thread>

#include "bridge/chargers_file.h"
#include "bridge/options.h"
#include "bridge/timezone.h"
#include "tests/support/test.h"

using namespace bridge;

namespace {

CommandLine read(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "ocpp-soap-bridge");
  return readCommandLine(static_cast<int>(arguments.size()), arguments.data());
}

std::string complaint(const std::function<void()>& action) {
  try {
    action();
  } catch (const BadConfiguration& bad) { return bad.what(); }
  return "";
}

bool mentions(const std::string& text, std::initializer_list<const char*> words) {
  for (const char* word : words)
    if (text.find(word) == std::string::npos) return false;
  return true;
}

/// A file with that content while it lives.
struct TemporaryFile {
  explicit TemporaryFile(const std::string& content) {
    path = (std::filesystem::temp_directory_path() / "ocpp-soap-test-XXXXXX").string();
    ::close(::mkstemp(path.data()));
    std::ofstream(path) << content;
  }
  ~TemporaryFile() { std::remove(path.c_str()); }
  std::string path;
};

}  // namespace

TEST(optionDefaults, "without options the bridge listens on loopback only and admits nobody unknown") {
  const Options options = read({}).options;
  CPPUNIT_ASSERT_EQUAL(std::string("127.0.0.1"), options.listenAddress);
  CPPUNIT_ASSERT(!options.autoRegister);
  CPPUNIT_ASSERT(options.callbackPolicy == CallbackPolicy::PeerChecked);
}

TEST(optionPatience,
     "B4: pings come before proxies cut at 60 s, and chargers are given up before back-ends give us up") {
  const Options options = read({}).options;
  CPPUNIT_ASSERT_EQUAL(45, options.session.webSocketPingInterval);
  CPPUNIT_ASSERT_EQUAL(45, Options{}.session.webSocketPingInterval);
  CPPUNIT_ASSERT_EQUAL(std::uint32_t{25}, options.chargerTimeout);
}

TEST(optionValues, "options are read from the command line and the config file; the command line wins") {
  const TemporaryFile file("# comment\nlisten = 0.0.0.0:9000\nauto-register = true\nsoap-hold = 7\nlog = json\n");
  const Options options = read({"--config", file.path.c_str(), "--log", "human", "--central-url=ws://b/x"}).options;
  CPPUNIT_ASSERT_EQUAL(std::string("0.0.0.0"), options.listenAddress);
  CPPUNIT_ASSERT_EQUAL(std::uint16_t{9000}, options.listenPort);
  CPPUNIT_ASSERT(options.autoRegister);
  CPPUNIT_ASSERT(options.session.soapHold == std::chrono::seconds(7));
  CPPUNIT_ASSERT(options.logFormat == LogFormat::Human);
  CPPUNIT_ASSERT_EQUAL(std::string("ws://b/x"), options.centralUrl);
}

TEST(optionCallback, "WA-5: how chargers are called is chosen for all, and in the chargers file for one") {
  const Options options = read({"--callback-policy", "peer", "--callback-allow", "10.0.0.0/8, fd00::/8,127.0.0.1",
                                "--callback-nat", "peer", "--callback-keep", "60", "--callback-names", "0",
                                "--callback-bind", "10.1.2.3", "--charger-connect-timeout", "4"})
                              .options;
  CPPUNIT_ASSERT(options.callbackPolicy == CallbackPolicy::Peer && options.callbackNat);
  CPPUNIT_ASSERT_EQUAL(std::size_t{3}, options.callbackAllow.size());
  CPPUNIT_ASSERT(options.callbackKeep == 60 && options.callbackNames == 0 && options.chargerConnectTimeout == 4);
  const Options standard;
  CPPUNIT_ASSERT(standard.callbackAllow.empty() && !standard.callbackNat && standard.callbackKeep == 900);
  const auto file = parseChargers(
      "{\"CP1\": {\"callbackPolicy\": \"from\", \"callbackNat\": false, \"callbackPort\": 8082, \"callbackAllow\": "
      "[\"10.8.0.0/16\"], \"callbackPin\": \"" +
          std::string(64, 'a') + "\", \"callbackSelfSigned\": true, \"callbackName\": \"cp1\"}}",
      "f");
  const CallConfig& call = file.at("CP1").call;
  CPPUNIT_ASSERT(call.policy == CallbackPolicy::From && call.nat == false && call.port == 8082);
  CPPUNIT_ASSERT(call.allow.size() == 1 && call.trust.pins.size() == 1 && call.trust.selfSigned);
  CPPUNIT_ASSERT_EQUAL(std::string("cp1"), call.trust.name);
}

TEST(optionCallbackMistakes, "a wrong callback setting is named") {
  CPPUNIT_ASSERT(mentions(complaint([] {
                            read({"--callback-policy", "trust"});
                          }),
                          {"callback-policy", "trust", "peer"}));
  CPPUNIT_ASSERT(mentions(complaint([] {
                            read({"--callback-allow", "10.0.0.1/8"});
                          }),
                          {"callback-allow", "10.0.0.1/8"}));
  CPPUNIT_ASSERT(mentions(complaint([] { read({"--callback-bind", "eth0"}); }), {"callback-bind", "eth0"}));
  const auto said = [](const std::string& inner) {
    return complaint([&] { parseChargers("{\"CP1\": {" + inner + "}}", "f"); });
  };
  CPPUNIT_ASSERT(mentions(said("\"callbackPort\": 70000"), {"CP1", "callbackPort", "65535"}));
  CPPUNIT_ASSERT(mentions(said("\"callbackPin\": \"abc\""), {"CP1", "callbackPin", "abc"}));
  CPPUNIT_ASSERT(mentions(said("\"callbackNat\": \"yes\""), {"CP1", "callbackNat", "true or false"}));
  CPPUNIT_ASSERT(mentions(said("\"callbackAllow\": \"all\""), {"CP1", "callbackAllow", "all"}));
  CPPUNIT_ASSERT(mentions(said("\"callback\": \"http://10.0.0.7/\", \"callbackSelfSigned\": true"),
                          {"CP1", "callback", "https://"}));
}

TEST(optionMistakes, "a wrong option is refused with its name, in the config file with the file's name") {
  CPPUNIT_ASSERT(mentions(complaint([] { read({"--listen", "nowhere"}); }), {"listen", "nowhere"}));
  CPPUNIT_ASSERT(mentions(complaint([] { read({"--listen", "1.2.3.4:70000"}); }), {"listen", "70000"}));
  CPPUNIT_ASSERT(mentions(complaint([] { read({"--log", "xml"}); }), {"log", "xml", "json"}));
  CPPUNIT_ASSERT(mentions(complaint([] { read({"--no-such-option"}); }), {"no-such-option"}));
  CPPUNIT_ASSERT(mentions(complaint([] { read({"--config", "/nonexistent/file"}); }), {"/nonexistent/file"}));
  const TemporaryFile file("soap-hold = soon\n");
  CPPUNIT_ASSERT(mentions(complaint([&] {
                            read({"--config", file.path.c_str()});
                          }),
                          {file.path.c_str(), "soap-hold", "soon"}));
  const TemporaryFile endless("trace = %value%\n");
  CPPUNIT_ASSERT(mentions(complaint([&] {
                            read({"--config", endless.path.c_str()});
                          }),
                          {endless.path.c_str(), "%value%"}));
  const TemporaryFile unknown("colour = blue\n");
  CPPUNIT_ASSERT(mentions(complaint([&] {
                            read({"--config", unknown.path.c_str()});
                          }),
                          {unknown.path.c_str(), "colour"}));
}

TEST(optionAccess, "options about who may speak are read, and combinations that make no sense are refused") {
  const Options options =
      read({"--listen", "none", "--tls-listen", "[::]:8443", "--tls-cert", "c", "--tls-key", "k", "--allow-from",
            "10.0.0.0/8,2001:db8::1", "--trusted-proxies", "10.0.0.1", "--proxy-header", "forwarded"})
          .options;
  CPPUNIT_ASSERT_EQUAL(std::string(), options.listenAddress);
  CPPUNIT_ASSERT_EQUAL(std::string("::"), options.tlsListenAddress);
  CPPUNIT_ASSERT_EQUAL(std::uint16_t{8443}, options.tlsListenPort);
  CPPUNIT_ASSERT(options.access.allowFrom.contains(*IpAddress::parse("10.9.9.9")));
  CPPUNIT_ASSERT(options.access.trustedProxies.contains(*IpAddress::parse("10.0.0.1")));
  CPPUNIT_ASSERT(options.access.proxyHeader == ProxyHeader::Forwarded);
  const auto said = [](std::vector<const char*> arguments) { return complaint([&] { read(arguments); }); };
  CPPUNIT_ASSERT(mentions(said({"--allow-from", "10.0.0.0/40"}), {"allow-from", "10.0.0.0/40"}));
  CPPUNIT_ASSERT(mentions(said({"--allow-from", ""}), {"allow-from"}));
  CPPUNIT_ASSERT(mentions(said({"--trusted-proxies", "proxy.example"}), {"trusted-proxies", "proxy.example"}));
  CPPUNIT_ASSERT(mentions(said({"--tls-listen", "1.2.3.4:1", "--tls-cert", "c"}), {"tls-listen", "tls-key"}));
  CPPUNIT_ASSERT(mentions(said({"--tls-cert", "c"}), {"tls-cert", "tls-listen"}));
  CPPUNIT_ASSERT(mentions(said({"--listen", "none"}), {"listen", "tls-listen"}));
  CPPUNIT_ASSERT(mentions(said({"--require-certificate"}), {"require-certificate", "tls-client-ca"}));
}

TEST(optionHelp, "every option stands in --help and in the README's table") {
  CPPUNIT_ASSERT(read({"--help"}).action == CommandLine::Action::Help);
  for (const char* name : {"--listen", "--central-url", "--chargers", "--auto-register", "--data-dir", "--trace"}) {
    CPPUNIT_ASSERT(helpText().find(name) != std::string::npos);
    CPPUNIT_ASSERT(helpTable().find(name) != std::string::npos);
  }
  std::ifstream readme("README.md");
  const std::string text((std::istreambuf_iterator<char>(readme)), {});
  CPPUNIT_ASSERT_MESSAGE("README.md must hold the output of --help-table", text.find(helpTable()) != std::string::npos);
}

TEST(chargersFile, "the chargers file names identities with their settings; comments are allowed") {
  const auto chargers = parseChargers(
      "{ // fleet\n\"CP1\": {\"callback\": \"http://10.0.0.7:8082/\", \"connectors\": 2, \"timezone\": "
      "\"Europe/Amsterdam\", \"chargerTimeout\": 90, \"heartbeatMost\": 60},\n"
      "\" UID=1013,O=SolarDev \": {\"centralUrl\": \"wss://b.example/ocpp\", \"password\": \"s\", \"centralIdentity\": "
      "\"SD1013\"}}",
      "fleet.json");
  CPPUNIT_ASSERT_EQUAL(std::size_t{2}, chargers.size());
  CPPUNIT_ASSERT_EQUAL(2, *chargers.at("CP1").connectors);
  CPPUNIT_ASSERT_EQUAL(90, *chargers.at("CP1").call.timeout);
  CPPUNIT_ASSERT_EQUAL(60, *chargers.at("CP1").heartbeatMost);
  CPPUNIT_ASSERT_EQUAL(std::string("CP1"), chargers.at("CP1").centralIdentity);
  CPPUNIT_ASSERT_EQUAL(std::string("SD1013"), chargers.at("UID=1013,O=SolarDev").centralIdentity);
}

TEST(chargersFileMistakes, "a mistake in the chargers file is named with file, charger and key") {
  const auto said = [](const char* text) { return complaint([&] { parseChargers(text, "fleet.json"); }); };
  CPPUNIT_ASSERT(mentions(said("{\"CP1\": {\"calback\": \"x\"}}"), {"fleet.json:1", "CP1", "calback"}));
  CPPUNIT_ASSERT(
      mentions(said("{\"CP1\": {\"callback\": \"gopher://x\"}}"), {"fleet.json", "CP1", "callback", "gopher"}));
  CPPUNIT_ASSERT(mentions(said("{\"CP1\": {\"connectors\": 0}}"), {"fleet.json", "CP1", "connectors", "1 to 1000"}));
  CPPUNIT_ASSERT(mentions(said("{\"CP1\": {\"chargerTimeout\": 1.5}}"), {"CP1", "chargerTimeout", "1 to 86400"}));
  CPPUNIT_ASSERT(mentions(said("{\"CP1\": {\"timezone\": \"Mars/Olympus\"}}"), {"timezone", "Mars/Olympus"}));
  CPPUNIT_ASSERT(mentions(said("{\"CP1\": {}, \" CP1\": {}}"), {"CP1", "twice"}));
  CPPUNIT_ASSERT(mentions(said("{\"CP1\": {}"), {"fleet.json", "line 1"}));
  CPPUNIT_ASSERT(mentions(said("[]"), {"fleet.json"}));
}

TEST(profiles,
     "--profile and the chargers file name a profile and single quirks; a wrong name is told with those that exist") {
  const char* argv[] = {"ocpp-soap-bridge", "--profile", "steve"};
  CPPUNIT_ASSERT_EQUAL(std::string("cxf"), std::string(readCommandLine(3, argv).options.profile->name));
  const char* none[] = {"ocpp-soap-bridge"};
  CPPUNIT_ASSERT(readCommandLine(1, none).options.profile == nullptr);
  const auto chargers = parseChargers(
      "{\"A\": {\"profile\": \"keba\", \"quirks\": {\"milliseconds\": true, \"nil\": false}}, \"B\": {\"profile\": "
      "\"auto\"}, "
      "\"C\": {}}",
      "fleet.json");
  CPPUNIT_ASSERT_EQUAL(std::string("keba"), std::string((*chargers.at("A").profile)->name));
  CPPUNIT_ASSERT(chargers.at("A").quirksOn == ocpp_s::Quirks{ocpp_s::Quirk::Milliseconds});
  CPPUNIT_ASSERT(chargers.at("A").quirksOff == ocpp_s::Quirks{ocpp_s::Quirk::Nil});
  CPPUNIT_ASSERT(chargers.at("B").profile && *chargers.at("B").profile == nullptr);
  CPPUNIT_ASSERT(!chargers.at("C").profile);
  const auto said = [](const char* text) { return complaint([&] { parseChargers(text, "fleet.json"); }); };
  CPPUNIT_ASSERT(mentions(said("{\"CP1\": {\"profile\": \"kebab\"}}"), {"CP1", "profile", "kebab", "keba, bender"}));
  CPPUNIT_ASSERT(mentions(said("{\"CP1\": {\"quirks\": {\"mood\": true}}}"), {"CP1", "quirks", "mood"}));
  CPPUNIT_ASSERT(mentions(said("{\"CP1\": {\"quirks\": {\"nil\": 1}}}"), {"CP1", "nil", "true or false"}));
  CPPUNIT_ASSERT(mentions(said("{\"CP1\": {\"quirks\": \"nil\"}}"), {"CP1", "quirks", "object"}));
}

TEST(timezones, "vector 74, L-11: a time without zone is converted with the rules of its date") {
  const auto utc = [](const char* text) {
    return ocpp::formatDateTime(localToUtc("Europe/Amsterdam", ocpp::parseDateTime(text)->at),
                                ocpp::Fraction::IfNotZero);
  };
  CPPUNIT_ASSERT_EQUAL(std::string("2024-05-01T08:00:00.250Z"), utc("2024-05-01T10:00:00.25"));
  CPPUNIT_ASSERT_EQUAL(std::string("2024-01-15T09:00:00Z"), utc("2024-01-15T10:00:00"));
  CPPUNIT_ASSERT_EQUAL(std::string("2024-10-27T01:30:00Z"), utc("2024-10-27T02:30:00"));  // shown twice
  CPPUNIT_ASSERT_EQUAL(std::string("2024-03-31T01:30:00Z"), utc("2024-03-31T02:30:00"));  // never shown
  CPPUNIT_ASSERT_EQUAL(std::string("1969-12-31T22:59:59.750Z"), utc("1969-12-31T23:59:59.75"));
  CPPUNIT_ASSERT_EQUAL(std::string("2060-07-01T08:00:00Z"), utc("2060-07-01T10:00:00"));
  const auto at = ocpp::parseDateTime("2024-05-01T10:00:00")->at;
  CPPUNIT_ASSERT(localToUtc("", at) == at);
  CPPUNIT_ASSERT(localToUtc("Mars/Olympus", at) == at);
}

TEST(timezoneNames,
     "a timezone is a name that the system has rules for; another one is an error of the chargers file") {
  for (const char* name : {"", "UTC", "Europe/Amsterdam", "Asia/Kathmandu", "Etc/GMT+3"})
    CPPUNIT_ASSERT_MESSAGE(name, knownTimezone(name));
  for (const char* name : {"../../etc/passwd", "/usr/share/zoneinfo/UTC", "Europe", "Europe/Nowhere", "tzdata.zi",
                           "libc:localtime", "Fixed/UTC+01:00:00", "file:UTC", "CEST-2"})
    CPPUNIT_ASSERT_MESSAGE(name, !knownTimezone(name));
  const std::string said =
      complaint([] { parseChargers("{\"CP1\": {\"timezone\": \"Europe/Nowhere\"}}", "fleet.json"); });
  CPPUNIT_ASSERT(mentions(said, {"CP1", "Europe/Nowhere", "timezone"}));
}

TEST(timezoneThreads,
     "C5: converting changes nothing that other threads read: neither the environment nor their timezone") {
  ::setenv("TZ", "Asia/Tokyo", 1);
  ::tzset();
  std::atomic<bool> over{false};
  int changed = 0;
  std::thread other([&] {
    while (!over) {
      const char* seen = std::getenv("TZ");
      changed += seen != nullptr && std::string_view(seen) == "Asia/Tokyo" && ::timezone == -9L * 3600 ? 0 : 1;
    }
  });
  const auto at = ocpp::parseDateTime("2024-05-01T10:00:00")->at;
  for (int i = 0; i < 5000; ++i) localToUtc("Europe/Amsterdam", at);
  over = true;
  other.join();
  ::unsetenv("TZ");
  ::tzset();
  CPPUNIT_ASSERT_EQUAL(0, changed);
}
