// SPDX-License-Identifier: GPL-2.0-or-later
// A short list searched from the front: it is asked only while the back-end is away.
#include "session/authorization_cache.h"

#include <algorithm>

#include "ocpp/text.h"

namespace session {

using namespace ocpp;

bool AuthorizationCache::put(std::string_view idTag, const IdTagInfo& info, Now now, Duration lately) {
  const auto same = [&](const Entry& e) { return equalFold(e.idTag, idTag); };  // L-15
  auto entry = std::find_if(entries_.begin(), entries_.end(), same);
  if (entry != entries_.end() && entry->info.status == info.status && entry->info.expiryDate == info.expiryDate &&
      entry->info.parentIdTag == info.parentIdTag && now.steady - entry->at < lately)
    return false;
  if (entry == entries_.end()) {
    makeRoom(idTag);
    entry = entries_.end();
  }
  if (entry == entries_.end()) entry = entries_.emplace(entry);
  *entry = {std::string(idTag), info, now.steady};
  return true;
}

std::optional<std::string> AuthorizationCache::makeRoom(std::string_view forTag) {
  if (entries_.size() < most) return std::nullopt;
  for (const Entry& e : entries_)
    if (equalFold(e.idTag, forTag)) return std::nullopt;
  const auto oldest = std::min_element(entries_.begin(), entries_.end(), [](auto& a, auto& b) { return a.at < b.at; });
  std::string tag = std::move(oldest->idTag);
  entries_.erase(oldest);
  return tag;
}

std::vector<std::string> AuthorizationCache::tags() const {
  std::vector<std::string> all;
  for (const Entry& entry : entries_) all.push_back(entry.idTag);
  return all;
}

std::optional<IdTagInfo> AuthorizationCache::find(std::string_view idTag, Now now) const {
  for (const Entry& entry : entries_) {
    if (!equalFold(entry.idTag, idTag)) continue;
    if (now.steady - entry.at > timeToLive) return std::nullopt;
    const bool expired = entry.info.expiryDate && entry.info.expiryDate->at <= now.calendar;
    if (entry.info.status == AuthorizationStatus::Accepted && expired) return std::nullopt;
    return entry.info;
  }
  return std::nullopt;
}

}  // namespace session
