// SPDX-License-Identifier: GPL-2.0-or-later
// A walk over brackets, strings and comments; the JSON library tells no positions.
#include "bridge/json_lines.h"

#include <nlohmann/json.hpp>

namespace bridge {

namespace {

class Walk {
 public:
  explicit Walk(std::string_view text) : rest_(text) {}

  std::vector<JsonKey> keys() {
    while (!rest_.empty()) step();
    return std::move(keys_);
  }

 private:
  void step() {
    const char c = rest_.front();
    if (c == '"') return string();
    if (rest_.substr(0, 2) == "//") return skip(rest_.find('\n'));
    if (rest_.substr(0, 2) == "/*")
      return skip(rest_.find("*/") == std::string_view::npos ? rest_.size() : rest_.find("*/") + 2);
    if (c == '{' || c == '[') brackets_ += c;
    if ((c == '}' || c == ']') && !brackets_.empty()) brackets_.pop_back();
    if (c == ':') named_ = true;
    if (c == ',' || c == '{' || c == '}') named_ = false;
    skip(1);
  }

  /// A string that no colon precedes is a key, where the brackets around it are of objects.
  void string() {
    std::size_t size = 1;
    while (size < rest_.size() && rest_[size] != '"') size += rest_[size] == '\\' ? 2 : 1;
    const std::string_view token = rest_.substr(0, size + 1);
    if (!named_ && (brackets_ == "{" || brackets_ == "{{")) {
      const auto text = nlohmann::json::parse(token, nullptr, false);
      const std::string key = text.is_string() ? text.get<std::string>() : std::string(token);
      if (brackets_.size() == 1) outer_ = key;
      keys_.push_back({outer_, brackets_.size() == 1 ? "" : key, line_});
    }
    skip(token.size());
  }

  void skip(std::size_t size) {
    const std::string_view gone = rest_.substr(0, size);
    for (const char c : gone) line_ += c == '\n';
    rest_.remove_prefix(gone.size());
  }

  std::string_view rest_;
  std::string brackets_, outer_;
  bool named_ = false;  // behind a colon
  int line_ = 1;
  std::vector<JsonKey> keys_;
};

}  // namespace

std::vector<JsonKey> jsonKeys(std::string_view text) { return Walk(text).keys(); }

}  // namespace bridge
