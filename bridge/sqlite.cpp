// SPDX-License-Identifier: GPL-2.0-or-later
// The few calls of SQLite's C interface that the store needs.
#include "bridge/sqlite.h"

#include <cerrno>
#include <cstring>

namespace bridge {

bool SqliteError::full() const {
  if ((code & 0xff) == SQLITE_FULL) return true;
  return (code & 0xff) == SQLITE_IOERR && (systemError == ENOSPC || systemError == EDQUOT);
}

bool SqliteError::environment() const {
  switch (code & 0xff) {
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_TOOBIG:
    case SQLITE_RANGE:
    case SQLITE_ERROR: return false;
    default: return true;
  }
}

std::string wordsOf(const std::exception& error) {
  const auto* refused = dynamic_cast<const SqliteError*>(&error);
  if (!refused || refused->systemError == 0) return error.what();
  return std::string(error.what()) + ": " + std::strerror(refused->systemError);
}

Database::Database(const std::string& path, Mode mode, const std::string& vfs) {
  constexpr int flags[] = {SQLITE_OPEN_READONLY, SQLITE_OPEN_READWRITE, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE};
  const int code = sqlite3_open_v2(path.c_str(), &db_, flags[static_cast<int>(mode)] | SQLITE_OPEN_NOMUTEX,
                                   vfs.empty() ? nullptr : vfs.c_str());
  if (code != SQLITE_OK) {
    const SqliteError error(code, db_ ? sqlite3_system_errno(db_) : 0, db_ ? sqlite3_errmsg(db_) : "out of memory");
    sqlite3_close(db_);
    throw error;
  }
  sqlite3_extended_result_codes(db_, 1);
  sqlite3_busy_timeout(db_, 5000);
}

Database::~Database() { sqlite3_close_v2(db_); }

void Database::fail(int code) const { throw SqliteError(code, sqlite3_system_errno(db_), sqlite3_errmsg(db_)); }

void Database::run(const std::string& sql) {
  const int code = sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(sqlite3_extended_errcode(db_));
}

std::int64_t Database::number(const std::string& sql) {
  Statement statement(*this, sql);
  return statement.step() ? statement.number(0) : 0;
}

std::string Database::text(const std::string& sql) {
  Statement statement(*this, sql);
  return statement.step() ? statement.text(0) : std::string();
}

Statement::Statement(Database& database, std::string_view sql) : database_(database) {
  check(sqlite3_prepare_v3(database.raw(), sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                           &statement_, nullptr));
}

void Statement::check(int code) {
  if (code != SQLITE_OK) database_.fail(code);
}

Statement& Statement::operator<<(std::int64_t value) {
  check(sqlite3_bind_int64(statement_, ++bound_, value));
  return *this;
}
Statement& Statement::operator<<(std::string_view text) {
  check(sqlite3_bind_text64(statement_, ++bound_, text.empty() ? "" : text.data(), text.size(), SQLITE_TRANSIENT,
                            SQLITE_UTF8));
  return *this;
}
Statement& Statement::blob(std::string_view bytes) {
  check(sqlite3_bind_blob64(statement_, ++bound_, bytes.empty() ? "" : bytes.data(), bytes.size(), SQLITE_TRANSIENT));
  return *this;
}
Statement& Statement::null() {
  check(sqlite3_bind_null(statement_, ++bound_));
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  const int system = code == SQLITE_DONE ? 0 : sqlite3_system_errno(database_.raw());
  const std::string text = code == SQLITE_DONE ? "" : sqlite3_errmsg(database_.raw());
  reset();
  if (code != SQLITE_DONE) throw SqliteError(code, system, text);
  return false;
}

void Statement::run() {
  step();
  reset();
}

void Statement::reset() {
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
  bound_ = 0;
}

std::string Statement::text(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  return bytes ? std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))) : std::string();
}

Transaction::~Transaction() {
  // Some errors (disk full, I/O) have rolled back already; then there is nothing to do and nothing to say.
  if (database_.inTransaction()) sqlite3_exec(database_.raw(), "ROLLBACK", nullptr, nullptr, nullptr);
}

}  // namespace bridge
