// SPDX-License-Identifier: GPL-2.0-or-later
// Reading records: at start one charger at a time, and only what its session holds in memory; later what it asks for.
#include <algorithm>
#include <limits>

#include "bridge/log.h"
#include "bridge/record_rows.h"
#include "bridge/record_text.h"
#include "bridge/record_words.h"
#include "session/transactions.h"

namespace bridge {

namespace {

using Problem = std::function<void(const std::string&)>;

constexpr const char* selectChargers =
    "SELECT identity, version, callback, password, ping_interval, last_seen FROM charger ORDER BY identity";
constexpr const char* selectBoot =
    "SELECT version, request, status, answered_at, interval, unsent FROM boot WHERE identity = ?";
constexpr const char* selectConnector =
    "SELECT connector_id, raw, delivered, release_pending FROM connector WHERE identity = ? ORDER BY connector_id";
constexpr const char* selectSetting = "SELECT key, value, readonly, own FROM setting WHERE identity = ? ORDER BY key";
constexpr const char* selectTx =
    "SELECT soap_tx_id, backend_tx_id, connector_id, id_tag, start, meter_start, stop, meter_stop, state, provisional, "
    "authorized, evidence, seen, start_info, stop_info FROM tx WHERE id = ?";
// Open ones; over ones whose start was delivered and whose stop waits; and the newest that are over. Those whose start
// waits as well come with its message.
constexpr const char* idsAtStart =
    "SELECT id FROM tx WHERE identity = ?1 AND state IN ('Starting', 'Active', 'StopQueued') "
    "AND (state <> 'StopQueued' OR backend_tx_id IS NOT NULL OR NOT provisional) "
    "UNION SELECT * FROM (SELECT id FROM tx WHERE identity = ?1 AND state IN ('Closed', 'Orphaned') "
    "AND (backend_tx_id IS NOT NULL OR NOT provisional) ORDER BY start DESC LIMIT 8) ORDER BY id";
constexpr const char* idByStart =
    "SELECT id FROM tx WHERE identity = ? AND start = ? AND connector_id = ? AND meter_start = ? ORDER BY id DESC";
constexpr const char* idByNumber =
    "SELECT id FROM tx WHERE identity = ? AND soap_tx_id = ? "
    "ORDER BY coalesce(stop = ?, 0) DESC, state = 'Closed', id DESC LIMIT 1";
constexpr const char* selectBounds =
    "SELECT (SELECT max(start) FROM tx WHERE identity = ?1), "
    "(SELECT max(soap_tx_id) FROM tx WHERE identity = ?1 AND soap_tx_id BETWEEN ?2 AND ?3 - 1), "
    "(SELECT max(soap_tx_id) FROM tx WHERE identity = ?1 AND soap_tx_id BETWEEN ?3 AND 2147483646)";
constexpr const char* selectAuthorization = "SELECT id_tag, info, at FROM authorization WHERE identity = ? ORDER BY at";
constexpr const char* selectAlias = "SELECT alias, id_tag FROM tag_alias WHERE identity = ?";
constexpr const char* selectQueued =
    "SELECT number, action, payload, attempts, not_before, repeat_key FROM queued "
    "WHERE identity = ? AND number BETWEEN ? AND ? ORDER BY number LIMIT ?";
constexpr const char* selectRepeats =
    "SELECT repeat_key, created, action FROM (SELECT * FROM queued WHERE identity = ? ORDER BY number DESC LIMIT 4) "
    "WHERE repeat_key IS NOT NULL ORDER BY number";
constexpr const char* selectNumbers =
    "SELECT max(number), (SELECT max(number) FROM dead_letter WHERE identity = ?1) FROM queued WHERE identity = ?1";
constexpr const char* copyToDeadLetters =
    "INSERT INTO dead_letter (identity, number, action, payload, attempts, reason, created, died) "
    "SELECT identity, number, action, payload, attempts, ?, created, ? FROM queued "
    "WHERE identity = ? AND number = ?";
constexpr const char* deleteUnreadable = "DELETE FROM queued WHERE identity = ? AND number = ?";
constexpr const char* selectCommands =
    "SELECT c.id, c.kind, c.dead_letter, c.identity, c.number, c.reason, d.number, d.action, d.payload, d.attempts, "
    "d.reason, d.created, d.died FROM command c LEFT JOIN dead_letter d ON d.id = c.dead_letter "
    "WHERE c.id > ? ORDER BY c.id";
constexpr std::uint64_t anyNumber = std::numeric_limits<std::int64_t>::max();

std::optional<ocpp::IdTagInfo> infoOf(const Statement& row, int column) {
  if (row.isNull(column)) return std::nullopt;
  ocpp::IdTagInfo info;
  readRecordText(row.text(column), info);
  return info;
}

session::BootRecord readBoot(const Statement& row) {
  session::BootRecord boot;
  boot.version = versionOf(row.text(0));
  readRecordText(row.text(1), boot.request);
  if (!row.isNull(2)) boot.status = valueOf<ocpp::RegistrationStatus>(row.text(2));
  boot.answeredAt = row.instant(3);
  boot.interval = row.integer(4);
  boot.unsent = row.flag(5);
  return boot;
}

session::ConnectorRecord readConnector(const Statement& row) {
  session::ConnectorRecord connector;
  connector.connectorId = row.integer(0);
  readRecordText(row.text(1), connector.raw);
  if (!row.isNull(2)) readRecordText(row.text(2), connector.delivered.emplace());
  connector.releasePending = row.flag(3);
  return connector;
}

session::SettingRecord readSetting(const Statement& row) {
  return {row.text(0), row.text(1), row.flag(2), row.flag(3)};
}

session::TransactionRecord readTx(const Statement& row) {
  session::TransactionRecord tx;
  tx.soapTxId = row.number(0);
  if (!row.isNull(1)) tx.backendTxId = row.number(1);
  tx.connectorId = row.integer(2);
  tx.idTag = row.text(3);
  tx.start = row.instant(4);
  tx.meterStart = row.integer(5);
  if (!row.isNull(6)) tx.stop = row.instant(6);
  if (!row.isNull(7)) tx.meterStop = row.integer(7);
  tx.state = stateOf(row.text(8));
  tx.provisional = row.flag(9);
  tx.authorized = row.flag(10);
  if (!row.isNull(11)) tx.stopEvidence = valueOf<ocpp::Reason>(row.text(11));
  tx.seen = row.instant(12);
  tx.startInfo = infoOf(row, 13);
  tx.stopInfo = infoOf(row, 14);
  return tx;
}

session::AuthorizationRecord readAuthorization(const Statement& row) {
  return {row.text(0), infoOf(row, 1).value_or(ocpp::IdTagInfo{}), row.instant(2)};
}

session::AliasRecord readAlias(const Statement& row) { return {row.text(0), row.text(1)}; }

session::QueuedRecord readQueued(const Statement& row) {
  session::QueuedRecord queued;
  queued.number = static_cast<std::uint64_t>(row.number(0));
  queued.request = readRequestText(row.text(1), row.text(2));
  queued.attempts = row.integer(3);
  if (!row.isNull(4)) queued.notBefore = row.instant(4);
  queued.repeatKey = static_cast<std::uint64_t>(row.number(5));
  return queued;
}

session::DeadLetterRecord deadLetterAt(const Statement& row, int first) {
  session::DeadLetterRecord dead;
  dead.number = static_cast<std::uint64_t>(row.number(first));
  dead.request = readRequestText(row.text(first + 1), row.text(first + 2));
  dead.attempts = row.integer(first + 3);
  dead.reason = row.text(first + 4);
  dead.created = row.instant(first + 5);
  dead.died = row.instant(first + 6);
  return dead;
}

struct Table {
  const char* name;
  const char* select;
  StoredRecord (*read)(const Statement& row);
};
template <auto Read>
constexpr Table table(const char* name, const char* select) {
  return {name, select, [](const Statement& row) { return StoredRecord(Read(row)); }};
}

// In the order that StoredCharger promises. A null select: by the ids of idsAtStart.
constexpr Table tables[] = {table<readBoot>("boot", selectBoot),
                            table<readConnector>("connector", selectConnector),
                            table<readSetting>("setting", selectSetting),
                            table<readTx>("tx", nullptr),
                            table<readAuthorization>("authorization", selectAuthorization),
                            table<readAlias>("alias", selectAlias)};

/// Calls `use` for each row. What it throws, SQLite's errors apart, goes to `failed` and the next row is read.
template <class Use, class Failed>
void forRows(Statement& rows, Use use, Failed failed) {
  while (rows.step()) try {
      use();
    } catch (const SqliteError&) { throw; } catch (const std::exception& error) {
      failed(error.what());
    }
}

std::vector<std::int64_t> idsOf(Statement& rows) {
  std::vector<std::int64_t> ids;
  while (rows.step()) ids.push_back(rows.number(0));
  return ids;
}

std::optional<std::int64_t> maybe(const Statement& row, int column) {
  return row.isNull(column) ? std::nullopt : std::optional(row.number(column));
}

void readCharger(const Statement& row, StoredCharger& charger, const Problem& problem) {
  charger.identity = row.text(0);
  charger.callback = row.text(2);
  charger.password = row.text(3);
  if (!row.isNull(4)) charger.pingInterval = row.integer(4);
  charger.lastSeen = row.instant(5);
  if (row.isNull(1)) return;
  try {
    charger.version = versionOf(row.text(1));
  } catch (const std::runtime_error& error) { problem("charger " + charger.identity + ": " + error.what()); }
}

}  // namespace

void RecordRows::load(const std::function<void(StoredCharger&&)>& each, const Problem& problem) {
  Statement chargers(db_, selectChargers);
  while (chargers.step()) {
    StoredCharger charger;
    given_.clear();
    readCharger(chargers, charger, problem);
    for (const Table& table : tables) {
      const auto failed = [&](const std::string& why) {
        problem(std::string(table.name) + " of " + charger.identity + " cannot be read: " + why);
      };
      if (table.select) {
        Statement& rows = prepared(table.select) << charger.identity;
        forRows(
            rows, [&] { charger.records.push_back(table.read(rows)); }, failed);
        continue;
      }
      for (const std::int64_t id : idsOf(prepared(idsAtStart) << charger.identity)) {
        given_.insert(id);
        Statement& row = prepared(selectTx) << id;
        forRows(
            row, [&] { charger.records.push_back(table.read(row)); }, failed);
      }
    }
    ReadResult queue;
    find(charger.identity, {0, anyNumber, window_}, queue);
    for (StoredRecord& record : queue.records) charger.records.push_back(std::move(record));
    for (const std::string& line : queue.problems) problem(line);
    charger.rest = restOf(charger);
    each(std::move(charger));
  }
}

session::InStore RecordRows::restOf(const StoredCharger& charger) {
  session::InStore rest;
  std::uint64_t loaded = 0;
  for (const StoredRecord& record : charger.records)
    if (const auto* queued = std::get_if<session::QueuedRecord>(&record)) loaded = queued->number;
  Statement& numbers = prepared(selectNumbers) << charger.identity;
  numbers.step();
  const auto lastQueued = static_cast<std::uint64_t>(numbers.number(0));
  rest.lastNumber = std::max(lastQueued, static_cast<std::uint64_t>(numbers.number(1)));
  numbers.reset();
  if (lastQueued > loaded) {
    rest.firstQueued = loaded + 1;
    rest.lastQueued = lastQueued;
  }
  using session::Transactions;
  Statement& bounds = prepared(selectBounds)
                      << charger.identity << Transactions::firstAlias << Transactions::firstProvisional;
  bounds.step();
  if (!bounds.isNull(0)) rest.newestStart = bounds.instant(0);
  rest.lastAlias = maybe(bounds, 1);
  rest.lastProvisional = maybe(bounds, 2);
  bounds.reset();
  Statement& repeats = prepared(selectRepeats) << charger.identity;
  while (repeats.step())
    rest.repeats.push_back({static_cast<std::uint64_t>(repeats.number(0)), repeats.instant(1), repeats.text(2)});
  return rest;
}

ReadResult RecordRows::read(const std::string& identity, const Wanted& wanted) {
  ReadResult result;
  given_.clear();
  std::visit([&](const auto& question) { find(identity, question, result); }, wanted);
  result.ok = true;
  return result;
}

void RecordRows::find(const std::string& identity, const session::LoadQueued& wanted, ReadResult& result) {
  std::vector<std::pair<std::uint64_t, std::string>> unreadable;
  Statement& rows = prepared(selectQueued) << identity << wanted.first << wanted.last << wanted.most;
  forRows(
      rows,
      [&] {
        session::QueuedRecord queued = readQueued(rows);
        findTransactionsOf(identity, queued.request, result);
        result.records.emplace_back(std::move(queued));
      },
      [&](const std::string& why) {
        unreadable.emplace_back(static_cast<std::uint64_t>(rows.number(0)), why);
        result.problems.push_back("queued of " + identity + " cannot be read: " + why);
      });
  for (const auto& [number, why] : unreadable) buryUnreadable(identity, number, why);
}

/// By start or by number; what cannot be read is left out.
void RecordRows::find(const std::string& identity, const session::FindTransaction& wanted, ReadResult& result) {
  std::vector<std::int64_t> ids;
  if (wanted.start)
    ids = idsOf(prepared(idByStart) << identity << wanted.start->timestamp.at << wanted.start->connectorId
                                    << wanted.start->meterStart);
  else
    ids = idsOf(prepared(idByNumber) << identity << wanted.soapTxId << wanted.stop);
  for (const std::int64_t id : ids) {
    if (!given_.insert(id).second) continue;
    Statement& row = prepared(selectTx) << id;
    forRows(
        row, [&] { result.records.emplace_back(readTx(row)); },
        [&](const std::string& why) { result.problems.push_back("tx of " + identity + " cannot be read: " + why); });
  }
}

/// TX-1: the transactions that a message names; of its start all is the same but the idTag, which may be an alias
/// (L-8).
void RecordRows::findTransactionsOf(const std::string& identity, const ocpp::Request& request, ReadResult& result) {
  if (const auto* start = std::get_if<ocpp::StartTransaction::Request>(&request))
    find(identity, session::FindTransaction{*start, 0, {}}, result);
  else if (const auto* stop = std::get_if<ocpp::StopTransaction::Request>(&request))
    find(identity, session::FindTransaction{{}, stop->transactionId.value, stop->timestamp.at}, result);
  else if (const auto* values = std::get_if<ocpp::MeterValues::Request>(&request); values && values->transactionId)
    find(identity, session::FindTransaction{{}, values->transactionId->value, {}}, result);
}

void RecordRows::buryUnreadable(const std::string& identity, std::uint64_t number, const std::string& why) {
  Transaction transaction(db_);
  (prepared(copyToDeadLetters) << "cannot be read: " + why << wallClock() << identity << number).run();
  (prepared(deleteUnreadable) << identity << number).run();
  transaction.commit();
}

std::vector<OperatorCommand> RecordRows::commandsAfter(std::uint64_t id) {
  using Kind = OperatorCommand::Kind;
  std::vector<OperatorCommand> commands;
  Statement& rows = prepared(selectCommands) << id;
  while (rows.step()) {
    OperatorCommand command;
    command.id = static_cast<std::uint64_t>(rows.number(0));
    const bool retry = rows.text(1) == "retry";
    command.kind = !retry ? Kind::DiscardQueued : rows.isNull(2) ? Kind::RetryQueued : Kind::RetryDeadLetter;
    command.identity = rows.text(3);
    command.number = static_cast<std::uint64_t>(rows.number(4));
    command.reason = rows.text(5);
    try {
      if (command.kind == Kind::RetryDeadLetter) command.deadLetter = deadLetterAt(rows, 6);
      if (command.kind == Kind::DiscardQueued) {
        Statement& row = prepared(selectQueued) << command.identity << command.number << command.number << 1;
        if (row.step()) command.queued = readQueued(row);
        row.reset();
      }
      const ocpp::Request* message = command.deadLetter ? &command.deadLetter->request
                                     : command.queued   ? &command.queued->request
                                                        : nullptr;
      ReadResult related;
      given_.clear();
      if (message) findTransactionsOf(command.identity, *message, related);
      command.related = std::move(related.records);
    } catch (const SqliteError&) { throw; } catch (const std::exception&) {
      if (command.kind == Kind::RetryDeadLetter) continue;  // refused when it was given; damaged since
    }
    commands.push_back(std::move(command));
  }
  return commands;
}

}  // namespace bridge
