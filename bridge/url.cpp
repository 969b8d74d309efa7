// SPDX-License-Identifier: GPL-2.0-or-later
// URL splitting by RFC 3986 section 3, for the four schemes the bridge speaks.
#include "bridge/url.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include "bridge/random_id.h"

namespace bridge {
namespace {

struct Scheme {
  const char* name;
  std::uint16_t port;
};
constexpr std::array<Scheme, 4> schemes = {{{"http", 80}, {"https", 443}, {"ws", 80}, {"wss", 443}}};

std::uint16_t defaultPort(const std::string& scheme) {
  for (const Scheme& each : schemes) {
    if (scheme == each.name) return each.port;
  }
  return 0;
}

bool splitAuthority(const std::string& authority, Url& url) {
  std::string port;
  if (!authority.empty() && authority.front() == '[') {
    const auto end = authority.find(']');
    if (end == std::string::npos) return false;
    url.host = authority.substr(1, end - 1);
    const std::string rest = authority.substr(end + 1);
    if (!rest.empty() && rest.front() != ':') return false;
    port = rest.empty() ? "" : rest.substr(1);
    if (url.host.find(':') == std::string::npos) return false;  // only IPv6 stands in brackets
  } else {
    const auto colon = authority.find(':');
    url.host = authority.substr(0, colon);
    if (colon != std::string::npos) port = authority.substr(colon + 1);
  }
  if (url.host.empty() || url.host.find_first_of("[]") != std::string::npos) return false;
  if (port.empty()) return true;
  unsigned value = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), value);
  if (error != std::errc() || end != port.data() + port.size() || value == 0 || value > 65535) return false;
  url.port = static_cast<std::uint16_t>(value);
  return true;
}

}  // namespace

std::string Url::authority() const {
  const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return port == defaultPort(scheme) ? name : name + ":" + std::to_string(port);
}

std::optional<Url> Url::parse(const std::string& text) {
  const bool clean = std::all_of(text.begin(), text.end(), [](unsigned char c) { return c > 0x20 && c != 0x7f; });
  const auto colon = text.find("://");
  if (!clean || colon == std::string::npos) return std::nullopt;
  Url url;
  url.scheme = text.substr(0, colon);
  for (char& c : url.scheme) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  url.port = defaultPort(url.scheme);
  if (url.port == 0) return std::nullopt;
  const auto start = colon + 3;
  const auto end = std::min(text.find_first_of("/?#", start), text.size());
  const std::string authority = text.substr(start, end - start);
  if (authority.find('@') != std::string::npos || !splitAuthority(authority, url)) return std::nullopt;
  url.target =
      text.substr(end, text.find('#', end) == std::string::npos ? std::string::npos : text.find('#', end) - end);
  if (url.target.empty() || url.target.front() != '/') url.target.insert(0, "/");
  return url;
}

std::string backendName(const std::string& url, const std::string& identity) {
  std::string name = url;
  if (auto parts = Url::parse(url)) {
    std::transform(parts->host.begin(), parts->host.end(), parts->host.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    name = parts->scheme + "://" + parts->authority() + parts->target.substr(0, parts->target.find('?'));
  }
  while (!name.empty() && name.back() == '/') name.pop_back();
  return name + "/" + percentEncoded(identity);
}

}  // namespace bridge
