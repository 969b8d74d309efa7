// SPDX-License-Identifier: GPL-2.0-or-later
// The system's clocks: the bridge's one place that asks them.
#include "bridge/clock.h"

namespace bridge {

namespace {

class SystemClock final : public Clock {
 public:
  ocpp::Steady steady() const override {
    return ocpp::Steady(
        std::chrono::duration_cast<ocpp::Duration>(std::chrono::steady_clock::now().time_since_epoch()));
  }
  ocpp::Instant calendar() const override { return wallClock(); }
};

}  // namespace

const Clock& systemClock() {
  static const SystemClock clock;
  return clock;
}

ocpp::Instant wallClock() { return std::chrono::time_point_cast<ocpp::Duration>(std::chrono::system_clock::now()); }

}  // namespace bridge
