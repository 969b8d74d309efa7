// SPDX-License-Identifier: GPL-2.0-or-later
// The tables of the database, their numbered migrations, and opening a database so that nothing is harmed.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "bridge/sqlite.h"

namespace bridge {

/// Migration n leads from schema n-1 to schema n; schema 0 is an empty file.
using Migrations = std::vector<std::string>;
const Migrations& migrations();

/// Databases above this size get `PRAGMA quick_check` (indexes not compared with tables) instead of `integrity_check`
/// at start: the full one reads an index entry per row.
constexpr std::int64_t fullCheckBytes = 64 * 1024 * 1024;

/// Opens the bridge's own database for writing: checks it, then creates or migrates it. Throws BadConfiguration naming
/// the file: damaged (with SQLite's words; the files are left as they are), of a newer schema, or not ours.
std::unique_ptr<Database> openDatabase(const std::string& path, const std::string& vfs = "",
                                       const Migrations& steps = migrations());

/// Opens the database beside a running bridge. Throws BadConfiguration when there is none or its schema is another.
std::unique_ptr<Database> openBeside(const std::string& path, Database::Mode mode);

}  // namespace bridge
