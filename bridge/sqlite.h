// SPDX-License-Identifier: GPL-2.0-or-later
// SQLite with owners and exceptions: one connection, prepared statements, transactions.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "ocpp/time.h"

namespace bridge {

/// What SQLite refused, with its own words.
struct SqliteError : std::runtime_error {
  SqliteError(int sqliteCode, int errnoCode, const std::string& text)
      : std::runtime_error(text), code(sqliteCode), systemError(errnoCode) {}
  int code;         ///< Extended result code.
  int systemError;  ///< errno of the last failed system call, 0 = none.
  /// No space left, by disk or quota.
  bool full() const;
  /// The disk, memory or another process is to blame, not the data: what fails is the whole transaction.
  bool environment() const;
};

/// What is wrong, with the system's words when SQLite has more to say than its own.
std::string wordsOf(const std::exception& error);

/// One connection; used by one thread at a time.
class Database {
 public:
  enum class Mode { ReadOnly, ReadWrite, Create };
  /// `vfs` "" = the system's. Throws SqliteError.
  Database(const std::string& path, Mode mode, const std::string& vfs = "");
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Statements without values, one or more.
  void run(const std::string& sql);
  /// The first column of the first row; 0 or "" when there is none.
  std::int64_t number(const std::string& sql);
  std::string text(const std::string& sql);

  int changes() const { return sqlite3_changes(db_); }
  /// Of the last row inserted since clearLastId(), 0 = none was.
  std::int64_t lastId() const { return sqlite3_last_insert_rowid(db_); }
  void clearLastId() { sqlite3_set_last_insert_rowid(db_, 0); }
  bool inTransaction() const { return sqlite3_get_autocommit(db_) == 0; }
  sqlite3* raw() const { return db_; }
  [[noreturn]] void fail(int code) const;

 private:
  sqlite3* db_ = nullptr;
};

/// A prepared statement. Bind all parameters in their order with `<<`, then step().
class Statement {
 public:
  Statement(Database& database, std::string_view sql);
  ~Statement() { sqlite3_finalize(statement_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& operator<<(std::int64_t value);
  Statement& operator<<(std::uint64_t value) { return *this << static_cast<std::int64_t>(value); }
  Statement& operator<<(int value) { return *this << static_cast<std::int64_t>(value); }
  Statement& operator<<(bool value) { return *this << static_cast<std::int64_t>(value); }
  Statement& operator<<(ocpp::Instant at) { return *this << static_cast<std::int64_t>(at.time_since_epoch().count()); }
  Statement& operator<<(std::string_view text);
  Statement& operator<<(const std::string& text) { return *this << std::string_view(text); }
  Statement& operator<<(const char* text) { return *this << std::string_view(text); }
  Statement& blob(std::string_view bytes);
  Statement& null();
  template <class T>
  Statement& operator<<(const std::optional<T>& value) {
    return value ? *this << *value : null();
  }

  /// True when there is a row. After false the statement is ready for its next use.
  bool step();
  /// For statements without rows: step, ready for the next use.
  void run();
  /// Gives up the remaining rows.
  void reset();

  // Columns of the current row, from 0.
  bool isNull(int column) const { return sqlite3_column_type(statement_, column) == SQLITE_NULL; }
  std::int64_t number(int column) const { return sqlite3_column_int64(statement_, column); }
  int integer(int column) const { return static_cast<int>(number(column)); }
  bool flag(int column) const { return number(column) != 0; }
  ocpp::Instant instant(int column) const { return ocpp::Instant(ocpp::Duration(number(column))); }
  std::string text(int column) const;  ///< Of a blob: its bytes.

 private:
  void check(int code);

  Database& database_;
  sqlite3_stmt* statement_ = nullptr;
  int bound_ = 0;
};

/// BEGIN IMMEDIATE until commit(); rolled back otherwise.
class Transaction {
 public:
  explicit Transaction(Database& database) : database_(database) { database_.run("BEGIN IMMEDIATE"); }
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit() { database_.run("COMMIT"); }

 private:
  Database& database_;
};

}  // namespace bridge
