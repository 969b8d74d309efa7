// SPDX-License-Identifier: GPL-2.0-or-later
// Walks the chain of proxies from our end.
#include "bridge/forwarded.h"

#include <algorithm>
#include <vector>

#include "ocpp/text.h"

namespace bridge {

namespace {

/// The elements of a list header, all its lines together, in order. Commas within quotes do not separate.
std::vector<std::string> elements(const HttpHeaders& headers, std::string_view name) {
  std::vector<std::string> all;
  for (const auto& [field, value] : headers) {
    if (!sameToken(field, name)) continue;
    all.emplace_back();
    bool quoted = false;
    for (const char c : value) {
      if (c == '"') quoted = !quoted;
      if (c == ',' && !quoted)
        all.emplace_back();
      else
        all.back() += c;
    }
  }
  return all;
}

/// `192.0.2.7`, `192.0.2.7:4711`, `[2001:db8::7]:4711`, `2001:db8::7`.
std::optional<IpAddress> node(std::string_view text) {
  text = ocpp::trimmed(text);
  if (text.size() > 1 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  if (!text.empty() && text.front() == '[') return IpAddress::parse(text.substr(0, text.find(']') + 1));
  const bool oneColon = std::count(text.begin(), text.end(), ':') == 1;
  return IpAddress::parse(oneColon ? text.substr(0, text.find(':')) : text);
}

/// The value of `for=` in one element of Forwarded.
std::optional<IpAddress> forwardedFor(std::string_view element) {
  while (!element.empty()) {
    const std::size_t end = std::min(element.find(';'), element.size());
    const std::string_view pair = ocpp::trimmed(element.substr(0, end));
    if (pair.size() > 4 && ocpp::equalFold(pair.substr(0, 4), "for=")) return node(pair.substr(4));
    element.remove_prefix(std::min(end + 1, element.size()));
  }
  return std::nullopt;
}

}  // namespace

std::optional<Origin> originOf(const HttpRequest& request, const IpRanges& trusted, ProxyHeader header) {
  const auto peer = IpAddress::parse(request.peerAddress);
  if (!peer) return std::nullopt;
  Origin origin{*peer};
  if (!trusted.contains(*peer)) {
    origin.headerIgnored = request.headers.find("X-Forwarded-For") || request.headers.find("Forwarded");
    return origin;
  }
  const bool standard = header == ProxyHeader::Forwarded;
  const auto hops = elements(request.headers, standard ? "Forwarded" : "X-Forwarded-For");
  for (auto hop = hops.rbegin(); hop != hops.rend() && trusted.contains(origin.address); ++hop) {
    const auto before = standard ? forwardedFor(*hop) : node(*hop);
    if (!before) break;
    origin.address = *before;
    origin.forwarded = true;
  }
  return origin;
}

}  // namespace bridge
