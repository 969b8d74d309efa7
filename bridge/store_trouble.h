// SPDX-License-Identifier: GPL-2.0-or-later
// One line when something begins to fail and one when it ends, however often it is tried in between.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "bridge/store.h"

namespace bridge {

/// One kind of trouble of the store (A11). It is over when nothing has failed for a while and something has succeeded.
class StoreTrouble {
 public:
  using Clock = std::chrono::steady_clock;
  explicit StoreTrouble(std::chrono::milliseconds calm) : calm_(calm) {}

  /// `changes` could not be kept because of `why`.
  void failed(const std::string& why, std::uint64_t changes, Clock::time_point now, std::vector<StoreEvent>& events) {
    if (!begun_) {
      begun_ = true;
      since_ = now;
      count_ = 0;
      events.push_back({session::Level::Error, "degraded", "",
                        "nothing can be kept: " + why + "; what would promise something is refused"});
    }
    why_ = why;
    last_ = now;
    works_ = false;
    count_ += changes;
  }
  void succeeded() { works_ = true; }
  /// To be called now and then.
  void look(Clock::time_point now, std::vector<StoreEvent>& events) {
    if (!begun_ || !works_ || now - last_ < calm_) return;
    begun_ = false;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(last_ - since_).count();
    events.push_back({session::Level::Warning, "recovered", "",
                      "changes are kept again; " + std::to_string(count_) + " were refused within " +
                          std::to_string(seconds) + " s (" + why_ + ")"});
  }
  /// "" = none.
  std::string why() const { return begun_ ? why_ : std::string(); }

 private:
  std::chrono::milliseconds calm_;
  bool begun_ = false, works_ = false;
  Clock::time_point since_{}, last_{};
  std::uint64_t count_ = 0;
  std::string why_;
};

}  // namespace bridge
