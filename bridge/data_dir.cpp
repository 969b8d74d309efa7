// SPDX-License-Identifier: GPL-2.0-or-later
// flock() for the lock (the kernel lets go of it whatever way the process ends), posix_fallocate() for the reserve.
#include "bridge/data_dir.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "bridge/database_files.h"
#include "bridge/options.h"

namespace bridge {

namespace {

std::string lockPath(const std::string& directory) { return directory + "/bridge.lock"; }

std::string contentOf(int file) {
  char buffer[32] = {};
  const ssize_t n = ::pread(file, buffer, sizeof buffer - 1, 0);
  std::string text(buffer, n > 0 ? static_cast<std::size_t>(n) : 0);
  text.erase(text.find_last_not_of(" \r\n") + 1);
  return text;
}

}  // namespace

std::int64_t freeBytes(const std::string& path) {
  struct statvfs space {};
  if (::statvfs(path.c_str(), &space) != 0) return 0;
  return static_cast<std::int64_t>(space.f_bavail) * static_cast<std::int64_t>(space.f_frsize);
}

void syncDirectoryOf(const std::string& path) {
  const std::string directory = path.substr(0, path.find_last_of('/') + 1);
  const int file = ::open(directory.empty() ? "." : directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return;
  ::fsync(file);
  ::close(file);
}

std::string databasePath(const std::string& directory) { return directory + "/bridge.db"; }

DataDirLock::DataDirLock(const std::string& directory) {
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST)
    throw BadConfiguration(directory + ": cannot make the data directory: " + std::strerror(errno));
  const std::string path = lockPath(directory);
  file_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file_ < 0) throw BadConfiguration(path + ": " + std::strerror(errno));
  if (::flock(file_, LOCK_EX | LOCK_NB) != 0) {
    const std::string who = contentOf(file_);
    const int why = errno;
    ::close(file_);
    if (why != EWOULDBLOCK) throw BadConfiguration(path + ": cannot be locked: " + std::strerror(why));
    throw BadConfiguration(directory + ": this data directory is in use by another bridge (process " + who + ")");
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  // Only for the message above; the lock itself does not depend on it.
  if (::ftruncate(file_, 0) != 0 || ::pwrite(file_, pid.data(), pid.size(), 0) < 0) return;
}

DataDirLock::~DataDirLock() { ::close(file_); }

bool DataDirLock::heldBySomebody(const std::string& directory) {
  const int file = ::open(lockPath(directory).c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return DatabaseLock::heldBySomebody(databasePath(directory));
  const bool held = ::flock(file, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  ::close(file);
  return held || DatabaseLock::heldBySomebody(databasePath(directory));
}

bool SpaceReserve::occupy() {
  if (held_ || bytes_ <= 0) return held_;
  const int file = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return false;
  struct stat info {};
  const bool there = ::fstat(file, &info) == 0 && static_cast<std::int64_t>(info.st_blocks) * 512 >= bytes_;
  if (there) {
    held_ = true;
  } else if (freeBytes(path_) >= 2 * bytes_) {
    held_ = ::posix_fallocate(file, 0, bytes_) == 0;
  }
  ::close(file);
  if (!held_) ::unlink(path_.c_str());
  return held_;
}

void SpaceReserve::release() {
  ::unlink(path_.c_str());
  held_ = false;
}

}  // namespace bridge
