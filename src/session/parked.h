// SPDX-License-Identifier: GPL-2.0-or-later
// ParkedNumbers: which queued messages are in the store only. Neighbours are one range, so a night costs a few bytes.
#pragma once

#include <cstdint>
#include <vector>

namespace session {

class ParkedNumbers {
 public:
  void add(std::uint64_t first, std::uint64_t last);
  void remove(std::uint64_t first, std::uint64_t last);
  bool contains(std::uint64_t number) const;
  bool empty() const { return ranges_.empty(); }
  /// Numbers, of which some may have been discarded beside us.
  std::uint64_t count() const;
  std::uint64_t first() const { return ranges_.front().first; }
  std::uint64_t last() const { return ranges_.back().last; }

 private:
  struct Range {
    std::uint64_t first, last;  ///< Inclusive.
  };
  std::vector<Range> ranges_;  ///< Ascending, with gaps between them.
};

}  // namespace session
