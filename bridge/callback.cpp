// SPDX-License-Identifier: GPL-2.0-or-later
// Repairs of announced callback addresses, and the table of whom a policy lets a charger name.
#include "bridge/callback.h"

#include "bridge/net_address.h"
#include "bridge/url.h"
#include "ocpp/text.h"

namespace bridge {

namespace {

/// Whom an announced host names, seen from the bridge.
enum class Host { Nobody, Sender, Allowed, BehindNat, Other };
/// What to do with it. The host is replaced or kept; port and path are always the announced ones.
enum class Move { Keep, Sender, Take, SenderIfNat, SenderIfNatElseTake };

struct PolicyRow {
  CallbackPolicy policy;
  Move moves[5];  // by Host
};
// clang-format off
constexpr PolicyRow policies[] = {
    // policy                      Nobody        Sender        Allowed       BehindNat                  Other
    {CallbackPolicy::PeerChecked, {Move::Sender, Move::Take,   Move::Take,   Move::SenderIfNat,         Move::Keep}},
    {CallbackPolicy::Peer,        {Move::Sender, Move::Sender, Move::Sender, Move::Sender,              Move::Sender}},
    {CallbackPolicy::From,        {Move::Sender, Move::Take,   Move::Take,   Move::SenderIfNatElseTake, Move::Take}},
    {CallbackPolicy::Static,      {Move::Keep,   Move::Keep,   Move::Keep,   Move::Keep,                Move::Keep}},
};
// clang-format on

/// An announced address taken apart leniently: `http://:8082/`, `localhost:8095`, `10.0.0.7`, `//10.0.0.7/x`.
struct Announced {
  std::string scheme, host, port, path;
};

bool isHostText(const std::string& host) {
  for (const char c : host) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!letter && c != '.' && c != '-' && c != '_' && c != ':') return false;
  }
  return true;
}

/// Takes `http://` from the text, or what was meant by it. False: a scheme that is not ours.
bool takeScheme(std::string_view& text, std::string& scheme) {
  scheme = "http";
  bool named = false;
  for (const std::string_view known : {"https:/", "http:/"}) {
    if (named || !ocpp::equalFold(text.substr(0, known.size()), known)) continue;
    named = true;
    scheme = known.substr(0, known.size() - 2);
    text.remove_prefix(known.size() - 1);
  }
  if (text.substr(0, 2) == "//")
    text.remove_prefix(2);
  else if (named)
    text.remove_prefix(1);
  const std::size_t colon = text.find("://");
  return colon == std::string_view::npos || text.find_first_of("/?#") < colon;
}

/// False if the part before the path is no host with an optional port.
bool takeAuthority(std::string_view authority, Announced& a) {
  if (!authority.empty() && authority.front() == '[') {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return false;
    a.host = std::string(authority.substr(1, end - 1));
    authority.remove_prefix(end + 1);
    if (!authority.empty() && authority.front() != ':') return false;
    if (!authority.empty()) a.port = std::string(authority.substr(1));
    return NetAddress::parse(a.host).has_value();
  }
  const std::size_t colon = authority.find(':');
  a.host = std::string(authority.substr(0, colon));
  if (colon != std::string_view::npos) a.port = std::string(authority.substr(colon + 1));
  return isHostText(a.host) && a.host.find(':') == std::string::npos;
}

/// Nothing if the text is no address of HTTP even with good will.
std::optional<Announced> takeApart(std::string_view text) {
  Announced a;
  if (!takeScheme(text, a.scheme)) return std::nullopt;
  const std::size_t slash = text.find_first_of("/?#");
  a.path = slash == std::string_view::npos ? "" : std::string(text.substr(slash, text.find('#') - slash));
  if (a.path.empty() || a.path.front() != '/') a.path.insert(0, "/");
  if (!takeAuthority(text.substr(0, slash), a)) return std::nullopt;
  return a;
}

