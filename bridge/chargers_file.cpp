// SPDX-License-Identifier: GPL-2.0-or-later
// Reads the chargers file with one row per key.
#include "bridge/chargers_file.h"

#include <algorithm>
#include <nlohmann/json.hpp>

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

bool yesOrNo(const json& value) {
  if (!value.is_boolean()) throw BadConfiguration("must be true or false");
  return value.get<bool>();
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
     [](ChargerConfig& c, const json& v) {
       if (!v.is_number_integer() || v.get<std::int64_t>() < 1 || v.get<std::int64_t>() > 65535)
         throw BadConfiguration("must be a port from 1 to 65535");
       c.call.port = v.get<std::uint16_t>();
     }},
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
    {"passwordFile",
     [](ChargerConfig& c, const json& v) {
       std::string content = readFile(text(v));
       content.erase(content.find_last_not_of("\r\n") + 1);
       c.password = content;
     }},
    {"timezone",
     [](ChargerConfig& c, const json& v) {
       c.timezone = text(v);
       if (!knownTimezone(c.timezone)) throw BadConfiguration("'" + c.timezone + "' is not a timezone of this system");
     }},
    {"connectors",
     [](ChargerConfig& c, const json& v) {
       if (!v.is_number_integer() || v.get<std::int64_t>() < 1 || v.get<std::int64_t>() > 1000)
         throw BadConfiguration("must be a whole number from 1 to 1000");
       c.connectors = v.get<int>();
     }},
};

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
  if (config.callback && config.call.trust.demanded() && !Url::parse(*config.callback)->secure())
    throw BadConfiguration("callback: must be https:// with callbackPin, callbackSelfSigned or callbackName");
  return config;
}

}  // namespace

ChargersFile parseChargers(const std::string& content, const std::string& path) {
  json root;
  try {
    root = json::parse(content, nullptr, true, true);
  } catch (const json::parse_error& e) { throw BadConfiguration(path + ": " + e.what()); }
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
