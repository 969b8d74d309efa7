// SPDX-License-Identifier: GPL-2.0-or-later
// Reading records: all of one charger at a time, so that memory holds one charger more than the caller keeps.
#include "bridge/log.h"
#include "bridge/record_rows.h"
#include "bridge/record_text.h"
#include "bridge/record_words.h"

namespace bridge {

namespace {

using Problem = std::function<void(const std::string&)>;

constexpr const char* selectChargers =
    "SELECT identity, version, callback, password, ping_interval, last_seen FROM charger ORDER BY identity";
constexpr const char* selectBoot =
    "SELECT version, request, status, answered_at, interval FROM boot WHERE identity = ?";
constexpr const char* selectConnector =
    "SELECT connector_id, raw, delivered, release_pending FROM connector WHERE identity = ? ORDER BY connector_id";
constexpr const char* selectSetting = "SELECT key, value, readonly FROM setting WHERE identity = ? ORDER BY key";
constexpr const char* selectTx =
    "SELECT soap_tx_id, backend_tx_id, connector_id, id_tag, start, meter_start, stop, meter_stop, state, provisional, "
    "authorized, evidence, seen, start_info, stop_info FROM tx WHERE identity = ? ORDER BY id";
constexpr const char* selectAuthorization = "SELECT id_tag, info, at FROM authorization WHERE identity = ? ORDER BY at";
constexpr const char* selectAnswer = "SELECT key, at, action, response FROM answer WHERE identity = ? ORDER BY at";
constexpr const char* selectQueued =
    "SELECT number, action, payload, attempts FROM queued WHERE identity = ? ORDER BY number";
constexpr const char* selectLastNumber =
    "SELECT max(coalesce((SELECT max(number) FROM queued WHERE identity = ?1), 0), "
    "coalesce((SELECT max(number) FROM dead_letter WHERE identity = ?1), 0))";
constexpr const char* copyToDeadLetters =
    "INSERT INTO dead_letter (identity, number, action, payload, attempts, reason, created, died) "
    "SELECT identity, number, action, payload, attempts, ?, created, ? FROM queued "
    "WHERE identity = ? AND number = ?";
constexpr const char* deleteUnreadable = "DELETE FROM queued WHERE identity = ? AND number = ?";
constexpr const char* selectCommands =
    "SELECT c.id, c.kind, c.dead_letter, c.identity, c.number, c.reason, d.number, d.action, d.payload, d.attempts, "
    "d.reason, d.created, d.died FROM command c LEFT JOIN dead_letter d ON d.id = c.dead_letter "
    "WHERE c.id > ? ORDER BY c.id";

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

session::SettingRecord readSetting(const Statement& row) { return {row.text(0), row.text(1), row.flag(2)}; }

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

session::AnswerRecord readAnswer(const Statement& row) {
  return {row.text(0), row.instant(1), readResponseText(row.text(2), row.text(3))};
}

session::QueuedRecord readQueued(const Statement& row) {
  session::QueuedRecord queued;
  queued.number = static_cast<std::uint64_t>(row.number(0));
  queued.request = readRequestText(row.text(1), row.text(2));
  queued.attempts = row.integer(3);
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

// In the order that StoredCharger promises.
constexpr Table tables[] = {table<readBoot>("boot", selectBoot),
                            table<readConnector>("connector", selectConnector),
                            table<readSetting>("setting", selectSetting),
                            table<readTx>("tx", selectTx),
                            table<readAuthorization>("authorization", selectAuthorization),
                            table<readAnswer>("answer", selectAnswer),
                            table<readQueued>("queued", selectQueued)};

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
  std::vector<std::pair<std::string, std::uint64_t>> unreadable;
  std::vector<std::string> why;
  Statement& chargers = prepared(selectChargers);
  while (chargers.step()) {
    StoredCharger charger;
    readCharger(chargers, charger, problem);
    for (const Table& table : tables) {
      Statement& rows = prepared(table.select) << charger.identity;
      while (rows.step()) try {
          charger.records.push_back(table.read(rows));
        } catch (const SqliteError&) { throw; } catch (const std::exception& error) {
          problem(std::string(table.name) + " of " + charger.identity + " cannot be read: " + error.what());
          if (table.select != selectQueued) continue;
          unreadable.emplace_back(charger.identity, static_cast<std::uint64_t>(rows.number(0)));
          why.emplace_back(error.what());
        }
    }
    Statement& last = prepared(selectLastNumber) << charger.identity;
    if (last.step()) charger.lastNumber = static_cast<std::uint64_t>(last.number(0));
    last.reset();
    each(std::move(charger));
  }
  for (std::size_t i = 0; i < unreadable.size(); ++i) buryUnreadable(unreadable[i].first, unreadable[i].second, why[i]);
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
    if (command.kind == Kind::RetryDeadLetter) try {
        command.deadLetter = deadLetterAt(rows, 6);
      } catch (const SqliteError&) { throw; } catch (const std::exception&) {
        continue;  // the command refuses such dead letters; this one was damaged since
      }
    commands.push_back(std::move(command));
  }
  return commands;
}

}  // namespace bridge
