// SPDX-License-Identifier: GPL-2.0-or-later
// The chargers file: which identities we serve and what is special about each.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bridge/access_rules.h"
#include "bridge/options.h"
#include "bridge/tls_trust.h"

namespace bridge {

/// How one charger is called (WA-5, AU-2).
struct CallConfig {
  std::optional<CallbackPolicy> policy;
  std::optional<bool> nat;
  std::optional<std::uint16_t> port;  ///< Instead of the announced one.
  std::vector<Cidr> allow;            ///< Beside --callback-allow.
  std::optional<int> timeout;         ///< Seconds, instead of --charger-timeout (QUIRKS H14).
  TlsTrust trust;
};

/// What the operator says about one charger. Absent fields take the process-wide option.
struct ChargerConfig {
  std::string identity;         ///< chargeBoxIdentity, compared exactly after trimming (L-17).
  std::string centralIdentity;  ///< The name used towards the back-end (AU-4); the identity itself if not given.
  std::optional<std::string> callback;  ///< The charger's own SOAP endpoint; when given it is never learned.
  CallConfig call;
  std::optional<std::string> centralUrl;
  std::optional<std::string> password;  ///< For Basic auth at the back-end.
  std::string timezone;                 ///< IANA name; "" = UTC (L-11).
  std::optional<int> connectors;
  std::optional<int> heartbeatMost;               ///< Seconds (SM-5).
  AccessRules access;                             ///< What it must show before it is heard.
  std::optional<const ocpp_s::Profile*> profile;  ///< Null inside: recognised.
  ocpp_s::Quirks quirksOn, quirksOff;             ///< Single switches over the profile.
};

using ChargersFile = std::map<std::string, ChargerConfig>;

/// Reads `{"CP1": {"callback": "http://10.0.0.7:8082/", "connectors": 2}, ...}`; `//` comments are allowed.
/// Throws BadConfiguration naming file, charger, key and reason.
ChargersFile parseChargers(const std::string& text, const std::string& path);

}  // namespace bridge
