// SPDX-License-Identifier: GPL-2.0-or-later
// Reading and changing configuration keys.
#include "station/configuration.h"

#include <algorithm>

#include "ocpp/text.h"
#include "ocpp/values.h"

namespace station {

using ocpp::ConfigurationStatus;

namespace {

KeyRow rowOf(const MakersKey& key) {
  return {key.name, key.type, key.least, key.most, key.access, key.reboot, {}, ocpp::Profile::Core, KeyUse::Board};
}

ocpp::KeyValue answer(std::string_view name, KeyAccess access, const std::string& value) {
  ocpp::KeyValue pair;
  pair.key = ocpp::Key<50>(std::string(name));
  pair.readonly = access == KeyAccess::Read;
  pair.value = ocpp::Opaque<500>(value);
  return pair;
}

}  // namespace

Configuration::Configuration(ocpp::Version version, std::vector<ocpp::Profile> profiles,
                             const std::vector<std::pair<Key, std::string>>& given, std::vector<MakersKey> makersKeys)
    : version_(version),
      profiles_(std::move(profiles)),
      values_(keyCount),
      lists_(keyCount),
      makers_(std::move(makersKeys)) {
  for (std::size_t i = 0; i < keyCount; ++i) set(static_cast<Key>(i), keyRow(static_cast<Key>(i)).initial);
  for (const auto& [key, value] : given) set(key, value);
}

bool Configuration::boolean(Key key) const { return ocpp::parseBoolean(text(key)).value_or(false); }

int Configuration::integer(Key key) const { return ocpp::parseInt32(text(key)).value_or(keyRow(key).least); }

bool Configuration::has(Key key) const {
  return std::find(profiles_.begin(), profiles_.end(), keyRow(key).profile) != profiles_.end();
}

void Configuration::set(Key key, std::string_view value) {
  const auto at = static_cast<std::size_t>(key);
  values_[at] = std::string(value);
  if (keyRow(key).type == KeyType::Measurands)
    if (auto list = parseMeasurands(value)) lists_[at] = std::move(*list);
}

bool Configuration::fits(Key key, std::string_view value) const {
  if (!isValid(keyRow(key), value)) return false;
  const auto length = lengthKeyOf(key);
  if (!length || ocpp::trimmed(value).empty()) return true;
  return std::count(value.begin(), value.end(), ',') < integer(*length);
}

MakersKey* Configuration::makers(std::string_view name) {
  const auto found = std::find_if(makers_.begin(), makers_.end(), [&](const MakersKey& each) {
    return ocpp::equalFold(each.name, ocpp::trimmed(name));
  });
  return found == makers_.end() ? nullptr : &*found;
}

std::vector<std::pair<std::string, std::string>> Configuration::ofBoard() const {
  std::vector<std::pair<std::string, std::string>> found;
  for (std::size_t i = 0; i < keyCount; ++i) {
    const KeyRow& row = keyRow(static_cast<Key>(i));
    if (row.use == KeyUse::Board && has(static_cast<Key>(i))) found.emplace_back(row.name, values_[i]);
  }
  for (const MakersKey& own : makers_) found.emplace_back(own.name, own.value);
  return found;
}

std::string Configuration::keptName(std::string_view name) const {
  if (const auto key = findKey(name)) return std::string(keyRow(*key).name);
  const MakersKey* own = makers(name);
  return own ? own->name : std::string();
}

ocpp::GetConfiguration::Response Configuration::get(const ocpp::GetConfiguration::Request& request) const {
  ocpp::GetConfiguration::Response response;
  const auto add = [&](Key key) {
    response.configurationKey.push_back(answer(nameOf(key, version_), keyRow(key).access, text(key)));
  };
  if (request.key.empty()) {
    for (std::size_t i = 0; i < keyCount; ++i)
      if (has(static_cast<Key>(i))) add(static_cast<Key>(i));
    for (const MakersKey& own : makers_) response.configurationKey.push_back(answer(own.name, own.access, own.value));
  }
  for (const auto& name : request.key) {
    const auto key = findKey(name);
    const MakersKey* own = makers(name);
    if (key && has(*key))
      add(*key);
    else if (own)
      response.configurationKey.push_back(answer(own->name, own->access, own->value));
    else
      response.unknownKey.push_back(name);
  }
  return response;
}

ConfigurationStatus Configuration::change(std::string_view name, std::string_view value) {
  const auto key = findKey(name);
  if (key && has(*key)) {
    const KeyRow& row = keyRow(*key);
    if (row.access == KeyAccess::Read || !fits(*key, value)) return ConfigurationStatus::Rejected;
    set(*key, value);
    return row.reboot ? ConfigurationStatus::RebootRequired : ConfigurationStatus::Accepted;
  }
  MakersKey* own = makers(name);
  if (!own) return ConfigurationStatus::NotSupported;
  if (own->access == KeyAccess::Read || !isValid(rowOf(*own), value)) return ConfigurationStatus::Rejected;
  own->value = std::string(value);
  return own->reboot ? ConfigurationStatus::RebootRequired : ConfigurationStatus::Accepted;
}

bool Configuration::restore(std::string_view name, std::string_view value) {
  const auto key = findKey(name);
  if (key && keyRow(*key).access == KeyAccess::Write && fits(*key, value)) {
    set(*key, value);
    return true;
  }
  MakersKey* own = makers(name);
  if (!own || !isValid(rowOf(*own), value)) return false;
  own->value = std::string(value);
  return true;
}

}  // namespace station
