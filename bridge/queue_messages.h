// SPDX-License-Identifier: GPL-2.0-or-later
// What `ocpp-soap-bridge queue` shows: waiting messages, dead letters, and transactions that a move waits for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bridge/sqlite.h"
#include "ocpp/time.h"

namespace bridge {

struct QueueMessage {
  char table = 'Q';  ///< Q: waits; D: dead letter; T: an open transaction that a move waits for (TX-14).
  std::int64_t id = 0;
  std::string identity;
  std::int64_t number = 0;
  std::int64_t key = 0;
  std::string action, payload;  ///< The payload as JSON text; of a transaction "".
  std::int64_t attempts = 0;
  ocpp::Instant created{};
  std::string state;  ///< waiting, set-aside, unserved, move-waits; dead, redelivered, discarded.
  std::string reason;
  ocpp::Duration wait{};  ///< The next attempt comes within so long; 0 = at once, or as soon as it is its turn.
  std::string backend;
  bool withoutReadings = false;
  bool unserved = false;  ///< Nothing is known of its charger (TX-15).
  std::string asked;      ///< What an operator has asked for already: retry, discard; or "".
  std::string movingTo;   ///< Of a charger that waits to move.
  ocpp::Instant movingSince{};
  std::optional<ocpp::Instant> died, resolved;
  std::optional<std::string> remark;

  std::string name() const { return table + std::to_string(id); }
  bool resolvedAlready() const { return resolved.has_value(); }
};

enum class QueuePart { Open, All };
/// Ordered by charger, what waits first. `Open`: without resolved dead letters. Throws SqliteError.
std::vector<QueueMessage> queueMessages(Database& database, QueuePart part);
/// `name` as the list shows it, `D` may be left out. Nothing when there is none. Throws BadConfiguration when it is no
/// ID.
std::optional<QueueMessage> findQueueMessage(Database& database, const std::string& name);

/// One JSON object in one line: the whole record.
std::string queueJson(const QueueMessage& message);

}  // namespace bridge
