// SPDX-License-Identifier: GPL-2.0-or-later
// The data directory: what lies in it, who may use it, and the space that is kept back for a full disk.
#pragma once

#include <cstdint>
#include <string>

namespace bridge {

/// Where the database of a data directory is.
std::string databasePath(const std::string& directory);

/// Bytes that may still be written where the file lies; 0 when the system does not tell.
std::int64_t freeBytes(const std::string& path);
/// Makes the file's name survive a power failure. What the system refuses is not told: the file itself is safe.
void syncDirectoryOf(const std::string& path);

/// The right to be the only bridge on a data directory, until destruction or the end of the process.
class DataDirLock {
 public:
  /// Makes the directory (mode 0700) if it is missing. Throws BadConfiguration naming it: not usable, or in use by
  /// which process.
  explicit DataDirLock(const std::string& directory);
  ~DataDirLock();
  DataDirLock(const DataDirLock&) = delete;
  DataDirLock& operator=(const DataDirLock&) = delete;

  /// True when some process holds the lock now, or that of the database. Not for a process that has the database open.
  static bool heldBySomebody(const std::string& directory);

 private:
  int file_ = -1;
};

/// A file that does nothing but occupy space, so that something can be given up when the disk is full.
class SpaceReserve {
 public:
  /// `bytes` 0 = none.
  SpaceReserve(std::string path, std::int64_t bytes) : path_(std::move(path)), bytes_(bytes) {}

  /// Occupies the space; false when there is not twice as much, or no room for anything else would be left.
  bool occupy();
  /// Gives it up.
  void release();
  bool held() const { return held_; }
  bool wanted() const { return bytes_ > 0; }

 private:
  std::string path_;
  std::int64_t bytes_;
  bool held_ = false;
};

}  // namespace bridge
