// SPDX-License-Identifier: GPL-2.0-or-later
// The chargers file of a BridgeChaos: entries come, go and change, one setting at a time.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>

#include "tests/support/basic_credentials.h"
#include "tests/support/fake_outside.h"

namespace test {

class ChaosFile {
 public:
  using Dice = std::function<std::int64_t(std::int64_t most)>;
  /// The back-ends; the first two spellings are of one (TX-14).
  struct Place {
    const char* url;
    const char* backend;
  };
  static constexpr Place places[] = {{"ws://central/ocpp", "central"},
                                     {"ws://CENTRAL/ocpp", "central"},
                                     {"ws://other/ocpp", "other"},
                                     {"ws://central2/ocpp", "central"}};
  static constexpr const char* identities[] = {"C0", "C1", "C2"};

  explicit ChaosFile(Dice& dice) : dice_(dice) {
    for (const char* identity : identities) there_.insert(identity);
  }

  /// Adds, changes or removes one setting of one charger, or the charger; tells what.
  std::string mutate() {
    const std::string identity = identities[dice_(2)];
    const auto what = static_cast<std::size_t>(dice_(static_cast<std::int64_t>(std::size(settings)) + 3));
    if (what >= std::size(settings)) {
      if (there_.erase(identity) != 0) return identity + " removed";
      there_.insert(identity);
      return identity + " added";
    }
    const Setting& setting = settings[what];
    auto& value = entries_[identity][setting.key];
    const char* chosen = setting.values[dice_(2)];
    value = chosen;
    return identity + " " + setting.key + " = " + (value.empty() ? "none" : value);
  }
  bool has(const std::string& identity) const { return there_.count(identity) != 0; }
  /// Everybody is served.
  void healed() {
    for (const char* identity : identities) there_.insert(identity);
  }

  std::string text() const {
    std::string out;
    for (const std::string& identity : there_) {
      out += (out.empty() ? "{" : ",") + ("\"" + identity + "\": {");
      bool first = true;
      const auto entry = entries_.find(identity);
      if (entry != entries_.end())
        for (const auto& [key, value] : entry->second) {
          if (value.empty()) continue;
          out += std::string(first ? "" : ",") + "\"" + key + "\": " + named(value, identity);
          first = false;
        }
      out += "}";
    }
    return out.empty() ? "{}" : out + "}";
  }

  /// How an honest charger speaks, whose operator has told it what the file demands.
  FakeOutside::Manner mannerOf(const std::string& identity) const {
    FakeOutside::Manner manner;
    if (const std::string password = valueOf(identity, "soapPassword"); !password.empty())
      manner.authorization = basicCredentials(identity, password.substr(1, password.size() - 2));
    if (const std::string secret = valueOf(identity, "urlSecret"); !secret.empty())
      manner.path += "/" + secret.substr(1, secret.size() - 2);
    return manner;
  }

 private:
  struct Setting {
    const char* key;
    const char* values[3];  ///< As JSON; "" = not there; $ stands for the identity.
  };
  static constexpr Setting settings[] = {
      {"centralUrl", {"", "\"ws://central/ocpp\"", "\"ws://other/ocpp\""}},
      {"centralUrl", {"\"ws://CENTRAL/ocpp/\"", "\"ws://central2/ocpp\"", "\"ws://other/ocpp/\""}},
      {"centralIdentity", {"", "\"$\"", "\"$-alt\""}},
      {"password", {"", "\"first\"", "\"second\""}},
      {"callback", {"", "\"http://10.0.0.7:9000/\"", "\"http://10.0.0.8:9000/\""}},
      {"callbackPolicy", {"", "\"from\"", "\"static\""}},
      {"callbackPort", {"", "9000", "9001"}},
      {"callbackAllow", {"", "[\"10.0.0.0/8\"]", "[\"10.1.0.0/16\"]"}},
      {"callbackNat", {"", "true", "false"}},
      {"chargerTimeout", {"", "5", "20"}},
      {"connectors", {"", "2", "3"}},
      {"heartbeatMost", {"", "60", "300"}},
      {"timezone", {"", "\"Europe/Berlin\"", "\"UTC\""}},
      {"profile", {"", "\"auto\"", "\"auto\""}},
      {"allowFrom", {"", "[\"10.0.0.0/8\"]", "[\"10.0.0.7\"]"}},
      {"soapPassword", {"", "\"open-sesame-1\"", "\"open-sesame-2\""}},
      {"urlSecret", {"", "\"secret-secret-secret-1-$\"", "\"secret-secret-secret-2-$\""}},
  };

  static std::string named(std::string value, const std::string& identity) {
    const std::size_t at = value.find('$');
    return at == std::string::npos ? value : value.replace(at, 1, identity);
  }
  std::string valueOf(const std::string& identity, const char* key) const {
    if (!has(identity)) return "";
    const auto entry = entries_.find(identity);
    if (entry == entries_.end()) return "";
    const auto found = entry->second.find(key);
    return found == entry->second.end() ? "" : named(found->second, identity);
  }

  Dice& dice_;
  std::set<std::string> there_;
  std::map<std::string, std::map<std::string, std::string>> entries_;
};

}  // namespace test
