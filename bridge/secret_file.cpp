// SPDX-License-Identifier: GPL-2.0-or-later
// The permissions are judged as sshd and mosquitto do: see docs/decisions.md.
#include "bridge/secret_file.h"

#include <sys/stat.h>

#include "bridge/options.h"

namespace bridge {

std::string readSecret(const std::string& path) {
  std::string content = readFile(path);
  content.erase(content.find_last_not_of("\r\n") + 1);
  return content;
}

std::vector<std::string> secretFileWarnings(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return {};
  const bool directory = S_ISDIR(found.st_mode);
  if (!directory && !S_ISREG(found.st_mode)) return {};
  // Where the sticky bit is set others may add files and cannot replace ours: no better for a directory of ours.
  if (found.st_mode & S_IWOTH)
    throw BadConfiguration("'" + path + "' can be changed by every user of this machine: chmod o-w '" + path + "'");
  std::vector<std::string> warnings;
  if (found.st_mode & (S_IROTH | (directory ? S_IXOTH : 0)))
    warnings.push_back("'" + path + "' holds secrets and can be read by every user of this machine: chmod o-rwx '" +
                       path + "'");
  if (found.st_mode & S_IWGRP)
    warnings.push_back("'" + path + "' holds secrets and can be changed by its group: chmod g-w '" + path + "'");
  return warnings;
}

}  // namespace bridge
