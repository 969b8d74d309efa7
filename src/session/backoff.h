// SPDX-License-Identifier: GPL-2.0-or-later
// Backoff: how long to wait before the next attempt to connect (SM-2).
#pragma once

#include <algorithm>

#include "ocpp/time.h"

namespace session {

/// Doubles from `first` to `most`. Each wait is drawn from the upper half of the step, so that thousands of chargers
/// whose back-end restarted do not come back in the same second.
class Backoff {
 public:
  /// `jitter` in [0, 1).
  ocpp::Duration next(ocpp::Duration first, ocpp::Duration most, double jitter) {
    step_ = step_ == ocpp::Duration::zero() ? first : std::min(step_ * 2, most);
    return spread(step_, jitter);
  }
  void reset() { step_ = ocpp::Duration::zero(); }

  static ocpp::Duration spread(ocpp::Duration step, double jitter) {
    const auto half = step.count() / 2;
    return ocpp::Duration(half + static_cast<ocpp::Duration::rep>(static_cast<double>(step.count() - half) * jitter));
  }

 private:
  ocpp::Duration step_{};
};

}  // namespace session
