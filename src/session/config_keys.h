// SPDX-License-Identifier: GPL-2.0-or-later
// Configuration keys: their names per version (CK-1), who answers for them (CK-4), and lists of measurands (CK-5).
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ocpp/version.h"

namespace session {

/// Who answers for a key.
enum class Owner {
  Charger,   ///< Asked, and its answer stands.
  Bridge,    ///< Never asked.
  Fallback,  ///< Asked; what it does not know, the bridge answers.
  Nobody     ///< Unknown, without asking: the bridge would have to implement it and does not.
};
enum class Access { Read, Write, ReadWrite };

/// A key that the bridge has something to do with.
struct KeyRow {
  std::string_view key;  ///< 1.6 spelling.
  Access access;
  Owner v12, v15, v16;
};

/// The row of a key in either spelling; nullptr for keys that belong to the charger alone.
const KeyRow* findKey(std::string_view key);
Owner ownerOf(std::string_view key, ocpp::Version version);
/// All rows, for a GetConfiguration that names no key.
struct KeyRows {
  const KeyRow* first;
  const KeyRow* last;
  const KeyRow* begin() const { return first; }
  const KeyRow* end() const { return last; }
};
KeyRows keyRows();

/// CK-1: the name that this version has for the key; `key` itself when no version renames it.
std::string_view keyFor(ocpp::Version version, std::string_view key);
/// The other spelling of a renamed key, or "".
std::string_view otherSpelling(std::string_view key);
/// CK-1, L-16: the same key, whatever the version and case.
bool sameKey(std::string_view a, std::string_view b);

/// True for the four keys whose value is a list of measurands.
bool isMeasurandList(std::string_view key);
/// CK-5: the list for a 1.2/1.5 charger without phases and repetitions; nothing if it names what 1.5 has not.
std::optional<std::string> measurandsFor15(std::string_view list);

/// CK-4: the bytes of an AuthorizationKey of 32 to 40 hex digits.
std::optional<std::string> hexBytes(std::string_view digits);

}  // namespace session
