// SPDX-License-Identifier: GPL-2.0-or-later
// A short list searched from the front: it is asked only while the back-end is away.
#include "session/authorization_cache.h"

#include <algorithm>

#include "ocpp/text.h"

namespace session {

using namespace ocpp;

void AuthorizationCache::put(std::string_view idTag, const IdTagInfo& info, Instant now) {
  const auto same = [&](const Entry& e) { return equalFold(e.idTag, idTag); };  // L-15
  auto entry = std::find_if(entries_.begin(), entries_.end(), same);
  if (entry == entries_.end() && entries_.size() == most)
    entry = std::min_element(entries_.begin(), entries_.end(), [](auto& a, auto& b) { return a.at < b.at; });
  if (entry == entries_.end()) entry = entries_.emplace(entry);
  *entry = {std::string(idTag), info, now};
}

std::optional<IdTagInfo> AuthorizationCache::find(std::string_view idTag, Instant now) const {
  for (const Entry& entry : entries_) {
    if (!equalFold(entry.idTag, idTag)) continue;
    if (now - entry.at > timeToLive) return std::nullopt;
    const bool expired = entry.info.expiryDate && entry.info.expiryDate->at <= now;
    if (entry.info.status == AuthorizationStatus::Accepted && expired) return std::nullopt;
    return entry.info;
  }
  return std::nullopt;
}

}  // namespace session
