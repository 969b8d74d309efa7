// SPDX-License-Identifier: GPL-2.0-or-later
// Simple values of OCPP to and from the texts of XML elements.
#include "ocpp_s/leaf.h"

#include <cstdint>
#include <stdexcept>
#include <utility>

namespace ocpp_s {

std::string Reader::path() const {
  std::string whole;
  for (std::size_t i = 0; i < depth; ++i)
    whole.append("/").append(steps[i].name.empty() ? std::to_string(steps[i].index) : std::string(steps[i].name));
  return whole.empty() ? "/" : whole;
}

void Reader::note(Quirk quirk, std::string text) { notes.push_back({quirk, path(), std::move(text)}); }

void Reader::refuse(std::string_view text) {
  if (!fault) fault = ocpp::Fault{refusal, path() + " " + std::string(text)};
}

namespace {

bool isDigit(char c) { return c >= '0' && c <= '9'; }

/// xs:int has no fraction and no exponent (L-1).
template <class T>
bool readInteger(Reader& reader, const std::string& text, T& out) {
  const auto value = ocpp::parseInt32(text);
  if (!value) return false;
  out = *value;
  if (text.find_first_of(".eE") != text.npos) reader.note(Quirk::NumberForm, "'" + text + "' was read as a number");
  return true;
}

/// True for `2024-05-01T10:00:00`, with or without fraction and zone, as xs:dateTime has them.
bool isXsDateTime(std::string_view text) {
  constexpr std::string_view pattern = "0000-00-00T00:00:00";
  if (text.size() < pattern.size()) return false;
  for (std::size_t i = 0; i < pattern.size(); ++i)
    if (pattern[i] == '0' ? !isDigit(text[i]) : text[i] != pattern[i]) return false;
  text.remove_prefix(pattern.size());
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    if (text.empty() || !isDigit(text.front())) return false;
    while (!text.empty() && isDigit(text.front())) text.remove_prefix(1);
  }
  return text.empty() || text == "Z" || (text.size() == 6 && text[3] == ':');
}

}  // namespace

bool readValue(Reader& reader, std::string& text, int& out, Excess) { return readInteger(reader, text, out); }

bool readValue(Reader& reader, std::string& text, bool& out, Excess) {
  const std::string_view bare = ocpp::trimmed(text);
  auto value = ocpp::parseBoolean(bare);
  const bool usual = value && (bare.size() == 1 || bare.front() == 't' || bare.front() == 'f');
  if (!value && ocpp::equalFold(bare, "yes")) value = true;  // QUIRKS X13
  if (!value && ocpp::equalFold(bare, "no")) value = false;
  if (!value) return false;
  out = *value;
  if (!usual) reader.note(Quirk::NumberForm, "'" + text + "' was read as a boolean");
  return true;
}

bool readValue(Reader& reader, std::string& text, ocpp::DateTime& out, Excess) {
  const auto value = ocpp::parseDateTime(text);
  if (!value) return false;
  out = *value;
  if (!isXsDateTime(ocpp::trimmed(text))) reader.note(Quirk::TimeForm, "'" + text + "' was read as a time");
  return true;
}

bool readValue(Reader&, std::string& text, ocpp::Decimal& out, Excess) {
  const auto value = ocpp::parseDecimal(text);
  if (value) out = *value;
  return value.has_value();
}

bool readValue(Reader& reader, std::string& text, ocpp::TransactionId& out, Excess) {
  return readInteger(reader, text, out.value);
}

void readText(Reader& reader, std::string& text, std::string& out, bool trim, std::size_t limit, Excess excess) {
  if (trim) {
    const std::string_view bare = ocpp::trimmed(text);
    if (bare.size() != text.size()) text = std::string(bare);
  }
  if (!reader.plain && !ocpp::isXmlText(text)) {
    text = ocpp::toXmlText(text);
    reader.note(Quirk::BadCharacters, "characters that XML does not allow were replaced");
  }
  if (limit != 0 && text.size() > limit && ocpp::codePoints(text) > limit) {
    if (excess == Excess::KeepAll) {
      reader.note(Quirk::TooLong, "is longer than " + std::to_string(limit));
    } else {
      reader.note(Quirk::TooLong, "was cut to " + std::to_string(limit) + ": '" + text + "'");
      text = std::string(excess == Excess::KeepEnd ? ocpp::cutToEnd(text, limit) : ocpp::cutTo(text, limit));
    }
  }
  out = std::move(text);
}

