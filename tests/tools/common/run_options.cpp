// SPDX-License-Identifier: GPL-2.0-or-later
// The rows that both tools have for conformance runs.
#include "tests/tools/common/run_options.h"

#include "tests/tools/common/values.h"

namespace tool {

bool RunOptions::chosen() const {
  return !profiles.empty() || !only.empty() || !tapFile.empty() || !junitFile.empty() || operatorPresent || list ||
         json || step;
}

std::vector<Option> runRows(RunOptions& o, const char* profileOption, const char* operatorHelp) {
  using Text = const std::string&;
  return {
      {profileOption, "NAME,...", "all", "conformance: core, firmware, authlist, reservation, smartcharging, trigger",
       [&o](Text v) { o.profiles = words(v); }},
      {"only", "NAME,...", "all", "conformance: only these scenarios", [&o](Text v) { o.only = words(v); }},
      {"operator", "", "off", operatorHelp, [&o](Text) { o.operatorPresent = true; }},
      {"step", "", "off",
       "conformance: before each scenario wait for a line on the standard input; `late` ends a wait in it",
       [&o](Text) { o.step = true; }},
      {"list", "", "off", "conformance: show the scenarios and end", [&o](Text) { o.list = true; }},
      {"json", "", "off", "conformance: with --list, the scenarios with all steps as JSON",
       [&o](Text) { o.json = true; }},
      {"tap", "FILE", "none", "conformance: result as TAP", [&o](Text v) { o.tapFile = v; }},
      {"junit", "FILE", "none", "conformance: result as JUnit XML", [&o](Text v) { o.junitFile = v; }},
  };
}

}  // namespace tool
