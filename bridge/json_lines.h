// SPDX-License-Identifier: GPL-2.0-or-later
// Where the keys of a JSON file stand, for messages that name the line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bridge {

/// A key of the outermost object, or of an object within it.
struct JsonKey {
  std::string outer;  ///< The key of the outermost object.
  std::string inner;  ///< The key within it, or "" for the outer one itself.
  int line;           ///< From 1.
};

/// The keys of the first two levels in their order, those that stand there twice too. `text` is JSON with comments that
/// has been parsed; of anything else the answer is arbitrary.
std::vector<JsonKey> jsonKeys(std::string_view text);

}  // namespace bridge