bool readValue(Reader& reader, std::string& text, ocpp::IdToken& out, Excess) {
  readText(reader, text, out, true, ocpp::IdToken::limit, Excess::KeepAll);
  return true;
}

bool readValue(Reader& reader, std::string& text, ocpp::Uri& out, Excess) {
  readText(reader, text, out, true, 0, Excess::KeepAll);
  return true;
}

namespace {

// White space around a number is layout; around anything else it may be signed (MV-5).
void trimNumber(std::string& value) {
  const std::string_view bare = ocpp::trimmed(value);
  if (bare.size() != value.size() && ocpp::parseDecimal(bare)) value = std::string(bare);
}

// ER-6: false = there was a text, and it means nothing to us.
template <class E>
bool readAttribute(Reader& reader, std::string_view name, std::optional<std::string>* text, std::optional<E>& out) {
  if (text == nullptr || !*text || ocpp::trimmed(**text).empty()) return true;
  const At at(reader, name);
  E value{};
  if (readValue(reader, **text, value, Excess::KeepAll)) {
    out = value;
    return true;
  }
  reader.note(Quirk::UnknownWord, "unknown value '" + **text + "' was dropped");
  return false;
}

template <class E>
bool writeAttribute(const Writer& writer, const std::optional<E>& value, std::optional<std::string>* out) {
  if (!value || out == nullptr) return true;
  const std::string_view word = ocpp::write(*value, writer.encoding);
  if (word.empty()) return false;
  *out = std::string(word);
  return true;
}

}  // namespace

bool readSample(Reader& reader, const SampleTexts& texts, ocpp::SampledValue& out) {
  if (texts.value == nullptr || !*texts.value) {
    reader.note(Quirk::DroppedValue, "a sample without a value was dropped");
    return false;
  }
  readText(reader, **texts.value, out.value, false, 0, Excess::KeepAll);
  readAttribute(reader, "context", texts.context, out.context);
  readAttribute(reader, "format", texts.format, out.format);
  readAttribute(reader, "location", texts.location, out.location);
  readAttribute(reader, "unit", texts.unit, out.unit);
  trimNumber(out.value);
  // A sample of one phase must not become one of all phases.
  const bool known = readAttribute(reader, "measurand", texts.measurand, out.measurand) &&
                     readAttribute(reader, "phase", texts.phase, out.phase);
  if (!known) reader.note(Quirk::UnknownWord, "the sample was dropped");
  return known;
}

std::string writeValue(const Writer&, int value) { return std::to_string(value); }
std::string writeValue(const Writer&, bool value) { return value ? "true" : "false"; }
std::string writeValue(const Writer& writer, const ocpp::DateTime& value) {
  return ocpp::formatDateTime(value.at, writer.fraction);
}
std::string writeValue(const Writer&, ocpp::Decimal value) { return ocpp::formatDecimal(value); }

std::string writeValue(const Writer&, ocpp::TransactionId value) {
  if (value.value < INT32_MIN || value.value > INT32_MAX)
    throw std::logic_error("a transactionId beyond 32 bits cannot be written in SOAP (TX-2)");
  return std::to_string(value.value);
}

std::string writeValue(const Writer&, const std::string& value) {
  return ocpp::isXmlText(value) ? value : ocpp::toXmlText(value);
}

bool writeSample(const Writer& writer, const ocpp::SampledValue& value, const SampleTexts& out) {
  // Without these words the sample would say something else.
  if (!writeAttribute(writer, value.measurand, out.measurand) || !writeAttribute(writer, value.unit, out.unit) ||
      !writeAttribute(writer, value.location, out.location) || !writeAttribute(writer, value.phase, out.phase))
    return false;
  writeAttribute(writer, value.context, out.context);
  writeAttribute(writer, value.format, out.format);
  *out.value = writeValue(writer, value.value);
  return true;
}

}  // namespace ocpp_s
