// SPDX-License-Identifier: GPL-2.0-or-later
// Points in time, and dateTime as XML Schema and RFC 3339 write it (L-11).
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ocpp {

using Duration = std::chrono::milliseconds;
/// A moment in UTC with millisecond resolution. Logic is handed the moment; it never asks a clock.
using Instant = std::chrono::time_point<std::chrono::system_clock, Duration>;

/// Names the steady clock for the type below; nobody reads it here, the moment is handed in.
struct SteadyClock {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<SteadyClock, duration>;
  static constexpr bool is_steady = true;
};
/// A reading of a clock that nobody sets: for everything that waits. It has no date and means nothing to another
/// process, so it is never written down; a wait that must outlive the process is kept as a Duration.
using Steady = SteadyClock::time_point;

/// The moment of an event by both clocks. Waits are counted by `steady`; `calendar` is only for what is said or kept,
/// because an operator or NTP may set it at any time.
struct Now {
  Steady steady{};
  Instant calendar{};

  /// The steady moment of something that was written down: never later than now, whatever the calendar did meanwhile.
  Steady steadyOf(Instant written) const { return steady - std::max(Duration::zero(), calendar - written); }
};

/// A dateTime field. `at` is UTC when `zoned`; otherwise it holds the local reading as if it were UTC, and whoever
/// knows the charger's timezone must shift it (L-11).
struct DateTime {
  Instant at{};
  bool zoned = true;
  friend bool operator==(const DateTime& a, const DateTime& b) { return a.at == b.at && a.zoned == b.zoned; }
};

/// Every xs:dateTime form: any number of fraction digits (cut to milliseconds), `Z`, an offset with or without colon,
/// no zone, 24:00:00; leniently also a blank instead of `T` and a one-digit hour. Nothing if it is not a moment.
std::optional<DateTime> parseDateTime(std::string_view text);

/// How many fraction digits are written: none (SOAP, L-11), always three (chargers with quirk dt_fraction=3), or up to
/// three when the fraction is not zero (OCPP-J).
enum class Fraction { None, Three, IfNotZero };

/// RFC 3339 UTC with `Z`.
std::string formatDateTime(Instant at, Fraction fraction);

}  // namespace ocpp
