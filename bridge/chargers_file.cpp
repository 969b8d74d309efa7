// SPDX-License-Identifier: GPL-2.0-or-later
// Reads the chargers file with one row per key.
#include "bridge/chargers_file.h"

#include <algorithm>
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

struct KeyRow {
  const char* key;
  void (*apply)(ChargerConfig&, const json&);
};
const KeyRow keys[] = {
    {"callback", [](ChargerConfig& c, const json& v) { c.callback = url(v, false); }},
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
