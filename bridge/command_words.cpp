// SPDX-License-Identifier: GPL-2.0-or-later
// `--name value` and `--name=value`, in any order.
#include "bridge/command_words.h"

#include "bridge/options.h"

namespace bridge {

const std::string& CommandWords::value(const std::string& name) const {
  static const std::string none;
  const auto found = values.find(name);
  return found == values.end() ? none : found->second;
}

CommandWords readCommandWords(const std::vector<std::string>& words, const CommandRules& rules, bool action) {
  CommandWords found;
  found.command = rules.command;
  const auto wrong = [&](const std::string& what) {
    return BadConfiguration(rules.command + ": " + what + "\n" + rules.usage);
  };
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string name = words[i].substr(0, words[i].find('='));
    const bool valued = name == "--data-dir" || rules.values.count(name) != 0;
    if (valued && words[i] != name) {
      found.values[name] = words[i].substr(name.size() + 1);
    } else if (valued) {
      if (i + 1 == words.size()) throw wrong("'" + name + "' needs a value");
      found.values[name] = words[++i];
    } else if (rules.switches.count(words[i]) != 0) {
      found.switches.insert(words[i]);
    } else if (words[i].rfind("--", 0) == 0) {
      throw wrong("'" + name + "' is unknown");
    } else if (action && found.action.empty()) {
      found.action = words[i];
    } else {
      found.others.push_back(words[i]);
    }
  }
  found.directory = found.value("--data-dir");
  if (found.directory.empty()) throw wrong("--data-dir is missing");
  return found;
}

}  // namespace bridge
