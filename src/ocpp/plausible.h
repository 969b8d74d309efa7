// SPDX-License-Identifier: GPL-2.0-or-later
// Whether a clock that has told a time can have been set.
#pragma once

#include "ocpp/time.h"

namespace ocpp {

/// Nothing was said over OCPP before 2010: whoever says so has a clock that is not set, or said nothing at all (SM-5).
constexpr Instant year2010{std::chrono::hours(24) * 14610};
constexpr bool isPlausible(Instant at) { return at >= year2010; }

}  // namespace ocpp
