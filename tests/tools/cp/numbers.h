// SPDX-License-Identifier: GPL-2.0-or-later
// What became of our requests, in numbers.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

namespace cp {

/// How long answers took; each time is known within 1/64 of itself.
class Latency {
 public:
  void add(std::chrono::microseconds time);
  /// Microseconds within which this share of the answers came; 0 without any.
  std::uint64_t percentile(double share) const;
  /// Those that came since `earlier` was like this.
  Latency since(const Latency& earlier) const;

 private:
  static constexpr int precision = 6;      // bits of the value behind its first one
  static constexpr std::size_t rows = 26;  // powers of two: the last one is for all above an hour

  std::array<std::uint32_t, rows << precision> counts_{};
};

struct Numbers {
  std::uint64_t sent = 0, answered = 0, faults = 0, unanswered = 0, calls = 0;  ///< Faults are answers too.
  Latency latency;

  /// What came since `earlier`.
  Numbers since(const Numbers& earlier) const;
};

}  // namespace cp
