// SPDX-License-Identifier: GPL-2.0-or-later
// Lines of prompt and scripts: words, numbers and JSON, with errors that name the place.
#pragma once

#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace tool {

/// One line, read from left to right; a word may stand in quotes. Everything throws bridge::BadConfiguration that names
/// the place.
class Line {
 public:
  /// `place` is `FILE:LINE`, "" at the prompt; both outlive the line.
  Line(std::string_view text, const std::string& place);

  [[noreturn]] void wrong(const std::string& what) const;
  /// Nothing is left to read.
  bool empty() const { return rest_.empty(); }
  /// No command: nothing, or a comment.
  bool idle() const { return rest_.empty() || rest_.front() == '#'; }
  char next() const { return rest_.empty() ? '\0' : rest_.front(); }
  /// `what` names it in errors, with its article.
  std::string word(const char* what);
  int number(const char* what, int least, int most);
  /// True and taken if the next word is this one.
  bool takes(std::string_view wanted);
  /// A JSON object, up to the end of the line or to `within`; it may hold ${names} where numbers stand.
  std::string json();
  /// Throws if something is left.
  void end() const;

 private:
  std::string_view rest_;
  const std::string& place_;
};

/// The commands of a script, each read by `read(line, place)`, which returns nothing for idle lines. Throws
/// bridge::BadConfiguration naming file and line.
template <class Command, class Read>
std::vector<Command> readLines(const std::string& text, const std::string& file, const Read& read) {
  std::vector<Command> out;
  std::istringstream lines(text);
  std::string line;
  for (int number = 1; std::getline(lines, line); ++number)
    if (auto command = read(line, file + ":" + std::to_string(number))) out.push_back(std::move(*command));
  if (out.empty()) Line("", file).wrong("no command in it");
  return out;
}

}  // namespace tool
