// SPDX-License-Identifier: GPL-2.0-or-later
// Rounds over the chargers of a back-end, a slice per tick of the wheel.
#include "bridge/reachable.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace bridge {

Reachable::Reachable(Deadlines& deadlines, const Clock& clock, Members members, Tell tell)
    : deadlines_(deadlines), clock_(clock), members_(std::move(members)), tell_(std::move(tell)) {}

void Reachable::linkUp(const std::string& backend) {
  const auto [place, fresh] = rounds_.try_emplace(backend);
  if (fresh)
    begin(backend, place->second);
  else
    place->second.again = true;
  rearm();
}

void Reachable::begin(const std::string& backend, Round& round) {
  round.begun = clock_.steady();
  round.again = false;
  round.waiting = members_(backend);
}

void Reachable::onDeadline() {
  std::size_t left = slice;
  const ocpp::Steady now = clock_.steady();
  for (auto each = rounds_.begin(); each != rounds_.end();) {
    Round& round = each->second;
    const bool over = round.waiting.empty() && now - round.begun >= apart;
    if (over && !round.again) {
      each = rounds_.erase(each);
      continue;
    }
    if (over) begin(each->first, round);
    ++each;
  }
  std::vector<std::string> due;
  for (auto& [backend, round] : rounds_) {
    const std::size_t count = std::min(left, round.waiting.size());
    left -= count;
    due.insert(due.end(), std::make_move_iterator(round.waiting.end() - static_cast<std::ptrdiff_t>(count)),
               std::make_move_iterator(round.waiting.end()));
    round.waiting.resize(round.waiting.size() - count);
  }
  for (const std::string& identity : due) tell_(identity);  // may bring up links, whose rounds come behind
  rearm();
}

void Reachable::rearm() {
  if (rounds_.empty()) return;
  std::optional<ocpp::Steady> next;
  const ocpp::Steady now = clock_.steady();
  for (const auto& [backend, round] : rounds_) {
    const ocpp::Steady due = round.waiting.empty() ? round.begun + apart : now;
    next = std::min(next.value_or(due), due);
  }
  deadlines_.arm(*this, std::max(ocpp::Duration::zero(), *next - now));
}

}  // namespace bridge
