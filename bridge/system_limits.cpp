// SPDX-License-Identifier: GPL-2.0-or-later
// Descriptors and memory, divided.
#include "bridge/system_limits.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <limits>

namespace bridge {

namespace {

constexpr std::uint64_t mebibyte = 1024 * 1024;
constexpr std::uint64_t reserved = 64;  // descriptors: listeners, database, resolver, loop, and some to breathe
constexpr std::uint32_t mostConnections = 60000, mostCalls = 10000;
constexpr std::uint32_t leastUnfinished = 16, mostUnfinished = 256;  // MiB

/// The number in a file; the largest one if there is none, as in "max".
std::uint64_t numberIn(const std::string& file) {
  std::uint64_t number = 0;
  std::ifstream in(file);
  return in >> number ? number : std::numeric_limits<std::uint64_t>::max();
}

/// The least of a limit that a cgroup and those around it have.
std::uint64_t limitOfGroup(const std::string& mount, std::string path, const std::string& file) {
  std::uint64_t least = numberIn(mount + "/" + file);
  for (; path.size() > 1 && path.front() == '/'; path.resize(path.rfind('/')))
    least = std::min(least, numberIn(mount + path + "/" + file));
  return least;
}

}  // namespace

std::uint64_t memoryLimit(const std::string& root) {
  std::uint64_t least = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(getpagesize());
  std::ifstream groups(root + "/proc/self/cgroup");
  for (std::string line; std::getline(groups, line);) {  // NUMBER:CONTROLLERS:PATH
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const std::string path = line.substr(second + 1);
    if (controllers.empty())
      least = std::min(least, limitOfGroup(root + "/sys/fs/cgroup", path, "memory.max"));
    else if (controllers.find("memory") != std::string::npos)
      least = std::min(least, limitOfGroup(root + "/sys/fs/cgroup/memory", path, "memory.limit_in_bytes"));
  }
  return least;
}

SystemLimits takeSystemLimits() {
  SystemLimits system;
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    system.descriptors = files.rlim_cur;
    files.rlim_cur = files.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &files) == 0) system.descriptors = files.rlim_cur;
  }
  system.memory = memoryLimit();
  return system;
}

std::vector<std::string> fitToSystem(InputLimits& limits, const SystemLimits& system, bool embedded) {
  std::vector<std::string> cut;
  const auto fit = [&](std::uint32_t& limit, const char* option, std::uint64_t standard, std::uint64_t most,
                       const std::string& given) {
    if (limit > most)
      cut.push_back(std::string("option ") + option + ": " + std::to_string(limit) + " is more than " + given +
                    " give; it is " + std::to_string(most));
    limit = static_cast<std::uint32_t>(limit == 0 ? std::min(standard, most) : std::min<std::uint64_t>(limit, most));
  };
  const std::uint64_t usable = std::max(system.descriptors, 2 * reserved) - reserved;
  limits.calls = static_cast<std::uint32_t>(std::min<std::uint64_t>(mostCalls, usable / 8));
  const std::uint64_t rest = usable - limits.calls;
  fit(limits.connections, "max-connections", std::min<std::uint64_t>(mostConnections, rest / 2), rest / 4 * 3,
      std::to_string(system.descriptors) + " descriptors (RLIMIT_NOFILE)");
  const std::uint64_t webSockets = (rest - limits.connections) / (embedded ? 2 : 1);
  limits.webSockets = static_cast<std::uint32_t>(std::min<std::uint64_t>(webSockets, 1000000));
  const std::uint64_t memory = system.memory / mebibyte;
  fit(limits.unfinished, "max-unfinished", std::clamp<std::uint64_t>(memory / 8, leastUnfinished, mostUnfinished),
      std::max<std::uint64_t>(memory / 2, leastUnfinished), std::to_string(memory) + " MiB of memory");
  return cut;
}

}  // namespace bridge
