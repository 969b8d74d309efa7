// SPDX-License-Identifier: GPL-2.0-or-later
// Reads the values of options.
#include "tests/tools/common/values.h"

#include <algorithm>

#include "bridge/options.h"

namespace tool {

using bridge::BadConfiguration;

std::vector<std::string> words(const std::string& list) {
  std::vector<std::string> out;
  std::size_t begin = 0;
  while (begin <= list.size()) {
    const std::size_t comma = std::min(list.find(',', begin), list.size());
    if (comma > begin) out.push_back(list.substr(begin, comma - begin));
    begin = comma + 1;
  }
  if (out.empty()) throw BadConfiguration("names nothing");
  return out;
}

ocpp::Version versionOf(const std::string& text) {
  for (const auto version : {ocpp::Version::V12, ocpp::Version::V15, ocpp::Version::V16})
    if (ocpp::name(version) == text) return version;
  throw BadConfiguration("'" + text + "' is none of 1.2, 1.5, 1.6");
}

void setHabits(ocpp_s::Quirks& quirks, const std::string& list, bool on) {
  for (const std::string& name : words(list)) {
    const auto quirk = ocpp_s::findQuirk(name);
    if (!quirk || ocpp_s::quirkRow(*quirk).group != ocpp_s::QuirkRow::Group::Writing)
      throw BadConfiguration("'" + name + "' is no habit of writing");
    quirks.set(*quirk, on);
  }
}

}  // namespace tool
