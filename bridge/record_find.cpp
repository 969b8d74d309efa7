// SPDX-License-Identifier: GPL-2.0-or-later
// What is looked for while the bridge runs: queued messages, transactions, an operator's commands.
#include "bridge/log.h"
#include "bridge/record_reading.h"
#include "bridge/record_rows.h"
#include "bridge/record_text.h"

namespace bridge {

namespace {

constexpr const char* idByStart =
    "SELECT id FROM tx WHERE identity = ? AND start = ? AND connector_id = ? AND meter_start = ? ORDER BY id DESC";
constexpr const char* idByKey = "SELECT id FROM tx WHERE identity = ? AND key = ?";
constexpr const char* idByNumber =
    "SELECT id FROM tx WHERE identity = ? AND soap_tx_id = ? "
    "ORDER BY coalesce(stop = ?, 0) DESC, state = 'Closed', sequence DESC, id DESC LIMIT 1";
constexpr const char* selectQueued =
    "SELECT number, action, payload, attempts, wait, repeat_key, key, backend, set_aside, reason, without_readings, "
    "starts FROM queued "
    "WHERE identity = ? AND number BETWEEN ? AND ? ORDER BY number LIMIT ?";
constexpr const char* copyToDeadLetters =
    "INSERT INTO dead_letter (identity, number, key, backend, action, payload, attempts, reason, created, died, "
    "starts) SELECT identity, number, key, backend, action, payload, attempts, ?, created, ?, starts FROM queued "
    "WHERE identity = ? AND number = ?";
constexpr const char* deleteUnreadable = "DELETE FROM queued WHERE identity = ? AND number = ?";
constexpr const char* selectCommands =
    "SELECT c.id, c.kind, c.dead_letter, c.identity, c.number, c.reason, d.number, d.action, d.payload, d.attempts, "
    "d.reason, d.created, d.died, d.key, d.backend, d.starts, c.key FROM command c LEFT JOIN dead_letter d ON d.id = "
    "c.dead_letter "
    "WHERE c.id > ? ORDER BY c.id";

session::QueuedRecord readQueued(const Statement& row) {
  session::QueuedRecord queued;
  queued.number = static_cast<std::uint64_t>(row.number(0));
  queued.request = readRequestText(row.text(1), row.text(2));
  queued.attempts = row.integer(3);
  queued.wait = ocpp::Duration(row.number(4));
  queued.repeatKey = static_cast<std::uint64_t>(row.number(5));
  queued.key = static_cast<std::uint64_t>(row.number(6));
  queued.backend = row.text(7);
  queued.setAside = row.flag(8);
  queued.reason = row.text(9);
  queued.withoutReadings = row.flag(10);
  queued.starts = static_cast<std::uint64_t>(row.number(11));
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
  dead.key = static_cast<std::uint64_t>(row.number(first + 7));
  dead.backend = row.text(first + 8);
  dead.starts = static_cast<std::uint64_t>(row.number(first + 9));
  return dead;
}

OperatorCommand::Kind kindOf(const std::string& word, bool deadLetter) {
  using Kind = OperatorCommand::Kind;
  if (word == "retry") return deadLetter ? Kind::RetryDeadLetter : Kind::RetryQueued;
  if (word == "discard") return Kind::DiscardQueued;
  if (word == "forget") return Kind::Forget;
  return word == "move-now" ? Kind::MoveNow : Kind::MoveSame;
}

}  // namespace

ReadResult RecordRows::read(const std::string& identity, const Wanted& wanted) {
  ReadResult result;
  given_.clear();
  std::visit([&](const auto& question) { find(identity, question, result); }, wanted);
  result.ok = true;
  return result;
}

/// What cannot be read is no message any more: others take its place, so that fewer than asked for means no others.
void RecordRows::find(const std::string& identity, const session::LoadQueued& wanted, ReadResult& result) {
  std::uint64_t from = wanted.first;
  std::size_t left = wanted.most;
  std::vector<std::pair<std::uint64_t, std::string>> unreadable;
  do {
    unreadable.clear();
    Statement& rows = prepared(selectQueued) << identity << from << wanted.last << left;
    forRows(
        rows,
        [&] {
          session::QueuedRecord queued = readQueued(rows);
          from = queued.number + 1;
          --left;
          findTransactionsOf(identity, queued.request, queued.starts, result);
          result.records.emplace_back(std::move(queued));
        },
        [&](const std::string& why) {
          unreadable.emplace_back(static_cast<std::uint64_t>(rows.number(0)), why);
          from = unreadable.back().first + 1;
          result.problems.push_back("queued of " + identity + " cannot be read: " + why);
        });
    for (const auto& [number, why] : unreadable) buryUnreadable(identity, number, why);
  } while (!unreadable.empty());
}

/// By start or by number; what cannot be read is left out.
void RecordRows::find(const std::string& identity, const session::FindTransaction& wanted, ReadResult& result) {
  std::vector<std::int64_t> ids;
  if (wanted.start)
    ids = idsOf(prepared(idByStart) << identity << wanted.start->timestamp.at << wanted.start->connectorId
                                    << wanted.start->meterStart);
  else
    ids = idsOf(prepared(idByNumber) << identity << wanted.soapTxId << wanted.stop);
  give(identity, ids, result);
}

void RecordRows::give(const std::string& identity, const std::vector<std::int64_t>& ids, ReadResult& result) {
  for (const std::int64_t id : ids) {
    if (!given_.insert(id).second) continue;
    Statement& row = prepared(selectTx) << id;
    forRows(
        row, [&] { result.records.emplace_back(readTx(row)); },
        [&](const std::string& why) { result.problems.push_back("tx of " + identity + " cannot be read: " + why); });
  }
}

/// TX-1: the transactions that a message names. A start of an older database does not: of its transaction all is the
/// same but the idTag, which may be an alias (L-8).
void RecordRows::findTransactionsOf(const std::string& identity, const ocpp::Request& request, std::uint64_t starts,
                                    ReadResult& result) {
  if (starts != 0)
    give(identity, idsOf(prepared(idByKey) << identity << starts), result);
  else if (const auto* start = std::get_if<ocpp::StartTransaction::Request>(&request))
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
    command.kind = kindOf(rows.text(1), !rows.isNull(2));
    command.identity = rows.text(3);
    command.number = static_cast<std::uint64_t>(rows.number(4));
    command.reason = rows.text(5);
    command.key = static_cast<std::uint64_t>(rows.number(16));
    try {
      if (command.kind == Kind::RetryDeadLetter) command.deadLetter = deadLetterAt(rows, 6);
      if (command.kind == Kind::DiscardQueued) {
        Statement& row = prepared(selectQueued) << command.identity << command.number << command.number << 1;
        if (row.step()) command.queued = readQueued(row);
        row.reset();
        if (command.queued && command.queued->key != command.key) command.queued.reset();  // another one by now
      }
      const ocpp::Request* message = command.deadLetter ? &command.deadLetter->request
                                     : command.queued   ? &command.queued->request
                                                        : nullptr;
      ReadResult related;
      given_.clear();
      const std::uint64_t starts = command.deadLetter ? command.deadLetter->starts
                                   : command.queued   ? command.queued->starts
                                                      : 0;
      if (message) findTransactionsOf(command.identity, *message, starts, related);
      if (const auto* start = message ? std::get_if<ocpp::StartTransaction::Request>(message) : nullptr)
        find(command.identity, session::FindTransaction{*start, 0, {}}, related);  // its charger may have said it again
      command.related = std::move(related.records);
    } catch (const SqliteError&) { throw; } catch (const std::exception&) {
      if (command.kind == Kind::RetryDeadLetter) continue;  // refused when it was given; damaged since
    }
    commands.push_back(std::move(command));
  }
  return commands;
}

}  // namespace bridge
