// SPDX-License-Identifier: GPL-2.0-or-later
// Local clock readings of a charger to UTC by the system's timezone rules (L-11).
#pragma once

#include <string>

#include "ocpp/time.h"

namespace bridge {

/// True for an IANA name that this system has rules for ("" means UTC).
bool knownTimezone(const std::string& name);

/// The moment at which a clock in that timezone shows `localReading` (given as if it were UTC); the rules of that date
/// apply. In the hour that clocks repeat the earlier reading's offset is standard time. Unknown names mean UTC.
/// Not thread-safe against others who use the C library's local time.
ocpp::Instant localToUtc(const std::string& timezone, ocpp::Instant localReading);

}  // namespace bridge
