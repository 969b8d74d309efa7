// SPDX-License-Identifier: GPL-2.0-or-later
// A socket address (IPv4 or IPv6 with port) as a value.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>

namespace bridge {

struct NetAddress {
  sockaddr_storage storage{};
  socklen_t length = 0;

  /// An IP literal, IPv6 with or without brackets; nothing for a name.
  static std::optional<NetAddress> parse(const std::string& host, std::uint16_t port = 0);
  static NetAddress from(const sockaddr* address, socklen_t length);

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  int family() const { return storage.ss_family; }
  /// Numeric host without brackets; IPv4-mapped IPv6 is shown as IPv4.
  std::string host() const;
  /// What one site has: the IPv4 address, or the first 64 bits of the IPv6 address (`2001:db8:0:1::/64`).
  std::string group() const;
  std::uint16_t port() const;
  void setPort(std::uint16_t port);
};

}  // namespace bridge
