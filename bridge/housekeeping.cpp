// SPDX-License-Identifier: GPL-2.0-or-later
// Rows are nearly in the order of their age, so the walk ends at the first young one.
#include "bridge/housekeeping.h"

namespace bridge {

namespace {

constexpr int slice = 500;

constexpr const char* endOfSlice = "SELECT max(id) FROM (SELECT id FROM tx WHERE id > ? ORDER BY id LIMIT ?)";
// Rows of the future were made by a wrong clock and say nothing about the age of others.
constexpr const char* firstYoung = "SELECT min(id) FROM tx WHERE id > ? AND id <= ? AND seen >= ? AND seen <= ?";
// A promised start that was never delivered still has its message in the queue.
constexpr const char* purgeTx =
    "DELETE FROM tx WHERE id > ? AND id <= ? AND seen < ? AND state IN ('Closed', 'Orphaned') "
    "AND (backend_tx_id IS NOT NULL OR NOT provisional)";
constexpr const char* purgeDeadLetters = "DELETE FROM dead_letter WHERE resolution IS NOT NULL AND resolved < ?";

}  // namespace

bool Housekeeping::trusted(ocpp::Now now) {
  const ocpp::Duration distance = now.calendar.time_since_epoch() - now.steady.time_since_epoch();
  if (!distance_ || distance - *distance_ > tolerance || *distance_ - distance > tolerance) {
    distance_ = distance;
    trustedAt_ = now.steady + trust;
    after_ = 0;
  }
  return now.steady >= trustedAt_;
}

void Housekeeping::step(Database& database, ocpp::Now now) {
  if (!trusted(now) || now.steady < dueAt_) return;
  const ocpp::Instant old = now.calendar - retention;
  Statement end(database, endOfSlice);
  (end << after_ << slice).step();
  std::int64_t upTo = end.number(0);
  bool over = end.isNull(0);
  end.reset();
  // Nothing behind a young row is old, whatever the clock said when it was made.
  Statement young(database, firstYoung);
  (young << after_ << upTo << old << now.calendar).step();
  if (!young.isNull(0)) {
    over = true;
    upTo = young.number(0) - 1;
  }
  young.reset();
  if (upTo > after_) (Statement(database, purgeTx) << after_ << upTo << old).run();
  after_ = upTo;
  if (!over) return;
  (Statement(database, purgeDeadLetters) << old).run();
  after_ = 0;
  dueAt_ = now.steady + every;
}

}  // namespace bridge
