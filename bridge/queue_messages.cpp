// SPDX-License-Identifier: GPL-2.0-or-later
// Three tables as one. A message with a command says what was asked for.
#include "bridge/queue_messages.h"

#include <nlohmann/json.hpp>

#include "bridge/options.h"
#include "ocpp/text.h"
#include "ocpp/values.h"

namespace bridge {

namespace {

constexpr const char* messages =
    "SELECT 'Q' AS place, q.id AS id, q.identity AS identity, q.number, q.key, q.action, q.payload, q.attempts, "
    "q.created, CASE WHEN ch.unserved THEN 'unserved' WHEN q.set_aside THEN 'set-aside' "
    "WHEN ch.moving_to <> '' THEN 'move-waits' ELSE 'waiting' END, q.reason, q.wait, q.backend, q.without_readings, "
    "ch.unserved, (SELECT c.kind FROM command c WHERE c.dead_letter IS NULL AND c.identity = q.identity "
    "AND c.key = q.key), ch.moving_to, ch.moving_since, NULL, NULL AS resolved, NULL "
    "FROM queued q JOIN charger ch USING (identity) "
    "UNION ALL "
    "SELECT 'D', d.id, d.identity, d.number, d.key, d.action, d.payload, d.attempts, d.created, "
    "coalesce(d.resolution, 'dead'), d.reason, 0, d.backend, 0, ch.unserved, "
    "(SELECT c.kind FROM command c WHERE c.dead_letter = d.id), '', 0, d.died, d.resolved, d.remark "
    "FROM dead_letter d JOIN charger ch USING (identity) "
    "UNION ALL "
    "SELECT 'T', t.id, t.identity, t.soap_tx_id, t.key, 'transaction', '', 0, t.seen, 'move-waits', "
    "'transaction ' || t.soap_tx_id || ' is open', 0, t.backend, 0, 0, NULL, ch.moving_to, ch.moving_since, NULL, "
    "NULL, "
    "NULL FROM tx t JOIN charger ch USING (identity) "
    "WHERE ch.moving_to <> '' AND t.state IN ('Starting', 'Active')";

QueueMessage messageOf(const Statement& row) {
  QueueMessage m;
  m.table = row.text(0)[0];
  m.id = row.number(1);
  m.identity = row.text(2);
  m.number = row.number(3);
  m.key = row.number(4);
  m.action = row.text(5);
  m.payload = row.text(6);
  m.attempts = row.number(7);
  m.created = row.instant(8);
  m.state = row.text(9);
  m.reason = row.text(10);
  m.wait = ocpp::Duration(row.number(11));
  m.backend = row.text(12);
  m.withoutReadings = row.flag(13);
  m.unserved = row.flag(14);
  m.asked = row.text(15);
  m.movingTo = row.text(16);
  m.movingSince = row.instant(17);
  if (!row.isNull(18)) m.died = row.instant(18);
  if (!row.isNull(19)) m.resolved = row.instant(19);
  if (!row.isNull(20)) m.remark = row.text(20);
  return m;
}

std::string when(ocpp::Instant at) { return ocpp::formatDateTime(at, ocpp::Fraction::IfNotZero); }

}  // namespace

std::vector<QueueMessage> queueMessages(Database& database, QueuePart part) {
  Statement rows(database, std::string("SELECT * FROM (") + messages + ")" +
                               (part == QueuePart::All ? "" : " WHERE resolved IS NULL") +
                               " ORDER BY identity, place = 'D', place, id");
  std::vector<QueueMessage> all;
  while (rows.step()) all.push_back(messageOf(rows));
  return all;
}

std::optional<QueueMessage> findQueueMessage(Database& database, const std::string& name) {
  const std::string letter = name.empty() ? "" : ocpp::folded(name.substr(0, 1));
  const bool named = letter == "q" || letter == "d" || letter == "t";
  const auto number = ocpp::parseInteger(named ? name.substr(1) : name);
  if (!number) throw BadConfiguration("queue: '" + name + "' is no ID");
  Statement row(database, std::string("SELECT * FROM (") + messages + ") WHERE place = ? AND id = ?");
  row << (letter == "q" ? "Q" : letter == "t" ? "T" : "D") << *number;
  if (!row.step()) return std::nullopt;
  return messageOf(row);
}

std::string queueJson(const QueueMessage& m) {
  using Json = nlohmann::ordered_json;
  Json line{{"id", m.name()},         {"charger", m.identity},      {"number", m.number},
            {"key", m.key},           {"action", m.action},         {"state", m.state},
            {"attempts", m.attempts}, {"created", when(m.created)}, {"backend", m.backend}};
  if (!m.reason.empty()) line["reason"] = m.reason;
  if (m.table == 'Q') line["nextWithinSeconds"] = std::chrono::ceil<std::chrono::seconds>(m.wait).count();
  if (m.withoutReadings) line["withoutReadings"] = true;
  if (m.unserved) line["unserved"] = true;
  if (!m.asked.empty()) line["asked"] = m.asked;
  if (!m.movingTo.empty()) line["movingTo"] = m.movingTo;
  if (!m.movingTo.empty()) line["movingSince"] = when(m.movingSince);
  if (m.died) line["died"] = when(*m.died);
  if (m.resolved) line["resolved"] = when(*m.resolved);
  if (m.remark) line["remark"] = *m.remark;
  if (!m.payload.empty()) {
    const auto tree = Json::parse(m.payload, nullptr, false);
    line["payload"] = tree.is_discarded() ? Json(m.payload) : tree;
  }
  return line.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace bridge
