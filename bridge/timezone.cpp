// SPDX-License-Identifier: GPL-2.0-or-later
// The rules are read by cctz: the C library knows one timezone per process, and its name is in the environment.
#include "bridge/timezone.h"

#include <cctz/civil_time.h>
#include <cctz/time_zone.h>

#include <chrono>

namespace bridge {

namespace {

/// False also for what cctz takes beside names of files: paths, prefixes with a colon, Fixed/UTC+01:00:00.
bool load(const std::string& name, cctz::time_zone& zone) {
  const bool plain = !name.empty() && name.front() != '/' && name.find("..") == std::string::npos &&
                     name.find(':') == std::string::npos && name.find('\0') == std::string::npos;
  return plain && cctz::load_time_zone(name, &zone);
}

}  // namespace

bool knownTimezone(const std::string& name) {
  cctz::time_zone zone;
  return name.empty() || load(name, zone);
}

ocpp::Instant localToUtc(const std::string& timezone, ocpp::Instant localReading) {
  cctz::time_zone zone;
  if (timezone.empty() || !load(timezone, zone)) return localReading;
  using std::chrono::seconds;
  const auto whole = std::chrono::floor<seconds>(localReading.time_since_epoch());
  const cctz::civil_second reading = cctz::civil_second() + whole.count();  // civil_second() is 1970
  const auto found = zone.lookup(reading);
  const auto moment = found.kind == cctz::time_zone::civil_lookup::REPEATED ? found.post : found.pre;
  return ocpp::Instant(moment.time_since_epoch() + (localReading.time_since_epoch() - whole));
}

}  // namespace bridge
