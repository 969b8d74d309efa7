// SPDX-License-Identifier: GPL-2.0-or-later
// An open file description lock on a byte far behind every database; stat() for who is who.
#include "bridge/database_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "bridge/log.h"
#include "bridge/options.h"
#include "ocpp/time.h"

namespace bridge {

namespace {

/// SQLite locks bytes at 1 GiB; a database ends long before this one.
constexpr off_t lockedByte = off_t(1) << 62;
constexpr std::array<const char*, 3> ends = {"", "-wal", "-shm"};

struct flock lockOf() {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = lockedByte;
  lock.l_len = 1;
  return lock;
}

std::int64_t sizeOf(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? static_cast<std::int64_t>(info.st_size) : -1;
}

std::string directoryOf(const std::string& path) {
  const std::size_t slash = path.find_last_of('/');
  return slash == std::string::npos ? "." : path.substr(0, slash);
}

}  // namespace

DatabaseLock::DatabaseLock(const std::string& path) {
  file_ = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (file_ < 0) {
    const int why = errno;
    const std::string blame = notWritable(path);
    throw BadConfiguration(blame.empty() ? path + ": " + std::strerror(why) : blame);
  }
  struct flock lock = lockOf();
  if (::fcntl(file_, F_OFD_SETLK, &lock) == 0) return;
  const int why = errno;
  ::close(file_);
  if (why != EAGAIN && why != EACCES) throw BadConfiguration(path + ": cannot be locked: " + std::strerror(why));
  throw BadConfiguration(path + ": this database is in use by another bridge");
}

DatabaseLock::~DatabaseLock() { ::close(file_); }

bool DatabaseLock::heldBySomebody(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  struct flock lock = lockOf();
  const bool held = ::fcntl(file, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  ::close(file);
  return held;
}

DatabaseFiles::Mark DatabaseFiles::markOf(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return {};
  return {static_cast<std::uint64_t>(info.st_dev), static_cast<std::uint64_t>(info.st_ino)};
}

void DatabaseFiles::remember() {
  std::transform(ends.begin(), ends.end(), marks_.begin(), [&](const char* end) { return markOf(path_ + end); });
}

std::string DatabaseFiles::changed() const {
  for (std::size_t i = 0; i < ends.size(); ++i)
    if (!(marks_[i] == Mark{}) && !(markOf(path_ + ends[i]) == marks_[i])) return path_ + ends[i];
  return "";
}

std::string fileDate() {
  std::string date = ocpp::formatDateTime(wallClock(), ocpp::Fraction::None);
  date.erase(std::remove_if(date.begin(), date.end(), [](char c) { return c == '-' || c == ':'; }), date.end());
  return date;
}

void prepareDatabaseFile(const std::string& path, bool acceptLoss,
                         const std::function<void(const std::string&)>& tell) {
  const std::string log = path + "-wal";
  const std::int64_t size = sizeOf(path);
  if (size <= 0 && sizeOf(log) > 0) {
    if (!acceptLoss)
      throw BadConfiguration(
          path + (size < 0 ? ": is missing" : ": is empty") + ", and " + log +
          " holds what was kept last; nothing was changed. Put the database back, or start once with "
          "--accept-loss to begin anew: the log is then kept aside");
    const std::string aside = log + "." + fileDate();
    if (::rename(log.c_str(), aside.c_str()) != 0) throw BadConfiguration(log + ": " + std::strerror(errno));
    ::unlink((path + "-shm").c_str());       // only an index of the log
    ::unlink((path + ".promised").c_str());  // begins anew as well
    if (tell) tell("the database was missing and begins anew; its log, with what was kept last, is now " + aside);
  }
  if (size >= 0) return;
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) {
    const int why = errno;
    const std::string blame = notWritable(path);
    throw BadConfiguration(blame.empty() ? path + ": " + std::strerror(why) : blame);
  }
  ::close(file);
}

std::string notWritable(const std::string& path) {
  const auto blame = [](const std::string& name, const char* what) -> std::string {
    struct stat info {};
    if (::stat(name.c_str(), &info) != 0 || ::access(name.c_str(), W_OK) == 0) return "";
    const int why = errno;
    char mode[8];
    std::snprintf(mode, sizeof mode, "%04o", static_cast<unsigned>(info.st_mode) & 07777u);
    return name + ": this " + what + " cannot be written by user " + std::to_string(::geteuid()) + " (" +
           std::strerror(why) + "; its mode is " + mode + ", its owner " + std::to_string(info.st_uid) + ")";
  };
  for (const char* end : ends)
    if (std::string found = blame(path + end, "file"); !found.empty()) return found;
  return blame(directoryOf(path), "directory");
}

}  // namespace bridge
