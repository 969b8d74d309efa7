// SPDX-License-Identifier: GPL-2.0-or-later
// Lanes by transaction, and an index of when each is due.
#include "session/set_aside.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <string>
#include <vector>

namespace session {

using namespace ocpp;

SetAside::Id SetAside::noTransaction(std::uint64_t number) {
  return std::numeric_limits<Id>::min() + static_cast<Id>(number);
}

std::size_t SetAside::tagOf(std::string_view idTag) {
  std::string folded(idTag);
  for (char& c : folded)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return std::hash<std::string>()(folded) | 1;
}

SetAside::Lane* SetAside::find(Id id) {
  const auto found = lanes_.find(id);
  return found == lanes_.end() ? nullptr : &found->second;
}
const SetAside::Lane* SetAside::find(Id id) const { return const_cast<SetAside*>(this)->find(id); }

std::optional<SetAside::Id> SetAside::holder(std::uint64_t number) const {
  for (const auto& [id, lane] : lanes_)
    if (lane.numbers.contains(number)) return id;
  return std::nullopt;
}

SetAside::Lane& SetAside::open(Id id, Steady due) {
  const auto [place, fresh] = lanes_.try_emplace(id);
  if (fresh) {
    place->second.due = due;
    byDue_.emplace(due, id);
  }
  return place->second;
}

void SetAside::setDue(Id id, Steady due) {
  Lane& lane = lanes_.at(id);
  byDue_.erase({lane.due, id});
  lane.due = due;
  byDue_.emplace(due, id);
}

void SetAside::allDue(Steady now) {
  for (const auto& [id, lane] : lanes_)
    if (out_ != id) setDue(id, now);
}

void SetAside::add(Id id, std::uint64_t number) {
  ParkedNumbers& numbers = lanes_.at(id).numbers;
  if (numbers.contains(number)) return;
  numbers.add(number, number);
  ++stored_;
}

void SetAside::remove(Id id, std::uint64_t number) {
  const auto found = lanes_.find(id);
  if (found == lanes_.end()) return;
  if (found->second.numbers.contains(number)) --stored_;
  found->second.numbers.remove(number, number);
  if (!found->second.numbers.empty() || out_ == id) return;
  byDue_.erase({found->second.due, id});
  lanes_.erase(found);
}

std::optional<std::pair<Steady, SetAside::Id>> SetAside::firstDue() const {
  if (out_ || byDue_.empty()) return std::nullopt;
  return *byDue_.begin();
}

void SetAside::putBack(Steady due) {
  const Id id = *std::exchange(out_, std::nullopt);
  setDue(id, due);
  if (!lanes_.at(id).numbers.empty()) return;
  byDue_.erase({due, id});
  lanes_.erase(id);
}

std::size_t SetAside::urge(int connectorId, std::string_view idTag, Steady now) {
  std::vector<Id> matching;  // ER-3
  for (const auto& [id, lane] : lanes_)
    if (lane.stops && !lane.urged && (lane.connectorId == connectorId || lane.tag == tagOf(idTag)))
      matching.push_back(id);
  const auto newest = [&](const Id a, const Id b) {
    const auto last = [&](const Id id) {
      const ParkedNumbers& numbers = lanes_.at(id).numbers;
      return numbers.empty() ? 0 : numbers.last();
    };
    return last(a) > last(b);
  };
  const std::size_t most = std::min(mostUrged, matching.size());
  std::partial_sort(matching.begin(), matching.begin() + static_cast<std::ptrdiff_t>(most), matching.end(), newest);
  matching.resize(most);
  for (const Id id : matching) {
    Lane& lane = lanes_.at(id);
    lane.urgent = lane.urged = true;
    if (out_ == id) continue;
    if (lane.due > now) lane.before = lane.due;
    setDue(id, Steady::min());  // before lanes that are overdue
  }
  return matching.size();
}

bool SetAside::urgent() const {
  return std::any_of(lanes_.begin(), lanes_.end(), [](const auto& each) { return each.second.urgent; });
}

void SetAside::calm() {
  for (auto& [id, lane] : lanes_) lane.urgent = false;
}

}  // namespace session
