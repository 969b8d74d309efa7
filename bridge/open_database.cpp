// SPDX-License-Identifier: GPL-2.0-or-later
// Checks come before the first write, and a copy before the first change.
#include "bridge/open_database.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "bridge/data_dir.h"
#include "bridge/database_files.h"
#include "bridge/options.h"

namespace bridge {

namespace {

std::string damaged(const std::string& path, const std::string& words) {
  return path + ": the database is damaged (" + words + "); it was left as it is. Restore a copy, or move it away";
}

std::int64_t sizeOf(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? static_cast<std::int64_t>(info.st_size) : -1;
}

void checkVersion(Database& db, const std::string& path, std::size_t newest) {
  const std::int64_t version = db.number("PRAGMA user_version");
  if (version == 0 && db.number("SELECT count(*) FROM sqlite_schema") == 0) return;
  if (db.number("PRAGMA application_id") != applicationId)
    throw BadConfiguration(path + ": this is not a database of ocpp-soap-bridge");
  if (version > static_cast<std::int64_t>(newest))
    throw BadConfiguration(path + ": schema " + std::to_string(version) + " is newer than schema " +
                           std::to_string(newest) + " of this version; run the version that made it, or a newer one");
}

/// Reads only, and does not even fold a log that is there into the file.
void check(Database& db, const std::string& path, std::size_t newest) {
  if (sizeOf(path + "-wal") > 0) sqlite3_db_config(db.raw(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  try {
    checkVersion(db, path, newest);
    const bool large = sizeOf(path) > fullCheckBytes;
    const std::string said = db.text(large ? "PRAGMA quick_check(1)" : "PRAGMA integrity_check(1)");
    if (said != "ok") throw BadConfiguration(damaged(path, said));
    if (db.number("SELECT count(*) FROM pragma_foreign_key_check") != 0)
      throw BadConfiguration(
          damaged(path, "foreign key check: " + db.text("SELECT \"table\" FROM pragma_foreign_key_check")));
  } catch (const SqliteError& error) {
    if ((error.code & 0xff) == SQLITE_CORRUPT || (error.code & 0xff) == SQLITE_NOTADB)
      throw BadConfiguration(damaged(path, error.what()));
    throw BadConfiguration(path + ": " + error.what());
  }
  sqlite3_db_config(db.raw(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
}

/// The copy, the tables that are written anew and the log they are written through.
constexpr std::int64_t spaceToMigrate = 4;
constexpr std::int64_t spaceAtLeast = 1024 * 1024;

std::string mib(std::int64_t bytes) { return std::to_string((bytes + 1024 * 1024 - 1) / (1024 * 1024)) + " MiB"; }

/// What was is kept as it was: a former version of the bridge can go on with it.
void copyBeside(Database& db, const std::string& path, std::size_t version, const OpenHow& how) {
  const std::int64_t size = db.number("PRAGMA page_count") * db.number("PRAGMA page_size");
  const std::int64_t wanted = spaceToMigrate * size + spaceAtLeast;
  const std::int64_t there = how.space ? how.space(path) : freeBytes(path);
  if (there < wanted)
    throw BadConfiguration(path + ": to bring the database from schema " + std::to_string(version) + " up to date " +
                           mib(wanted) + " must be free there, and " + mib(there) +
                           " are; nothing was changed. Make room, and start again");
  const std::string name = path + ".schema" + std::to_string(version);
  std::string copy = name;
  for (int n = 2; std::filesystem::exists(copy); ++n) copy = name + "-" + std::to_string(n);
  copyDatabase(db, copy);
  if (how.tell)
    how.tell("the database is brought from schema " + std::to_string(version) + " to schema " +
             std::to_string(how.steps->size()) + "; a copy of what it was is " + copy);
}

/// Foreign keys are off meanwhile, so that a step may rebuild a table; they are checked before each commit.
void migrate(Database& db, const std::string& path, const OpenHow& how) {
  const Migrations& steps = *how.steps;
  const auto version = static_cast<std::size_t>(db.number("PRAGMA user_version"));
  if (version > 0 && version < steps.size()) copyBeside(db, path, version, how);
  for (std::size_t next = version; next < steps.size(); ++next) {
    Transaction transaction(db);
    db.run(steps[next]);
    db.run("PRAGMA application_id = " + std::to_string(applicationId));
    db.run("PRAGMA user_version = " + std::to_string(next + 1));
    if (db.number("SELECT count(*) FROM pragma_foreign_key_check") != 0)
      throw std::logic_error("migration " + std::to_string(next + 1) + " breaks a foreign key");
    transaction.commit();
  }
}

/// A full disk is no reason not to serve: what is kept is delivered, and space comes back.
void proveOrTell(Database& db, const OpenHow& how) {
  try {
    proveWritable(db);
  } catch (const SqliteError& error) {
    if ((error.code & 0xff) != SQLITE_FULL) throw;
    if (how.tell) how.tell("the disk is full: what must be kept is refused until there is space");
  }
}

}  // namespace

std::unique_ptr<Database> openDatabase(const std::string& path, const OpenHow& how) {
  prepareDatabaseFile(path, how.acceptLoss, how.tell);
  try {
    auto db = std::make_unique<Database>(path, Database::Mode::ReadWrite, how.vfs);
    check(*db, path, how.steps->size());
    // EXTRA until the log is in use: the directory is synchronised when the first journal is deleted.
    db->run("PRAGMA synchronous = EXTRA");
    if (db->text("PRAGMA journal_mode = WAL") != "wal")
      throw BadConfiguration(path + ": this file system cannot hold a database in WAL mode");
    db->run("PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 16777216");
    migrate(*db, path, how);
    db->run("PRAGMA foreign_keys = ON");
    proveOrTell(*db, how);
    return db;
  } catch (const SqliteError& error) {
    const std::string blame = notWritable(path);
    throw BadConfiguration(!blame.empty() ? blame : path + ": cannot be written: " + wordsOf(error));
  }
}

void proveWritable(Database& database) {
  const std::string version = std::to_string(database.number("PRAGMA user_version"));
  Transaction transaction(database);
  database.run("PRAGMA user_version = " + version);  // the same again: a page is written for it
  transaction.commit();
}

std::unique_ptr<Database> openBeside(const std::string& path, Database::Mode mode) {
  if (sizeOf(path) <= 0) throw BadConfiguration(path + ": there is no database; has the bridge ever run on it?");
  try {
    auto db = std::make_unique<Database>(path, mode);
    checkVersion(*db, path, migrations().size());
    if (db->number("PRAGMA user_version") != static_cast<std::int64_t>(migrations().size()))
      throw BadConfiguration(path + ": schema " + std::to_string(db->number("PRAGMA user_version")) +
                             " is older than this version's; start the bridge once to bring it up to date");
    if (mode != Database::Mode::ReadOnly) db->run("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON");
    return db;
  } catch (const SqliteError& error) { throw BadConfiguration(path + ": " + error.what()); }
}

std::unique_ptr<Database> openBackup(const std::string& path) {
  if (sizeOf(path) <= 0) throw BadConfiguration(path + ": there is no backup");
  try {
    auto db = std::make_unique<Database>(path, Database::Mode::ReadOnly);
    check(*db, path, migrations().size());
    if (db->number("PRAGMA user_version") == 0)
      throw BadConfiguration(path + ": this is not a database of ocpp-soap-bridge");
    return db;
  } catch (const SqliteError& error) { throw BadConfiguration(path + ": " + error.what()); }
}

void copyDatabase(Database& from, const std::string& to) {
  const int made = ::open(to.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (made < 0) throw BadConfiguration(to + ": " + std::strerror(errno));
  const auto failed = [&](const std::string& why) {
    ::close(made);
    ::unlink(to.c_str());
    return BadConfiguration(to + ": " + why);
  };
  try {
    Database copy(to, Database::Mode::ReadWrite);
    sqlite3_backup* backup = sqlite3_backup_init(copy.raw(), "main", from.raw(), "main");
    if (!backup) copy.fail(sqlite3_extended_errcode(copy.raw()));
    sqlite3_backup_step(backup, -1);  // at once: a writer between two steps would make it begin again
    if (const int code = sqlite3_backup_finish(backup); code != SQLITE_OK) copy.fail(code);
    copy.run("PRAGMA journal_mode = DELETE");  // one file, whoever opens it
  } catch (const SqliteError& error) { throw failed(error.what()); }
  if (::fsync(made) != 0) throw failed(std::strerror(errno));
  ::close(made);
  syncDirectoryOf(to);
}

}  // namespace bridge
