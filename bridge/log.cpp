// SPDX-License-Identifier: GPL-2.0-or-later
// Formats log lines.
#include "bridge/log.h"

#include <algorithm>
#include <chrono>
#include <nlohmann/json.hpp>

namespace bridge {

namespace {

constexpr std::string_view levelNames[] = {"debug", "info", "warning", "error"};

std::string_view levelName(Log::Level level) { return levelNames[static_cast<std::size_t>(level)]; }

void appendOnOneLine(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (c == '\n')
      out += "\\n";
    else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
      out += ' ';
    else
      out += c;
  }
}

/// `?token=...` and `&token=...`, also as `&amp;token=...`.
std::string withoutTokens(std::string text) {
  constexpr std::string_view word = "token=";
  for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
    if (at == 0 || (text[at - 1] != '?' && text[at - 1] != '&' && text[at - 1] != ';')) continue;
    const std::size_t begin = at + word.size();
    const std::size_t end = std::min(text.find_first_of("&<>\"' \t\n", begin), text.size());
    text.replace(begin, end - begin, "***");
  }
  return text;
}

}  // namespace

void Log::line(Level level, std::string_view identity, std::string_view event, std::string_view text,
               std::initializer_list<Field> fields) {
  if (!writes(level)) return;
  const std::string time = ocpp::formatDateTime(wallClock(), ocpp::Fraction::Three);
  std::string out;
  if (format_ == LogFormat::Json) {
    nlohmann::ordered_json object;
    object["time"] = time;
    object["level"] = levelName(level);
    object["event"] = event;
    if (!identity.empty()) object["identity"] = identity;
    for (const auto& [name, value] : fields) object[std::string(name)] = value;
    if (!text.empty()) object["text"] = redacted(text);
    out = object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  } else {
    out = time + " " + std::string(levelName(level)) + " ";
    if (!identity.empty()) {
      appendOnOneLine(out, identity);
      out += ' ';
    }
    out += event;
    for (const auto& [name, value] : fields) {
      out += ' ';
      out += name;
      out += '=';
      appendOnOneLine(out, value);
    }
    if (!text.empty()) out += ": ";
    appendOnOneLine(out, redacted(text));
  }
  out_ << out << std::endl;
}

std::string redacted(std::string_view text) {
  if (text.find("AuthorizationKey") != std::string_view::npos && text.find("alue") != std::string_view::npos)
    return "(not shown: it carries an AuthorizationKey)";
  std::string out;
  while (!text.empty()) {
    const std::size_t slashes = text.find("://");
    if (slashes == std::string_view::npos) break;
    const std::size_t end = text.find_first_of("/<>\"' \t\n", slashes + 3);
    const std::string_view authority =
        text.substr(slashes + 3, end == std::string_view::npos ? end : end - slashes - 3);
    const std::size_t at = authority.rfind('@');
    out += text.substr(0, slashes + 3);
    if (at != std::string_view::npos) out += "***";
    out += at == std::string_view::npos ? authority : authority.substr(at);
    text.remove_prefix(slashes + 3 + authority.size());
  }
  return withoutTokens(out += text);
}

}  // namespace bridge
