// SPDX-License-Identifier: GPL-2.0-or-later
// Writing records. The structured bindings name every field: a field added to a record does not compile until it has a
// column.
#include "bridge/record_rows.h"

#include "bridge/record_text.h"
#include "bridge/record_words.h"
#include "ocpp/text.h"

namespace bridge {

namespace {

constexpr const char* addCharger = "INSERT OR IGNORE INTO charger (identity) VALUES (?)";
constexpr const char* upsertCharger =
    "INSERT INTO charger (identity, version, callback, password, ping_interval, last_seen) VALUES (?,?,?,?,?,?) "
    "ON CONFLICT DO UPDATE SET version = excluded.version, callback = excluded.callback, password = excluded.password, "
    "ping_interval = excluded.ping_interval, last_seen = excluded.last_seen";
constexpr const char* upsertTx =
    "INSERT INTO tx (identity, soap_tx_id, backend_tx_id, connector_id, id_tag, start, meter_start, stop, meter_stop, "
    "state, provisional, authorized, evidence, seen, start_info, stop_info) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) "
    "ON CONFLICT (identity, connector_id, id_tag, start, meter_start) DO UPDATE SET soap_tx_id = excluded.soap_tx_id, "
    "backend_tx_id = excluded.backend_tx_id, stop = excluded.stop, meter_stop = excluded.meter_stop, "
    "state = excluded.state, provisional = excluded.provisional, authorized = excluded.authorized, "
    "evidence = excluded.evidence, seen = excluded.seen, start_info = excluded.start_info, "
    "stop_info = excluded.stop_info";
constexpr const char* upsertBoot =
    "INSERT OR REPLACE INTO boot (identity, version, request, status, answered_at, interval, unsent) "
    "VALUES (?,?,?,?,?,?,?)";
constexpr const char* upsertConnector =
    "INSERT OR REPLACE INTO connector (identity, connector_id, raw, delivered, release_pending) VALUES (?,?,?,?,?)";
constexpr const char* upsertSetting =
    "INSERT OR REPLACE INTO setting (identity, key, value, readonly, own) VALUES (?,?,?,?,?)";
constexpr const char* upsertQueued =
    "INSERT INTO queued (identity, number, action, payload, attempts, not_before, repeat_key, created) "
    "VALUES (?,?,?,?,?,?,?,?) ON CONFLICT (identity, number) DO UPDATE SET action = excluded.action, "
    "payload = excluded.payload, attempts = excluded.attempts, not_before = excluded.not_before";
// What was queued keeps the time when it was.
constexpr const char* upsertDeadLetter =
    "INSERT INTO dead_letter (identity, number, action, payload, attempts, reason, created, died) "
    "VALUES (?1,?2,?3,?4,?5,?6,coalesce((SELECT created FROM queued WHERE identity = ?1 AND number = ?2), ?7),?8) "
    "ON CONFLICT (identity, number, died) DO UPDATE SET action = excluded.action, "
    "payload = excluded.payload, attempts = excluded.attempts, reason = excluded.reason";
constexpr const char* upsertAuthorization =
    "INSERT OR REPLACE INTO authorization (identity, id_tag, info, at) VALUES (?,?,?,?)";
constexpr const char* upsertAlias = "INSERT OR REPLACE INTO tag_alias (identity, alias, id_tag) VALUES (?,?,?)";

constexpr const char* deleteTx =
    "DELETE FROM tx WHERE identity = ? AND connector_id = ? AND id_tag = ? AND start = ? AND meter_start = ?";
constexpr const char* deleteBoot = "DELETE FROM boot WHERE identity = ?";
constexpr const char* deleteConnector = "DELETE FROM connector WHERE identity = ? AND connector_id = ?";
constexpr const char* deleteSetting = "DELETE FROM setting WHERE identity = ? AND key = ?";
constexpr const char* deleteQueued = "DELETE FROM queued WHERE identity = ? AND number = ?";
constexpr const char* deleteAuthorization = "DELETE FROM authorization WHERE identity = ? AND id_tag = ?";
constexpr const char* deleteAlias = "DELETE FROM tag_alias WHERE identity = ? AND alias = ?";
// SM-15: a dead letter is resolved, never deleted.
constexpr const char* redelivered =
    "UPDATE dead_letter SET resolution = 'redelivered', resolved = ? "
    "WHERE identity = ? AND number = ? AND died = ? AND resolution IS NULL";
constexpr const char* deleteCommandsOf =
    "DELETE FROM command WHERE dead_letter IN "
    "(SELECT id FROM dead_letter WHERE identity = ? AND number = ? AND died = ?)";
constexpr const char* discarded =
    "UPDATE dead_letter SET resolution = 'discarded', resolved = ?1, remark = c.reason FROM command AS c "
    "WHERE c.id = ?2 AND c.kind = 'discard' AND c.dead_letter IS NULL AND dead_letter.identity = c.identity "
    "AND dead_letter.number = c.number AND dead_letter.resolution IS NULL AND dead_letter.died >= c.created";
constexpr const char* deleteCommand = "DELETE FROM command WHERE id = ?";

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
    case Kind::CommandDone: commandDone(std::get<std::uint64_t>(operation.content), operation.at); break;
  }
}

