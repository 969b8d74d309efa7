// SPDX-License-Identifier: GPL-2.0-or-later
// Local clock readings of a charger to UTC by the system's timezone rules (L-11).
#pragma once

#include <string>

#include "ocpp/time.h"

namespace bridge {

/// True for an IANA name that this system has rules for ("" means UTC). They are read once per name, from TZDIR or
/// /usr/share/zoneinfo.
bool knownTimezone(const std::string& name);

/// The moment at which a clock in that timezone shows `localReading` (given as if it were UTC); the rules of that date
/// apply. A reading in the hour that clocks repeat is taken for standard time, one in the hour that they leave out as
/// if they had not been put forward yet. Unknown names mean UTC. Changes nothing that other threads use (C5).
ocpp::Instant localToUtc(const std::string& timezone, ocpp::Instant localReading);

}  // namespace bridge
