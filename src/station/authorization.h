// SPDX-License-Identifier: GPL-2.0-or-later
// Who may charge, as far as the station knows itself: local list, cache, and the rules for both (OCPP 1.6 section 3.5).
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "ocpp/messages/send_local_list.h"
#include "station/configuration.h"
#include "station/keeper.h"

namespace station {

/// What the central system said about a tag, and when.
struct KnownTag {
  ocpp::IdToken idTag;
  ocpp::IdTagInfo info;
  ocpp::DateTime at;

  template <class Self, class Visit>
  static void describe(Self& m, Visit&& visit) {
    FIELD(idTag);
    FIELD(info);
    FIELD(at);
  }
};

enum class Verdict {
  Accept,
  Refuse,
  Ask  ///< The central system must be asked.
};
struct Decision {
  Verdict verdict = Verdict::Ask;
  ocpp::IdTagInfo info;  ///< With Refuse: why. With Accept: what is known, such as the parent.
};

/// Local authorization list and authorization cache. Both are bounded; both compare tags without case.
class Authorization {
 public:
  Authorization(const Configuration& configuration, std::size_t mostCached, std::size_t mostListed, Keeper& keeper)
      : configuration_(configuration), mostCached_(mostCached), mostListed_(mostListed), keeper_(keeper) {}

  /// May the tag start (or stop) a transaction, as far as can be told here?
  Decision decide(std::string_view idTag, bool online, ocpp::Instant now) const;
  /// What list or cache have about the tag, valid or not; the list comes first.
  const ocpp::IdTagInfo* known(std::string_view idTag) const;

  /// The central system has said something about a tag: cached, unless the list has the tag (section 4.1). True when
  /// the list says otherwise (LocalListConflict).
  bool learn(const ocpp::IdToken& idTag, const ocpp::IdTagInfo& info, ocpp::Instant now);
  void clearCache();

  /// Section 5.15. A list that is refused leaves the old one as it was.
  ocpp::UpdateStatus update(const ocpp::SendLocalList::Request& request);
  int listVersion() const { return list_.empty() ? 0 : version_; }  ///< 0 = nothing is listed (section 5.10).

  /// True when the key was one of ours.
  bool restore(std::string_view key, std::string_view value);
  std::size_t cached() const { return cache_.size(); }
  std::size_t listed() const { return list_.size(); }

 private:
  using Entries = std::map<std::string, KnownTag, std::less<>>;
  const KnownTag* find(const Entries& entries, std::string_view idTag) const;
  void keepList(const Entries& fresh, int version);

  const Configuration& configuration_;
  std::size_t mostCached_, mostListed_;
  Keeper& keeper_;
  Entries cache_, list_;
  int version_ = 0;
};

}  // namespace station
