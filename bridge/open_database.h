// SPDX-License-Identifier: GPL-2.0-or-later
// Opening a database so that nothing is harmed: checked, then migrated with a copy of what it was beside it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bridge/schema.h"
#include "bridge/sqlite.h"

namespace bridge {

/// Databases above this size get `PRAGMA quick_check` (indexes not compared with tables) instead of `integrity_check`
/// at start: the full one reads an index entry per row.
constexpr std::int64_t fullCheckBytes = 64 * 1024 * 1024;

struct OpenHow {
  std::string vfs;          ///< SQLite's; "" = the system's.
  bool acceptLoss = false;  ///< A log without its database is kept aside, and the database begins anew.
  const Migrations* steps = &migrations();
  /// Free bytes where a file lies; empty = ask the system.
  std::function<std::int64_t(const std::string& path)> space;
  /// Gets a line for the log about what was done, if anything was.
  std::function<void(const std::string& line)> tell;
};

/// Opens the bridge's own database for writing: checks it, then creates or migrates it. Before a database with content
/// is migrated, a copy of it is made beside it, named `FILE.schemaN` after its schema. Ends with a write. Throws
/// BadConfiguration naming the file: damaged (with SQLite's words; the files are left as they are), of a newer schema,
/// not ours, not to be written, a log without its database (prepareDatabaseFile()), or no space to migrate it (nothing
/// was changed). A full disk is told and no failure.
std::unique_ptr<Database> openDatabase(const std::string& path, const OpenHow& how = {});

/// Writes something that changes nothing. Throws SqliteError: nothing can be kept (A11).
void proveWritable(Database& database);

/// Opens the database beside a running bridge. Throws BadConfiguration when there is none or its schema is another.
std::unique_ptr<Database> openBeside(const std::string& path, Database::Mode mode);

/// Opens a file that copyDatabase() made, to read it. Throws BadConfiguration naming it: not there, damaged, not ours,
/// of a newer schema.
std::unique_ptr<Database> openBackup(const std::string& path);

/// Writes everything that is durable now into a new file of mode 0600, synchronised; who writes meanwhile does not
/// wait. Throws SqliteError or, when the file exists or cannot be made, BadConfiguration; then no file is left.
void copyDatabase(Database& from, const std::string& to);

}  // namespace bridge
