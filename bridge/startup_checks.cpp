// SPDX-License-Identifier: GPL-2.0-or-later
// The files that hold secrets, by the options that name them.
#include "bridge/startup_checks.h"

#include <unistd.h>

#include "bridge/secret_file.h"

namespace bridge {

std::vector<std::string> setupWarnings(const Options& options) {
  std::vector<std::string> all;
  if (::geteuid() == 0)
    all.emplace_back("runs as root: a user of its own without any privilege is enough (docs/security.md)");
  for (const std::string* path : {&options.tlsKey, &options.centralKey, &options.centralPasswordFile, &options.dataDir})
    if (!path->empty())
      for (std::string& warning : secretFileWarnings(*path)) all.push_back(std::move(warning));
  return all;
}

}  // namespace bridge
