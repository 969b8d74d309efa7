// SPDX-License-Identifier: GPL-2.0-or-later
// The keys of records, the same as those of the tables in schema.cpp.
#include "bridge/store_records.h"

#include "ocpp/text.h"

namespace bridge {

namespace {

struct KeyOf {
  std::string operator()(const session::BootRecord&) const { return ""; }
  std::string operator()(const session::ConnectorRecord& r) const { return std::to_string(r.connectorId); }
  std::string operator()(const session::SettingRecord& r) const { return ocpp::folded(r.key); }
  std::string operator()(const session::TransactionRecord& r) const { return std::to_string(r.key); }
  std::string operator()(const session::AuthorizationRecord& r) const { return ocpp::folded(r.idTag); }
  std::string operator()(const session::AliasRecord& r) const { return r.alias; }
  std::string operator()(const session::QueuedRecord& r) const { return std::to_string(r.key); }
  std::string operator()(const session::DeadLetterRecord& r) const { return std::to_string(r.key); }
};

}  // namespace

std::string keyOf(const StoredRecord& record) {
  return std::to_string(record.index()) + "/" + std::visit(KeyOf(), record);
}

}  // namespace bridge
