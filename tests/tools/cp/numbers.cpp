// SPDX-License-Identifier: GPL-2.0-or-later
// A histogram whose steps grow with the value.
#include "tests/tools/cp/numbers.h"

#include <algorithm>
#include <numeric>

namespace cp {

// Row 0 has the values below 64 one by one, row n those from 64 << (n - 1), in 64 steps.
void Latency::add(std::chrono::microseconds time) {
  auto value = static_cast<std::uint64_t>(std::max<std::int64_t>(time.count(), 0));
  std::size_t row = 0;
  while (value >> (precision + 1) != 0) {
    value >>= 1;
    ++row;
  }
  const bool first = value >> precision == 0;
  const std::size_t index = first ? value : ((row + 1) << precision) + (value - (1U << precision));
  ++counts_[std::min(index, counts_.size() - 1)];
}

std::uint64_t Latency::percentile(double share) const {
  const auto all = std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
  auto wanted = static_cast<std::uint64_t>(share * static_cast<double>(all));
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    const std::uint64_t row = i >> precision, step = i & ((1U << precision) - 1);
    if (counts_[i] > wanted) return row == 0 ? step : ((1U << precision) + step) << (row - 1);
    wanted -= counts_[i];
  }
  return 0;
}

Latency Latency::since(const Latency& earlier) const {
  Latency out = *this;
  for (std::size_t i = 0; i < counts_.size(); ++i) out.counts_[i] -= earlier.counts_[i];
  return out;
}

Numbers Numbers::since(const Numbers& earlier) const {
  return {sent - earlier.sent,     answered - earlier.answered,
          faults - earlier.faults, unanswered - earlier.unanswered,
          calls - earlier.calls,   latency.since(earlier.latency)};
}

}  // namespace cp
