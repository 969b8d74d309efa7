// SPDX-License-Identifier: GPL-2.0-or-later
// A range of IP addresses, written as 10.0.0.0/8 or fd00::/8.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "bridge/net_address.h"

namespace bridge {

/// An address as 16 bytes; IPv4 as ::ffff:a.b.c.d, so that both spellings of an address are one.
using AddressBytes = std::array<std::uint8_t, 16>;
AddressBytes addressBytes(const NetAddress& address);
bool isFour(const AddressBytes& address);

struct Cidr {
  AddressBytes base{};
  int bits = 128;  ///< Of the 128; an IPv4 range has 96 more than it is written with.

  /// `ADDRESS` or `ADDRESS/BITS`; nothing for other text, and for bits set behind the prefix (10.0.0.1/8).
  static std::optional<Cidr> parse(std::string_view text);
  static Cidr of(const NetAddress& address) { return {addressBytes(address), 128}; }
  /// An IPv6 range never contains an IPv4 address, not even ::/0.
  bool contains(const AddressBytes& address) const;
  bool contains(const NetAddress& address) const { return contains(addressBytes(address)); }
  /// Every address of this range is in the other.
  bool within(const Cidr& other) const { return bits >= other.bits && other.contains(base); }
};

}  // namespace bridge
