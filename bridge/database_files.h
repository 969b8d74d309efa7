// SPDX-License-Identifier: GPL-2.0-or-later
// The files of the database as the system knows them: who holds them, whether they are still those that were opened,
// and whether all are there.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>

namespace bridge {

/// The right to be the only bridge on a database: a lock on the database itself, so that it does not help to remove
/// bridge.lock (A11). Held until destruction or the end of the process; SQLite's own locks are not touched by it as
/// long as it is destroyed after the last connection of this process.
class DatabaseLock {
 public:
  /// The file must exist. Throws BadConfiguration naming it: another bridge has it, or it cannot be opened.
  explicit DatabaseLock(const std::string& path);
  ~DatabaseLock();
  DatabaseLock(const DatabaseLock&) = delete;
  DatabaseLock& operator=(const DatabaseLock&) = delete;

  /// True when some process holds it now. Not for a process that has the database open: see above.
  static bool heldBySomebody(const std::string& path);

 private:
  int file_ = -1;
};

/// Notices that files were removed or replaced under an open database (A11): what is written then is lost.
class DatabaseFiles {
 public:
  explicit DatabaseFiles(std::string path) : path_(std::move(path)) {}

  /// The files that are there now are the right ones; call it after the first write.
  void remember();
  /// The name of one that is not there any more or is another one, or "". Costs three stat().
  std::string changed() const;

 private:
  struct Mark {
    std::uint64_t device = 0, inode = 0;
    bool operator==(const Mark& other) const { return device == other.device && inode == other.inode; }
  };
  static Mark markOf(const std::string& path);

  std::string path_;
  std::array<Mark, 3> marks_{};
};

/// Looks for a log without its database, which SQLite would delete with everything that waited in it, and makes the
/// file if there is none, mode 0600. `acceptLoss`: the log is kept aside under another name and the database begins
/// anew; `tell` gets a line about it. Throws BadConfiguration naming the files.
void prepareDatabaseFile(const std::string& path, bool acceptLoss, const std::function<void(const std::string&)>& tell);

/// Why this process cannot write the database, for people: names the file or directory that is to blame, or "".
std::string notWritable(const std::string& path);

/// For the names of files that are kept aside: 20260131T120000Z.
std::string fileDate();

}  // namespace bridge
