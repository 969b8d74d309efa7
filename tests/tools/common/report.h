// SPDX-License-Identifier: GPL-2.0-or-later
// Results of a conformance run as table, TAP and JUnit XML.
#pragma once

#include <ostream>
#include <string>
#include <vector>

#include "tests/tools/common/conformance.h"

namespace tool {

/// Prints the table to `out` and writes the files that the options name. `subject` names the run in JUnit:
/// `ocpp-soap-cs conformance of CP1`; messages are shown as `we` see them. True if nothing failed, something passed,
/// and the files could be written.
bool report(const std::vector<Result>& results, const RunOptions& options, const std::string& subject, ocpp::Role we,
            std::ostream& out);

}  // namespace tool
