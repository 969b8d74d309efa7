// SPDX-License-Identifier: GPL-2.0-or-later
// What the process does about itself so that its memory stays its own (C9).
#pragma once

namespace bridge {

/// No core dumps, and no debugger or /proc/PID/mem for other processes of the same user: the memory holds passwords.
/// Not in sanitizer builds, whose leak check has to look.
void makeUndumpable();

}  // namespace bridge
