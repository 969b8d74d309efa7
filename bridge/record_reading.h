// SPDX-License-Identifier: GPL-2.0-or-later
// Rows back into records: what load and look-ups share.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "bridge/record_text.h"
#include "bridge/record_words.h"
#include "bridge/sqlite.h"
#include "session/effect.h"

namespace bridge {

inline std::optional<ocpp::IdTagInfo> infoOf(const Statement& row, int column) {
  if (row.isNull(column)) return std::nullopt;
  ocpp::IdTagInfo info;
  readRecordText(row.text(column), info);
  return info;
}

constexpr const char* selectTx =
    "SELECT soap_tx_id, backend_tx_id, connector_id, id_tag, start, meter_start, stop, meter_stop, state, provisional, "
    "authorized, evidence, seen, start_info, stop_info, key, backend, heard, last_register, sequence, silent "
    "FROM tx WHERE id = ?";

inline session::TransactionRecord readTx(const Statement& row) {
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
  tx.key = static_cast<std::uint64_t>(row.number(15));
  tx.backend = row.text(16);
  tx.heard = row.instant(17);
  if (!row.isNull(18)) tx.lastRegister = row.integer(18);
  tx.sequence = static_cast<std::uint64_t>(row.number(19));
  tx.silent = ocpp::Duration(row.number(20));
  return tx;
}

/// Calls `use` for each row. What it throws, SQLite's errors apart, goes to `failed` and the next row is read.
template <class Use, class Failed>
void forRows(Statement& rows, Use use, Failed failed) {
  while (rows.step()) try {
      use();
    } catch (const SqliteError&) { throw; } catch (const std::exception& error) {
      failed(error.what());
    }
}

inline std::vector<std::int64_t> idsOf(Statement& rows) {
  std::vector<std::int64_t> ids;
  while (rows.step()) ids.push_back(rows.number(0));
  return ids;
}

}  // namespace bridge
