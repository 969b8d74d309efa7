// SPDX-License-Identifier: GPL-2.0-or-later
// `ocpp-soap-bridge backup` and `restore`: a copy of the database beside a running bridge, and a data directory from
// it.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace bridge {

/// Exit status 0. Throw BadConfiguration for wrong usage, a file that exists, a directory that is not empty, and what
/// is no undamaged database of ours; then nothing is left behind.
int backupCommand(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err);
int restoreCommand(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err);

}  // namespace bridge
