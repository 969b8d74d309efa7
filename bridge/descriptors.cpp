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

std::string descriptorShortage(int descriptor) {
  constexpr rlim_t reserve = 32;
  const int error = errno;
  const std::string spare = "no file descriptor to spare: ";
  if (descriptor < 0 && error != EMFILE) return error == ENFILE ? spare + std::strerror(error) : "";
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const rlim_t kept = std::min(reserve, limit.rlim_cur / 8);
  if (descriptor >= 0 && static_cast<rlim_t>(descriptor) + kept < limit.rlim_cur) return "";
  return spare + "limit " + std::to_string(limit.rlim_cur) + " (LimitNOFILE)";
}

std::string descriptorShortage() {
  const int probe = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::string problem = descriptorShortage(probe);
  if (probe >= 0) ::close(probe);
  return problem;
}

}  // namespace bridge
