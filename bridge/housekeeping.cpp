// SPDX-License-Identifier: GPL-2.0-or-later
// Rows are nearly in the order of their age, so the walk ends at the first slice that is young.
#include "bridge/housekeeping.h"

namespace bridge {

namespace {

constexpr int slice = 500;

constexpr const char* endOfSlice =
    "SELECT max(id), max(seen) FROM (SELECT id, seen FROM tx WHERE id > ? ORDER BY id LIMIT ?)";
// A promised start that was never delivered still has its message in the queue.
constexpr const char* purgeTx =
    "DELETE FROM tx WHERE id > ? AND id <= ? AND seen < ? AND state IN ('Closed', 'Orphaned') "
    "AND (backend_tx_id IS NOT NULL OR NOT provisional)";
constexpr const char* purgeDeadLetters = "DELETE FROM dead_letter WHERE resolution IS NOT NULL AND resolved < ?";

}  // namespace

void Housekeeping::step(Database& database, ocpp::Instant now) {
  if (now < dueAt_) return;
  const ocpp::Instant old = now - retention;
  Statement end(database, endOfSlice);
  (end << after_ << slice).step();
  const bool over = end.isNull(0) || end.instant(1) >= old;
  const std::int64_t upTo = end.number(0);
  end.reset();
  if (upTo > 0) (Statement(database, purgeTx) << after_ << upTo << old).run();
  after_ = upTo;
  if (!over) return;
  (Statement(database, purgeDeadLetters) << old).run();
  after_ = 0;
  dueAt_ = now + every;
}

}  // namespace bridge
