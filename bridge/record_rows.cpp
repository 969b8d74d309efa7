// SPDX-License-Identifier: GPL-2.0-or-later
// Writing records. The structured bindings name every field: a field added to a record does not compile until it has a
// column.
#include "bridge/record_rows.h"

#include "bridge/random_id.h"
#include "bridge/record_text.h"
#include "bridge/record_words.h"
#include "ocpp/text.h"

namespace bridge {

namespace {

constexpr const char* addCharger = "INSERT OR IGNORE INTO charger (identity) VALUES (?)";
constexpr const char* upsertCharger =
    "INSERT INTO charger (identity, version, callback, password, ping_interval, last_seen, backend, auto_registered, "
    "unserved, leaving, last_settings, moving_to, moving_since) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?) "
    "ON CONFLICT DO UPDATE SET version = excluded.version, callback = excluded.callback, password = excluded.password, "
    "ping_interval = excluded.ping_interval, last_seen = excluded.last_seen, backend = excluded.backend, "
    "auto_registered = excluded.auto_registered, unserved = excluded.unserved, leaving = excluded.leaving, "
    "last_settings = excluded.last_settings, moving_to = excluded.moving_to, moving_since = excluded.moving_since, "
    "forgotten = 0";
// TX-14: rows of older databases get the first back-end that is known of their charger.
constexpr const char* unknownBackend = "SELECT 1 FROM charger WHERE identity = ? AND backend = ''";
constexpr const char* adoptBackend[] = {"UPDATE tx SET backend = ? WHERE identity = ? AND backend = ''",
                                        "UPDATE queued SET backend = ? WHERE identity = ? AND backend = ''",
                                        "UPDATE dead_letter SET backend = ? WHERE identity = ? AND backend = ''"};
// What a record says never changes under its key: where it differs, none of these changes a row.
constexpr const char* upsertTx =
    "INSERT INTO tx (identity, key, backend, soap_tx_id, backend_tx_id, connector_id, id_tag, start, meter_start, "
    "stop, "
    "meter_stop, last_register, state, provisional, authorized, evidence, seen, heard, silent, sequence, start_info, "
    "stop_info) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) "
    "ON CONFLICT (identity, key) DO UPDATE SET "
    "backend = CASE excluded.backend WHEN '' THEN backend ELSE excluded.backend END, "
    "soap_tx_id = excluded.soap_tx_id, backend_tx_id = excluded.backend_tx_id, stop = excluded.stop, "
    "meter_stop = excluded.meter_stop, last_register = excluded.last_register, state = excluded.state, "
    "provisional = excluded.provisional, authorized = excluded.authorized, evidence = excluded.evidence, "
    "seen = excluded.seen, heard = excluded.heard, silent = excluded.silent, start_info = excluded.start_info, "
    "stop_info = excluded.stop_info "
    "WHERE connector_id = excluded.connector_id AND id_tag = excluded.id_tag AND start = excluded.start "
    "AND meter_start = excluded.meter_start";
constexpr const char* upsertBoot =
    "INSERT OR REPLACE INTO boot (identity, version, request, status, answered_at, interval, unsent) "
    "VALUES (?,?,?,?,?,?,?)";
constexpr const char* upsertConnector =
    "INSERT OR REPLACE INTO connector (identity, connector_id, raw, delivered, release_pending) VALUES (?,?,?,?,?)";
constexpr const char* upsertSetting =
    "INSERT OR REPLACE INTO setting (identity, key, value, readonly, own) VALUES (?,?,?,?,?)";
constexpr const char* upsertQueued =
    "INSERT INTO queued (identity, number, key, backend, action, payload, attempts, wait, repeat_key, set_aside, "
    "reason, "
    "without_readings, starts, created) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (identity, key) DO UPDATE SET "
    "backend = CASE excluded.backend WHEN '' THEN backend ELSE excluded.backend END, attempts = excluded.attempts, "
    "wait = excluded.wait, set_aside = excluded.set_aside, reason = excluded.reason, "
    "without_readings = excluded.without_readings, "
    "starts = CASE excluded.starts WHEN 0 THEN starts ELSE excluded.starts END WHERE action = excluded.action AND "
    "payload = excluded.payload";
// The number of a message that is gone is not given again.
constexpr const char* selectNextNumber =
    "SELECT 1 + max(coalesce((SELECT max(number) FROM queued WHERE identity = ?1), 0), "
    "coalesce((SELECT max(number) FROM dead_letter WHERE identity = ?1), 0), "
    "coalesce((SELECT last_number FROM charger WHERE identity = ?1), 0))";
// What was queued keeps the time when it was.
constexpr const char* upsertDeadLetter =
    "INSERT INTO dead_letter (identity, number, key, backend, action, payload, attempts, reason, created, died, "
    "starts) "
    "VALUES (?1,?2,?3,?4,?5,?6,?7,?8,coalesce((SELECT created FROM queued WHERE identity = ?1 AND key = ?3), ?9),?10,"
    "?11) "
    "ON CONFLICT (identity, key) DO UPDATE SET attempts = excluded.attempts, reason = excluded.reason, "
    "died = excluded.died, resolution = NULL, resolved = NULL, remark = NULL "
    "WHERE action = excluded.action AND payload = excluded.payload";
constexpr const char* upsertAuthorization =
    "INSERT OR REPLACE INTO authorization (identity, id_tag, info, at) VALUES (?,?,?,?)";
constexpr const char* upsertAlias = "INSERT OR REPLACE INTO tag_alias (identity, alias, id_tag) VALUES (?,?,?)";

constexpr const char* deleteTx = "DELETE FROM tx WHERE identity = ? AND key = ?";
constexpr const char* deleteBoot = "DELETE FROM boot WHERE identity = ?";
constexpr const char* deleteConnector = "DELETE FROM connector WHERE identity = ? AND connector_id = ?";
constexpr const char* deleteSetting = "DELETE FROM setting WHERE identity = ? AND key = ?";
constexpr const char* deleteQueued =
    "DELETE FROM queued WHERE identity = ? AND key = ? RETURNING length(CAST(payload AS BLOB))";
constexpr const char* deleteAuthorization = "DELETE FROM authorization WHERE identity = ? AND id_tag = ?";
constexpr const char* deleteAlias = "DELETE FROM tag_alias WHERE identity = ? AND alias = ?";
// SM-15: a dead letter is resolved, never deleted.
constexpr const char* redelivered =
    "UPDATE dead_letter SET resolution = 'redelivered', resolved = ? "
    "WHERE identity = ? AND key = ? AND resolution IS NULL RETURNING length(CAST(payload AS BLOB))";
constexpr const char* isOpenDeadLetter =
    "SELECT 1 FROM dead_letter WHERE identity = ? AND key = ? AND resolution IS NULL";
constexpr const char* deleteCommandsOf =
    "DELETE FROM command WHERE dead_letter IN (SELECT id FROM dead_letter WHERE identity = ? AND key = ?)";
constexpr const char* discarded =
    "UPDATE dead_letter SET resolution = 'discarded', resolved = ?1, remark = c.reason FROM command AS c "
    "WHERE c.id = ?2 AND c.kind = 'discard' AND c.dead_letter IS NULL AND dead_letter.identity = c.identity "
    "AND dead_letter.key = c.key AND dead_letter.resolution IS NULL "
    "RETURNING dead_letter.identity, length(CAST(dead_letter.payload AS BLOB))";
constexpr const char* deleteCommand = "DELETE FROM command WHERE id = ?";

// The row stays: the identity's numbers and ids are never given again (TX-15). So do transactions and dead letters.
constexpr const char* forgotten =
    "UPDATE charger SET version = NULL, callback = '', password = x'', ping_interval = NULL, last_seen = 0, "
    "backend = '', auto_registered = 0, unserved = 0, leaving = 0, last_settings = '', moving_to = '', "
    "moving_since = 0, forgotten = 1 WHERE identity = ?";
constexpr const char* forgetRows[] = {"DELETE FROM boot WHERE identity = ?", "DELETE FROM connector WHERE identity = ?",
                                      "DELETE FROM setting WHERE identity = ?",
                                      "DELETE FROM authorization WHERE identity = ?",
                                      "DELETE FROM tag_alias WHERE identity = ?"};
constexpr const char* giveUpQueued =
    "INSERT INTO dead_letter (identity, number, key, backend, action, payload, attempts, reason, created, died, "
    "resolution, resolved, remark, starts) SELECT identity, number, key, backend, action, payload, attempts, ?2, "
    "created, ?3, 'discarded', ?3, ?2, starts FROM queued WHERE identity = ?1";
// Who comes by that name is another one: a stop without number is not theirs (TX-3), and no move waits for them
// (TX-14).
constexpr const char* orphanOpen =
    "UPDATE tx SET state = 'Orphaned' WHERE identity = ? AND state IN ('Starting', 'Active')";
// TX-8: what the charger says of them later was never started.
constexpr const char* giveUpStarts =
    "UPDATE tx SET backend_tx_id = -1 WHERE identity = ? AND provisional AND backend_tx_id IS NULL";
constexpr const char* renameRows[] = {"UPDATE tx SET backend = ? WHERE identity = ? AND backend = ?",
                                      "UPDATE queued SET backend = ? WHERE identity = ? AND backend = ?",
                                      "UPDATE dead_letter SET backend = ? WHERE identity = ? AND backend = ?"};
constexpr const char* deleteAllQueued = "DELETE FROM queued WHERE identity = ? RETURNING length(CAST(payload AS BLOB))";

/// A message's row with its place in the indexes.
constexpr std::int64_t bytesOfRow(std::int64_t payload) { return payload + 200; }

std::optional<std::string> text(const std::optional<ocpp::IdTagInfo>& info) {
  if (!info) return std::nullopt;
  return recordText(*info);
}

}  // namespace

Statement& RecordRows::prepared(const char* sql) {
  auto& slot = statements_[sql];
  if (!slot) slot = std::make_unique<Statement>(db_, sql);
  slot->reset();  // an exception may have left it half bound
  return *slot;
}

void RecordRows::apply(const StoreOperation& operation) {
  using Kind = StoreOperation::Kind;
  const std::string& identity = operation.identity;
  const auto put = [&](const auto& record) {
    try {
      this->put(identity, record, operation.at);
    } catch (const SqliteError& error) {
      if (error.code != SQLITE_CONSTRAINT_FOREIGNKEY) throw;
      (prepared(addCharger) << identity).run();  // the charger's first record
      this->put(identity, record, operation.at);
    }
  };
  switch (operation.kind) {
    case Kind::Put: std::visit(put, std::get<StoredRecord>(operation.content)); break;
    case Kind::Erase:
      std::visit([&](const auto& record) { erase(identity, record, operation.at); },
                 std::get<StoredRecord>(operation.content));
      break;
    case Kind::Charger: putCharger(std::get<ChargerRow>(operation.content)); break;
    case Kind::Forget: forgetCharger(identity, std::get<std::string>(operation.content), operation.at); break;
    case Kind::RenameBackend: renameBackend(identity, std::get<BackendNames>(operation.content)); break;
    case Kind::CommandDone: commandDone(std::get<std::uint64_t>(operation.content), operation.at); break;
  }
}

void RecordRows::putCharger(const ChargerRow& row) {
  const auto& [identity, version, callback, password, pingInterval, lastSeen, backend, autoRegistered, unserved,
               leaving, lastSettings, movingTo, movingSince] = row;
  std::optional<std::string_view> word;
  if (version) word = ocpp::name(*version);
  bool adopts = false;
  if (!backend.empty()) {
    Statement& unknown = prepared(unknownBackend) << identity;
    adopts = unknown.step();
    unknown.reset();
  }
  Statement& upsert = prepared(upsertCharger) << identity << word << callback;
  upsert.blob(password) << pingInterval << lastSeen << backend << autoRegistered << unserved << leaving << lastSettings
                        << movingTo << movingSince;
  upsert.run();
  if (!adopts) return;
  for (const char* sql : adoptBackend) (prepared(sql) << backend << identity).run();
}

void RecordRows::forgetCharger(const std::string& identity, const std::string& why, ocpp::Instant at) {
  if (!why.empty()) {
    (prepared(giveUpQueued) << identity << why << at).run();
    (prepared(giveUpStarts) << identity).run();
    Statement& gone = prepared(deleteAllQueued) << identity;
    while (gone.step()) besides_.grown.emplace_back(identity, -bytesOfRow(gone.number(0)));
    (prepared(orphanOpen) << identity).run();
  }
  for (const char* sql : forgetRows) (prepared(sql) << identity).run();
  (prepared(forgotten) << identity).run();
}

void RecordRows::forgetBesides(const BesidesMark& since) {
  besides_.events.resize(since.events);
  besides_.grown.resize(since.grown);
  besides_.dead.resize(since.dead);
}

std::unordered_map<std::string, std::int64_t> RecordRows::bytesBy(const char* sql) {
  std::unordered_map<std::string, std::int64_t> all;
  Statement rows(db_, sql);
  while (rows.step()) all[rows.text(0)] = rows.number(1) * bytesOfRow(0) + rows.number(2);
  return all;
}

std::unordered_map<std::string, std::int64_t> RecordRows::waitingBytes() {
  return bytesBy("SELECT identity, count(*), sum(length(CAST(payload AS BLOB))) FROM queued GROUP BY identity");
}

std::unordered_map<std::string, std::int64_t> RecordRows::deadBytes() {
  return bytesBy(
      "SELECT identity, count(*), sum(length(CAST(payload AS BLOB))) FROM dead_letter "
      "WHERE resolution IS NULL GROUP BY identity");
}

void RecordRows::renameBackend(const std::string& identity, const BackendNames& names) {
  for (const char* sql : renameRows) (prepared(sql) << names.name << identity << names.former).run();
}

void RecordRows::commandDone(std::uint64_t command, ocpp::Instant at) {
  Statement& gone = prepared(discarded) << at << command;
  while (gone.step()) besides_.dead.emplace_back(gone.text(0), -bytesOfRow(gone.number(1)));
  (prepared(deleteCommand) << command).run();
}

// --- put

namespace {

std::string keyText(std::uint64_t key) { return std::to_string(static_cast<std::int64_t>(key)); }

}  // namespace

void RecordRows::tellConflict(const std::string& identity, const std::string& what, std::uint64_t key,
                              std::uint64_t newKey) {
  besides_.events.push_back({session::Level::Error, "store-conflict", identity,
                             what + " (key " + keyText(key) +
                                 ") would have replaced another one; both are kept, this one " +
                                 (key == newKey ? "under the next free number" : "under the key " + keyText(newKey))});
}

std::uint64_t RecordRows::nextNumber(const std::string& identity) {
  Statement& row = prepared(selectNextNumber) << identity;
  row.step();
  const auto number = static_cast<std::uint64_t>(row.number(0));
  row.reset();
  return number;
}

void RecordRows::put(const std::string& identity, const session::TransactionRecord& record, ocpp::Instant) {
  insert(identity, record);
  if (db_.changes() > 0) return;
  session::TransactionRecord other = record;
  other.key = newKey();
  insert(identity, other);
  tellConflict(identity, "transaction " + std::to_string(record.soapTxId), record.key, other.key);
}

void RecordRows::insert(const std::string& identity, const session::TransactionRecord& record) {
  const auto& [soapTxId, backendTxId, connectorId, idTag, start, meterStart, stop, state, provisional, authorized,
               stopEvidence, seen, startInfo, meterStop, stopInfo, key, backend, heard, lastRegister, sequence,
               silent] = record;
  std::optional<std::string_view> evidence;
  if (stopEvidence) evidence = ocpp::word(*stopEvidence);
  (prepared(upsertTx) << identity << key << backend << soapTxId << backendTxId << connectorId << idTag << start
                      << meterStart << stop << meterStop << lastRegister << word(state) << provisional << authorized
                      << evidence << seen << heard << static_cast<std::int64_t>(silent.count()) << sequence
                      << text(startInfo) << text(stopInfo))
      .run();
}

void RecordRows::put(const std::string& identity, const session::BootRecord& record, ocpp::Instant) {
  const auto& [version, request, status, answeredAt, interval, unsent] = record;
  std::optional<std::string_view> statusWord;
  if (status) statusWord = ocpp::word(*status);
  (prepared(upsertBoot) << identity << ocpp::name(version) << recordText(request) << statusWord << answeredAt
                        << interval << unsent)
      .run();
}

void RecordRows::put(const std::string& identity, const session::ConnectorRecord& record, ocpp::Instant) {
  const auto& [connectorId, raw, delivered, releasePending] = record;
  std::optional<std::string> deliveredText;
  if (delivered) deliveredText = recordText(*delivered);
  (prepared(upsertConnector) << identity << connectorId << recordText(raw) << deliveredText << releasePending).run();
}

void RecordRows::put(const std::string& identity, const session::SettingRecord& record, ocpp::Instant) {
  const auto& [key, value, readonly, own] = record;
  (prepared(upsertSetting) << identity << key << value << readonly << own).run();
}

/// TX-15: a message whose number another one has gets the next free one, a message whose key another one has a new key.
void RecordRows::put(const std::string& identity, const session::QueuedRecord& record, ocpp::Instant at) {
  session::QueuedRecord other = record;
  try {
    insert(identity, record, at);
    if (db_.changes() > 0) return;
    other.key = newKey();
  } catch (const SqliteError& error) {
    if (error.code != SQLITE_CONSTRAINT_UNIQUE) throw;
  }
  other.number = nextNumber(identity);
  insert(identity, other, at);
  tellConflict(identity,
               std::string(ocpp::actionName(record.request)) + " number " + std::to_string(record.number) + ", now " +
                   std::to_string(other.number),
               record.key, other.key);
}

void RecordRows::insert(const std::string& identity, const session::QueuedRecord& record, ocpp::Instant at) {
  const auto& [number, request, attempts, wait, repeatKey, key, backend, setAside, reason, withoutReadings, starts] =
      record;
  const auto repeat = repeatKey == 0 ? std::nullopt : std::optional(repeatKey);
  const std::string payload = recordText(request);
  db_.clearLastId();
  (prepared(upsertQueued) << identity << number << key << backend << ocpp::actionName(request) << payload << attempts
                          << static_cast<std::int64_t>(wait.count()) << repeat << setAside << reason << withoutReadings
                          << starts << at)
      .run();
  if (db_.lastId() != 0)  // a new row
    besides_.grown.emplace_back(identity, bytesOfRow(static_cast<std::int64_t>(payload.size())));
}

void RecordRows::put(const std::string& identity, const session::DeadLetterRecord& record, ocpp::Instant) {
  insert(identity, record);
  if (db_.changes() > 0) return;
  session::DeadLetterRecord other = record;
  other.key = newKey();
  insert(identity, other);
  tellConflict(identity, "dead letter " + std::to_string(record.number), record.key, other.key);
}

void RecordRows::insert(const std::string& identity, const session::DeadLetterRecord& record) {
  const auto& [number, request, attempts, reason, created, died, key, backend, starts] = record;
  Statement& open = prepared(isOpenDeadLetter) << identity << key;
  const bool counted = open.step();
  open.reset();
  const std::string payload = recordText(request);
  (prepared(upsertDeadLetter) << identity << number << key << backend << ocpp::actionName(request) << payload
                              << attempts << reason << created << died << starts)
      .run();
  if (!counted && db_.changes() > 0)
    besides_.dead.emplace_back(identity, bytesOfRow(static_cast<std::int64_t>(payload.size())));
}

void RecordRows::put(const std::string& identity, const session::AuthorizationRecord& record, ocpp::Instant) {
  const auto& [idTag, info, at] = record;
  (prepared(upsertAuthorization) << identity << ocpp::folded(idTag) << recordText(info) << at).run();
}

void RecordRows::put(const std::string& identity, const session::AliasRecord& record, ocpp::Instant) {
  const auto& [alias, idTag] = record;
  (prepared(upsertAlias) << identity << alias << idTag).run();
}

// --- erase

void RecordRows::erase(const std::string& identity, const session::TransactionRecord& record, ocpp::Instant) {
  (prepared(deleteTx) << identity << record.key).run();
}
void RecordRows::erase(const std::string& identity, const session::BootRecord&, ocpp::Instant) {
  (prepared(deleteBoot) << identity).run();
}
void RecordRows::erase(const std::string& identity, const session::ConnectorRecord& record, ocpp::Instant) {
  (prepared(deleteConnector) << identity << record.connectorId).run();
}
void RecordRows::erase(const std::string& identity, const session::SettingRecord& record, ocpp::Instant) {
  (prepared(deleteSetting) << identity << record.key).run();
}
void RecordRows::erase(const std::string& identity, const session::QueuedRecord& record, ocpp::Instant) {
  Statement& gone = prepared(deleteQueued) << identity << record.key;
  while (gone.step()) besides_.grown.emplace_back(identity, -bytesOfRow(gone.number(0)));
}
void RecordRows::erase(const std::string& identity, const session::DeadLetterRecord& record, ocpp::Instant at) {
  Statement& gone = prepared(redelivered) << at << identity << record.key;
  while (gone.step()) besides_.dead.emplace_back(identity, -bytesOfRow(gone.number(0)));
  (prepared(deleteCommandsOf) << identity << record.key).run();
}
void RecordRows::erase(const std::string& identity, const session::AuthorizationRecord& record, ocpp::Instant) {
  (prepared(deleteAuthorization) << identity << ocpp::folded(record.idTag)).run();
}
void RecordRows::erase(const std::string& identity, const session::AliasRecord& record, ocpp::Instant) {
  (prepared(deleteAlias) << identity << record.alias).run();
}

}  // namespace bridge
