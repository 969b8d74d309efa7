// SPDX-License-Identifier: GPL-2.0-or-later
// Text and bytes of socket addresses.
#include "bridge/net_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <cstring>

namespace bridge {

std::optional<NetAddress> NetAddress::parse(const std::string& host, std::uint16_t port) {
  std::string bare = host;
  if (bare.size() > 2 && bare.front() == '[' && bare.back() == ']') bare = bare.substr(1, bare.size() - 2);
  NetAddress out;
  in_addr four{};
  in6_addr six{};
  if (inet_pton(AF_INET, bare.c_str(), &four) == 1) {
    auto* address = reinterpret_cast<sockaddr_in*>(&out.storage);
    address->sin_family = AF_INET;
    address->sin_addr = four;
    out.length = sizeof(sockaddr_in);
  } else if (inet_pton(AF_INET6, bare.c_str(), &six) == 1) {
    auto* address = reinterpret_cast<sockaddr_in6*>(&out.storage);
    address->sin6_family = AF_INET6;
    address->sin6_addr = six;
    out.length = sizeof(sockaddr_in6);
  } else {
    return std::nullopt;
  }
  out.setPort(port);
  return out;
}

NetAddress NetAddress::from(const sockaddr* address, socklen_t length) {
  NetAddress out;
  std::memcpy(&out.storage, address, length);
  out.length = length;
  return out;
}

std::string NetAddress::host() const {
  char text[INET6_ADDRSTRLEN] = "";
  if (family() == AF_INET) {
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(&storage)->sin_addr, text, sizeof text);
  } else if (family() == AF_INET6) {
    const in6_addr& six = reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_addr;
    if (IN6_IS_ADDR_V4MAPPED(&six)) {
      inet_ntop(AF_INET, six.s6_addr + 12, text, sizeof text);
    } else {
      inet_ntop(AF_INET6, &six, text, sizeof text);
    }
  }
  return text;
}

std::string NetAddress::group() const {
  if (family() != AF_INET6 || IN6_IS_ADDR_V4MAPPED(&reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_addr))
    return host();
  NetAddress network = *this;
  std::memset(reinterpret_cast<sockaddr_in6*>(&network.storage)->sin6_addr.s6_addr + 8, 0, 8);
  return network.host() + "/64";
}

std::uint16_t NetAddress::port() const {
  // sin_port and sin6_port lie at the same place.
  return ntohs(reinterpret_cast<const sockaddr_in*>(&storage)->sin_port);
}

void NetAddress::setPort(std::uint16_t port) { reinterpret_cast<sockaddr_in*>(&storage)->sin_port = htons(port); }

}  // namespace bridge
