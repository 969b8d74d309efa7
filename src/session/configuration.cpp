// SPDX-License-Identifier: GPL-2.0-or-later
// GetConfiguration and ChangeConfiguration: keys of the bridge, renamed keys, what 1.2 cannot be asked (CK-1..CK-6).
#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "ocpp/values.h"
#include "session/config_keys.h"
#include "session/impl.h"

namespace session {

using namespace ocpp;

namespace {

constexpr std::size_t mostLearned = 64;
constexpr std::size_t mostKeys = 4096;  // of a charger's answers to one CALL (C1)
/// Keys whose value the bridge itself uses, whatever charger reports it.
constexpr std::string_view usedKeys[] = {"HeartbeatInterval",
                                         "NumberOfConnectors",
                                         "MeterValueSampleInterval",
                                         "GetConfigurationMaxKeys",
                                         "TransactionMessageAttempts",
                                         "TransactionMessageRetryInterval",
                                         "ReserveConnectorZeroSupported"};

bool isUsed(std::string_view key) {
  return std::any_of(std::begin(usedKeys), std::end(usedKeys), [&](auto used) { return sameKey(used, key); });
}

/// The same for all spellings of a key, so that thousands of them are looked up in linear time (C1).
std::string nameOf(std::string_view key) { return folded(keyFor(Version::V16, key)); }

bool mayAsk(Owner owner) { return owner == Owner::Charger || owner == Owner::Fallback; }

}  // namespace

bool GatewaySession::Impl::configurationLocally(CentralCall& call, Now now) {
  if (auto* change = std::get_if<ChangeConfiguration::Request>(&call.request))
    return changedLocally(call.id, *change, now);
  if (const auto* get = std::get_if<GetConfiguration::Request>(&call.request)) return readLocally(call.id, *get);
  return false;
}

bool GatewaySession::Impl::changedLocally(const std::string& id, ChangeConfiguration::Request& request, Now now) {
  const auto answerWith = [&](ConfigurationStatus status) {
    answerCentral(id, Response(ChangeConfiguration::Response{status}));
    return true;
  };
  const bool older = version() != Version::V16;
  if (older && equalFold(request.key, "ChargePointId") && !settings_.allowIdentityChange)  // CK-1
    return answerWith(ConfigurationStatus::Rejected);
  if (older && isMeasurandList(request.key) && !measurandsFor15(request.value))  // CK-5
    return answerWith(ConfigurationStatus::Rejected);
  if (mayAsk(ownerOf(request.key, version()))) return false;
  std::string newPassword;
  const ConfigurationStatus status = changeOwned(request, newPassword);
  const bool reconnect = !newPassword.empty();
  if (reconnect) emit(NewPassword{std::move(newPassword)});
  answerCentral(id, Response(ChangeConfiguration::Response{status}), true);
  if (reconnect) reconnectWithNewPassword(now);
  return true;
}

/// CK-4: keys that never reach the charger.
ConfigurationStatus GatewaySession::Impl::changeOwned(const ChangeConfiguration::Request& request,
                                                      std::string& newPassword) {
  const KeyRow& row = *findKey(request.key);
  if (ownerOf(request.key, version()) == Owner::Nobody) return ConfigurationStatus::NotSupported;
  if (row.access == Access::Read || row.key == "SecurityProfile") return ConfigurationStatus::Rejected;
  if (row.key == "AuthorizationKey") {
    const auto bytes = settings_.authKeyPlain ? std::optional<std::string>(request.value) : hexBytes(request.value);
    if (!bytes || bytes->empty()) return ConfigurationStatus::Rejected;
    if (!settings_.durable) return ConfigurationStatus::Rejected;  // a restart would lock the charger out
    newPassword = *bytes;
    return ConfigurationStatus::Accepted;
  }
  const auto number = parseInt32(request.value);
  if (!number || *number < 0) return ConfigurationStatus::Rejected;
  learn(row.key, request.value, false);
  return ConfigurationStatus::Accepted;
}

bool GatewaySession::Impl::readLocally(const std::string& id, const GetConfiguration::Request& request) {
  const bool cannotAsk = lacks(version(), Request(request));  // CK-6
  const bool nothingToAsk =
      !request.key.empty() &&
      std::none_of(request.key.begin(), request.key.end(), [&](auto& key) { return mayAsk(ownerOf(key, version())); });
  if (!cannotAsk && !nothingToAsk) return false;
  GetConfiguration::Response learned;
  if (cannotAsk)
    for (const SettingRecord& each : learned_)
      learned.configurationKey.push_back({Key<50>(each.key), each.readonly, Opaque<500>(each.value)});
  answerCentral(id, Response(request.key.empty() ? allKeys(learned) : namedKeys(request, learned)));
  return true;
}

/// CK-3: as many keys as the charger takes at once; none at all asks for everything.
GetConfiguration::Request GatewaySession::Impl::nextKeys(InCall& call) const {
  GetConfiguration::Request part;
  const auto most = static_cast<std::size_t>(std::max(1, numberSetting("GetConfigurationMaxKeys", 1000)));
  const std::size_t count = std::min(most, call.remaining.size());
  for (std::size_t i = 0; i < count; ++i)
    part.key.push_back(Key<50>(std::string(keyFor(version(), call.remaining[i]))));
  call.remaining.erase(call.remaining.begin(), call.remaining.begin() + static_cast<std::ptrdiff_t>(count));
  return part;
}

/// Merges a part; false while keys remain to be asked, else `response` becomes the whole.
bool GatewaySession::Impl::keysAnswered(InCall& call, Response& response) {
  auto& part = std::get<GetConfiguration::Response>(response);
  if (const std::size_t room = mostKeys - call.merged.configurationKey.size(); part.configurationKey.size() > room) {
    note(Level::Warning, "the charger told more than " + std::to_string(mostKeys) + " keys, " +
                             std::to_string(part.configurationKey.size() - room) + " of them were left out");
    part.configurationKey.erase(part.configurationKey.begin() + static_cast<std::ptrdiff_t>(room),
                                part.configurationKey.end());
  }
  for (const KeyValue& entry : part.configurationKey)
    if (entry.value && isUsed(entry.key)) learn(entry.key, *entry.value, entry.readonly);
  std::move(part.configurationKey.begin(), part.configurationKey.end(),
            std::back_inserter(call.merged.configurationKey));
  if (!call.remaining.empty()) return false;
  const auto& asked = std::get<GetConfiguration::Request>(call.request);
  response = asked.key.empty() ? allKeys(call.merged) : namedKeys(asked, call.merged);
  return true;
}

GetConfiguration::Response GatewaySession::Impl::allKeys(const GetConfiguration::Response& told) const {
  GetConfiguration::Response all;
  std::unordered_set<std::string> names;
  for (const KeyValue& entry : told.configurationKey) {
    if (!mayAsk(ownerOf(entry.key, version())) || !names.insert(nameOf(entry.key)).second)
      continue;  // CK-3: owned wins
    all.configurationKey.push_back(entry);
    all.configurationKey.back().key = Key<50>(std::string(keyFor(Version::V16, entry.key)));  // CK-1
  }
  for (const KeyRow& row : keyRows())
    if (names.count(nameOf(row.key)) == 0)
      if (auto own = ownEntry(row.key, row.key)) all.configurationKey.push_back(std::move(*own));
  return all;
}

GetConfiguration::Response GatewaySession::Impl::namedKeys(const GetConfiguration::Request& asked,
                                                           const GetConfiguration::Response& told) const {
  GetConfiguration::Response found;
  std::unordered_map<std::string, const KeyValue*> entries;
  for (const KeyValue& entry : told.configurationKey) entries.try_emplace(nameOf(entry.key), &entry);
  std::unordered_set<std::string> names;
  for (const auto& key : asked.key) {
    const std::string name = nameOf(key);
    if (!names.insert(name).second) continue;
    const auto entryTold = mayAsk(ownerOf(key, version())) ? entries.find(name) : entries.end();
    const KeyValue* entry = entryTold == entries.end() ? nullptr : entryTold->second;
    auto own = entry ? std::nullopt : ownEntry(key, key);
    if (entry)
      found.configurationKey.push_back({key, entry->readonly, entry->value});  // in the asker's spelling
    else if (own)
      found.configurationKey.push_back(std::move(*own));
    else
      found.unknownKey.push_back(key);
  }
  return found;
}

/// The value of a key that the bridge answers for; nothing for what it does not tell or does not know.
std::optional<std::string> GatewaySession::Impl::ownValue(std::string_view key) const {
  if (key == "SecurityProfile") return std::to_string(settings_.securityProfile);
  if (key == "WebSocketPingInterval") return std::to_string(numberSetting(key, settings_.webSocketPingInterval));
  if (key == "GetConfigurationMaxKeys") return std::to_string(settings_.getConfigurationMaxKeys);
  if (key == "TransactionMessageAttempts") return std::to_string(numberSetting(key, settings_.retryAttempts));
  if (key == "TransactionMessageRetryInterval") return std::to_string(numberSetting(key, settings_.retryInterval));
  if (key == "HeartbeatInterval") return std::to_string(handedOutInterval());
  if (key == "SupportedFileTransferProtocols") return settings_.supportedFileTransferProtocols;
  if (key == "SupportedFeatureProfiles")
    return version() == Version::V12 ? "Core,FirmwareManagement,RemoteTrigger"
                                     : "Core,FirmwareManagement,LocalAuthListManagement,Reservation,RemoteTrigger";
  if (key != "NumberOfConnectors") return std::nullopt;
  const auto count = connectorCount();
  return count ? std::optional(std::to_string(*count)) : std::nullopt;
}

std::optional<KeyValue> GatewaySession::Impl::ownEntry(std::string_view key, std::string_view spelling) const {
  const KeyRow* row = findKey(key);
  const Owner owner = ownerOf(key, version());
  if (!row || (owner != Owner::Bridge && owner != Owner::Fallback)) return std::nullopt;
  auto value = ownValue(row->key);
  if (!value) return std::nullopt;
  return KeyValue{Key<50>(std::string(spelling)), row->access == Access::Read, Opaque<500>(std::move(*value))};
}

/// What the charger said to ChangeConfiguration. False: ask again under the other spelling (CK-1).
bool GatewaySession::Impl::changeAnswered(InCall& call, ChangeConfiguration::Response& response) {
  const auto& request = std::get<ChangeConfiguration::Request>(call.request);
  const bool renamed = !otherSpelling(keyFor(version(), request.key)).empty();
  if (response.status == ConfigurationStatus::NotSupported && renamed && version() != Version::V16) {
    if (!call.secondSpelling) {
      call.secondSpelling = true;
      return false;
    }
    const auto seconds = parseInt32(request.value);
    if (!seconds || *seconds <= 0) return true;
    heartbeatOverride_ = *seconds;  // CK-4: the bridge keeps it
    learn(request.key, request.value, false, true);
    response.status = ConfigurationStatus::Accepted;
    return true;
  } else if (call.secondSpelling) {
    otherKeySpelling_ = !otherKeySpelling_;
  }
  const bool took =
      response.status == ConfigurationStatus::Accepted || response.status == ConfigurationStatus::RebootRequired;
  if (took && (version() == Version::V12 || isUsed(request.key))) learn(request.key, request.value, false);
  return true;
}

const SettingRecord* GatewaySession::Impl::setting(std::string_view key) const {
  for (const SettingRecord& each : learned_)
    if (sameKey(each.key, key)) return &each;
  return nullptr;
}

void GatewaySession::Impl::learn(std::string_view key, const std::string& value, bool readonly, bool own) {
  const auto known =
      std::find_if(learned_.begin(), learned_.end(), [&](const SettingRecord& s) { return sameKey(s.key, key); });
  const SettingRecord record{std::string(keyFor(Version::V16, key)), value, readonly, own};
  const bool news = known == learned_.end() || known->key != record.key || known->value != value ||
                    known->readonly != readonly || known->own != own;
  if (known != learned_.end())
    *known = record;
  else if (learned_.size() < mostLearned)
    learned_.push_back(record);
  if (news) keepRecord(record);  // an answer may say a key thousands of times (C1)
  applySetting(key, value);
}

/// EM-7: after new firmware, only what is the bridge's own is still true.
void GatewaySession::Impl::forgetLearned() {
  for (std::size_t i = learned_.size(); i-- > 0;) {
    if (ownerOf(learned_[i].key, version()) == Owner::Bridge) continue;
    forgetRecord(learned_[i]);
    learned_.erase(learned_.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

void GatewaySession::Impl::applySetting(std::string_view key, const std::string& value) {
  const auto number = parseInt32(value);
  if (!number) return;
  if (sameKey(key, "HeartbeatInterval") && *number > 0) lastInterval_ = *number;  // SM-6
  if (sameKey(key, "WebSocketPingInterval")) emit(SetPingInterval{*number});
}

int GatewaySession::Impl::numberSetting(std::string_view key, int otherwise) const {
  const SettingRecord* known = setting(key);
  const auto number = known ? parseInt32(known->value) : std::nullopt;
  return number.value_or(otherwise);
}

}  // namespace session
