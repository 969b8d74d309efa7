// SPDX-License-Identifier: GPL-2.0-or-later
// Everything the store can keep of one charger: the session's records, and three more that only the store knew first.
#pragma once

#include <optional>
#include <string>
#include <variant>

#include "ocpp/messages.h"
#include "session/effect.h"

namespace session {

/// A transaction message that was given up after its last attempt (ER-3, SM-15). Its key is (number, died).
/// Forgetting one marks it as delivered again; nothing is deleted.
struct DeadLetterRecord {
  std::uint64_t number = 0;  ///< Of the QueuedRecord it was.
  ocpp::Request request;     ///< In 1.6 words, with the charger's own transaction id.
  int attempts = 0;
  std::string reason;       ///< What the back-end said last.
  ocpp::Instant created{};  ///< When it was queued.
  ocpp::Instant died{};
};

/// What the back-end said about an idTag (SM-9). Its key is the idTag without case (L-15).
struct AuthorizationRecord {
  std::string idTag;
  ocpp::IdTagInfo info;
  ocpp::Instant at{};
};

/// The answer to a request that may come again (SM-7 key 1). Its key is `key`: MessageID and digest.
struct AnswerRecord {
  std::string key;
  ocpp::Instant at{};
  ocpp::Response response;
};

}  // namespace session

namespace bridge {

/// One row of one table. A type without an overload in record_rows.h does not compile.
using StoredRecord =
    std::variant<session::TransactionRecord, session::BootRecord, session::ConnectorRecord, session::SettingRecord,
                 session::QueuedRecord, session::DeadLetterRecord, session::AuthorizationRecord, session::AnswerRecord>;

/// Names the row that a record is kept in: its table and its key there.
std::string keyOf(const StoredRecord& record);

inline StoredRecord stored(const session::Record& record) {
  return std::visit([](const auto& each) { return StoredRecord(each); }, record);
}

}  // namespace bridge
