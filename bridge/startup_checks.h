// SPDX-License-Identifier: GPL-2.0-or-later
// What is dangerous about how the operator has set things up, told at the start and on SIGHUP (C9).
#pragma once

#include <string>
#include <vector>

#include "bridge/options.h"

namespace bridge {

/// One sentence each: who the process runs as, and which files of the options are too open; those of the chargers file
/// are ChargersSource's. Throws BadConfiguration where everybody may change one of them.
std::vector<std::string> setupWarnings(const Options& options);

}  // namespace bridge
