// SPDX-License-Identifier: GPL-2.0-or-later
// The words of `ocpp-soap-bridge queue` and its like: --data-dir, options with values, switches, and the rest.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

namespace bridge {

struct CommandRules {
  std::string command, usage;
  std::set<std::string> values;    ///< Options that need a value, besides --data-dir.
  std::set<std::string> switches;  ///< Those without.
};

struct CommandWords {
  std::string command, directory, action;
  std::vector<std::string> others;

  bool has(const std::string& name) const { return switches.count(name) != 0; }
  /// "" = not given.
  const std::string& value(const std::string& name) const;

  std::map<std::string, std::string> values;
  std::set<std::string> switches;
};

/// `action`: the first other word is one. Throws BadConfiguration: an unknown option, a missing value, no --data-dir.
CommandWords readCommandWords(const std::vector<std::string>& words, const CommandRules& rules, bool action);

}  // namespace bridge
