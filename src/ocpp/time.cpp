// SPDX-License-Identifier: GPL-2.0-or-later
// dateTime text to moments and back, with the proleptic Gregorian calendar and no help of the C library's time zone.
#include "ocpp/time.h"

#include "ocpp/text.h"

namespace ocpp {

namespace {

/// Days since 1970-01-01 of a civil date (eras of 400 years, years starting in March).
constexpr std::int64_t daysFromCivil(std::int64_t y, unsigned m, unsigned d) {
  y -= m <= 2;
  const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
  const auto yearOfEra = static_cast<unsigned>(y - era * 400);
  const unsigned dayOfYear = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
  const unsigned dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
  return era * 146097 + static_cast<std::int64_t>(dayOfEra) - 719468;
}

struct Civil {
  std::int64_t year;
  unsigned month, day;
};

constexpr Civil civilFromDays(std::int64_t z) {
  z += 719468;
  const std::int64_t era = (z >= 0 ? z : z - 146096) / 146097;
  const auto dayOfEra = static_cast<unsigned>(z - era * 146097);
  const unsigned yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365;
  const unsigned dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
  const unsigned mp = (5 * dayOfYear + 2) / 153;
  const unsigned month = mp < 10 ? mp + 3 : mp - 9;
  return {static_cast<std::int64_t>(yearOfEra) + era * 400 + (month <= 2), month, dayOfYear - (153 * mp + 2) / 5 + 1};
}

unsigned daysInMonth(std::int64_t y, unsigned m) {
  constexpr unsigned days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (y % 4 == 0 && y % 100 != 0) || y % 400 == 0;
  return m == 2 && leap ? 29 : days[m - 1];
}

/// Reads a text from the front.
class Cursor {
 public:
  explicit Cursor(std::string_view s) : rest_(s) {}
  bool atEnd() const { return rest_.empty(); }
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  /// A number of `least` to `most` digits.
  std::optional<int> number(std::size_t least, std::size_t most) {
    std::size_t n = 0;
    int value = 0;
    while (n < most && n < rest_.size() && rest_[n] >= '0' && rest_[n] <= '9') value = value * 10 + (rest_[n++] - '0');
    if (n < least) return std::nullopt;
    rest_.remove_prefix(n);
    return value;
  }
  /// The milliseconds of a fraction of any length, cut (L-11).
  int fraction() {
    int value = 0, place = 100;
    while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9') {
      value += (rest_.front() - '0') * place;
      place /= 10;
      rest_.remove_prefix(1);
    }
    return value;
  }

 private:
  std::string_view rest_;
};

/// `Z`, `+hh:mm`, `+hhmm`, `+hh` or nothing: the offset in minutes; `zoned` false when there is none.
std::optional<int> zone(Cursor& c, bool& zoned) {
  zoned = true;
  if (c.take('Z') || c.take('z')) return 0;
  const bool minus = c.take('-');
  if (!minus && !c.take('+')) {
    zoned = false;
    return 0;
  }
  const auto hours = c.number(2, 2);
  if (!hours || *hours > 14) return std::nullopt;
  c.take(':');
  const auto minutes = c.atEnd() ? 0 : c.number(2, 2);
  if (!minutes || *minutes > 59) return std::nullopt;
  const int offset = *hours * 60 + *minutes;
  return minus ? -offset : offset;
}

void appendNumber(std::string& out, std::int64_t value, int digits) {
  std::string text = std::to_string(value);
  if (static_cast<int>(text.size()) < digits) out.append(static_cast<std::size_t>(digits) - text.size(), '0');
  out += text;
}

}  // namespace

std::optional<DateTime> parseDateTime(std::string_view text) {
  using namespace std::chrono;
  Cursor c(trimmed(text));
  const auto year = c.number(4, 4);
  if (!year || !c.take('-')) return std::nullopt;
  const auto month = c.number(2, 2);
  if (!month || *month < 1 || *month > 12 || !c.take('-')) return std::nullopt;
  const auto day = c.number(2, 2);
  if (!day || *day < 1 || *day > static_cast<int>(daysInMonth(*year, static_cast<unsigned>(*month))))
    return std::nullopt;
  if (!c.take('T') && !c.take('t') && !c.take(' ')) return std::nullopt;
  const auto hour = c.number(1, 2);
  if (!hour || *hour > 24 || !c.take(':')) return std::nullopt;
  const auto minute = c.number(2, 2);
  if (!minute || *minute > 59) return std::nullopt;
  int second = 0, millis = 0;
  if (c.take(':')) {
    const auto s = c.number(2, 2);
    if (!s || *s > 60) return std::nullopt;  // 60: a leap second, the next minute's 0
    second = *s;
    if (c.take('.') || c.take(',')) millis = c.fraction();
  }
  if (*hour == 24 && (*minute != 0 || second != 0 || millis != 0)) return std::nullopt;
  DateTime result;
  const auto offset = zone(c, result.zoned);
  if (!offset || !c.atEnd()) return std::nullopt;
  const std::int64_t dayNumber = daysFromCivil(*year, static_cast<unsigned>(*month), static_cast<unsigned>(*day));
  result.at = Instant(hours(24 * dayNumber) + hours(*hour) + minutes(*minute - *offset) + seconds(second) +
                      milliseconds(millis));
  return result;
}

std::string formatDateTime(Instant at, Fraction fraction) {
  const std::int64_t ms = at.time_since_epoch().count();
  constexpr std::int64_t dayLength = 86'400'000;
  const std::int64_t dayNumber = ms >= 0 ? ms / dayLength : -((dayLength - 1 - ms) / dayLength);
  const std::int64_t inDay = ms - dayNumber * dayLength;
  const Civil civil = civilFromDays(dayNumber);
  std::string out;
  out.reserve(24);
  appendNumber(out, civil.year, 4);
  out += '-';
  appendNumber(out, civil.month, 2);
  out += '-';
  appendNumber(out, civil.day, 2);
  out += 'T';
  appendNumber(out, inDay / 3'600'000, 2);
  out += ':';
  appendNumber(out, inDay / 60'000 % 60, 2);
  out += ':';
  appendNumber(out, inDay / 1000 % 60, 2);
  if (fraction == Fraction::Three || (fraction == Fraction::IfNotZero && inDay % 1000 != 0)) {
    out += '.';
    appendNumber(out, inDay % 1000, 3);
  }
  return out += 'Z';
}

}  // namespace ocpp
