// SPDX-License-Identifier: GPL-2.0-or-later
// The system's clocks: the bridge's one place that asks them.
#include "bridge/clock.h"

#include <ctime>

namespace bridge {

namespace {

/// What the kernel noted at its last tick, 1 to 10 ms ago: several readings per message would cost more than they tell.
ocpp::Duration coarse(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return std::chrono::duration_cast<ocpp::Duration>(std::chrono::seconds(now.tv_sec) +
                                                    std::chrono::nanoseconds(now.tv_nsec));
}

class SystemClock final : public Clock {
 public:
  ocpp::Steady steady() const override { return ocpp::Steady(coarse(CLOCK_MONOTONIC_COARSE)); }
  ocpp::Instant calendar() const override { return wallClock(); }
};

}  // namespace

const Clock& systemClock() {
  static const SystemClock clock;
  return clock;
}

ocpp::Instant wallClock() { return ocpp::Instant(coarse(CLOCK_REALTIME_COARSE)); }

}  // namespace bridge
