// SPDX-License-Identifier: GPL-2.0-or-later
// AuthorizationCache: what the back-end said about idTags, for the time when it cannot be asked (SM-9).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ocpp/shared/id_tag_info.h"
#include "ocpp/time.h"

namespace session {

/// Bounded; the entry that was confirmed longest ago goes first.
class AuthorizationCache {
 public:
  static constexpr std::size_t most = 64;
  static constexpr ocpp::Duration timeToLive = std::chrono::hours(24);

  /// False when the same was said less than `lately` ago: then nothing new needs to be kept.
  bool put(std::string_view idTag, const ocpp::IdTagInfo& info, ocpp::Now now, ocpp::Duration lately = {});
  /// The tag that must go before a new one can be remembered, if the cache is full.
  std::optional<std::string> makeRoom(std::string_view forTag);
  /// Every tag that is remembered.
  std::vector<std::string> tags() const;
  /// What may be said without the back-end: a status that is not Accepted, or Accepted and not expired.
  std::optional<ocpp::IdTagInfo> find(std::string_view idTag, ocpp::Now now) const;
  void clear() { entries_.clear(); }

 private:
  struct Entry {
    std::string idTag;
    ocpp::IdTagInfo info;
    ocpp::Steady at;
  };
  std::vector<Entry> entries_;
};

}  // namespace session
