// SPDX-License-Identifier: GPL-2.0-or-later
// File descriptors that our own connections leave to others (C4).
#pragma once

#include <string>

namespace bridge {

/// Why no connection of ours is opened now, for people; "" = it may be. Within the limit (RLIMIT_NOFILE) the last 32,
/// or an eighth of a smaller limit than 256, stay free for chargers that connect and for the files of the data
/// directory.
std::string descriptorShortage();

}  // namespace bridge
