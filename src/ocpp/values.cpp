// SPDX-License-Identifier: GPL-2.0-or-later
// Reading and writing whole numbers, booleans and decimals exactly, without binary floating point.
#include "ocpp/values.h"

#include <limits>

#include "ocpp/text.h"

namespace ocpp {

namespace {

/// A decimal number taken apart: digits without the point, and where the point stands.
struct Parts {
  bool negative = false;
  std::string digits;
  std::int64_t scale = 0;  ///< value = digits * 10^-scale
};

bool isDigit(char c) { return c >= '0' && c <= '9'; }

/// `[+-]digits[.digits][(e|E)[+-]digits]`
std::optional<Parts> takeApart(std::string_view text) {
  std::string_view s = trimmed(text);
  Parts parts;
  if (!s.empty() && (s.front() == '+' || s.front() == '-')) {
    parts.negative = s.front() == '-';
    s.remove_prefix(1);
  }
  bool point = false;
  std::size_t i = 0;
  for (; i < s.size() && (isDigit(s[i]) || (s[i] == '.' && !point)); ++i) {
    if (s[i] == '.') {
      point = true;
      continue;
    }
    parts.digits += s[i];
    if (point) ++parts.scale;
  }
  if (parts.digits.empty()) return std::nullopt;
  if (i == s.size()) return parts;
  if (s[i] != 'e' && s[i] != 'E') return std::nullopt;
  const auto exponent = parseInt32(s.substr(i + 1));
  if (!exponent || *exponent > 40 || *exponent < -400) return std::nullopt;
  parts.scale -= *exponent;
  return parts;
}

/// digits * 10^-scale as a whole number of 10^-places; `half` tells whether rounding half away from zero is wanted,
/// else a fraction that does not fit is refused.
std::optional<std::int64_t> scaled(Parts parts, std::int64_t places, bool half) {
  for (; parts.scale < places; ++parts.scale) parts.digits += '0';
  const std::size_t extra = static_cast<std::size_t>(parts.scale - places);
  const std::string padded =
      extra >= parts.digits.size() ? std::string(extra - parts.digits.size() + 1, '0') + parts.digits : parts.digits;
  const std::string_view whole = std::string_view(padded).substr(0, padded.size() - extra);
  const std::string_view fraction = std::string_view(padded).substr(padded.size() - extra);
  if (!half && fraction.find_first_not_of('0') != std::string_view::npos) return std::nullopt;
  constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
  std::uint64_t value = 0;
  for (const char c : whole) {
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (value > (most - digit) / 10) return std::nullopt;
    value = value * 10 + digit;
  }
  if (half && !fraction.empty() && fraction.front() >= '5') ++value;
  if (value > most) return std::nullopt;
  return parts.negative ? -static_cast<std::int64_t>(value) : static_cast<std::int64_t>(value);
}

/// The usual case, `[-]digits` of at most 18 digits, without taking the text apart.
std::optional<std::int64_t> plainInteger(std::string_view s) {
  const bool negative = !s.empty() && s.front() == '-';
  if (negative) s.remove_prefix(1);
  if (s.empty() || s.size() > 18) return std::nullopt;
  std::int64_t value = 0;
  for (const char c : s) {
    if (!isDigit(c)) return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return negative ? -value : value;
}

}  // namespace

std::optional<std::int64_t> parseInteger(std::string_view text) {
  if (const auto plain = plainInteger(text)) return plain;
  const auto parts = takeApart(text);
  return parts ? scaled(*parts, 0, false) : std::nullopt;
}

std::optional<std::int32_t> parseInt32(std::string_view text) {
  const auto value = parseInteger(text);
  if (!value || *value < std::numeric_limits<std::int32_t>::min() || *value > std::numeric_limits<std::int32_t>::max())
    return std::nullopt;
  return static_cast<std::int32_t>(*value);
}

std::optional<bool> parseBoolean(std::string_view text) {
  const std::string_view s = trimmed(text);
  if (s == "1" || equalFold(s, "true")) return true;
  if (s == "0" || equalFold(s, "false")) return false;
  return std::nullopt;
}

std::optional<Decimal> parseDecimal(std::string_view text) {
  const auto parts = takeApart(text);
  if (!parts) return std::nullopt;
  const auto tenths = scaled(*parts, 1, true);
  if (!tenths) return std::nullopt;
  return Decimal{*tenths};
}

std::string formatDecimal(Decimal value) {
  const bool negative = value.tenths < 0;
  const std::uint64_t size =
      negative ? 0 - static_cast<std::uint64_t>(value.tenths) : static_cast<std::uint64_t>(value.tenths);
  std::string out = (negative ? "-" : "") + std::to_string(size / 10);
  if (size % 10 != 0) out += '.' + std::to_string(size % 10);
  return out;
}

}  // namespace ocpp
