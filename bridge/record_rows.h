// SPDX-License-Identifier: GPL-2.0-or-later
// Records as rows: which table, which columns, which key. One put and one erase per type, so that none is forgotten.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "bridge/sqlite.h"
#include "bridge/store.h"

namespace bridge {

/// One change on its way to the disk.
struct StoreOperation {
  enum class Kind { Put, Erase, Charger, CommandDone } kind = Kind::Put;
  Ticket ticket = 0;
  std::string identity;
  std::variant<StoredRecord, ChargerRow, std::uint64_t> content;  ///< By kind; the number is a command.
  ocpp::Instant at{};                                             ///< When it was asked for.
};

/// Prepared statements over one connection with the newest schema. Throws SqliteError.
class RecordRows {
 public:
  /// load() gives at most `window` queued messages of a charger.
  RecordRows(Database& database, std::size_t window) : db_(database), window_(window) {}

  void apply(const StoreOperation& operation);
  void load(const std::function<void(StoredCharger&&)>& each, const std::function<void(const std::string&)>& problem);
  /// Throws SqliteError.
  ReadResult read(const std::string& identity, const Wanted& wanted);
  /// Commands above that id, oldest first.
  std::vector<OperatorCommand> commandsAfter(std::uint64_t id);

 private:
  Statement& prepared(const char* sql);
  void putCharger(const ChargerRow& row);
  void commandDone(std::uint64_t command, ocpp::Instant at);

  void put(const std::string& identity, const session::TransactionRecord& record, ocpp::Instant at);
  void put(const std::string& identity, const session::BootRecord& record, ocpp::Instant at);
  void put(const std::string& identity, const session::ConnectorRecord& record, ocpp::Instant at);
  void put(const std::string& identity, const session::SettingRecord& record, ocpp::Instant at);
  void put(const std::string& identity, const session::QueuedRecord& record, ocpp::Instant at);
  void put(const std::string& identity, const session::DeadLetterRecord& record, ocpp::Instant at);
  void put(const std::string& identity, const session::AuthorizationRecord& record, ocpp::Instant at);
  void put(const std::string& identity, const session::AliasRecord& record, ocpp::Instant at);

  void erase(const std::string& identity, const session::TransactionRecord& record, ocpp::Instant at);
  void erase(const std::string& identity, const session::BootRecord& record, ocpp::Instant at);
  void erase(const std::string& identity, const session::ConnectorRecord& record, ocpp::Instant at);
  void erase(const std::string& identity, const session::SettingRecord& record, ocpp::Instant at);
  void erase(const std::string& identity, const session::QueuedRecord& record, ocpp::Instant at);
  void erase(const std::string& identity, const session::DeadLetterRecord& record, ocpp::Instant at);
  void erase(const std::string& identity, const session::AuthorizationRecord& record, ocpp::Instant at);
  void erase(const std::string& identity, const session::AliasRecord& record, ocpp::Instant at);

  session::InStore restOf(const StoredCharger& charger);
  void findTransactionsOf(const std::string& identity, const ocpp::Request& request, ReadResult& result);
  void find(const std::string& identity, const session::LoadQueued& wanted, ReadResult& result);
  void find(const std::string& identity, const session::FindTransaction& wanted, ReadResult& result);
  void buryUnreadable(const std::string& identity, std::uint64_t number, const std::string& why);

  Database& db_;
  std::size_t window_;
  std::set<std::int64_t> given_;  ///< Transactions that are in the result already.
  std::unordered_map<const char*, std::unique_ptr<Statement>> statements_;
};

}  // namespace bridge
