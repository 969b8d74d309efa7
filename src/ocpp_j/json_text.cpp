// SPDX-License-Identifier: GPL-2.0-or-later
// Writing of JSON strings.
#include "ocpp_j/json_text.h"

#include <algorithm>

#include "ocpp/text.h"

namespace ocpp_j {

namespace {

bool needsCare(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte >= 0x7F || c == '"' || c == '\\';
}

void appendEscaped(std::string& out, std::string_view text) {
  static constexpr char hex[] = "0123456789abcdef";
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\b': out += "\\b"; break;
      case '\f': out += "\\f"; break;
      case '\n': out += "\\n"; break;
      case '\r': out += "\\r"; break;
      case '\t': out += "\\t"; break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F)
          out += c;
        else
          out.append("\\u00").append(1, hex[static_cast<unsigned char>(c) >> 4]).append(1, hex[c & 15]);
    }
  }
}

}  // namespace

void appendText(std::string& out, std::string_view text, std::size_t limit) {
  text = ocpp::cutTo(text, limit);
  out += '"';
  if (std::none_of(text.begin(), text.end(), needsCare)) {
    out += text;
  } else if (ocpp::isUtf8(text)) {
    appendEscaped(out, text);
  } else {
    while (!text.empty()) {
      const std::string_view character = ocpp::cutTo(text, 1);
      ocpp::isUtf8(character) ? appendEscaped(out, character) : static_cast<void>(out.append("\xEF\xBF\xBD"));
      text.remove_prefix(character.size());
    }
  }
  out += '"';
}

}  // namespace ocpp_j
