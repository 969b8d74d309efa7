// SPDX-License-Identifier: GPL-2.0-or-later
// The table of kinds.
#include "bridge/log_events.h"

#include <algorithm>
#include <iterator>

namespace bridge {

namespace {

constexpr LogEvent table[] = {
    // the process itself
    {"listening", Cause::Operator},
    {"draining", Cause::Operator},
    {"stopped", Cause::Operator},
    {"reloaded", Cause::Operator},
    {"reload-failed", Cause::Operator},
    {"insecure", Cause::Operator},
    {"restored", Cause::Operator},
    {"removed", Cause::Operator},
    {"unserved", Cause::Operator},
    {"leaving", Cause::Operator},
    {"left", Cause::Operator},
    {"move-waits", Cause::Operator},
    {"moved", Cause::Operator},
    {"move", Cause::Operator},
    {"forgotten", Cause::Operator},
    {"queue", Cause::Operator},
    {"log", Cause::Operator},
    {"limit", Cause::Operator},
    {"no-descriptors", Cause::Operator},
    {"descriptors", Cause::Operator},
    {"slow-turn", Cause::Anyone},
    {"door", Cause::Anyone, "what"},
    {"outage", Cause::Operator},
    {"outage-over", Cause::Operator},
    {"degraded", Cause::Operator},
    {"recovered", Cause::Operator},
    {"store-conflict", Cause::Operator},
    {"store-lost", Cause::Operator},
    // --trace was asked for, and shows admitted chargers only
    {"soap-in", Cause::Operator},
    {"soap-out", Cause::Operator},
    {"json-in", Cause::Operator},
    {"json-out", Cause::Operator},
    // before anybody is admitted
    {"forwarded-ignored", Cause::Anyone},
    {"wrong-door", Cause::Anyone},
    {"soap-refused", Cause::Anyone},
    {"refused", Cause::Anyone, "why"},
    {"stranger", Cause::Anyone},
    {"stranger-gone", Cause::Anyone},
    {"registered", Cause::Anyone},
    {"embedded", Cause::Anyone},
    // chargers and their back-ends
    {"not-tolerated", Cause::Admitted},
    {"two-places", Cause::Admitted},
    {"overload", Cause::Admitted},
    {"tolerated", Cause::Admitted},
    {"profile", Cause::Admitted},
    {"quirk", Cause::Admitted},
    {"callback", Cause::Admitted},
    {"charger-failed", Cause::Admitted},
    {"central-up", Cause::Admitted},
    {"central-down", Cause::Admitted},
    {"central-closed", Cause::Admitted},
    {"reconnecting", Cause::Admitted},
    {"authorization-key", Cause::Admitted},
    {"json-ignored", Cause::Admitted},
    {"call-refused", Cause::Admitted},
    {"central-refused", Cause::Admitted},
    {"set-aside", Cause::Admitted},
    {"dead-letter", Cause::Admitted},
    {"lost-readings", Cause::Admitted},
    {"note", Cause::Admitted},
    {"store", Cause::Admitted},
    {"internal", Cause::Anyone, "source"},
};

}  // namespace

LogEvent logEvent(std::string_view word) {
  const auto* row = std::find_if(std::begin(table), std::end(table), [&](const LogEvent& e) { return e.word == word; });
  return row == std::end(table) ? LogEvent{word, Cause::Anyone} : *row;
}

const LogEvent* const logEventsBegin = std::begin(table);
const LogEvent* const logEventsEnd = std::end(table);

}  // namespace bridge
