// SPDX-License-Identifier: GPL-2.0-or-later
// Results of a conformance run as table, TAP and JUnit XML.
#pragma once

#include <ostream>
#include <vector>

#include "tests/tools/cs/conformance.h"

namespace cs {

/// Prints the table to `out` and writes the files that the options name. True if nothing failed, something passed, and
/// the files could be written.
bool report(const std::vector<Result>& results, const Options& options, std::ostream& out);

}  // namespace cs
