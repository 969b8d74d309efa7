// SPDX-License-Identifier: GPL-2.0-or-later
// Targets callback, address and access: where we call, and who may speak.
#include <arpa/inet.h>
#include <netdb.h>

#include <array>
#include <optional>
#include <string>

#include "bridge/access.h"
#include "bridge/callback.h"
#include "bridge/cidr.h"
#include "bridge/http_parser.h"
#include "bridge/random_id.h"
#include "bridge/tls_trust.h"
#include "bridge/url.h"
#include "tests/fuzz/targets.h"

namespace fuzz {

namespace {

using bridge::IpAddress;

/// What the system's resolver makes of a host without asking anybody: the judge of spellings.
std::optional<bridge::NetAddress> systemsView(const std::string& host) {
  addrinfo hints{}, *found = nullptr;
  hints.ai_flags = AI_NUMERICHOST;
  hints.ai_socktype = SOCK_STREAM;
  if (::getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) return std::nullopt;
  const auto address = bridge::NetAddress::from(found->ai_addr, found->ai_addrlen);
  ::freeaddrinfo(found);
  return address;
}

/// A second opinion on what must never be called, by RFC 1122, 3927, 4291 and 5771.
bool forbidden(const IpAddress& address) {
  const auto& b = address.bytes;
  if (address.isFour()) return b[12] == 0 || b[12] == 127 || b[12] >= 224 || (b[12] == 169 && b[13] == 254);
  const bool zero = address.masked(127) == IpAddress{};
  return zero || b[0] == 0xff || (b[0] == 0xfe && (b[1] & 0xc0) == 0x80);
}

}  // namespace

// --- callback: P N T ADDR; P: policy, N: NAT and TLS, T: which peer, ADDR: what is announced

void runCallback(std::string_view input) {
  static constexpr const char* peers[] = {"10.0.0.7", "203.0.113.7", "2001:db8::7", "127.0.0.1", "fe80::7"};
  static const bridge::AddressPolicy policy;
  Input in(input);
  bridge::CallbackRules rules;
  rules.policy = static_cast<bridge::CallbackPolicy>(in.choose(3));
  const std::size_t flags = in.choose(3);
  rules.nat = (flags & 1) != 0;
  rules.tls = (flags & 2) != 0;
  const std::string peer = peers[in.choose(std::size(peers) - 1)];
  const std::string announced = bridge::announcedAddress(std::string(in.rest()), "");
  const auto result = bridge::callbackFrom(announced, peer, rules, policy);
  if (result.url.empty()) return;
  require(rules.policy != bridge::CallbackPolicy::Static, "learned although addresses are static", result.url);
  const auto url = bridge::Url::parse(result.url);
  require(url.has_value() && (url->scheme == "http" || url->scheme == "https"), "an address that cannot be called",
          result.url);
  require(!rules.tls || url->secure(), "without TLS although it is demanded", result.url);
  require(bridge::callbackObjection(result.url, rules, policy).empty(), "an address that is objected to", result.url);
  const auto seen = systemsView(url->host);
  require(!seen || !forbidden(IpAddress::of(*seen)), "an address that must never be called", result.url);
  const bool own = rules.policy == bridge::CallbackPolicy::Peer || rules.policy == bridge::CallbackPolicy::PeerChecked;
  require(!own || (seen && IpAddress::of(*seen) == IpAddress::parse(peer)), "an address that is not the sender's",
          result.url);
}

Seeds callbackSeeds() {
  Seeds seeds;
  for (const char* address :
       {"http://10.0.0.7:8082/ocpp", "http://:8082/", "localhost:8095", "10.0.0.7", "//10.0.0.7/x", "http://0x7f.1/",
        "http://2130706433/", "http://[::ffff:127.0.0.1]/", "http://169.254.169.254/latest", "https://charger.example/",
        "http://a@10.0.0.7/", "http://[fe80::1%25eth0]:80/", "http://www.w3.org/2005/08/addressing/anonymous",
        "http:/10.0.0.7", "HTTP://0177.0.0.1:80/", "http://10.0.0.7.:65536/?a#b", "http://[2002:7f00:1::]/"})
    for (const char* start : {"000", "101", "202", "014"}) seeds.push_back(std::string(start) + address);
  return seeds;
}

Seeds addressWords() {
  return {"http://",     "https://",  "ws://",
          "wss://",      "//",        "[",
          "]",           "::",        "::ffff:",
          "127.0.0.1",   "0x7f",      "0177",
          "2130706433",  "localhost", "169.254.169.254",
          "fe80::1%1",   "10.0.0.7",  "203.0.113.7",
          "2001:db8::7", ":8082",     ":0",
          ":65536",      "@",         "#",
          "?",           "%2e",       ".",
          "/8",          "/32",       "/128",
          "/33",         ",",         "sha256/",
          "0.0.0.0/0",   "64:ff9b::", "2002:7f00:1::"};
}

// --- address: K TEXT; K: 0 an IP address, 1 a list of ranges, 2 a URL, 3 a pin, 4 a host

void runAddress(std::string_view input) {
  Input in(input);
  const std::size_t kind = in.choose(4);
  const std::string text(in.rest());
  if (kind == 0) {
    const auto address = IpAddress::parse(text);
    if (address) require(IpAddress::parse(address->text()) == address, "another address when written", text);
  } else if (kind == 1) {
    try {
      bridge::IpRanges ranges;
      for (const bridge::Cidr& each : bridge::cidrsOf(text)) {
        require(each.contains(each.base) && each.within(each), "a range without its own first address", text);
        ranges.add(each);
        require(ranges.contains(each.base), "a set without what was added", text);
      }
    } catch (const bridge::BadConfiguration& bad) { require(bad.what()[0] != '\0', "refused without saying why"); }
  } else if (kind == 2) {
    const auto url = bridge::Url::parse(text);
    if (!url) return;
    const std::string written = url->scheme + "://" + url->authority() + url->target;
    const auto again = bridge::Url::parse(written);
    require(again && again->host == url->host && again->port == url->port && again->target == url->target,
            "another URL when written: " + written, text);
    require(written.find_first_of("\r\n ") == std::string::npos, "a URL with a line end", text);
  } else if (kind == 3) {
    const auto pin = bridge::parsePin(text);
    require(!pin || pin->size() == 32, "a pin of the wrong length", text);
  } else {
    const auto ours = bridge::literalAddress(text);
    if (text.find('\0') != std::string::npos) return;
    const auto theirs = systemsView(text);
    require(!theirs || ours, "the resolver sees an address where we see a name", text);
    if (theirs && ours)
      require(IpAddress::of(*theirs) == IpAddress::of(*ours), "the resolver sees another address", text);
  }
}

Seeds addressSeeds() {
  return {
      "0"
      "10.0.0.7",
      "0"
      "[2001:db8::7]",
      "1"
      "10.0.0.0/8, 2001:db8::/32",
      "1"
      "0.0.0.0/0 ::/0",
      "2"
      "http://[::1]:80/a?b#c",
      "2"
      "wss://csms.example",
      "2"
      "https://a:443",
      "3"
      "sha256/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
      "3"
      "00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff:00:11:22:33:44:55:66:77:88:99:aa:bb:cc:dd:ee:ff",
      "4"
      "0x7f.1",
      "4"
      "2130706433",
      "4"
      "0177.0.0.1.",
      "4"
      "fe80::1%1",
      "4"
      "::ffff:1.2.3.4"};
}

// --- access: P I HTTP; P: which peer, I: which identity the XML names, HTTP: a request

namespace {

constexpr const char* password = "password-of-01";  // with "CP1:" before it 18 bytes: base64 without padding
constexpr const char* credentials = "Q1AxOnBhc3N3b3JkLW9mLTAx";
constexpr const char* urlSecret = "secret-of-cp2-0123456789";

bridge::Access& access() {
  static bridge::Access* one = [] {
    bridge::AccessOptions options;
    options.trustedProxies.add("127.0.0.1");
    options.failuresPerMinute = 0;
    auto* made = new bridge::Access(options, false);
    bridge::ChargersFile chargers;
    for (const char* name : {"CP1", "CP2", "CP3", "CP4"}) chargers[name].identity = name;
    chargers["CP1"].access.password = password;
    chargers["CP2"].access.urlSecret = urlSecret;
    chargers["CP3"].access.from.add("10.0.0.0/8");
    chargers["CP4"].access.needsCertificate = true;
    made->configure(chargers);
    return made;
  }();
  return *one;
}

}  // namespace

void runAccess(std::string_view input) {
  static constexpr const char* peers[] = {"127.0.0.1", "203.0.113.7", "10.0.0.7"};
  static constexpr const char* identities[] = {"CP1", "CP2", "CP3", "CP4", "CP5", ""};
  static ocpp::Steady now{};
  now += std::chrono::seconds(1);
  Input in(input);
  const std::string peer = peers[in.choose(std::size(peers) - 1)];
  std::string identity = identities[in.choose(std::size(identities) - 1)];
  std::string_view bytes = in.rest();
  bridge::HttpRequestParser parser{bridge::HttpLimits()};
  boost::beast::error_code error;
  if (!parser.feed(bytes, error) || !parser.is_header_done()) return;
  bridge::HttpRequest& request = parser.message();
  request.peerAddress = peer;
  access().findSender(request);
  const auto sender = IpAddress::parse(request.peerAddress);
  require(sender.has_value(), "a sender that is no address", request.peerAddress);
  require(peer == "127.0.0.1" || request.peerAddress == peer, "a stranger's header was believed", in.rest());
  if (request.path().substr(0, 5) != "/ocpp") return;  // as the endpoint does
  bridge::Access::Arrival arrival;
  const auto refused = access().arrive(request, arrival, now);
  if (refused) {
    const auto answer = access().answer(*refused);
    return require(answer.status == 401 || answer.status == 403 || answer.status == 429, "refused as if served");
  }
  if (identity.empty()) identity = access().identityOf(arrival);
  if (access().admit(arrival, identity, now)) return;
  (void)access().heard(arrival, identity, false, now);
  require(identity != "CP1" || in.rest().find(credentials) != std::string_view::npos, "in without password", in.rest());
  const std::string decoded = bridge::percentDecoded(in.rest());
  require(identity != "CP2" || decoded.find(urlSecret) != std::string::npos, "in without the secret", in.rest());
  require(identity != "CP3" || bridge::Cidr::parse("10.0.0.0/8").contains(*sender), "in from elsewhere", in.rest());
  require(identity != "CP4" && identity != "CP5", "in without a certificate, or without a name", in.rest());
}

Seeds accessSeeds() {
  const std::string end = " HTTP/1.1\r\nHost: a\r\n";
  return {"10POST /ocpp" + end + "Authorization: Basic " + credentials + "\r\n\r\n",
          std::string("11POST /ocpp/") + urlSecret + "/CP2" + end + "\r\n",
          std::string("15POST /ocpp?a=b&token=") + urlSecret + end + "\r\n",
          "22POST /ocpp/CP3" + end + "\r\n",
          "02POST /ocpp/CP3" + end + "X-Forwarded-For: 203.0.113.9, 10.0.0.9:1\r\n\r\n",
          "02POST /ocpp/CP3" + end + "X-Forwarded-For: \"[::ffff:10.1.1.1]:5\"\r\nForwarded: for=10.0.0.1\r\n\r\n",
          "13POST /ocpp/%43P4/" + end + "Authorization: basic =Q1AxOg==\r\n\r\n"};
}

Seeds accessWords() {
  Seeds words = httpWords();
  for (const char* word :
       {"X-Forwarded-For: ", "Forwarded: for=", "Authorization: Basic ", credentials, urlSecret, "/ocpp/",
        "token=", "%2F", "CP1", "CP2", "CP3", "10.0.0.1", "127.0.0.1", "unknown", "_hidden", "[::ffff:10.0.0.1]"})
    words.emplace_back(word);
  return words;
}

}  // namespace fuzz
