// SPDX-License-Identifier: GPL-2.0-or-later
// Schemas are only ever added at the end; a published one is never changed.
#include "bridge/schema.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "bridge/options.h"

namespace bridge {

namespace {

constexpr int applicationId = 0x4f435347;  // "OCSG"

// Times are milliseconds since 1970, UTC. Payloads are JSON (record_text.h).
constexpr const char* schema1 = R"sql(
CREATE TABLE charger (
  identity      TEXT PRIMARY KEY NOT NULL,
  version       TEXT,                       -- of OCPP over SOAP: 1.2, 1.5, 1.6
  callback      TEXT NOT NULL DEFAULT '',
  password      BLOB NOT NULL DEFAULT x'',  -- set by the back-end (CK-4)
  ping_interval INTEGER,                    -- seconds
  last_seen     INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE boot (
  identity    TEXT PRIMARY KEY NOT NULL REFERENCES charger(identity),
  version     TEXT NOT NULL,
  request     TEXT NOT NULL,
  status      TEXT,
  answered_at INTEGER NOT NULL,
  interval    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE connector (
  identity        TEXT NOT NULL REFERENCES charger(identity),
  connector_id    INTEGER NOT NULL,
  raw             TEXT NOT NULL,
  delivered       TEXT,
  release_pending INTEGER NOT NULL,
  PRIMARY KEY (identity, connector_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE setting (
  identity TEXT NOT NULL REFERENCES charger(identity),
  key      TEXT NOT NULL COLLATE NOCASE,
  value    TEXT NOT NULL,
  readonly INTEGER NOT NULL,
  PRIMARY KEY (identity, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE tx (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  identity      TEXT NOT NULL REFERENCES charger(identity),
  soap_tx_id    INTEGER NOT NULL,
  backend_tx_id INTEGER,
  connector_id  INTEGER NOT NULL,
  id_tag        TEXT NOT NULL,
  start         INTEGER NOT NULL,
  meter_start   INTEGER NOT NULL,
  stop          INTEGER,
  meter_stop    INTEGER,
  state         TEXT NOT NULL,
  provisional   INTEGER NOT NULL,
  authorized    INTEGER NOT NULL,
  evidence      TEXT,
  seen          INTEGER NOT NULL,
  start_info    TEXT,
  stop_info     TEXT,
  UNIQUE (identity, connector_id, id_tag, start, meter_start)  -- SM-7 key 2
) STRICT;

CREATE TABLE queued (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  identity   TEXT NOT NULL REFERENCES charger(identity),
  number     INTEGER NOT NULL,
  action     TEXT NOT NULL,
  payload    TEXT NOT NULL,
  attempts   INTEGER NOT NULL,
  created    INTEGER NOT NULL,
  not_before INTEGER,
  UNIQUE (identity, number)
) STRICT;

CREATE TABLE dead_letter (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  identity   TEXT NOT NULL REFERENCES charger(identity),
  number     INTEGER NOT NULL,
  action     TEXT NOT NULL,
  payload    TEXT NOT NULL,
  attempts   INTEGER NOT NULL,
  reason     TEXT NOT NULL,
  created    INTEGER NOT NULL,
  died       INTEGER NOT NULL,
  resolution TEXT,     -- NULL: still open; redelivered; discarded
  resolved   INTEGER,
  remark     TEXT,     -- the operator's reason
  UNIQUE (identity, number, died)
) STRICT;
CREATE INDEX open_dead_letter ON dead_letter(id) WHERE resolution IS NULL;

CREATE TABLE authorization (
  identity TEXT NOT NULL REFERENCES charger(identity),
  id_tag   TEXT NOT NULL,  -- lower case (L-15)
  info     TEXT NOT NULL,
  at       INTEGER NOT NULL,
  PRIMARY KEY (identity, id_tag)
) STRICT, WITHOUT ROWID;

CREATE TABLE answer (
  identity TEXT NOT NULL REFERENCES charger(identity),
  key      TEXT NOT NULL,
  at       INTEGER NOT NULL,
  action   TEXT NOT NULL,
  response TEXT NOT NULL,
  PRIMARY KEY (identity, key)
) STRICT, WITHOUT ROWID;

CREATE TABLE command (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  kind        TEXT NOT NULL CHECK (kind IN ('retry', 'discard')),
  dead_letter INTEGER REFERENCES dead_letter(id),
  identity    TEXT NOT NULL,
  number      INTEGER NOT NULL,
  reason      TEXT NOT NULL DEFAULT '',
  created     INTEGER NOT NULL
) STRICT;
)sql";

// Transactions stay when they leave memory (SM-7): they are found by number, start and state. Answers by MessageID
// were never written.
constexpr const char* schema2 = R"sql(
ALTER TABLE boot ADD COLUMN unsent INTEGER NOT NULL DEFAULT 0;     -- the back-end does not know of it yet
ALTER TABLE setting ADD COLUMN own INTEGER NOT NULL DEFAULT 0;     -- the charger does not know it (CK-4)
ALTER TABLE queued ADD COLUMN repeat_key INTEGER;                  -- of MessageID and body (SM-7)
CREATE INDEX tx_by_number ON tx(identity, soap_tx_id);
CREATE INDEX tx_by_start ON tx(identity, start);
CREATE INDEX tx_open ON tx(identity) WHERE state IN ('Starting', 'Active', 'StopQueued');
DROP TABLE answer;
CREATE TABLE tag_alias (
  identity TEXT NOT NULL REFERENCES charger(identity),
  alias    TEXT NOT NULL,  -- for idTags longer than 20 (L-8)
  id_tag   TEXT NOT NULL,
  PRIMARY KEY (identity, alias)
) STRICT, WITHOUT ROWID;
)sql";

std::string damaged(const std::string& path, const std::string& words) {
  return path + ": the database is damaged (" + words + "); it was left as it is. Restore a copy, or move it away";
}

std::int64_t sizeOf(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? static_cast<std::int64_t>(info.st_size) : -1;
}

/// Passwords of chargers are in it: for its owner only. SQLite gives its other files the same mode.
void createFile(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) throw BadConfiguration(path + ": " + std::strerror(errno));
  ::close(file);
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

/// Foreign keys are off meanwhile, so that a step may rebuild a table; they are checked before each commit.
void migrate(Database& db, const Migrations& steps) {
  const auto version = static_cast<std::size_t>(db.number("PRAGMA user_version"));
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

}  // namespace

const Migrations& migrations() {
  static const Migrations all{schema1, schema2};
  return all;
}

std::unique_ptr<Database> openDatabase(const std::string& path, const std::string& vfs, const Migrations& steps) {
  const std::int64_t size = sizeOf(path);
  // SQLite would take an empty file for a new database and delete its log.
  if (size == 0 && sizeOf(path + "-wal") > 0) throw BadConfiguration(damaged(path, "empty, but its log is not"));
  if (size < 0) createFile(path);
  try {
    auto db = std::make_unique<Database>(path, Database::Mode::ReadWrite, vfs);
    check(*db, path, steps.size());
    // EXTRA until the log is in use: the directory is synchronised when the first journal is deleted.
    db->run("PRAGMA synchronous = EXTRA");
    if (db->text("PRAGMA journal_mode = WAL") != "wal")
      throw BadConfiguration(path + ": this file system cannot hold a database in WAL mode");
    db->run("PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 16777216");
    migrate(*db, steps);
    db->run("PRAGMA foreign_keys = ON");
    return db;
  } catch (const SqliteError& error) { throw BadConfiguration(path + ": " + error.what()); }
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

}  // namespace bridge
