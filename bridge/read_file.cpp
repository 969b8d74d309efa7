// SPDX-License-Identifier: GPL-2.0-or-later
// Files of settings and secrets.
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "bridge/options.h"

namespace bridge {

namespace {

/// A pipe may block for ever, a device may never end. What a shell gives as /dev/fd/... was opened for us.
bool mayBlock(const std::string& path) {
  struct stat found {};
  const bool given = path.rfind("/dev/", 0) == 0 || path.rfind("/proc/", 0) == 0;
  return !given && ::stat(path.c_str(), &found) == 0 && !S_ISREG(found.st_mode);
}

}  // namespace

std::string readFile(const std::string& path) {
  if (mayBlock(path)) throw BadConfiguration(path + ": is no regular file");
  std::ifstream in(path, std::ios::binary);
  if (!in) throw BadConfiguration(path + ": cannot be opened (" + std::strerror(errno) + ")");
  return std::string(std::istreambuf_iterator<char>(in), {});
}

}  // namespace bridge
