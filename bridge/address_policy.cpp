// SPDX-License-Identifier: GPL-2.0-or-later
// The table of refused ranges, and how an address is compared with it.
#include "bridge/address_policy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <unistd.h>

#include <algorithm>

#include "ocpp/text.h"

namespace bridge {

namespace {

struct Range {
  const char* cidr;
  const char* word;
  bool nobody = false;  // says "here" rather than somebody else: repaired with the sender's address
};
// IANA's special-purpose registries and the metadata services of cloud providers. Private and shared ranges are not
// here: that is where chargers live.
constexpr Range refused[] = {
    {"0.0.0.0/8", "unspecified", true},
    {"127.0.0.0/8", "loopback", true},
    {"169.254.0.0/16", "link-local", true},
    {"169.254.169.253/32", "cloud resolver"},
    {"169.254.169.254/32", "cloud metadata"},
    {"169.254.170.2/32", "cloud metadata"},
    {"169.254.170.23/32", "cloud metadata"},
    {"169.254.0.23/32", "cloud metadata"},
    {"100.100.100.200/32", "cloud metadata"},
    {"168.63.129.16/32", "cloud metadata"},
    {"192.0.0.0/24", "reserved"},
    {"192.0.0.192/32", "cloud metadata"},
    {"192.88.99.0/24", "6to4 relays"},
    {"224.0.0.0/4", "multicast"},
    {"240.0.0.0/4", "reserved"},
    {"255.255.255.255/32", "broadcast"},
    {"::/128", "unspecified", true},
    {"::1/128", "loopback", true},
    {"fe80::/10", "link-local", true},
    {"fe80::a9fe:a9fe/128", "cloud metadata"},
    {"fec0::/10", "site-local"},
    {"ff00::/8", "multicast"},
    {"fd00:ec2::/32", "cloud metadata"},
    {"fd20:ce::254/128", "cloud metadata"},
    {"fd00:42::42/128", "cloud metadata"},
    {"100::/64", "reserved"},
    {"64:ff9b:1::/48", "translated"},
    {"2001::/32", "tunnelled"},
};

constexpr const char* privateRanges[] = {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"};

/// IPv6 prefixes with an IPv4 address inside, and where it begins.
struct Carrier {
  const char* cidr;
  std::size_t at;
};
constexpr Carrier carriers[] = {{"::/96", 12}, {"::ffff:0:0:0/96", 12}, {"64:ff9b::/96", 12}, {"2002::/16", 2}};

constexpr std::string_view localNames[] = {"localhost",     "localhost.localdomain",  "localhost4",
                                           "localhost6",    "ip6-localhost",          "ip6-loopback",
                                           "broadcasthost", "localhost6.localdomain6"};

/// The tables above with their ranges parsed, once.
struct Parsed {
  std::vector<std::pair<Cidr, const Range*>> refusedRanges;
  std::vector<Cidr> privates;
  std::vector<std::pair<Cidr, std::size_t>> carrying;
  Parsed() {
    for (const Range& each : refused) refusedRanges.emplace_back(Cidr::parse(each.cidr), &each);
    for (const char* each : privateRanges) privates.push_back(Cidr::parse(each));
    for (const Carrier& each : carriers) carrying.emplace_back(Cidr::parse(each.cidr), each.at);
  }
};
const Parsed& tables() {
  static const Parsed parsed;
  return parsed;
}

/// :: and ::1 lie in ::/96 without carrying anything.
bool isItself(const IpAddress& address) {
  const auto& b = address.bytes;
  return b[15] <= 1 && std::all_of(b.begin(), b.end() - 1, [](auto each) { return each == 0; });
}

std::optional<IpAddress> carriedFour(const IpAddress& address) {
  const auto& b = address.bytes;
  if (address.isFour() || isItself(address)) return std::nullopt;
  const auto from = [&](std::size_t at) {
    IpAddress four;
    four.bytes[10] = four.bytes[11] = 0xff;
    std::copy_n(b.begin() + at, 4, four.bytes.begin() + 12);
    return four;
  };
  const bool isatap = (b[8] & 0xfd) == 0 && b[9] == 0 && b[10] == 0x5e && b[11] == 0xfe;
  if (isatap) return from(12);
  for (const auto& [range, at] : tables().carrying)
    if (range.contains(address)) return from(at);
  return std::nullopt;
}

bool isUnspecified(const IpAddress& address) {
  const auto& b = address.bytes;
  return address == IpAddress{} ||
         (address.isFour() && std::all_of(b.begin() + 12, b.end(), [](auto each) { return each == 0; }));
}

/// The kernel lets a socket be bound to addresses of this machine only.
bool isOfThisMachine(NetAddress address) {
  address.setPort(0);
  const int socket = ::socket(address.family(), SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return false;
  const bool bound = ::bind(socket, address.get(), address.length) == 0;
  ::close(socket);
  return bound;
}

std::string withoutDot(const std::string& host) {
  return !host.empty() && host.back() == '.' ? host.substr(0, host.size() - 1) : host;
}

}  // namespace

std::optional<NetAddress> literalAddress(const std::string& host) {
  if (host.find(':') != std::string::npos) return NetAddress::parse(host.substr(0, host.find('%')));
  const std::string bare = withoutDot(host);
  if (auto address = NetAddress::parse(bare)) return address;
  if (bare.empty() || bare.find_first_not_of("0123456789abcdefABCDEFxX.") != std::string::npos) return std::nullopt;
  in_addr four{};
  if (inet_aton(bare.c_str(), &four) == 0) return std::nullopt;
  char text[INET_ADDRSTRLEN] = "";
  inet_ntop(AF_INET, &four, text, sizeof text);
  return NetAddress::parse(text);
}

bool namesNobody(const std::string& host) {
  const std::string name = ocpp::folded(withoutDot(host));
  const std::string_view suffix = ".localhost";
  if (name.empty() || std::find(std::begin(localNames), std::end(localNames), name) != std::end(localNames))
    return true;
  if (name.size() > suffix.size() && name.compare(name.size() - suffix.size(), suffix.size(), suffix) == 0) return true;
  const auto literal = literalAddress(host);
  if (!literal) return false;
  IpAddress address = IpAddress::of(*literal);
  address = carriedFour(address).value_or(address);
  bool nobody = false;
  for (const auto& [range, row] : tables().refusedRanges) {
    if (!range.contains(address)) continue;
    if (!row->nobody) return false;
    nobody = true;
  }
  return nobody;
}

bool isPrivate(const NetAddress& address) {
  const auto& ranges = tables().privates;
  const IpAddress bytes = IpAddress::of(address);
  return std::any_of(ranges.begin(), ranges.end(), [&](const Cidr& each) { return each.contains(bytes); });
}

void AddressPolicy::addOwnUrl(const std::string& url) {
  if (const auto own = Url::parse(url))
    ownAuthorities_.push_back(ocpp::folded(own->host) + " " + std::to_string(own->port));
}

bool AddressPolicy::isAllowed(const NetAddress& address, const std::vector<Cidr>& more) const {
  const IpAddress bytes = IpAddress::of(address);
  const auto has = [&](const Cidr& each) { return each.contains(bytes); };
  return std::any_of(allowed_.begin(), allowed_.end(), has) || std::any_of(more.begin(), more.end(), has);
}

bool AddressPolicy::exempt(const IpAddress& address, const Cidr& range, const std::vector<Cidr>& more) const {
  const auto exempts = [&](const Cidr& each) { return each.contains(address) && each.within(range); };
  return std::any_of(allowed_.begin(), allowed_.end(), exempts) || std::any_of(more.begin(), more.end(), exempts);
}

std::string AddressPolicy::rangeOf(const IpAddress& address, const std::vector<Cidr>& more) const {
  std::string word;
  for (const auto& [range, row] : tables().refusedRanges)
    if (range.contains(address) && !exempt(address, range, more)) word = row->word;  // the last is the most special
  return word;
}

bool AddressPolicy::isOwn(const NetAddress& address) const {
  const IpAddress bytes = IpAddress::of(address);
  for (const NetAddress& listener : listeners_) {
    if (listener.port() != address.port()) continue;
    const IpAddress own = IpAddress::of(listener);
    if (own == bytes || isUnspecified(bytes) || (isUnspecified(own) && isOfThisMachine(address))) return true;
  }
  return false;
}

std::string AddressPolicy::refusal(const NetAddress& address, const std::vector<Cidr>& more) const {
  const IpAddress bytes = IpAddress::of(address);
  std::string word = isOwn(address) ? "our own listener" : rangeOf(bytes, more);
  if (const auto four = word.empty() ? carriedFour(bytes) : std::nullopt) {
    word = isOwn(NetAddress::parse(four->text(), address.port()).value()) ? "our own listener" : rangeOf(*four, more);
  }
  return word.empty() ? "" : address.host() + " is refused: " + word;
}

std::string AddressPolicy::refusal(const Url& url, const std::vector<Cidr>& more) const {
  const std::string own = ocpp::folded(url.host) + " " + std::to_string(url.port);
  if (std::find(ownAuthorities_.begin(), ownAuthorities_.end(), own) != ownAuthorities_.end())
    return url.host + " is refused: our own endpoint";
  auto literal = literalAddress(url.host);
  if (!literal) return "";
  literal->setPort(url.port);
  return refusal(*literal, more);
}

}  // namespace bridge
