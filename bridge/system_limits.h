// SPDX-License-Identifier: GPL-2.0-or-later
// What the system gives the process, and which of our limits follow from that (C4).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bridge/options.h"

namespace bridge {

struct SystemLimits {
  std::uint64_t descriptors = 0;  ///< RLIMIT_NOFILE.
  std::uint64_t memory = 0;       ///< Bytes: of the machine, or of a cgroup that has less.
};

/// Raises the soft limit of descriptors to the hard one, and says what there is.
SystemLimits takeSystemLimits();
/// Bytes of memory that the cgroups of this process and the machine leave it. `root` is where /proc and /sys are.
std::uint64_t memoryLimit(const std::string& root = "");

/// Sets those of `limits` that the operator left open (0), so that neither our own WebSockets nor idle connections of
/// strangers leave the HTTP port without a descriptor, and cuts what is more than the system gives. `embedded`: a
/// WebSocket has both its ends here. Returns a line for the log for each limit that was cut.
std::vector<std::string> fitToSystem(InputLimits& limits, const SystemLimits& system, bool embedded);

}  // namespace bridge
