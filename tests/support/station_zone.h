// SPDX-License-Identifier: GPL-2.0-or-later
// A time zone for tests: Central European Time with the changes of the clock from 2025 to 2028.
#pragma once

#include "ocpp/time.h"

namespace test {

inline ocpp::Instant at(const char* text) { return ocpp::parseDateTime(text)->at; }

/// Seconds east of UTC.
inline int europe(ocpp::Instant utc) {
  struct Summer {
    ocpp::Instant begin, end;
  };
  static const Summer summers[] = {{at("2025-03-30T01:00:00Z"), at("2025-10-26T01:00:00Z")},
                                   {at("2026-03-29T01:00:00Z"), at("2026-10-25T01:00:00Z")},
                                   {at("2027-03-28T01:00:00Z"), at("2027-10-31T01:00:00Z")},
                                   {at("2028-03-26T01:00:00Z"), at("2028-10-29T01:00:00Z")}};
  for (const Summer& each : summers)
    if (utc >= each.begin && utc < each.end) return 7200;
  return 3600;
}

}  // namespace test
