// SPDX-License-Identifier: GPL-2.0-or-later
// Reading and matching of addresses and ranges.
#include "bridge/cidr.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <cstring>

#include "bridge/net_address.h"
#include "bridge/options.h"

namespace bridge {

namespace {

constexpr std::uint8_t fourPrefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
constexpr int fourBits = 96;  // of that prefix

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  if (text.size() > 1 && text.front() == '[' && text.back() == ']') {
    text = text.substr(1, text.size() - 2);
    if (text.find(':') == std::string_view::npos) return std::nullopt;
  }
  const std::string bare(text);
  IpAddress address;
  if (bare.find('\0') != std::string::npos) return std::nullopt;
  if (inet_pton(AF_INET6, bare.c_str(), address.bytes.data()) == 1) return address;
  std::memcpy(address.bytes.data(), fourPrefix, sizeof fourPrefix);
  if (inet_pton(AF_INET, bare.c_str(), address.bytes.data() + sizeof fourPrefix) == 1) return address;
  return std::nullopt;
}

IpAddress IpAddress::of(const NetAddress& address) {
  IpAddress out;
  if (address.family() == AF_INET) {
    std::memcpy(out.bytes.data(), fourPrefix, sizeof fourPrefix);
    std::memcpy(out.bytes.data() + sizeof fourPrefix, &reinterpret_cast<const sockaddr_in*>(address.get())->sin_addr,
                4);
  } else if (address.family() == AF_INET6) {
    std::memcpy(out.bytes.data(), &reinterpret_cast<const sockaddr_in6*>(address.get())->sin6_addr, 16);
  }
  return out;
}

bool IpAddress::isFour() const { return std::equal(std::begin(fourPrefix), std::end(fourPrefix), bytes.begin()); }

std::string IpAddress::text() const {
  char out[INET6_ADDRSTRLEN] = "";
  if (isFour())
    inet_ntop(AF_INET, bytes.data() + sizeof fourPrefix, out, sizeof out);
  else
    inet_ntop(AF_INET6, bytes.data(), out, sizeof out);
  return out;
}

IpAddress IpAddress::masked(int bits) const {
  IpAddress out = *this;
  for (int byte = 0; byte < 16; ++byte) {
    const int keep = std::clamp(bits - byte * 8, 0, 8);
    out.bytes[static_cast<std::size_t>(byte)] &= static_cast<std::uint8_t>(0xFF00 >> keep);
  }
  return out;
}

std::size_t IpAddressHash::operator()(const IpAddress& address) const {
  return std::hash<std::string_view>()({reinterpret_cast<const char*>(address.bytes.data()), address.bytes.size()});
}

IpRanges::IpRanges(std::initializer_list<std::string_view> ranges) {
  for (const std::string_view range : ranges) add(range);
}

Cidr Cidr::parse(std::string_view range) {
  const std::size_t slash = range.find('/');
  const auto address = IpAddress::parse(range.substr(0, slash));
  if (!address)
    throw BadConfiguration("'" + std::string(range) +
                           "' is no IP address or range such as 10.0.0.0/8 or 2001:db8::/32");
  // How it is written decides what the length counts: ::ffff:10.0.0.0/104 is 10.0.0.0/8.
  const bool writtenAsFour = range.substr(0, slash).find(':') == std::string_view::npos;
  int bits = 128;
  if (slash != std::string_view::npos) {
    const std::string_view length = range.substr(slash + 1);
    const auto [end, error] = std::from_chars(length.data(), length.data() + length.size(), bits);
    if (error != std::errc() || end != length.data() + length.size() || bits < 0 || bits > (writtenAsFour ? 32 : 128))
      throw BadConfiguration("'" + std::string(range) + "': the length behind / must be a number from 0 to " +
                             (writtenAsFour ? "32" : "128"));
    if (writtenAsFour) bits += fourBits;
  }
  if (address->masked(bits) != *address)
    throw BadConfiguration("'" + std::string(range) + "' has bits set behind its length; did you mean " +
                           address->masked(bits).text() + std::string(range.substr(slash)) + "?");
  return {*address, bits};
}

bool Cidr::four() const { return base.isFour() && bits >= fourBits; }

bool Cidr::contains(const IpAddress& address) const {
  return four() == address.isFour() && address.masked(bits) == base;
}

std::vector<Cidr> cidrsOf(std::string_view list) {
  std::vector<Cidr> ranges;
  while (true) {
    const std::size_t begin = list.find_first_not_of(", \t");
    if (begin == std::string_view::npos) break;
    const std::size_t end = std::min(list.find_first_of(", \t", begin), list.size());
    ranges.push_back(Cidr::parse(list.substr(begin, end - begin)));
    list.remove_prefix(end);
  }
  // An empty list would open what it was meant to close.
  if (ranges.empty()) throw BadConfiguration("names no address");
  return ranges;
}

void IpRanges::add(const Cidr& range) { byPrefix_[{range.bits, range.four()}].insert(range.base); }

void IpRanges::addList(std::string_view list) {
  for (const Cidr& range : cidrsOf(list)) add(range);
}

void IpRanges::add(const IpRanges& other) {
  for (const auto& [prefix, addresses] : other.byPrefix_) byPrefix_[prefix].insert(addresses.begin(), addresses.end());
}

bool IpRanges::contains(const IpAddress& address) const {
  const bool four = address.isFour();
  return std::any_of(byPrefix_.begin(), byPrefix_.end(), [&](const auto& each) {
    return each.first.four == four && each.second.count(address.masked(each.first.bits)) != 0;
  });
}

}  // namespace bridge
