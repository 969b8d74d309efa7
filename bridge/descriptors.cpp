// SPDX-License-Identifier: GPL-2.0-or-later
// The system gives the lowest free number, so a new descriptor tells how many are left.
#include "bridge/descriptors.h"

#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace bridge {

std::string descriptorShortage() {
  constexpr rlim_t reserve = 32;
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int error = errno;
  if (probe >= 0) ::close(probe);
  if (probe >= 0 && static_cast<rlim_t>(probe) + std::min(reserve, limit.rlim_cur / 8) < limit.rlim_cur) return "";
  const bool other = probe < 0 && error != EMFILE;
  return "no file descriptor to spare: " +
         (other ? std::string(std::strerror(error)) : "limit " + std::to_string(limit.rlim_cur) + " (LimitNOFILE)");
}

}  // namespace bridge
