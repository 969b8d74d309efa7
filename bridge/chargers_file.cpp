// SPDX-License-Identifier: GPL-2.0-or-later
// Reads the chargers file with one row per key.
#include "bridge/chargers_file.h"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "bridge/charger_quirks.h"
#include "bridge/timezone.h"
#include "bridge/url.h"
#include "ocpp/text.h"

namespace bridge {

namespace {

using nlohmann::json;

std::string text(const json& value) {
  if (!value.is_string()) throw BadConfiguration("must be text in quotes");
  return value.get<std::string>();
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

/// The first line's text without its end, as editors leave it.
std::string secretFile(const json& value) {
  std::string content = readFile(text(value));
  content.erase(content.find_last_not_of("\r\n") + 1);
  return content;
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
    {"centralIdentity", [](ChargerConfig& c, const json& v) { c.centralIdentity = text(v); }},
    {"password", [](ChargerConfig& c, const json& v) { c.password = text(v); }},
    {"passwordFile", [](ChargerConfig& c, const json& v) { c.password = secretFile(v); }},
    {"passwordEnv", [](ChargerConfig& c, const json& v) { c.password = secretVariable(v); }},
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
    {"soapUser",
     [](ChargerConfig& c, const json& v) {
       c.access.user = text(v);
       if (c.access.user.empty()) throw BadConfiguration("must not be empty");
     }},
    {"soapPassword", [](ChargerConfig& c, const json& v) { c.access.password = soapPassword(text(v)); }},
    {"soapPasswordFile", [](ChargerConfig& c, const json& v) { c.access.password = soapPassword(secretFile(v)); }},
    {"soapPasswordEnv", [](ChargerConfig& c, const json& v) { c.access.password = soapPassword(secretVariable(v)); }},
    {"urlSecret", [](ChargerConfig& c, const json& v) { c.access.urlSecret = urlSecret(text(v)); }},
    {"urlSecretFile", [](ChargerConfig& c, const json& v) { c.access.urlSecret = urlSecret(secretFile(v)); }},
    {"urlSecretEnv", [](ChargerConfig& c, const json& v) { c.access.urlSecret = urlSecret(secretVariable(v)); }},
    {"clientCertificate",
     [](ChargerConfig& c, const json& v) {
       c.access.needsCertificate = !v.is_boolean() || v.get<bool>();
       if (!v.is_boolean()) c.access.certificateName = text(v);
       if (v.is_string() && c.access.certificateName.empty()) throw BadConfiguration("must not be empty");
     }},
};

/// AU-4, AU-5: Basic auth ends the user's name at the first colon.
void checkAccess(const ChargerConfig& config) {
  const std::string& user = config.access.user.empty() ? config.identity : config.access.user;
  if (!config.access.user.empty() && !config.access.password)
    throw BadConfiguration("soapUser: nothing without a soapPassword");
  if (config.access.password && user.find(':') != std::string::npos)
    throw BadConfiguration("'" + user +
                           "' cannot be a user of Basic auth because of its colon; name another as soapUser");
}

ChargerConfig readOne(const std::string& identity, const json& object) {
  if (!object.is_object()) throw BadConfiguration("must be an object {...}");
  ChargerConfig config;
  config.identity = identity;
  for (const auto& [key, value] : object.items()) {
    const auto* row =
        std::find_if(std::begin(keys), std::end(keys), [&, k = key](const KeyRow& r) { return k == r.key; });
    if (row == std::end(keys)) throw BadConfiguration("unknown key '" + key + "'");
    try {
      row->apply(config, value);
    } catch (const BadConfiguration& bad) { throw BadConfiguration(key + ": " + bad.what()); }
  }
  if (config.centralIdentity.empty()) config.centralIdentity = identity;
  checkAccess(config);
  if (config.callback && config.call.trust.demanded() && !Url::parse(*config.callback)->secure())
    throw BadConfiguration("callback: must be https:// with callbackPin, callbackSelfSigned or callbackName");
  return config;
}

}  // namespace

ChargersFile parseChargers(const std::string& content, const std::string& path) {
  json root;
  try {
    root = json::parse(content, nullptr, true, true);
  } catch (const json::exception& e) { throw BadConfiguration(path + ": " + e.what()); }
  if (!root.is_object()) throw BadConfiguration(path + ": must be an object of identities");
  ChargersFile chargers;
  for (const auto& [identity, object] : root.items()) {
    const std::string name(ocpp::trimmed(identity));
    try {
      if (name.empty()) throw BadConfiguration("an identity must not be empty");
      if (!chargers.emplace(name, readOne(name, object)).second) throw BadConfiguration("stands there twice");
    } catch (const BadConfiguration& bad) {
      throw BadConfiguration(path + ": charger '" + identity + "': " + bad.what());
    }
  }
  return chargers;
}

}  // namespace bridge
