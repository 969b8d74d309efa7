// SPDX-License-Identifier: GPL-2.0-or-later
// Repairs and refusals of announced callback addresses.
#include "bridge/callback.h"

#include <arpa/inet.h>

#include <optional>

#include "bridge/net_address.h"
#include "bridge/url.h"
#include "ocpp/text.h"

namespace bridge {

namespace {

/// An announced address taken apart leniently: `http://:8082/`, `localhost:8095`, `10.0.0.7`.
struct Announced {
  std::string scheme, host, port, path;
};

std::optional<Announced> takeApart(std::string_view text) {
  Announced a;
  const std::size_t scheme = text.find("://");
  a.scheme = scheme == std::string_view::npos ? "http" : ocpp::folded(text.substr(0, scheme));
  if (a.scheme != "http" && a.scheme != "https") return std::nullopt;
  if (scheme != std::string_view::npos) text.remove_prefix(scheme + 3);
  const std::size_t slash = text.find_first_of("/?#");
  a.path = slash == std::string_view::npos ? "" : std::string(text.substr(slash));
  std::string_view authority = text.substr(0, slash);
  if (authority.find('@') != std::string_view::npos) return std::nullopt;
  const std::size_t bracket = authority.find(']');
  const std::size_t colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  a.host = std::string(authority.substr(0, colon));
  if (colon != std::string_view::npos) a.port = std::string(authority.substr(colon + 1));
  if (a.host.size() > 1 && a.host.front() == '[' && a.host.back() == ']') a.host = a.host.substr(1, a.host.size() - 2);
  if (a.path.empty() || a.path.front() != '/') a.path.insert(0, "/");
  return a;
}

/// Hosts that name the charger itself, from where it stands: useless or dangerous from where we stand.
bool namesNobody(const std::string& host) {
  if (host.empty() || ocpp::equalFold(host, "localhost")) return true;
  const auto address = NetAddress::parse(host);
  if (!address) return false;
  const std::string numeric = address->host();
  return numeric.rfind("127.", 0) == 0 || numeric.rfind("0.", 0) == 0 || numeric == "::" || numeric == "::1";
}

bool sameHost(const std::string& host, const std::string& peer) {
  const auto announced = NetAddress::parse(host);
  const auto actual = NetAddress::parse(peer);
  return announced && actual && announced->host() == actual->host();
}

std::string assemble(const Announced& a, const std::string& host) {
  const bool six = host.find(':') != std::string::npos;
  return a.scheme + "://" + (six ? "[" + host + "]" : host) + (a.port.empty() ? "" : ":" + a.port) + a.path;
}

}  // namespace

bool isAnonymous(std::string_view address) {
  const std::size_t slash = address.rfind('/');
  const std::string_view last = slash == std::string_view::npos ? address : address.substr(slash + 1);
  return ocpp::equalFold(last, "anonymous") || ocpp::equalFold(last, "none");
}

Callback callbackFrom(const std::string& from, const std::string& peer, CallbackPolicy policy) {
  const std::string_view text = ocpp::trimmed(from);
  if (policy == CallbackPolicy::Static || text.empty() || isAnonymous(text)) return {};
  const auto announced = takeApart(text);
  if (!announced) return {"", "callback address '" + std::string(text) + "' is not an http address"};
  const bool repair = namesNobody(announced->host) && !sameHost(announced->host, peer);
  const std::string url = assemble(*announced, repair ? peer : announced->host);
  if (!Url::parse(url)) return {"", "callback address '" + std::string(text) + "' cannot be used"};
  if (repair) return {url, "callback address '" + std::string(text) + "' names no usable host; using " + url};
  if (policy == CallbackPolicy::From || sameHost(announced->host, peer)) return {url, ""};
  return {"", "callback address '" + std::string(text) + "' is not the sender's own (" + peer + "); not used"};
}

}  // namespace bridge
