// SPDX-License-Identifier: GPL-2.0-or-later
// From readings of local clocks back to moments, across changes of the clock.
#include "station/local_time.h"

#include <algorithm>

namespace station {

using ocpp::Duration;
using ocpp::Instant;
using std::chrono::seconds;

Instant LocalTime::firstReach(Instant local) const {
  constexpr auto around = std::chrono::hours(26);  // beyond every offset that exists
  const seconds before(offset(local - around)), after(offset(local + around));
  const seconds east = std::max(before, after), west = std::min(before, after);
  if (seconds(offset(local - east)) == east) return local - east;
  if (seconds(offset(local - west)) == west) return local - west;
  // The reading is left out: the change is between the two.
  Instant early = local - east, late = local - west;
  while (late - early > Duration(1)) {
    const Instant middle = early + (late - early) / 2;
    (seconds(offset(middle)) == before ? early : late) = middle;
  }
  return late;
}

Instant LocalTime::midnight(Instant utc) const {
  const Instant local = reading(utc);
  const auto days = std::chrono::floor<std::chrono::duration<int, std::ratio<86400>>>(local.time_since_epoch());
  return firstReach(Instant(std::chrono::duration_cast<Duration>(days)));
}

}  // namespace station
