// SPDX-License-Identifier: GPL-2.0-or-later
// Records as rows: which table, which columns, which key. One put and one erase per type, so that none is forgotten.
// Nothing takes another one's place (TX-15).
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "bridge/sqlite.h"
#include "bridge/store.h"

namespace bridge {

/// The name that a back-end had, and the one that it has now.
struct BackendNames {
  std::string former, name;
};

/// One change on its way to the disk.
struct StoreOperation {
  enum class Kind { Put, Erase, Charger, Forget, RenameBackend, CommandDone } kind = Kind::Put;
  /// By kind; the number is a command, the text why what waits is given up ("" = it stays).
  using Content = std::variant<StoredRecord, ChargerRow, std::uint64_t, std::string, BackendNames>;
  Ticket ticket = 0;
  std::string identity;
  Content content;
  ocpp::Instant at{};  ///< When it was asked for.
};

/// Prepared statements over one connection with the newest schema. Throws SqliteError.
class RecordRows {
 public:
  /// load() gives at most `window` queued messages of a charger.
  RecordRows(Database& database, std::size_t window) : db_(database), window_(window) {}

  void apply(const StoreOperation& operation);
  void load(const std::function<void(StoredCharger&&)>& each, const std::function<void(const std::string&)>& problem);
  std::optional<StoredCharger> readCharger(const std::string& identity,
                                           const std::function<void(const std::string&)>& problem);
  /// What applying has led to besides, since the last call.
  struct Besides {
    std::vector<StoreEvent> events;                           ///< Conflicts.
    std::vector<std::pair<std::string, std::int64_t>> grown;  ///< Bytes that wait more (or less) of whom.
    std::vector<std::pair<std::string, std::int64_t>> dead;   ///< The same of dead letters that nobody has resolved.
  };
  Besides takeBesides() { return std::exchange(besides_, {}); }
  /// For when what was applied since is rolled back: gives up what besides() has grown by.
  struct BesidesMark {
    std::size_t events, grown, dead;
  };
  BesidesMark besides() const { return {besides_.events.size(), besides_.grown.size(), besides_.dead.size()}; }
  void forgetBesides(const BesidesMark& since);
  /// Bytes that wait, of every charger of which something does.
  std::unordered_map<std::string, std::int64_t> waitingBytes();
  /// Bytes of dead letters that nobody has resolved: they stay until somebody does (C3).
  std::unordered_map<std::string, std::int64_t> deadBytes();
  /// Throws SqliteError.
  ReadResult read(const std::string& identity, const Wanted& wanted);
  /// Commands above that id, oldest first.
  std::vector<OperatorCommand> commandsAfter(std::uint64_t id);

 private:
  Statement& prepared(const char* sql);
  std::unordered_map<std::string, std::int64_t> bytesBy(const char* sql);
  void putCharger(const ChargerRow& row);
  void forgetCharger(const std::string& identity, const std::string& why, ocpp::Instant at);
  void renameBackend(const std::string& identity, const BackendNames& names);
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

  void insert(const std::string& identity, const session::QueuedRecord& record, ocpp::Instant at);
  void insert(const std::string& identity, const session::DeadLetterRecord& record);
  void insert(const std::string& identity, const session::TransactionRecord& record);
  std::uint64_t nextNumber(const std::string& identity);
  void tellConflict(const std::string& identity, const std::string& what, std::uint64_t key, std::uint64_t newKey);

  StoredCharger readRest(StoredCharger&& charger, const std::function<void(const std::string&)>& problem);
  session::InStore restOf(const StoredCharger& charger);
  void findTransactionsOf(const std::string& identity, const ocpp::Request& request, std::uint64_t starts,
                          ReadResult& result);
  void give(const std::string& identity, const std::vector<std::int64_t>& ids, ReadResult& result);
  void find(const std::string& identity, const session::LoadQueued& wanted, ReadResult& result);
  void find(const std::string& identity, const session::FindTransaction& wanted, ReadResult& result);
  void buryUnreadable(const std::string& identity, std::uint64_t number, const std::string& why);

  Database& db_;
  std::size_t window_;
  std::set<std::int64_t> given_;  ///< Transactions that are in the result already.
  Besides besides_;
  std::unordered_map<const char*, std::unique_ptr<Statement>> statements_;
};

}  // namespace bridge
