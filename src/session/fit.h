// SPDX-License-Identifier: GPL-2.0-or-later
// Making values fit the other side: limits (L-7), long idTags (L-8), characters that XML cannot carry (L-6), zones.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ocpp/messages.h"
#include "ocpp/result.h"

namespace session {

/// L-7: cuts free text to its limit and gives BootNotification its required words (section 4.1).
/// Returns how many values were cut.
int fitRequest(ocpp::Request& request);
/// L-7 for answers of a charger: configuration values and keys, file names (which keep their end).
int fitResponse(ocpp::Response& response);

/// L-11: turns readings without a zone into UTC.
using ToUtc = std::function<ocpp::Instant(ocpp::Instant)>;
void toUtc(ocpp::Request& request, const ToUtc& convert);
void toUtc(ocpp::Response& response, const ToUtc& convert);

/// L-6: the fault for a back-end's request whose idTags or keys hold characters that XML cannot carry.
std::optional<ocpp::Fault> unfitForXml(const ocpp::Request& request);

/// L-8: short names for idTags that are longer than OCPP-J allows. Bounded; the oldest goes first.
class TagAliases {
 public:
  static constexpr std::size_t most = 32;
  static bool tooLong(std::string_view idTag);
  struct Entry {
    std::string alias, idTag;
  };
  /// The alias of the tag. `sha1Hex` gives lower-case hex digits.
  static std::string aliasOf(const std::string& idTag, const std::function<std::string(std::string_view)>& sha1Hex);
  bool knows(std::string_view alias) const;
  /// Makes room for one more; gives back what had to go.
  std::optional<Entry> makeRoom();
  void put(std::string alias, std::string idTag) { entries_.push_back({std::move(alias), std::move(idTag)}); }
  /// Puts real tags where a request of the back-end has aliases.
  void putBack(ocpp::Request& request) const;

 private:
  std::vector<Entry> entries_;
};

}  // namespace session
