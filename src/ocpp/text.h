// SPDX-License-Identifier: GPL-2.0-or-later
// Strings of OCPP: their limits in code points, trimming, folding, and the characters that XML 1.0 cannot carry.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ocpp {

/// Free text of at most Max code points (0 = no limit). Kept as it came; an empty optional text counts as absent
/// (L-13).
template <std::size_t Max>
struct Text : std::string {
  static constexpr std::size_t limit = Max;
  using std::string::string;
  Text(std::string s) : std::string(std::move(s)) {}
};

/// Text of which "" is a value (KeyValue.value, ChangeConfiguration.value, DataTransfer.data, readings); never trimmed
/// (L-13, MV-5).
template <std::size_t Max>
struct Opaque : std::string {
  static constexpr std::size_t limit = Max;
  using std::string::string;
  Opaque(std::string s) : std::string(std::move(s)) {}
};

/// A name that the bridge itself looks at (configuration keys): trimmed (L-4), compared without case (L-16).
template <std::size_t Max>
struct Key : std::string {
  static constexpr std::size_t limit = Max;
  using std::string::string;
  Key(std::string s) : std::string(std::move(s)) {}
};

/// idTag and parentIdTag (IdToken of section 7.28): trimmed, forwarded verbatim, compared without case (L-15).
struct IdToken : std::string {
  static constexpr std::size_t limit = 20;
  using std::string::string;
  IdToken(std::string s) : std::string(std::move(s)) {}
};

/// A location (anyURI).
struct Uri : std::string {
  static constexpr std::size_t limit = 0;
  using std::string::string;
  Uri(std::string s) : std::string(std::move(s)) {}
};

/// Without XML white space at both ends (L-4).
std::string_view trimmed(std::string_view s);

/// Length in code points; a byte that is not UTF-8 counts as one (L-7).
std::size_t codePoints(std::string_view s);

/// The first `limit` code points (L-7); `limit` 0 means all.
std::string_view cutTo(std::string_view s, std::size_t limit);

/// The last `limit` code points (GetDiagnostics.fileName keeps its end).
std::string_view cutToEnd(std::string_view s, std::size_t limit);

/// ASCII lower case, for comparisons that OCPP wants without case (L-15, L-16).
std::string folded(std::string_view s);
bool equalFold(std::string_view a, std::string_view b);

/// True when every character may stand in an XML 1.0 document and the bytes are UTF-8 (L-6).
bool isXmlText(std::string_view s);

/// The text with every byte or character that XML 1.0 cannot carry replaced by U+FFFD (L-6).
std::string toXmlText(std::string_view s);

/// True when the bytes are well-formed UTF-8.
bool isUtf8(std::string_view s);

}  // namespace ocpp
