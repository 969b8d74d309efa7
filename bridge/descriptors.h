// SPDX-License-Identifier: GPL-2.0-or-later
// File descriptors that our own connections leave to others (C4).
#pragma once

#include <string>

namespace bridge {

/// Why the descriptor that the system has just given, or not (-1, with errno), is not for a connection of ours; "" = it
/// may be used. Within the limit (RLIMIT_NOFILE) the last 32, or an eighth of a smaller limit than 256, stay free for
/// chargers that connect and for the files of the data directory.
std::string descriptorShortage(int descriptor);

/// The same for a connection that others open for us.
std::string descriptorShortage();

}  // namespace bridge
