// SPDX-License-Identifier: GPL-2.0-or-later
// Which addresses the bridge never calls, whoever announces them: everything that decides it is here (WA-5).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "bridge/cidr.h"
#include "bridge/net_address.h"
#include "bridge/url.h"

namespace bridge {

/// An IP address in any spelling that a resolver would take for one without asking anybody: also the old ones of IPv4
/// (2130706433, 0x7f.1, 0177.0.0.1), a dot at the end, and IPv6 with a zone. Nothing for names.
std::optional<NetAddress> literalAddress(const std::string& host);

/// Hosts that name the charger from where it stands, and nobody from where we stand: "", localhost and its like,
/// loopback, link-local and unspecified addresses (but not the metadata services that live among them).
bool namesNobody(const std::string& host);

/// Addresses that only a private network routes: RFC 1918, shared (RFC 6598) and unique local ones.
bool isPrivate(const NetAddress& address);

/// Judges addresses about to be called. The table of refused ranges is in the .cpp. IPv6 addresses that carry an IPv4
/// address (mapped, compatible, 6to4, NAT64, ISATAP) are judged by that one too.
class AddressPolicy {
 public:
  /// `allowed` ranges are exempt from a refused range if they lie wholly within it: 0.0.0.0/0 exempts nothing.
  explicit AddressPolicy(std::vector<Cidr> allowed = {}) : allowed_(std::move(allowed)) {}

  /// A socket of our own that accepts connections; never called, whatever is allowed. An unspecified address stands for
  /// all addresses of this machine.
  void addListener(const NetAddress& listener) { listeners_.push_back(listener); }
  /// Our own endpoint as chargers see it; its host and port are never called either.
  void addOwnUrl(const std::string& url);

  /// Why this address (with port) is not called; "" = it may be. `more` are further allowed ranges.
  std::string refusal(const NetAddress& address, const std::vector<Cidr>& more = {}) const;
  /// The same as far as it can be told without resolving a name.
  std::string refusal(const Url& url, const std::vector<Cidr>& more = {}) const;
  /// The operator has named this address in a list of allowed ranges.
  bool isAllowed(const NetAddress& address, const std::vector<Cidr>& more = {}) const;

 private:
  bool isOwn(const NetAddress& address) const;
  bool exempt(const IpAddress& address, const Cidr& refused, const std::vector<Cidr>& more) const;
  std::string rangeOf(const IpAddress& address, const std::vector<Cidr>& more) const;

  std::vector<Cidr> allowed_;
  std::vector<NetAddress> listeners_;
  std::vector<std::string> ownAuthorities_;
};

}  // namespace bridge
