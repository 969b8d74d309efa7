// SPDX-License-Identifier: GPL-2.0-or-later
// The configuration of a charge point: values of the keys of config_keys.h and of keys that the maker adds.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ocpp/messages/change_configuration.h"
#include "ocpp/messages/get_configuration.h"
#include "station/config_keys.h"

namespace station {

/// A key of the maker's own. Its values mean something to the board only (effect Configured).
struct MakersKey {
  std::string name;
  KeyType type = KeyType::Text;
  int least = 0, most = 0;
  KeyAccess access = KeyAccess::Write;
  bool reboot = false;
  std::string value;
};

class Configuration {
 public:
  /// `given` are the values that hardware and settings decide. Features of `profiles` that are missing hide their keys.
  Configuration(ocpp::Version version, std::vector<ocpp::Profile> profiles,
                const std::vector<std::pair<Key, std::string>>& given, std::vector<MakersKey> makers);

  bool boolean(Key key) const;
  int integer(Key key) const;
  const std::string& text(Key key) const { return values_[static_cast<std::size_t>(key)]; }
  const std::vector<MeasurandItem>& measurands(Key key) const { return lists_[static_cast<std::size_t>(key)]; }

  /// The answer of section 5.8. No key named means all. The list may not be longer than GetConfigurationMaxKeys; that
  /// is for the caller to check.
  ocpp::GetConfiguration::Response get(const ocpp::GetConfiguration::Request& request) const;
  /// The answer of section 5.3. Accepted and RebootRequired: the value is to be kept.
  ocpp::ConfigurationStatus change(std::string_view name, std::string_view value);
  /// Sets a value that was kept, or one that the station itself decides; nothing happens if it is not valid.
  bool restore(std::string_view name, std::string_view value);
  /// Name and value of what only the board can act on: keys of KeyUse::Board and those of the maker.
  std::vector<std::pair<std::string, std::string>> ofBoard() const;
  /// The name as it is kept: the spelling of 1.6.
  std::string keptName(std::string_view name) const;

 private:
  bool has(Key key) const;
  bool fits(Key key, std::string_view value) const;
  void set(Key key, std::string_view value);
  MakersKey* makers(std::string_view name);
  const MakersKey* makers(std::string_view name) const { return const_cast<Configuration*>(this)->makers(name); }

  ocpp::Version version_;
  std::vector<ocpp::Profile> profiles_;
  std::vector<std::string> values_;
  std::vector<std::vector<MeasurandItem>> lists_;
  std::vector<MakersKey> makers_;
};

}  // namespace station
