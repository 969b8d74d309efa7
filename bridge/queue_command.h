// SPDX-License-Identifier: GPL-2.0-or-later
// `ocpp-soap-bridge queue` and `move`: what waits and what died, and acts on chargers, beside a running bridge or
// without one.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

namespace bridge {

/// Exit status: 0; 1 when something asked for is not there or cannot be done. Throws BadConfiguration for wrong usage.
int queueCommand(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err);
int moveCommand(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err);

}  // namespace bridge
