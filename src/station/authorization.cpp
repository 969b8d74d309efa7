// SPDX-License-Identifier: GPL-2.0-or-later
// Decisions about tags, updates of the local list, and what is remembered of the central system's answers.
#include "station/authorization.h"

#include <algorithm>
#include <set>

#include "ocpp/text.h"
#include "station/record.h"

namespace station {

using ocpp::AuthorizationStatus;
using ocpp::IdTagInfo;
using ocpp::UpdateStatus;

namespace {

constexpr std::string_view cachePrefix = "cache/", listPrefix = "list/", versionKey = "listVersion";

std::string keyOf(std::string_view idTag) { return ocpp::folded(ocpp::trimmed(idTag)); }

bool isExpired(const IdTagInfo& info, ocpp::Instant now) { return info.expiryDate && info.expiryDate->at <= now; }

bool isValidNow(const IdTagInfo& info, ocpp::Instant now) {
  return info.status == AuthorizationStatus::Accepted && !isExpired(info, now);
}

IdTagInfo refusal(IdTagInfo info) {
  if (info.status == AuthorizationStatus::Accepted) info.status = AuthorizationStatus::Expired;
  return info;
}

}  // namespace

const KnownTag* Authorization::find(const Entries& entries, std::string_view idTag) const {
  const auto found = entries.find(keyOf(idTag));
  return found == entries.end() ? nullptr : &found->second;
}

const IdTagInfo* Authorization::known(std::string_view idTag) const {
  if (configuration_.boolean(Key::LocalAuthListEnabled))
    if (const KnownTag* listed = find(list_, idTag)) return &listed->info;
  if (configuration_.boolean(Key::AuthorizationCacheEnabled))
    if (const KnownTag* cached = find(cache_, idTag)) return &cached->info;
  return nullptr;
}

Decision Authorization::decide(std::string_view idTag, bool online, ocpp::Instant now) const {
  const IdTagInfo* info = known(idTag);
  const bool valid = info && isValidNow(*info, now);
  if (online) {
    if (valid && configuration_.boolean(Key::LocalPreAuthorize)) return {Verdict::Accept, *info};
    return {Verdict::Ask, {}};
  }
  if (info && !valid) return {Verdict::Refuse, refusal(*info)};
  if (valid && configuration_.boolean(Key::LocalAuthorizeOffline)) return {Verdict::Accept, *info};
  if (configuration_.boolean(Key::AllowOfflineTxForUnknownId))
    return {Verdict::Accept, info ? *info : IdTagInfo{AuthorizationStatus::Accepted, {}, {}}};
  return {Verdict::Refuse, IdTagInfo{AuthorizationStatus::Invalid, {}, {}}};
}

bool Authorization::learn(const ocpp::IdToken& idTag, const IdTagInfo& info, ocpp::Instant now) {
  const std::string key = keyOf(idTag);
  const KnownTag* listed = configuration_.boolean(Key::LocalAuthListEnabled) ? find(list_, idTag) : nullptr;
  if (configuration_.boolean(Key::AuthorizationCacheEnabled) && !listed && mostCached_ > 0 && !key.empty()) {
    if (cache_.find(key) == cache_.end() && cache_.size() >= mostCached_) {
      const auto oldest = std::min_element(
          cache_.begin(), cache_.end(), [](const auto& a, const auto& b) { return a.second.at.at < b.second.at.at; });
      keeper_.forget(std::string(cachePrefix) + oldest->first);
      cache_.erase(oldest);
    }
    KnownTag& entry = cache_[key];
    entry = {idTag, info, ocpp::DateTime{now, true}};
    keeper_.keep(std::string(cachePrefix) + key, toRecord(entry));
  }
  return listed && isValidNow(listed->info, now) != (info.status == AuthorizationStatus::Accepted);
}

void Authorization::clearCache() {
  for (const auto& each : cache_) keeper_.forget(std::string(cachePrefix) + each.first);
  cache_.clear();
}

UpdateStatus Authorization::update(const ocpp::SendLocalList::Request& request) {
  if (!configuration_.boolean(Key::LocalAuthListEnabled)) return UpdateStatus::NotSupported;
  const bool full = request.updateType == ocpp::UpdateType::Full;
  if (request.listVersion <= 0) return UpdateStatus::Failed;
  if (!full && request.listVersion <= listVersion()) return UpdateStatus::VersionMismatch;
  if (request.localAuthorizationList.size() >
      static_cast<std::size_t>(std::max(0, configuration_.integer(Key::SendLocalListMaxLength))))
    return UpdateStatus::Failed;
  Entries fresh;
  if (!full) fresh = list_;
  std::set<std::string> named;
  for (const auto& each : request.localAuthorizationList) {
    const std::string key = keyOf(each.idTag);
    if (key.empty() || !named.insert(key).second || (full && !each.idTagInfo)) return UpdateStatus::Failed;
    if (each.idTagInfo)
      fresh[key] = {each.idTag, *each.idTagInfo, {}};
    else
      fresh.erase(key);
  }
  if (fresh.size() > mostListed_) return UpdateStatus::Failed;
  keepList(fresh, request.listVersion);
  list_ = std::move(fresh);
  version_ = request.listVersion;
  return UpdateStatus::Accepted;
}

void Authorization::keepList(const Entries& fresh, int version) {
  for (const auto& [key, entry] : list_)
    if (fresh.find(key) == fresh.end()) keeper_.forget(std::string(listPrefix) + key);
  for (const auto& [key, entry] : fresh) {
    const auto old = list_.find(key);
    std::string record = toRecord(entry);
    if (old == list_.end() || toRecord(old->second) != record)
      keeper_.keep(std::string(listPrefix) + key, std::move(record));
  }
  keeper_.keep(std::string(versionKey), std::to_string(version));
}

bool Authorization::restore(std::string_view key, std::string_view value) {
  if (key == versionKey) {
    version_ = ocpp::parseInt32(value).value_or(0);
    return true;
  }
  const bool listed = key.substr(0, listPrefix.size()) == listPrefix;
  if (!listed && key.substr(0, cachePrefix.size()) != cachePrefix) return false;
  const auto entry = fromRecord<KnownTag>(value);
  Entries& entries = listed ? list_ : cache_;
  if (entry && entries.size() < (listed ? mostListed_ : mostCached_)) entries[keyOf(entry->idTag)] = *entry;
  return true;
}

}  // namespace station
