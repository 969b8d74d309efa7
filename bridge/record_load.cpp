// SPDX-License-Identifier: GPL-2.0-or-later
// Reading chargers, at start or when one is configured later: of each what its session holds in memory.
#include <algorithm>
#include <limits>

#include "bridge/record_reading.h"
#include "bridge/record_rows.h"
#include "session/transactions.h"

namespace bridge {

namespace {

using Problem = std::function<void(const std::string&)>;

constexpr const char* selectChargers =
    "SELECT identity, version, callback, password, ping_interval, last_seen, backend, auto_registered, unserved, "
    "leaving, "
    "last_settings, moving_to, moving_since, forgotten FROM charger "
    "WHERE forgotten = 0 OR EXISTS (SELECT 1 FROM queued q WHERE q.identity = charger.identity) ORDER BY identity";
constexpr const char* selectCharger =
    "SELECT identity, version, callback, password, ping_interval, last_seen, backend, auto_registered, unserved, "
    "leaving, "
    "last_settings, moving_to, moving_since, forgotten FROM charger WHERE identity = ?";
constexpr const char* selectBoot =
    "SELECT version, request, status, answered_at, interval, unsent FROM boot WHERE identity = ?";
constexpr const char* selectConnector =
    "SELECT connector_id, raw, delivered, release_pending FROM connector WHERE identity = ? ORDER BY connector_id";
constexpr const char* selectSetting = "SELECT key, value, readonly, own FROM setting WHERE identity = ? ORDER BY key";
// Open ones; over ones whose start was delivered and whose stop waits; and the newest that are over. Those whose start
// waits as well come with its message.
constexpr const char* idsAtStart =
    "SELECT id, sequence FROM tx WHERE identity = ?1 AND state IN ('Starting', 'Active', 'StopQueued') "
    "AND (state <> 'StopQueued' OR backend_tx_id IS NOT NULL OR NOT provisional) "
    "UNION ALL SELECT * FROM (SELECT id, sequence FROM tx WHERE identity = ?1 AND state IN ('Closed', 'Orphaned') "
    "AND (backend_tx_id IS NOT NULL OR NOT provisional) ORDER BY sequence DESC, id DESC LIMIT 8) ORDER BY 2, 1";
constexpr const char* selectBounds =
    "SELECT (SELECT max(start) FROM tx WHERE identity = ?1), "
    "nullif(max(coalesce((SELECT max(soap_tx_id) FROM tx WHERE identity = ?1 AND soap_tx_id BETWEEN ?2 AND ?3 - 1), "
    "0), "
    "coalesce((SELECT last_alias FROM charger WHERE identity = ?1), 0)), 0), "
    "nullif(max(coalesce((SELECT max(soap_tx_id) FROM tx WHERE identity = ?1 AND "
    "soap_tx_id BETWEEN ?3 AND 2147483646), 0), "
    "coalesce((SELECT last_provisional FROM charger WHERE identity = ?1), 0)), 0), "
    "(SELECT max(sequence) FROM tx WHERE identity = ?1)";
constexpr const char* selectAuthorization = "SELECT id_tag, info, at FROM authorization WHERE identity = ? ORDER BY at";
constexpr const char* selectAlias = "SELECT alias, id_tag FROM tag_alias WHERE identity = ?";
constexpr const char* selectRepeats =
    "SELECT repeat_key, created, action FROM (SELECT * FROM queued WHERE identity = ? ORDER BY number DESC LIMIT 4) "
    "WHERE repeat_key IS NOT NULL ORDER BY number";
constexpr const char* selectNumbers =
    "SELECT max(number), (SELECT max(number) FROM dead_letter WHERE identity = ?1), "
    "(SELECT last_number FROM charger WHERE identity = ?1) FROM queued WHERE identity = ?1";
constexpr std::uint64_t anyNumber = std::numeric_limits<std::int64_t>::max();

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

session::AuthorizationRecord readAuthorization(const Statement& row) {
  return {row.text(0), infoOf(row, 1).value_or(ocpp::IdTagInfo{}), row.instant(2)};
}

session::AliasRecord readAlias(const Statement& row) { return {row.text(0), row.text(1)}; }

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

std::optional<std::int64_t> maybe(const Statement& row, int column) {
  return row.isNull(column) ? std::nullopt : std::optional(row.number(column));
}

StoredCharger chargerOf(const Statement& row, const Problem& problem) {
  StoredCharger charger;
  charger.identity = row.text(0);
  charger.callback = row.text(2);
  charger.password = row.text(3);
  if (!row.isNull(4)) charger.pingInterval = row.integer(4);
  charger.lastSeen = row.instant(5);
  charger.backend = row.text(6);
  charger.autoRegistered = row.flag(7);
  charger.unserved = row.flag(8);
  charger.leaving = row.flag(9);
  charger.lastSettings = row.text(10);
  charger.movingTo = row.text(11);
  charger.movingSince = row.instant(12);
  charger.forgotten = row.flag(13);
  if (row.isNull(1)) return charger;
  try {
    charger.version = versionOf(row.text(1));
  } catch (const std::runtime_error& error) { problem("charger " + charger.identity + ": " + error.what()); }
  return charger;
}

}  // namespace

void RecordRows::load(const std::function<void(StoredCharger&&)>& each, const Problem& problem) {
  Statement chargers(db_, selectChargers);
  while (chargers.step()) each(readRest(chargerOf(chargers, problem), problem));
}

std::optional<StoredCharger> RecordRows::readCharger(const std::string& identity, const Problem& problem) {
  Statement& row = prepared(selectCharger) << identity;
  if (!row.step()) return std::nullopt;
  StoredCharger charger = chargerOf(row, problem);
  row.reset();
  return readRest(std::move(charger), problem);
}

StoredCharger RecordRows::readRest(StoredCharger&& charger, const Problem& problem) {
  given_.clear();
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
  return std::move(charger);
}

session::InStore RecordRows::restOf(const StoredCharger& charger) {
  session::InStore rest;
  std::uint64_t loaded = 0;
  for (const StoredRecord& record : charger.records)
    if (const auto* queued = std::get_if<session::QueuedRecord>(&record)) loaded = queued->number;
  Statement& numbers = prepared(selectNumbers) << charger.identity;
  numbers.step();
  const auto lastQueued = static_cast<std::uint64_t>(numbers.number(0));
  rest.lastNumber = static_cast<std::uint64_t>(std::max({numbers.number(0), numbers.number(1), numbers.number(2)}));
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
  rest.lastSequence = static_cast<std::uint64_t>(bounds.number(3));
  bounds.reset();
  Statement& repeats = prepared(selectRepeats) << charger.identity;
  while (repeats.step())
    rest.repeats.push_back({static_cast<std::uint64_t>(repeats.number(0)), repeats.instant(1), repeats.text(2)});
  return rest;
}

}  // namespace bridge
