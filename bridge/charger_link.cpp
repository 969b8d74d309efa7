// SPDX-License-Identifier: GPL-2.0-or-later
// A charger's link to its back-end: whether its loss is one of an outage, who is told, and what was refused on it
// (ER-3).
#include "bridge/charger.h"

namespace bridge {

void Charger::linked() {
  unlinked(true, "");
  linkedTo_ = watchedAt_ = backend_.place();
  shard_.outages().opened(linkedTo_);
  shard_.backends().up(watchedAt_, config_.identity);
}

bool Charger::unlinked(bool byUs, const std::string& reason) {
  const std::string from = std::exchange(linkedTo_, "");
  if (reason.empty()) {  // it is not wanted
    if (!watchedAt_.empty()) shard_.backends().left(std::exchange(watchedAt_, ""), config_.identity);
  } else {
    watchedAt_ = backend_.place();
    shard_.backends().away(watchedAt_, config_.identity, reason);
  }
  if (from.empty()) return false;
  if (!byUs) return shard_.lostInOutage(from, *this);
  shard_.outages().left(from);
  return false;
}

void Charger::logRefusal(const session::Note& note) {
  const session::Refusal& r = *note.refusal;
  const std::string attempt = std::to_string(r.attempt), of = std::to_string(r.of);
  const std::string next =
      r.next ? std::to_string(std::chrono::duration_cast<std::chrono::seconds>(*r.next).count()) : "none";
  const auto line = onTrial_ ? &Log::lineOfStranger : &Log::line;
  (shard_.log().*line)(note.level, config_.identity, note.event, note.text,
                       {{"action", r.action}, {"code", r.code}, {"attempt", attempt}, {"of", of}, {"next", next}});
}

}  // namespace bridge