void RecordRows::putCharger(const ChargerRow& row) {
  const auto& [identity, version, callback, password, pingInterval, lastSeen] = row;
  std::optional<std::string_view> word;
  if (version) word = ocpp::name(*version);
  (prepared(upsertCharger) << identity << word << callback).blob(password) << pingInterval << lastSeen;
  statements_[upsertCharger]->run();
}

void RecordRows::commandDone(std::uint64_t command, ocpp::Instant at) {
  (prepared(discarded) << at << command).run();
  (prepared(deleteCommand) << command).run();
}

// --- put

void RecordRows::put(const std::string& identity, const session::TransactionRecord& record, ocpp::Instant) {
  const auto& [soapTxId, backendTxId, connectorId, idTag, start, meterStart, stop, state, provisional, authorized,
               stopEvidence, seen, startInfo, meterStop, stopInfo] = record;
  std::optional<std::string_view> evidence;
  if (stopEvidence) evidence = ocpp::word(*stopEvidence);
  (prepared(upsertTx) << identity << soapTxId << backendTxId << connectorId << idTag << start << meterStart << stop
                      << meterStop << word(state) << provisional << authorized << evidence << seen << text(startInfo)
                      << text(stopInfo))
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

void RecordRows::put(const std::string& identity, const session::QueuedRecord& record, ocpp::Instant at) {
  const auto& [number, request, attempts, notBefore, repeatKey] = record;
  const auto due = notBefore == ocpp::Instant{} ? std::nullopt : std::optional(notBefore);
  const auto key = repeatKey == 0 ? std::nullopt : std::optional(repeatKey);
  (prepared(upsertQueued) << identity << number << ocpp::actionName(request) << recordText(request) << attempts << due
                          << key << at)
      .run();
}

void RecordRows::put(const std::string& identity, const session::DeadLetterRecord& record, ocpp::Instant) {
  const auto& [number, request, attempts, reason, created, died] = record;
  (prepared(upsertDeadLetter) << identity << number << ocpp::actionName(request) << recordText(request) << attempts
                              << reason << created << died)
      .run();
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
  (prepared(deleteTx) << identity << record.connectorId << record.idTag << record.start << record.meterStart).run();
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
  (prepared(deleteQueued) << identity << record.number).run();
}
void RecordRows::erase(const std::string& identity, const session::DeadLetterRecord& record, ocpp::Instant at) {
  (prepared(redelivered) << at << identity << record.number << record.died).run();
  (prepared(deleteCommandsOf) << identity << record.number << record.died).run();
}
void RecordRows::erase(const std::string& identity, const session::AuthorizationRecord& record, ocpp::Instant) {
  (prepared(deleteAuthorization) << identity << ocpp::folded(record.idTag)).run();
}
void RecordRows::erase(const std::string& identity, const session::AliasRecord& record, ocpp::Instant) {
  (prepared(deleteAlias) << identity << record.alias).run();
}

}  // namespace bridge
