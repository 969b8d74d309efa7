// SPDX-License-Identifier: GPL-2.0-or-later
// Simple values of OCPP with their lexical rules: whole numbers, booleans, decimals with one digit, transaction ids.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ocpp {

/// A transactionId as one side knows it. int32 on SOAP; any whole number that fits 64 bits on OCPP-J (TX-2).
struct TransactionId {
  std::int64_t value = 0;
  friend bool operator==(TransactionId a, TransactionId b) { return a.value == b.value; }
  friend bool operator!=(TransactionId a, TransactionId b) { return a.value != b.value; }
  friend bool operator<(TransactionId a, TransactionId b) { return a.value < b.value; }
};

/// A decimal with one fraction digit (limit, minChargingRate), held in tenths so that 21.4 is exactly 21.4 (L-9).
struct Decimal {
  std::int64_t tenths = 0;
  friend bool operator==(Decimal a, Decimal b) { return a.tenths == b.tenths; }
};

/// Whole number from XML or lenient JSON text: surrounding white space, a plus sign, leading zeros and a zero fraction
/// (`12.0`) are accepted (L-1). Nothing if it is not a whole number of 64 bits.
std::optional<std::int64_t> parseInteger(std::string_view text);

/// As parseInteger, within int32 (L-1).
std::optional<std::int32_t> parseInt32(std::string_view text);

/// true, false, 1, 0 in any case, with surrounding white space (L-2).
std::optional<bool> parseBoolean(std::string_view text);

/// Decimal text (exponents as JSON may have them included), rounded half away from zero to one digit (L-9).
std::optional<Decimal> parseDecimal(std::string_view text);

/// `21.4`, `-0.5`, `16` -> shortest text without exponent (L-9).
std::string formatDecimal(Decimal value);

}  // namespace ocpp
