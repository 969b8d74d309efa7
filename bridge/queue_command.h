// SPDX-License-Identifier: GPL-2.0-or-later
// `ocpp-soap-bridge queue`: the operator's view of waiting messages and dead letters, beside a running bridge.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace bridge {

/// `arguments` are those after `queue`. Works on the live database from another process; a running bridge carries out
/// what is asked for within a second, a stopped one when it starts.
/// Returns the exit status: 0, or 1 when there is no such message or it cannot be done (said on `err`). Throws
/// BadConfiguration for wrong usage and unusable databases.
int queueCommand(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err);

/// argv as main() has it, with `queue` at argv[1].
int queueCommand(int argc, const char* const* argv);

}  // namespace bridge
