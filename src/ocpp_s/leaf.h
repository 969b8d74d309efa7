// SPDX-License-Identifier: GPL-2.0-or-later
// Simple values of OCPP to and from the texts of XML elements, with the lexical rules L-1..L-14 and their notes.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "ocpp/describe.h"
#include "ocpp/literals.h"
#include "ocpp/result.h"
#include "ocpp/shared/meter_value.h"
#include "ocpp/text.h"
#include "ocpp/time.h"
#include "ocpp/values.h"
#include "ocpp/version.h"
#include "ocpp_s/quirks.h"

namespace ocpp_s {

/// One part of where the reader stands; made into text only when somebody asks.
struct Step {
  std::string_view name;
  std::size_t index = 0;  ///< Used when name is "".
};

/// What reading a body shares: how the version spells, what was noted, and the first refusal.
struct Reader {
  ocpp::Encoding encoding{};
  ocpp::FaultCode refusal = ocpp::FaultCode::ProtocolError;
  bool forgiving = false;  ///< Optional parts never refuse this message (ER-6): transactions, and the status.
  bool plain = false;      ///< Texts need no check for characters (L-6).
  bool lossy = false;      ///< A part was dropped or flattened that the second reader might keep.
  Notes notes;
  std::optional<ocpp::Fault> fault;
  std::string unknownErrorCode;  ///< StatusNotification.errorCode that has no literal (ER-6).
  std::array<Step, 12> steps{};  ///< Deeper than any message of OCPP 1.x.
  std::size_t depth = 0;

  /// Where the reader stands: `/meterValue/0/unit`.
  std::string path() const;
  void note(Quirk quirk, std::string text);
  /// Keeps the first refusal; names the element.
  void refuse(std::string_view text);
};

/// Enters a field or list element for the life of the object.
class At {
 public:
  At(Reader& reader, std::string_view name, std::size_t index = 0) : reader_(reader) {
    reader_.steps[reader_.depth++] = {name, index};
  }
  ~At() { --reader_.depth; }
  At(const At&) = delete;
  At& operator=(const At&) = delete;

 private:
  Reader& reader_;
};

/// What happens to a text beyond its limit (L-7): its start or end is kept, or all of it (the session refuses).
enum class Excess { KeepStart, KeepEnd, KeepAll };

/// Each reads the text of an element and returns false when it is no such value; the caller refuses or drops.
/// Texts are moved from.
bool readValue(Reader& reader, std::string& text, int& out, Excess);                  // L-1
bool readValue(Reader& reader, std::string& text, bool& out, Excess);                 // L-2
bool readValue(Reader& reader, std::string& text, ocpp::DateTime& out, Excess);       // L-11
bool readValue(Reader& reader, std::string& text, ocpp::Decimal& out, Excess);        // L-9
bool readValue(Reader& reader, std::string& text, ocpp::TransactionId& out, Excess);  // L-1
/// Text as the version had it, with legal characters (L-6); trimmed when asked (L-4); cut to `limit` (L-7).
void readText(Reader& reader, std::string& text, std::string& out, bool trim, std::size_t limit, Excess excess);

template <std::size_t Max>
bool readValue(Reader& reader, std::string& text, ocpp::Text<Max>& out, Excess excess) {
  readText(reader, text, out, false, Max, excess);
  return true;
}
template <std::size_t Max>
bool readValue(Reader& reader, std::string& text, ocpp::Opaque<Max>& out, Excess) {
  readText(reader, text, out, false, Max, Excess::KeepAll);
  return true;
}
template <std::size_t Max>
bool readValue(Reader& reader, std::string& text, ocpp::Key<Max>& out, Excess) {
  readText(reader, text, out, true, Max, Excess::KeepAll);
  return true;
}
bool readValue(Reader& reader, std::string& text, ocpp::IdToken& out, Excess);  // L-8: too long is kept, noted
bool readValue(Reader& reader, std::string& text, ocpp::Uri& out, Excess);

/// Enumerations by their literal table (L-5).
template <class E, class = std::enable_if_t<std::is_enum_v<E>>>
bool readValue(Reader& reader, std::string& text, E& out, Excess) {
  const auto found = ocpp::read<E>(text, reader.encoding);
  if (!found) return false;
  if (found->match == ocpp::Match::Lenient)
    reader.note(Quirk::WordForm, "'" + text + "' was read as " + std::string(ocpp::word(found->value)));
  out = found->value;
  return true;
}

/// True for texts of which "" is a value (L-13).
template <class T>
struct KeepsEmpty : std::false_type {};
template <std::size_t Max>
struct KeepsEmpty<ocpp::Opaque<Max>> : std::true_type {};

template <class T>
struct IsText : std::is_base_of<std::string, T> {};

/// The texts of one reading of a meter, in whatever shape the version has it.
struct SampleTexts {
  std::optional<std::string>* value = nullptr;
  std::optional<std::string>* context = nullptr;
  std::optional<std::string>* format = nullptr;
  std::optional<std::string>* measurand = nullptr;
  std::optional<std::string>* phase = nullptr;
  std::optional<std::string>* location = nullptr;
  std::optional<std::string>* unit = nullptr;
};
/// ER-6: attributes of unknown meaning are dropped; without value, or with an unknown measurand or phase, the sample is
/// (false). Never refuses.
bool readSample(Reader& reader, const SampleTexts& texts, ocpp::SampledValue& out);

/// What writing a body shares.
struct Writer {
  ocpp::Encoding encoding{};
  ocpp::Fraction fraction = ocpp::Fraction::None;  ///< Of every dateTime (L-11).
};

std::string writeValue(const Writer&, int value);
std::string writeValue(const Writer&, bool value);
std::string writeValue(const Writer&, const ocpp::DateTime& value);
std::string writeValue(const Writer&, ocpp::Decimal value);
std::string writeValue(const Writer&, ocpp::TransactionId value);
std::string writeValue(const Writer&, const std::string& value);  // L-6
/// "" when the version has no word.
template <class E, class = std::enable_if_t<std::is_enum_v<E>>>
std::string writeValue(const Writer& writer, E value) {
  return std::string(ocpp::write(value, writer.encoding));
}

/// The texts of a sample; false when the version cannot say what was measured (translation 2.9: the sample is dropped).
bool writeSample(const Writer& writer, const ocpp::SampledValue& value, const SampleTexts& out);

}  // namespace ocpp_s