Host whose(const std::string& host, const NetAddress& peer, const CallbackRules& rules,
           const AddressPolicy& addresses) {
  const auto literal = literalAddress(host);
  if (literal && IpAddress::of(*literal) == IpAddress::of(peer)) return Host::Sender;
  if (literal && addresses.isAllowed(*literal, rules.allow)) return Host::Allowed;
  if (namesNobody(host)) return Host::Nobody;
  return literal && isPrivate(*literal) && !isPrivate(peer) ? Host::BehindNat : Host::Other;
}

/// The host to call, or "" to keep the former address.
std::string chosenHost(const std::string& host, const NetAddress& peer, const CallbackRules& rules,
                       const AddressPolicy& addresses) {
  const Host who = whose(host, peer, rules, addresses);
  const auto literal = literalAddress(host);
  const std::string plain = literal ? literal->host() : host;
  for (const PolicyRow& row : policies) {
    if (row.policy != rules.policy) continue;
    switch (row.moves[static_cast<std::size_t>(who)]) {
      case Move::Keep: return "";
      case Move::Sender: return peer.host();
      case Move::Take: return plain;
      case Move::SenderIfNat: return rules.nat ? peer.host() : "";
      case Move::SenderIfNatElseTake: return rules.nat ? peer.host() : plain;
    }
  }
  return "";
}

std::string assemble(const Announced& a, const std::string& host) {
  const bool six = host.find(':') != std::string::npos;
  return a.scheme + "://" + (six ? "[" + host + "]" : host) + (a.port.empty() ? "" : ":" + a.port) + a.path;
}

bool sameHost(const std::string& a, const std::string& b) {
  const auto one = literalAddress(a), other = literalAddress(b);
  return one && other ? IpAddress::of(*one) == IpAddress::of(*other) : ocpp::equalFold(a, b);
}

}  // namespace

bool isAnonymous(std::string_view address) {
  const std::size_t slash = address.rfind('/');
  const std::string_view last = slash == std::string_view::npos ? address : address.substr(slash + 1);
  return ocpp::equalFold(last, "anonymous") || ocpp::equalFold(last, "none");
}

std::string announcedAddress(const std::string& from, const std::string& replyTo) {
  for (const std::string_view each : {ocpp::trimmed(from), ocpp::trimmed(replyTo)})
    if (!each.empty() && !isAnonymous(each)) return std::string(each);
  return "";
}

std::string callbackObjection(const std::string& url, const CallbackRules& rules, const AddressPolicy& addresses) {
  const auto parsed = Url::parse(url);
  if (rules.policy == CallbackPolicy::Static) return "only the chargers file counts";
  if (!parsed) return "it is no address";
  if (rules.tls && !parsed->secure()) return "it is not https, which the chargers file demands";
  return addresses.refusal(*parsed, rules.allow);
}

Callback callbackFrom(const std::string& announced, const std::string& peerText, const CallbackRules& rules,
                      const AddressPolicy& addresses) {
  const auto peer = NetAddress::parse(peerText);
  if (rules.policy == CallbackPolicy::Static || !peer || (announced.empty() && !rules.port)) return {};
  const std::string says = "callback address '" + announced + "' ";
  auto parts = announced.empty() ? Announced{rules.tls ? "https" : "http", "", "", "/"} : takeApart(announced);
  if (!parts) return {"", says + "is not an http address; not used"};
  const bool otherPort = rules.port && std::to_string(*rules.port) != parts->port;
  if (otherPort) parts->port = std::to_string(*rules.port);
  const std::string host = chosenHost(parts->host, *peer, rules, addresses);
  if (host.empty()) return {"", says + "is not the sender's own (" + peerText + "); not used"};
  const std::string text = assemble(*parts, host);
  const auto url = Url::parse(text);
  if (!url) return {"", says + "cannot be used"};
  const std::string objection = callbackObjection(text, rules, addresses);
  if (!objection.empty()) return {"", says + "not used: " + objection};
  if (!sameHost(host, parts->host)) return {text, says + "names no usable host; using " + text};
  return {text, otherPort ? says + "has another port than the chargers file; using " + text : ""};
}

}  // namespace bridge
