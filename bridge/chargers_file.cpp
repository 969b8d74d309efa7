// SPDX-License-Identifier: GPL-2.0-or-later
// Reads the chargers file with one row per key.
#include "bridge/chargers_file.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "bridge/charger_quirks.h"
#include "bridge/identity.h"
#include "bridge/password_hash.h"
#include "bridge/random_id.h"
#include "bridge/secret_file.h"
#include "bridge/timezone.h"
#include "bridge/url.h"
#include "ocpp/hidden.h"
#include "ocpp/text.h"

namespace bridge {

namespace {

using nlohmann::json;

std::string text(const json& value) {
  if (!value.is_string()) throw BadConfiguration("must be text in quotes");
  return value.get<std::string>();
}

std::string name(const json& value) {
  std::string written = text(value);
  if (const char* why = identityObjection(written)) throw BadConfiguration(std::string("the name ") + why);
  return written;
}

std::string url(const json& value, bool webSocket) {
  const std::string address = text(value);
  const auto parsed = Url::parse(address);
  const bool fits = parsed && (webSocket ? parsed->scheme == "ws" || parsed->scheme == "wss"
                                         : parsed->scheme == "http" || parsed->scheme == "https");
  if (!fits)
    throw BadConfiguration("'" + address + "' is not a " + (webSocket ? "ws:// or wss://" : "http:// or https://") +
                           " address");
  return address;
}

std::string secretFile(ChargerConfig& config, const json& value) {
  config.secretFiles.push_back(text(value));
  return readSecret(config.secretFiles.back());
}

std::string secretText(ChargerConfig& config, const json& value) {
  config.holdsSecrets = true;
  return text(value);
}

std::string secretVariable(const json& value) {
  const std::string name = text(value);
  const char* content = std::getenv(name.c_str());
  if (!content) throw BadConfiguration("there is no environment variable '" + name + "'");
  return content;
}

std::string soapPassword(std::string password) {
  if (password.empty()) throw BadConfiguration("must not be empty");
  return password;
}

/// Long enough not to be guessed, and without characters that URLs would change.
std::string urlSecret(std::string secret) {
  const bool plain = std::all_of(secret.begin(), secret.end(), [](unsigned char c) {
    return std::isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~';
  });
  if (secret.size() < 16 || secret.size() > 200 || !plain)
    throw BadConfiguration("must be 16 to 200 letters, digits or -._~");
  return secret;
}

bool yesOrNo(const json& value) {
  if (!value.is_boolean()) throw BadConfiguration("must be true or false");
  return value.get<bool>();
}

int wholeNumber(const json& value, int least, int most) {
  if (!value.is_number_integer() || value.get<std::int64_t>() < least || value.get<std::int64_t>() > most)
    throw BadConfiguration("must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return value.get<int>();
}

/// One text or a list of them.
std::vector<std::string> texts(const json& value) {
  std::vector<std::string> all;
  if (!value.is_array()) return {text(value)};
  for (const json& each : value) all.push_back(text(each));
  return all;
}

std::string pin(const std::string& written) {
  const auto bytes = parsePin(written);
  if (!bytes) throw BadConfiguration("'" + written + "' is neither a SHA-256 of 64 hex digits nor sha256/BASE64");
  return *bytes;
}

struct KeyRow {
  const char* key;
  void (*apply)(ChargerConfig&, const json&);
};
const KeyRow keys[] = {
    {"callback", [](ChargerConfig& c, const json& v) { c.callback = url(v, false); }},
    {"callbackPolicy", [](ChargerConfig& c, const json& v) { c.call.policy = callbackPolicyOf(text(v)); }},
    {"callbackNat", [](ChargerConfig& c, const json& v) { c.call.nat = yesOrNo(v); }},
    {"callbackPort",
     [](ChargerConfig& c, const json& v) { c.call.port = static_cast<std::uint16_t>(wholeNumber(v, 1, 65535)); }},
    {"callbackAllow",
     [](ChargerConfig& c, const json& v) {
       for (const std::string& each : texts(v))
         for (const Cidr& range : cidrsOf(each)) c.call.allow.push_back(range);
     }},
    {"callbackPin",
     [](ChargerConfig& c, const json& v) {
       for (const std::string& each : texts(v)) c.call.trust.pins.push_back(pin(each));
     }},
    {"callbackSelfSigned", [](ChargerConfig& c, const json& v) { c.call.trust.selfSigned = yesOrNo(v); }},
    {"callbackName", [](ChargerConfig& c, const json& v) { c.call.trust.name = text(v); }},
    {"centralUrl", [](ChargerConfig& c, const json& v) { c.centralUrl = url(v, true); }},
    {"centralIdentity", [](ChargerConfig& c, const json& v) { c.centralIdentity = name(v); }},
    {"password", [](ChargerConfig& c, const json& v) { c.password = secretText(c, v); }},
    {"passwordFile",
     [](ChargerConfig& c, const json& v) {
       c.password = secretFile(c, v);
       c.passwordFile = text(v);
     }},
    {"passwordEnv",
     [](ChargerConfig& c, const json& v) {
       c.password = secretVariable(v);
       c.passwordEnv = text(v);
     }},
    {"timezone",
     [](ChargerConfig& c, const json& v) {
       c.timezone = text(v);
       if (!knownTimezone(c.timezone)) throw BadConfiguration("'" + c.timezone + "' is not a timezone of this system");
     }},
    {"connectors", [](ChargerConfig& c, const json& v) { c.connectors = wholeNumber(v, 1, 1000); }},
    {"chargerTimeout", [](ChargerConfig& c, const json& v) { c.call.timeout = wholeNumber(v, 1, 86400); }},
    {"heartbeatMost", [](ChargerConfig& c, const json& v) { c.heartbeatMost = wholeNumber(v, 0, 86400); }},
    {"profile", [](ChargerConfig& c, const json& v) { c.profile = profileNamed(text(v)); }},
    {"quirks",
     [](ChargerConfig& c, const json& v) {
       if (!v.is_object()) throw BadConfiguration("must be an object of switches, {\"milliseconds\": true}");
       for (const auto& [name, on] : v.items()) {
         const auto quirk = ocpp_s::findQuirk(name);
         if (!quirk) throw BadConfiguration("'" + name + "' is no quirk (docs/interop.md lists them)");
         if (!on.is_boolean()) throw BadConfiguration(name + ": must be true or false");
         (on.get<bool>() ? c.quirksOn : c.quirksOff).set(*quirk, true);
       }
     }},
    {"allowFrom",
     [](ChargerConfig& c, const json& v) {
       if (!v.is_array() || v.empty()) throw BadConfiguration("must be a list of addresses and ranges [\"...\"]");
       for (const json& range : v) c.access.from.add(text(range));
     }},
    {"soapUser", [](ChargerConfig& c, const json& v) { c.access.user = name(v); }},
    {"soapPassword", [](ChargerConfig& c, const json& v) { c.access.password = soapPassword(secretText(c, v)); }},
    {"soapPasswordFile", [](ChargerConfig& c, const json& v) { c.access.password = soapPassword(secretFile(c, v)); }},
    {"soapPasswordEnv", [](ChargerConfig& c, const json& v) { c.access.password = soapPassword(secretVariable(v)); }},
    {"soapPasswordHash",
     [](ChargerConfig& c, const json& v) {
       c.access.passwordHash = secretText(c, v);
       if (const char* why = hashObjection(*c.access.passwordHash)) throw BadConfiguration(why);
     }},
    {"urlSecret", [](ChargerConfig& c, const json& v) { c.access.urlSecret = urlSecret(secretText(c, v)); }},
    {"urlSecretFile", [](ChargerConfig& c, const json& v) { c.access.urlSecret = urlSecret(secretFile(c, v)); }},
    {"urlSecretEnv", [](ChargerConfig& c, const json& v) { c.access.urlSecret = urlSecret(secretVariable(v)); }},
    {"clientCertificate",
     [](ChargerConfig& c, const json& v) {
       c.access.needsCertificate = !v.is_boolean() || v.get<bool>();
       if (!v.is_boolean()) c.access.certificateName = name(v);
     }},
};

/// AU-4, AU-5: Basic auth ends the user's name at the first colon.
void checkAccess(const ChargerConfig& config) {
  const std::string& user = config.access.user.empty() ? config.identity : config.access.user;
  if (!config.access.user.empty() && !config.access.hasPassword())
    throw BadConfiguration("soapUser: nothing without a soapPassword");
  if (config.access.password && config.access.passwordHash)
    throw BadConfiguration("soapPasswordHash: there is a soapPassword as well; which one counts?");
  if (config.access.hasPassword() && user.find(':') != std::string::npos)
    throw BadConfiguration("'" + user +
                           "' cannot be a user of Basic auth because of its colon; name another as soapUser");
}

/// What is wrong with one key.
struct BadKey : BadConfiguration {
  BadKey(std::string theKey, const std::string& why) : BadConfiguration(why), key(std::move(theKey)) {}
  std::string key;
};

ChargerConfig readOne(const std::string& identity, const json& object) {
  if (!object.is_object()) throw BadConfiguration("must be an object {...}");
  ChargerConfig config;
  config.identity = identity;
  for (const auto& [key, value] : object.items()) {
    const auto* row =
        std::find_if(std::begin(keys), std::end(keys), [&, k = key](const KeyRow& r) { return k == r.key; });
    if (row == std::end(keys)) throw BadKey(key, "unknown key");
    try {
      row->apply(config, value);
    } catch (const BadConfiguration& bad) { throw BadKey(key, bad.what()); }
  }
  if (config.centralIdentity.empty()) config.centralIdentity = identity;
  const std::string secrets = config.password.value_or("") + '\0' + config.access.password.value_or("") + '\0' +
                              config.access.urlSecret.value_or("");  // what files and variables held
  config.digest = sha256(object.dump() + '\0' + secrets);
  checkAccess(config);
  if (config.callback && config.call.trust.demanded() && !Url::parse(*config.callback)->secure())
    throw BadKey("callback", "must be https:// with callbackPin, callbackSelfSigned or callbackName");
  return config;
}

/// The same key twice: JSON libraries silently take the last one.
void refuseTwins(ParsedChargers& parsed) {
  std::set<std::pair<std::string, std::string>> seen;
  const std::vector<JsonKey> all = parsed.keys;
  for (const JsonKey& each : all) {
    const std::string identity(ocpp::trimmed(each.outer));
    if (!each.inner.empty() && parsed.refused.count(identity) != 0) continue;
    if (each.inner.empty() ? seen.emplace(identity, "").second : seen.emplace(each.outer, "." + each.inner).second)
      continue;
    parsed.refused.insert(identity);
    parsed.problems.push_back(parsed.path + ":" + std::to_string(each.line) + ": charger '" + ocpp::shown(identity) +
                              "': " + each.inner + (each.inner.empty() ? "" : ": ") + "stands there twice");
  }
}

}  // namespace

std::vector<std::string> chargerKeys() {
  std::vector<std::string> all;
  for (const KeyRow& row : keys) all.emplace_back(row.key);
  return all;
}

void ParsedChargers::problem(const std::string& identity, const std::string& key, const std::string& why) {
  int line = 0;
  for (const JsonKey& each : keys)
    if (ocpp::trimmed(each.outer) == identity && (each.inner == key || (line == 0 && each.inner.empty())))
      line = each.line;
  problems.push_back(path + (line == 0 ? "" : ":" + std::to_string(line)) + ": charger '" + ocpp::shown(identity) +
                     "': " + key + (key.empty() ? "" : ": ") + why);
}

void ParsedChargers::refuse(const std::string& identity, const std::string& key, const std::string& why) {
  problem(identity, key, why);
  refused.insert(identity);
  chargers.erase(identity);
}

ParsedChargers parseChargersFile(const std::string& content, const std::string& path) {
  json root;
  try {
    root = json::parse(content, nullptr, true, true);
  } catch (const json::exception& e) { throw BadConfiguration(path + ": " + e.what()); }
  if (!root.is_object()) throw BadConfiguration(path + ": must be an object of identities");
  ParsedChargers parsed;
  parsed.path = path;
  parsed.keys = jsonKeys(content);
  refuseTwins(parsed);
  for (const auto& [written, object] : root.items()) {
    const std::string identity(ocpp::trimmed(written));
    if (parsed.refused.count(identity) != 0) continue;
    if (const char* why = identityObjection(identity)) {
      parsed.refuse(identity, "", std::string("the identity ") + why);
      continue;
    }
    try {
      parsed.chargers.emplace(identity, readOne(identity, object));
    } catch (const BadKey& bad) { parsed.refuse(identity, bad.key, bad.what()); } catch (const BadConfiguration& bad) {
      parsed.refuse(identity, "", bad.what());
    }
  }
  return parsed;
}

ChargersFile parseChargers(const std::string& content, const std::string& path) {
  ParsedChargers parsed = parseChargersFile(content, path);
  if (!parsed.problems.empty()) throw BadConfiguration(parsed.problems.front());
  return std::move(parsed.chargers);
}

}  // namespace bridge
