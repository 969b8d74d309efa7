// SPDX-License-Identifier: GPL-2.0-or-later
// Every kind of line that the log knows, and who can cause it.
#pragma once

#include <cstddef>
#include <string_view>

namespace bridge {

/// How often lines of a kind may come: nobody but us shall be able to fill a disk or hide other lines (C7).
enum class Cause {
  Operator,  ///< Start, stop, signals, commands: written always.
  Admitted,  ///< A charger that was admitted, or its back-end: limited for each identity, and for all together.
  Anyone     ///< Strangers, whatever identity they claim: limited for all of them together.
};

struct LogEvent {
  std::string_view word;
  Cause cause;
  std::string_view apart{};  ///< The field whose few values are kinds of their own, or "".
};

/// The row of an event. A word that the table lacks may be anyone's.
LogEvent logEvent(std::string_view word);

/// All rows, for tests.
extern const LogEvent* const logEventsBegin;
extern const LogEvent* const logEventsEnd;

}  // namespace bridge
