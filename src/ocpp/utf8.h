// SPDX-License-Identifier: GPL-2.0-or-later
// Walks over the characters of a text that may not be UTF-8.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ocpp {

constexpr std::string_view replacementCharacter = "\xEF\xBF\xBD";  // U+FFFD

/// One character at the front of `s`: its length in bytes, and its code point or -1 when the bytes are not UTF-8.
struct Character {
  std::size_t size;
  std::int32_t codePoint;
};

inline Character nextCharacter(std::string_view s) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(s[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {1, first};
  const std::size_t size = first >= 0xF0 && first < 0xF5 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 1;
  if (size == 1 || first >= 0xF5 || s.size() < size) return {1, -1};
  std::int32_t codePoint = first & (0xFF >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {1, -1};
    codePoint = (codePoint << 6) | (byte(i) & 0x3F);
  }
  constexpr std::int32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = codePoint >= 0xD800 && codePoint <= 0xDFFF;
  if (codePoint < least[size] || codePoint > 0x10FFFF || surrogate) return {1, -1};
  return {size, codePoint};
}

}  // namespace ocpp
