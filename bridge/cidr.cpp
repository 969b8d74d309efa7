// SPDX-License-Identifier: GPL-2.0-or-later
// Ranges of IP addresses: text and comparison.
#include "bridge/cidr.h"

#include <netinet/in.h>

#include <algorithm>
#include <charconv>

namespace bridge {

AddressBytes addressBytes(const NetAddress& address) {
  AddressBytes bytes{};
  if (address.family() == AF_INET) {
    const auto& four = reinterpret_cast<const sockaddr_in*>(address.get())->sin_addr;
    bytes[10] = bytes[11] = 0xff;
    const auto* from = reinterpret_cast<const std::uint8_t*>(&four);
    std::copy(from, from + 4, bytes.begin() + 12);
  } else if (address.family() == AF_INET6) {
    const auto& six = reinterpret_cast<const sockaddr_in6*>(address.get())->sin6_addr;
    std::copy(six.s6_addr, six.s6_addr + 16, bytes.begin());
  }
  return bytes;
}

bool isFour(const AddressBytes& address) {
  return std::all_of(address.begin(), address.begin() + 10, [](std::uint8_t b) { return b == 0; }) &&
         address[10] == 0xff && address[11] == 0xff;
}

namespace {
bool samePrefix(const AddressBytes& a, const AddressBytes& b, int bits) {
  const int whole = bits / 8;
  if (!std::equal(a.begin(), a.begin() + whole, b.begin())) return false;
  return bits % 8 == 0 || ((a[whole] ^ b[whole]) >> (8 - bits % 8)) == 0;
}
}  // namespace

bool Cidr::contains(const AddressBytes& address) const {
  return isFour(base) == isFour(address) && samePrefix(base, address, bits);
}

std::optional<Cidr> Cidr::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = NetAddress::parse(std::string(text.substr(0, slash)));
  if (!address) return std::nullopt;
  Cidr range = of(*address);
  if (slash == std::string_view::npos) return range;
  const std::string_view digits = text.substr(slash + 1);
  const bool four = address->family() == AF_INET;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), range.bits);
  if (error != std::errc() || end != digits.data() + digits.size() || range.bits < 0 || range.bits > (four ? 32 : 128))
    return std::nullopt;
  if (four) range.bits += 96;
  AddressBytes network = range.base;
  for (int bit = range.bits; bit < 128; ++bit) network[bit / 8] &= static_cast<std::uint8_t>(~(0x80 >> bit % 8));
  if (network != range.base) return std::nullopt;
  return range;
}

}  // namespace bridge
