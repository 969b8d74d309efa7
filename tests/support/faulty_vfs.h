// SPDX-License-Identifier: GPL-2.0-or-later
// A SQLite VFS whose disk can be full, break, or lose its power: what was not synchronised is then lost, torn or not.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <vector>

namespace test {

/// A file's existence and deletion count as durable at once. Registers itself under name() for its lifetime. Shared
/// memory, locks and reading are the system VFS's own.
class FaultyVfs {
 public:
  FaultyVfs();
  ~FaultyVfs();
  FaultyVfs(const FaultyVfs&) = delete;
  FaultyVfs& operator=(const FaultyVfs&) = delete;

  const std::string& name() const { return name_; }
  /// How often files were synchronised: all, or that one.
  std::uint64_t syncs() const;
  std::uint64_t syncs(const std::string& path) const;

  /// Total size of all files beyond which writing says SQLITE_FULL; -1 = none.
  void limitSpace(std::int64_t bytes);
  std::int64_t spaceUsed() const;
  /// Every write or sync says SQLITE_IOERR.
  void breakDisk(bool broken);

  /// From now on nothing reaches the disk and every write fails, as for a process that dies with the machine.
  void cutPower();
  /// After everything was closed: gives the files the content that a disk could have after the cut. Of the writes
  /// since a file's last sync a random part survives, in any order, torn at 512 bytes.
  void powerUp(unsigned seed);

 private:
  friend struct FaultyFile;
  struct Write {
    std::int64_t offset;  ///< -1 = cut to `size`.
    std::string bytes;
    std::int64_t size;
  };
  struct Image {
    std::string durable;  ///< As of the last sync.
    std::vector<Write> since;
    std::int64_t size = 0;
  };

  struct Vfs : sqlite3_vfs {
    FaultyVfs* owner;
  };
  static FaultyVfs& ownerOf(sqlite3_vfs* vfs) { return *static_cast<Vfs*>(vfs)->owner; }
  static int open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* outFlags);
  static int remove(sqlite3_vfs* vfs, const char* path, int syncDirectory);
  int beforeWrite(const std::string& path, std::int64_t newSize);
  void wrote(const std::string& path, Write write);
  int beforeSync();
  void synced(const std::string& path);

  mutable std::mutex mutex_;
  std::string name_;
  sqlite3_vfs* real_;
  Vfs vfs_{};
  std::map<std::string, Image> images_;
  std::int64_t limit_ = -1;
  std::map<std::string, std::uint64_t> syncs_;
  bool dead_ = false, broken_ = false;
};

}  // namespace test
