// SPDX-License-Identifier: GPL-2.0-or-later
// UTF-8 walking, trimming, cutting and the XML 1.0 character rule.
#include "ocpp/text.h"

#include <cstdint>

namespace ocpp {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";  // U+FFFD

/// One character at the front of `s`: its length in bytes, and its code point or -1 when the bytes are not UTF-8.
struct Character {
  std::size_t size;
  std::int32_t codePoint;
};

Character next(std::string_view s) {
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

bool isXmlCharacter(std::int32_t c) {
  if (c < 0x20) return c == 0x9 || c == 0xA || c == 0xD;
  return c != 0xFFFE && c != 0xFFFF;
}

bool isXmlSpace(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool isPlainAscii(char c) { return c >= 0x20 && c < 0x7F; }

}  // namespace

std::string_view trimmed(std::string_view s) {
  while (!s.empty() && isXmlSpace(s.front())) s.remove_prefix(1);
  while (!s.empty() && isXmlSpace(s.back())) s.remove_suffix(1);
  return s;
}

std::size_t codePoints(std::string_view s) {
  std::size_t count = 0;
  for (std::string_view rest = s; !rest.empty(); ++count) rest.remove_prefix(next(rest).size);
  return count;
}

std::string_view cutTo(std::string_view s, std::size_t limit) {
  if (limit == 0 || s.size() <= limit) return s;
  std::string_view rest = s;
  for (std::size_t i = 0; i < limit && !rest.empty(); ++i) rest.remove_prefix(next(rest).size);
  return s.substr(0, s.size() - rest.size());
}

std::string_view cutToEnd(std::string_view s, std::size_t limit) {
  std::size_t count = codePoints(s);
  for (; limit != 0 && count > limit; --count) s.remove_prefix(next(s).size);
  return s;
}

std::string folded(std::string_view s) {
  std::string out(s);
  for (char& c : out) c = lower(c);
  return out;
}

bool equalFold(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (lower(a[i]) != lower(b[i])) return false;
  return true;
}

bool isXmlText(std::string_view s) {
  while (!s.empty()) {
    if (isPlainAscii(s.front())) {
      s.remove_prefix(1);
      continue;
    }
    const Character c = next(s);
    if (c.codePoint < 0 || !isXmlCharacter(c.codePoint)) return false;
    s.remove_prefix(c.size);
  }
  return true;
}

std::string toXmlText(std::string_view s) {
  if (isXmlText(s)) return std::string(s);
  std::string out;
  out.reserve(s.size() + 8);
  while (!s.empty()) {
    const Character c = next(s);
    out += c.codePoint >= 0 && isXmlCharacter(c.codePoint) ? s.substr(0, c.size) : replacement;
    s.remove_prefix(c.size);
  }
  return out;
}

bool isUtf8(std::string_view s) {
  while (!s.empty()) {
    const Character c = next(s);
    if (c.codePoint < 0) return false;
    s.remove_prefix(c.size);
  }
  return true;
}

}  // namespace ocpp
