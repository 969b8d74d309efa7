// SPDX-License-Identifier: GPL-2.0-or-later
// The options of a tool as one table, and what is made of it: command line, --help, README table and man page.
#pragma once

#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

namespace tool {

/// One option. `argument` "" makes it a switch. `apply` throws bridge::BadConfiguration for a bad value; it is called
/// for each time that the option stands on the command line.
struct Option {
  const char* name;
  const char* argument;
  const char* standard;  ///< Default, as text; "" = none.
  const char* help;
  std::function<void(const std::string& value)> apply;
};

/// A part of help and man page with a heading of its own; each line is shown as it stands.
struct Chapter {
  const char* heading;
  std::vector<const char*> lines;
};

/// What surrounds the options in help and man page.
struct Program {
  const char* name;
  const char* purpose;                  ///< One sentence without full stop.
  std::vector<const char*> usages;      ///< What follows the name.
  std::vector<const char*> paragraphs;  ///< Of the description.
  std::vector<Chapter> chapters;        ///< Behind the options.
};

class OptionTable {
 public:
  OptionTable(Program program, std::vector<Option> options)
      : program_(std::move(program)), options_(std::move(options)) {}

  /// Applies the options in the order of the table and returns the other words. Nothing if --help, --help-table,
  /// --help-man or --program-version was asked for and written to `out`. Throws bridge::BadConfiguration naming the
  /// option.
  std::optional<std::vector<std::string>> read(int argc, const char* const* argv, std::ostream& out) const;

  std::string help() const;
  /// Rows of a Markdown table.
  std::string markdown() const;
  /// troff with the macros of man(7).
  std::string man() const;

 private:
  Program program_;
  std::vector<Option> options_;
};

/// A whole number from `least` to `most`; throws bridge::BadConfiguration.
int wholeNumber(const std::string& text, int least, int most);

}  // namespace tool
