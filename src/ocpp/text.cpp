// SPDX-License-Identifier: GPL-2.0-or-later
// UTF-8 walking, trimming, cutting and the XML 1.0 character rule.
#include "ocpp/text.h"

#include <cstdint>

#include "ocpp/utf8.h"

namespace ocpp {

namespace {

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
  for (std::string_view rest = s; !rest.empty(); ++count) rest.remove_prefix(nextCharacter(rest).size);
  return count;
}

std::string_view cutTo(std::string_view s, std::size_t limit) {
  if (limit == 0 || s.size() <= limit) return s;
  std::string_view rest = s;
  for (std::size_t i = 0; i < limit && !rest.empty(); ++i) rest.remove_prefix(nextCharacter(rest).size);
  return s.substr(0, s.size() - rest.size());
}

std::string_view cutToEnd(std::string_view s, std::size_t limit) {
  std::size_t count = codePoints(s);
  for (; limit != 0 && count > limit; --count) s.remove_prefix(nextCharacter(s).size);
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
    const Character c = nextCharacter(s);
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
    const Character c = nextCharacter(s);
    out += c.codePoint >= 0 && isXmlCharacter(c.codePoint) ? s.substr(0, c.size) : replacementCharacter;
    s.remove_prefix(c.size);
  }
  return out;
}

bool isUtf8(std::string_view s) {
  while (!s.empty()) {
    const Character c = nextCharacter(s);
    if (c.codePoint < 0) return false;
    s.remove_prefix(c.size);
  }
  return true;
}

}  // namespace ocpp
