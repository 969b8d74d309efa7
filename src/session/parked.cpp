// SPDX-License-Identifier: GPL-2.0-or-later
// Ranges that are joined when they touch.
#include "session/parked.h"

#include <algorithm>

namespace session {

void ParkedNumbers::add(std::uint64_t first, std::uint64_t last) {
  remove(first, last);
  auto next = std::find_if(ranges_.begin(), ranges_.end(), [&](const Range& range) { return range.first > last; });
  if (next != ranges_.end() && next->first == last + 1) {
    next->first = first;
  } else {
    next = ranges_.insert(next, {first, last});
  }
  if (next == ranges_.begin() || std::prev(next)->last + 1 != first) return;
  std::prev(next)->last = next->last;
  ranges_.erase(next);
}

void ParkedNumbers::remove(std::uint64_t first, std::uint64_t last) {
  std::vector<Range> left;
  for (const Range& range : ranges_) {
    if (range.last < first || range.first > last) {
      left.push_back(range);
      continue;
    }
    if (range.first < first) left.push_back({range.first, first - 1});
    if (range.last > last) left.push_back({last + 1, range.last});
  }
  ranges_ = std::move(left);
}

bool ParkedNumbers::contains(std::uint64_t number) const {
  return std::any_of(ranges_.begin(), ranges_.end(),
                     [&](const Range& range) { return range.first <= number && number <= range.last; });
}

std::uint64_t ParkedNumbers::count() const {
  std::uint64_t sum = 0;
  for (const Range& range : ranges_) sum += range.last - range.first + 1;
  return sum;
}

}  // namespace session
