// SPDX-License-Identifier: GPL-2.0-or-later
// IP addresses without port as values, and ranges of them in CIDR notation (RFC 4632, RFC 4291 section 2.3).
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace bridge {

struct NetAddress;

/// An IPv4 or IPv6 address. IPv4 is held, and compares, as IPv4-mapped IPv6: the same peer is the same value on
/// sockets of both kinds.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};

  /// Nothing unless the text is a numeric address, with or without brackets.
  static std::optional<IpAddress> parse(std::string_view text);
  static IpAddress of(const NetAddress& address);
  bool isFour() const;
  /// Numeric, without brackets.
  std::string text() const;
  /// The address with all bits behind the first `bits` (of 128) cleared.
  IpAddress masked(int bits) const;
  /// What one subscriber cannot change at will: the address itself for IPv4, the /64 for IPv6.
  IpAddress subscriber() const { return isFour() ? *this : masked(64); }

  bool operator==(const IpAddress& other) const { return bytes == other.bytes; }
  bool operator!=(const IpAddress& other) const { return bytes != other.bytes; }
};

struct IpAddressHash {
  std::size_t operator()(const IpAddress& address) const;
};

/// One range. A range of IPv6 never contains an IPv4 address, not even ::/0.
struct Cidr {
  IpAddress base;
  int bits = 128;  ///< Of the 128; an IPv4 range has 96 more than it is written with.

  /// Reads `10.0.0.7`, `10.0.0.0/8`, `2001:db8::/32`. Throws BadConfiguration naming the text: no address, a prefix
  /// that is too long, or bits set behind the prefix.
  static Cidr parse(std::string_view text);
  static Cidr of(const IpAddress& address) { return {address, 128}; }
  bool four() const;
  bool contains(const IpAddress& address) const;
  bool operator==(const Cidr& other) const { return bits == other.bits && base == other.base; }
  /// Every address of this range is in the other.
  bool within(const Cidr& other) const { return bits >= other.bits && other.contains(base); }
};

/// The ranges of a list with commas or blanks between them. Throws BadConfiguration, also for a list without any.
std::vector<Cidr> cidrsOf(std::string_view list);

/// A set of ranges. Asking costs one look-up per prefix length in use, however many ranges there are.
class IpRanges {
 public:
  IpRanges() = default;
  /// For constants. Throws BadConfiguration like add().
  IpRanges(std::initializer_list<std::string_view> ranges);

  void add(const Cidr& range);
  /// Throws BadConfiguration like Cidr::parse().
  void add(std::string_view range) { add(Cidr::parse(range)); }
  /// Adds the ranges of a list with commas or blanks between them. Throws BadConfiguration.
  void addList(std::string_view list);
  /// Adds all ranges of another set.
  void add(const IpRanges& other);
  bool empty() const { return byPrefix_.empty(); }
  bool contains(const IpAddress& address) const;

 private:
  struct Prefix {
    int bits;  // of the 128
    bool four;
    bool operator<(const Prefix& other) const { return bits != other.bits ? bits < other.bits : four < other.four; }
  };
  // ::/0 is all of IPv6 and none of IPv4, hence the family beside the length.
  std::map<Prefix, std::unordered_set<IpAddress, IpAddressHash>> byPrefix_;
};

}  // namespace bridge
