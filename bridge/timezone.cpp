// SPDX-License-Identifier: GPL-2.0-or-later
// The C library knows the rules of every timezone; it wants the name in the environment.
#include "bridge/timezone.h"

#include <sys/stat.h>
#include <time.h>

#include <cstdlib>

namespace bridge {

namespace {

const char* directory() {
  const char* dir = std::getenv("TZDIR");
  return dir && *dir ? dir : "/usr/share/zoneinfo";
}

/// Puts TZ to a value while it lives.
class WithTimezone {
 public:
  explicit WithTimezone(const std::string& name) {
    if (const char* old = std::getenv("TZ")) {
      had_ = true;
      old_ = old;
    }
    ::setenv("TZ", (":" + name).c_str(), 1);
    ::tzset();
  }
  ~WithTimezone() {
    if (had_)
      ::setenv("TZ", old_.c_str(), 1);
    else
      ::unsetenv("TZ");
    ::tzset();
  }
  WithTimezone(const WithTimezone&) = delete;
  WithTimezone& operator=(const WithTimezone&) = delete;

 private:
  bool had_ = false;
  std::string old_;
};

}  // namespace

bool knownTimezone(const std::string& name) {
  if (name.empty()) return true;
  if (name.front() == '/' || name.find("..") != std::string::npos) return false;
  struct stat info {};
  return ::stat((std::string(directory()) + "/" + name).c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

ocpp::Instant localToUtc(const std::string& timezone, ocpp::Instant localReading) {
  if (timezone.empty() || !knownTimezone(timezone)) return localReading;
  const std::int64_t ms = localReading.time_since_epoch().count();
  const std::int64_t millis = ((ms % 1000) + 1000) % 1000;
  const time_t reading = static_cast<time_t>((ms - millis) / 1000);
  struct tm fields {};
  ::gmtime_r(&reading, &fields);
  fields.tm_isdst = -1;
  const WithTimezone scope(timezone);
  const time_t moment = ::mktime(&fields);
  return ocpp::Instant(std::chrono::seconds(moment) + std::chrono::milliseconds(millis));
}

}  // namespace bridge
