// SPDX-License-Identifier: GPL-2.0-or-later
// What the user chooses of a conformance run, whatever is tested.
#pragma once

#include <string>
#include <vector>

#include "tests/tools/common/option_table.h"

namespace tool {

struct RunOptions {
  std::vector<std::string> profiles, only;  ///< Empty = all.
  std::string tapFile, junitFile;
  bool operatorPresent = false, list = false, json = false, step = false;
  int patience = 30;  ///< Seconds for what a script or scenario waits for; has no row here.

  /// Something was chosen that means nothing without a run.
  bool chosen() const;
};

/// Their rows in the table of options. `profileOption` chooses feature profiles.
std::vector<Option> runRows(RunOptions& options, const char* profileOption, const char* operatorHelp);

}  // namespace tool
