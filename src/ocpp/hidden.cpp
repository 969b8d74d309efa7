// SPDX-License-Identifier: GPL-2.0-or-later
// The table of characters that are not seen.
#include "ocpp/hidden.h"

#include <algorithm>
#include <iterator>

#include "ocpp/utf8.h"

namespace ocpp {

namespace {

struct CodePoints {
  std::int32_t first, last;
};
// Cc, Cf, Zl and Zp of Unicode 15, in order.
constexpr CodePoints hidden[] = {{0x0, 0x1F},        {0x7F, 0x9F},       {0xAD, 0xAD},       {0x600, 0x605},
                                 {0x61C, 0x61C},     {0x6DD, 0x6DD},     {0x70F, 0x70F},     {0x890, 0x891},
                                 {0x8E2, 0x8E2},     {0x180E, 0x180E},   {0x200B, 0x200F},   {0x2028, 0x202E},
                                 {0x2060, 0x206F},   {0xFEFF, 0xFEFF},   {0xFFF9, 0xFFFB},   {0x110BD, 0x110BD},
                                 {0x110CD, 0x110CD}, {0x13430, 0x1343F}, {0x1BCA0, 0x1BCA3}, {0x1D173, 0x1D17A},
                                 {0xE0001, 0xE0001}, {0xE0020, 0xE007F}};

bool isHidden(std::int32_t c) {
  const auto* range = std::lower_bound(std::begin(hidden), std::end(hidden), c,
                                       [](const CodePoints& r, std::int32_t at) { return r.last < at; });
  return range != std::end(hidden) && range->first <= c;
}

/// As JSON escapes it.
void appendEscape(std::string& out, std::int32_t c) {
  const auto unit = [&](std::int32_t value) {
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out += "0123456789abcdef"[(value >> shift) & 0xF];
  };
  if (c == '\n') {
    out += "\\n";
  } else if (c > 0xFFFF) {
    unit(0xD800 + ((c - 0x10000) >> 10));
    unit(0xDC00 + ((c - 0x10000) & 0x3FF));
  } else {
    unit(c);
  }
}

}  // namespace

bool hasHidden(std::string_view s) {
  while (!s.empty()) {
    const Character c = nextCharacter(s);
    if (c.codePoint >= 0 && isHidden(c.codePoint)) return true;
    s.remove_prefix(c.size);
  }
  return false;
}

std::string shown(std::string_view s) {
  std::string out;
  out.reserve(s.size());
  while (!s.empty()) {
    const Character c = nextCharacter(s);
    if (c.codePoint < 0)
      out += replacementCharacter;
    else if (!isHidden(c.codePoint))
      out += s.substr(0, c.size);
    else
      appendEscape(out, c.codePoint);
    s.remove_prefix(c.size);
  }
  return out;
}

}  // namespace ocpp
