// SPDX-License-Identifier: GPL-2.0-or-later
// The chargers file: which identities we serve and what is special about each.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "bridge/access_rules.h"
#include "bridge/json_lines.h"
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
  std::optional<std::string> password;    ///< For Basic auth at the back-end.
  std::string passwordFile, passwordEnv;  ///< Where it was read from, if it does not stand in the file itself.
  std::string timezone;                   ///< IANA name; "" = UTC (L-11).
  std::optional<int> connectors;
  std::optional<int> heartbeatMost;               ///< Seconds (SM-5).
  AccessRules access;                             ///< What it must show before it is heard.
  std::optional<const ocpp_s::Profile*> profile;  ///< Null inside: recognised.
  ocpp_s::Quirks quirksOn, quirksOff;             ///< Single switches over the profile.
  /// SHA-256 of everything that its entry says, secrets included: another digest, other settings. "" = no entry.
  std::string digest;
  bool holdsSecrets = false;             ///< A secret stands in the chargers file itself.
  std::vector<std::string> secretFiles;  ///< Other files that its secrets come from.
};

using ChargersFile = std::map<std::string, ChargerConfig>;

/// A chargers file and what is wrong with single chargers of it.
struct ParsedChargers {
  ChargersFile chargers;              ///< The good ones.
  std::set<std::string> refused;      ///< The others, as far as their identity can be one.
  std::vector<std::string> problems;  ///< `FILE:LINE: charger 'CP1': KEY: REASON`
  std::vector<std::string> warnings;  ///< Sentences about files that are too open.

  /// Something is wrong with that charger, at the key of that name, or at its entry if there is none.
  void problem(const std::string& identity, const std::string& key, const std::string& why);
  /// The same, and it is no good one.
  void refuse(const std::string& identity, const std::string& key, const std::string& why);

  std::string path;
  std::vector<JsonKey> keys;
};

/// Reads `{"CP1": {"callback": "http://10.0.0.7:8082/", "connectors": 2}, ...}`; `//` comments are allowed.
/// Throws BadConfiguration where the whole is no such object.
ParsedChargers parseChargersFile(const std::string& text, const std::string& path);
/// The same for those who want all or nothing: throws BadConfiguration naming file, line, charger, key and reason.
ChargersFile parseChargers(const std::string& text, const std::string& path);
/// The keys that an entry may have, in the order of the table.
std::vector<std::string> chargerKeys();

}  // namespace bridge
