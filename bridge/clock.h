// SPDX-License-Identifier: GPL-2.0-or-later
// Clock: where the time comes from. The system's, or one that a test moves.
#pragma once

#include "ocpp/time.h"

namespace bridge {

/// Two readings of the same moment: a steady one for everything that waits, a calendar one for what is said or kept.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual ocpp::Steady steady() const = 0;
  virtual ocpp::Instant calendar() const = 0;
  ocpp::Now now() const { return {steady(), calendar()}; }
};

/// CLOCK_MONOTONIC and the wall clock of the system, as of the kernel's last tick (up to 10 ms ago).
const Clock& systemClock();

/// The calendar of the system, for what is only said.
ocpp::Instant wallClock();

}  // namespace bridge
