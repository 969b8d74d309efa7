// SPDX-License-Identifier: GPL-2.0-or-later
// The simple values of the reading visitor: JSON types, lexical rules (L-n), and the texts of faults and notes.
#include "ocpp_j/payload_reader.h"

#include <algorithm>
#include <limits>

#include "ocpp/text.h"
#include "ocpp/time.h"
#include "ocpp/values.h"

namespace ocpp_j {

namespace {

constexpr std::size_t maxNotes = 32;  ///< Per message; what a hostile peer can make us remember.

std::string pathOf(const Step& at) {
  if (!at.up) return {};
  return pathOf(*at.up) + '/' + (at.name.empty() ? std::to_string(at.place) : std::string(at.name));
}

/// True when the decimal text has at most one significant fraction digit (multipleOf 0.1).
bool isInTenths(std::string_view text) {
  const std::size_t exponent = text.find_first_of("eE");
  if (exponent != std::string_view::npos) return true;
  const std::size_t point = text.find('.');
  return point == std::string_view::npos || text.find_last_not_of('0') <= point + 1;
}

}  // namespace

JsonValue Members::find(std::string_view name) {
  if (left_ == 0) return {};
  if (cursor_ && cursor_.key() == name) {
    const JsonValue found = cursor_;
    cursor_ = cursor_.next();
    --left_;
    return found;
  }
  for (JsonValue each = first_; each; each = each.next())
    if (each.key() == name) {
      cursor_ = each.next();
      --left_;
      return each;
    }
  return {};
}

ocpp::Fault PayloadReader::fault() const { return {code_, (path_.empty() ? "/" : path_) + ": " + text_}; }

Outcome PayloadReader::failed(ocpp::FaultCode code, const Step& at, std::string text) {
  code_ = code;
  path_ = pathOf(at);
  text_ = std::move(text);
  return Outcome::Failed;
}

Outcome PayloadReader::wrongType(const Step& at, const char* wanted) {
  return failed(ocpp::FaultCode::TypeConstraintViolation, at, std::string(wanted) + " expected");
}

void PayloadReader::note(const Step& at, std::string text) {
  if (notes_.size() < maxNotes) notes_.push_back({pathOf(at), std::move(text)});
}

void PayloadReader::absorb(const char* remedy) {
  if (notes_.size() < maxNotes) notes_.push_back({path_, text_ + ", " + remedy});
}

void PayloadReader::unknownMember(std::string_view name, const Step& at) {
  const std::string shown(ocpp::cutTo(name, 50));
  const Step step{&at, shown, 0};
  if (lenient_)
    note(step, "unknown property ignored");  // G-6
  else
    failed(ocpp::FaultCode::FormationViolation, step, "unknown property");
}

// L-1: 12 and 12.0; leniently "12".
Outcome PayloadReader::whole(JsonValue v, std::int64_t& out, const Step& at) {
  if (v.type() == JsonType::Integer) {
    out = v.integer();
    return Outcome::Read;
  }
  if (v.type() != JsonType::Number && !(lenient_ && v.type() == JsonType::Text)) return wrongType(at, "integer");
  if (const auto value = ocpp::parseInteger(v.text())) {
    out = *value;
    if (v.type() == JsonType::Text) note(at, "number in quotes");
    return Outcome::Read;
  }
  const std::string_view digits = ocpp::trimmed(v.text());
  const bool tooLong = digits.size() > 18 && digits.find_first_not_of("0123456789", 1) == std::string_view::npos;
  return tooLong ? wrongValue(at, "out of range") : wrongType(at, "integer");
}

Outcome PayloadReader::leaf(JsonValue v, int& out, const Step& at) {
  std::int64_t value = 0;
  const Outcome outcome = whole(v, value, at);
  if (outcome != Outcome::Read) return outcome;
  if (value < std::numeric_limits<std::int32_t>::min() || value > std::numeric_limits<std::int32_t>::max())
    return wrongValue(at, std::to_string(value) + " is out of range");
  out = static_cast<int>(value);
  return Outcome::Read;
}

// L-2
Outcome PayloadReader::leaf(JsonValue v, bool& out, const Step& at) {
  if (v.type() == JsonType::True || v.type() == JsonType::False) {
    out = v.type() == JsonType::True;
    return Outcome::Read;
  }
  if (!lenient_) return wrongType(at, "boolean");
  const bool zeroOrOne = v.type() == JsonType::Integer && (v.integer() == 0 || v.integer() == 1);
  const auto value = v.type() == JsonType::Text ? ocpp::parseBoolean(v.text())
                     : zeroOrOne                ? std::optional<bool>(v.integer() == 1)
                                                : std::nullopt;
  if (!value) return wrongType(at, "boolean");
  out = *value;
  note(at, "boolean written otherwise");
  return Outcome::Read;
}

// L-9: rounded to tenths; strictly only what is a multiple of 0.1.
Outcome PayloadReader::leaf(JsonValue v, ocpp::Decimal& out, const Step& at) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max() / 10;
  if (v.type() == JsonType::Integer) {
    if (v.integer() > most || v.integer() < -most) return wrongValue(at, "out of range");
    out.tenths = v.integer() * 10;
    return Outcome::Read;
  }
  if (v.type() != JsonType::Number && !(lenient_ && v.type() == JsonType::Text)) return wrongType(at, "number");
  const auto value = ocpp::parseDecimal(v.text());
  if (!value) return v.type() == JsonType::Text ? wrongType(at, "number") : wrongValue(at, "out of range");
  if (!isInTenths(v.text())) {
    if (!lenient_) return wrongValue(at, "more than one fraction digit");
    note(at, "rounded to one fraction digit");
  }
  if (v.type() == JsonType::Text) note(at, "number in quotes");
  out = *value;
  return Outcome::Read;
}

// L-11: no zone means UTC on OCPP-J.
Outcome PayloadReader::leaf(JsonValue v, ocpp::DateTime& out, const Step& at) {
  if (v.type() != JsonType::Text) return wrongType(at, "string");
  const auto value = ocpp::parseDateTime(lenient_ ? ocpp::trimmed(v.text()) : v.text());
  if (!value || (!lenient_ && !value->zoned)) return wrongValue(at, "not a date-time");
  if (!value->zoned) note(at, "no zone, read as UTC");
  out = {value->at, true};
  return Outcome::Read;
}

Outcome PayloadReader::text(JsonValue v, std::string& out, std::size_t limit, TextKind kind, const Step& at) {
  if (v.type() == JsonType::Text) {
    out = kind == TextKind::Name ? ocpp::trimmed(v.text()) : v.text();  // L-4
  } else if (forgiving_ && (v.type() == JsonType::Integer || v.type() == JsonType::Number)) {
    out = v.type() == JsonType::Integer ? std::to_string(v.integer()) : std::string(v.text());
    note(at, "number instead of string");
  } else {
    return wrongType(at, "string");
  }
  if (limit != 0 && out.size() > limit && ocpp::codePoints(out) > limit) {
    const std::string tooLong = "longer than " + std::to_string(limit);
    if (!repairing_ || kind == TextKind::Name) return wrongValue(at, tooLong);
    out.resize(ocpp::cutTo(out, limit).size());
    note(at, tooLong + ", cut");
  }
  if (kind == TextKind::Opaque || ocpp::isXmlText(out)) return Outcome::Read;
  if (kind == TextKind::Name) return wrongValue(at, "a character that XML cannot carry");  // L-6
  out = ocpp::toXmlText(out);
  note(at, "characters that XML cannot carry replaced");
  return Outcome::Read;
}

}  // namespace ocpp_j
