// SPDX-License-Identifier: GPL-2.0-or-later
// Local time: the zone of a charge point as a function that gives its offset, and what recurring schedules ask of it.
#pragma once

#include <functional>

#include "ocpp/time.h"

namespace station {

class LocalTime {
 public:
  /// Seconds east of UTC at a moment. Two changes of the offset are more than two days apart.
  using Offset = std::function<int(ocpp::Instant utc)>;

  LocalTime() = default;  ///< UTC.
  explicit LocalTime(Offset offset) : offset_(std::move(offset)) {}

  int offset(ocpp::Instant utc) const { return offset_ ? offset_(utc) : 0; }
  /// What clocks there show, as if it were UTC.
  ocpp::Instant reading(ocpp::Instant utc) const { return utc + std::chrono::seconds(offset(utc)); }
  /// The first moment at which clocks there show `local` or later: in the hour that comes twice the first one, and for
  /// the hour that is left out the moment of the change.
  ocpp::Instant firstReach(ocpp::Instant local) const;
  /// The last midnight there, at or before the moment.
  ocpp::Instant midnight(ocpp::Instant utc) const;

 private:
  Offset offset_;
};

}  // namespace station
