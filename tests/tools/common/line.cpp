// SPDX-License-Identifier: GPL-2.0-or-later
// Reads words, numbers and JSON.
#include "tests/tools/common/line.h"

#include "bridge/options.h"
#include "ocpp/text.h"
#include "tests/tools/common/message.h"
#include "tests/tools/common/option_table.h"

namespace tool {

using bridge::BadConfiguration;

Line::Line(std::string_view text, const std::string& place) : rest_(ocpp::trimmed(text)), place_(place) {}

void Line::wrong(const std::string& what) const {
  throw BadConfiguration((place_.empty() ? "" : place_ + ": ") + what);
}

std::string Line::word(const char* what) {
  if (rest_.empty()) wrong(std::string("the line ends where ") + what + " should stand");
  const bool quoted = rest_.front() == '"';
  const std::size_t end = quoted ? rest_.find('"', 1) : rest_.find_first_of(" \t");
  if (quoted && end == std::string_view::npos) wrong("a quote is not closed");
  std::string out(rest_.substr(quoted ? 1 : 0, quoted ? end - 1 : end));
  rest_ = ocpp::trimmed(end == std::string_view::npos ? "" : rest_.substr(end + (quoted ? 1 : 0)));
  return out;
}

int Line::number(const char* what, int least, int most) {
  const std::string text = word(what);
  try {
    return wholeNumber(text, least, most);
  } catch (const BadConfiguration& bad) { wrong(std::string(what) + ": " + bad.what()); }
}

bool Line::takes(std::string_view wanted) {
  if (rest_.substr(0, rest_.find_first_of(" \t")) != wanted) return false;
  word("it");
  return true;
}

std::string Line::json() {
  std::size_t end = rest_.rfind(" within ");
  if (end == std::string_view::npos || rest_.find_first_of("}\"", end) != std::string_view::npos) end = rest_.size();
  std::string out(ocpp::trimmed(rest_.substr(0, end)));
  rest_ = ocpp::trimmed(rest_.substr(end));
  std::string tried = out;
  for (std::size_t at; (at = tried.find("${")) != std::string::npos;) {
    const std::size_t close = tried.find('}', at);
    if (close == std::string::npos) break;
    tried.replace(at, close + 1 - at, "0");
  }
  if (!Json::parse(tried, nullptr, false).is_object()) wrong("'" + out + "' is not a JSON object in braces");
  return out;
}

void Line::end() const {
  if (!rest_.empty()) wrong("'" + std::string(rest_) + "' is too much");
}

}  // namespace tool
