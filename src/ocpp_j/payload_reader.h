// SPDX-License-Identifier: GPL-2.0-or-later
// The reading visitor over describe(): JSON to one message, with the path of everything tolerated or refused.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "ocpp/describe.h"
#include "ocpp/literals.h"
#include "ocpp/messages.h"
#include "ocpp/result.h"
#include "ocpp_j/codec.h"
#include "ocpp_j/json_tree.h"
#include "ocpp_j/payload_writer.h"

namespace ocpp_j {

/// One step of a path, on the stack of the reader: a member's name or the place in a list.
struct Step {
  const Step* up = nullptr;
  std::string_view name;
  std::size_t place = 0;
};

/// What became of a value.
enum class Outcome {
  Read,
  Absent,   ///< Reads as if it were not there, without a note.
  Dropped,  ///< Taken out with a note at the nearest optional field or list element; at the top it is a fault.
  Failed    ///< The message is refused.
};

/// The members of an object, found by name; cheapest when they come in the order of describe().
class Members {
 public:
  explicit Members(JsonValue object) : first_(object.first()), cursor_(first_), left_(object.size()) {}
  JsonValue find(std::string_view name);
  bool someLeft() const { return left_ > 0; }

 private:
  JsonValue first_;
  JsonValue cursor_;
  std::size_t left_;
};

class PayloadReader {
 public:
  /// `half` and `delivery` tell what lenient reading may repair or drop (see codec.h).
  PayloadReader(ReadMode mode, ocpp::Half half, ocpp::Delivery delivery, ocpp::ReadNotes& notes)
      : lenient_(mode == ReadMode::Lenient),
        repairing_(lenient_ && half == ocpp::Half::Response),
        forgiving_(repairing_ || (lenient_ && delivery == ocpp::Delivery::Queued)),
        notes_(notes) {}

  /// False: fault() says why.
  template <class M>
  bool message(JsonValue payload, M& message) {
    return object(payload, message, Step{}) == Outcome::Read;
  }
  ocpp::Fault fault() const;

 private:
  enum class TextKind { Free, Opaque, Name };

  Outcome failed(ocpp::FaultCode code, const Step& at, std::string text);
  Outcome missing(const Step& at) { return failed(ocpp::FaultCode::OccurenceConstraintViolation, at, "missing"); }
  Outcome wrongType(const Step& at, const char* wanted);
  Outcome wrongValue(const Step& at, std::string text) {
    return failed(ocpp::FaultCode::PropertyConstraintViolation, at, std::move(text));
  }
  void note(const Step& at, std::string text);
  /// Turns the last failure into a note.
  void absorb(const char* remedy);

  bool isAbsent(JsonValue v) const { return !v || (lenient_ && v.type() == JsonType::Null); }
  bool isEmptyText(JsonValue v) const { return v.type() == JsonType::Text && v.text().empty(); }

  Outcome whole(JsonValue v, std::int64_t& out, const Step& at);
  Outcome leaf(JsonValue v, int& out, const Step& at);
  Outcome leaf(JsonValue v, bool& out, const Step& at);
  Outcome leaf(JsonValue v, ocpp::TransactionId& out, const Step& at) { return whole(v, out.value, at); }
  Outcome leaf(JsonValue v, ocpp::Decimal& out, const Step& at);
  Outcome leaf(JsonValue v, ocpp::DateTime& out, const Step& at);
  Outcome text(JsonValue v, std::string& out, std::size_t limit, TextKind kind, const Step& at);
  void unknownMember(std::string_view name, const Step& at);

  template <class T>
  Outcome leaf(JsonValue v, T& out, const Step& at);
  template <class E>
  Outcome enumeration(JsonValue v, E& out, const Step& at);
  template <class E>
  Outcome unknownWord(std::string_view word, E& out, const Step& at);
  template <class T>
  Outcome value(JsonValue v, T& out, const Step& at);
  template <class T>
  Outcome optional(JsonValue v, std::optional<T>& out, const Step& at);
  template <class T>
  Outcome required(JsonValue v, T& out, const Step& at);
  template <class T>
  Outcome list(JsonValue v, T& out, const Step& at);
  template <class T>
  Outcome emptyList(const T& out, const Step& at);
  template <class T>
  Outcome object(JsonValue v, T& out, const Step& at);
  template <class T>
  void unknownMembers(JsonValue v, const T& out, const Step& at);

  const bool lenient_;
  const bool repairing_;  ///< A response, read leniently.
  const bool forgiving_;  ///< That, or a transaction message: optional fields are never worth a refusal.
  ocpp::ReadNotes& notes_;
  ocpp::FaultCode code_{};
  std::string path_;
  std::string text_;
  std::string unknownErrorCode_;  ///< ER-6: goes into StatusNotification.info.
};

/// Attributes of a sample that are dropped when their word is unknown (ER-6).
template <class E>
constexpr bool isMeteringAttribute =
    std::is_same_v<E, ocpp::ReadingContext> || std::is_same_v<E, ocpp::Location> || std::is_same_v<E, ocpp::Phase> ||
    std::is_same_v<E, ocpp::UnitOfMeasure> || std::is_same_v<E, ocpp::ValueFormat>;

template <class E>
Outcome PayloadReader::unknownWord(std::string_view word, E& out, const Step& at) {
  if constexpr (std::is_same_v<E, ocpp::UnitOfMeasure>)
    if (ocpp::equalFold(word, "Hertz"))
      return Outcome::Absent;  // section 2.9: known to one schema, implied by Frequency
  const Outcome refused = wrongValue(at, "unknown word " + std::string(ocpp::cutTo(word, 40)));
  if (!lenient_) return refused;
  if constexpr (isMeteringAttribute<E> || std::is_same_v<E, ocpp::Measurand>) return Outcome::Dropped;
  if constexpr (std::is_same_v<E, ocpp::Reason>) {
    out = E::Other;
    absorb("read as Other");
    return Outcome::Read;
  }
  if constexpr (std::is_same_v<E, ocpp::ChargePointErrorCode>) {
    out = E::OtherError;
    unknownErrorCode_ = word;
    absorb("read as OtherError");
    return Outcome::Read;
  }
  return refused;
}

template <class E>
Outcome PayloadReader::enumeration(JsonValue v, E& out, const Step& at) {
  if (v.type() != JsonType::Text) return wrongType(at, "string");
  const auto read = ocpp::read<E>(v.text(), ocpp::Encoding::Json16);
  if (!read || (!lenient_ && read->match != ocpp::Match::Exact)) return unknownWord(v.text(), out, at);
  out = read->value;
  if (ocpp::write(out, ocpp::Encoding::Json16).empty()) return unknownWord(v.text(), out, at);
  if (read->match != ocpp::Match::Exact) note(at, "read as " + std::string(ocpp::word(out)));
  return Outcome::Read;
}

template <class T>
Outcome PayloadReader::leaf(JsonValue v, T& out, const Step& at) {
  if constexpr (std::is_enum_v<T>) {
    return enumeration(v, out, at);
  } else {
    constexpr TextKind kind = IsFreeText<T>::value ? TextKind::Free
                              : IsOpaque<T>::value ? TextKind::Opaque
                                                   : TextKind::Name;
    return text(v, out, T::limit, kind, at);
  }
}

template <class T>
Outcome PayloadReader::value(JsonValue v, T& out, const Step& at) {
  if (v.duplicated()) note(at, "given twice, the last one counts");
  if constexpr (ocpp::IsDescribed<T>::value)
    return object(v, out, at);
  else
    return leaf(v, out, at);
}

template <class T>
Outcome PayloadReader::optional(JsonValue v, std::optional<T>& out, const Step& at) {
  out.reset();
  if (isAbsent(v)) return Outcome::Read;
  if constexpr (!IsOpaque<T>::value)
    if (lenient_ && isEmptyText(v)) return Outcome::Read;  // L-13
  const Outcome outcome = value(v, out.emplace(), at);
  if constexpr (emptyIsAbsent<T>)
    if (out->empty()) out.reset();
  if (outcome == Outcome::Read) return outcome;
  out.reset();
  if (outcome == Outcome::Absent) return Outcome::Read;
  if constexpr (std::is_same_v<T, ocpp::Measurand>) return lenient_ ? Outcome::Dropped : outcome;
  if (outcome == Outcome::Failed && !forgiving_) return outcome;
  absorb("left out");
  return Outcome::Read;
}

template <class T>
Outcome PayloadReader::required(JsonValue v, T& out, const Step& at) {
  const Outcome outcome = isAbsent(v) ? missing(at) : value(v, out, at);
  const bool nested = at.up->up != nullptr;
  if (outcome != Outcome::Failed || !repairing_ || (nested && !std::is_same_v<T, bool>)) return outcome;
  if constexpr (std::is_same_v<T, int> || std::is_same_v<T, bool> || std::is_same_v<T, ocpp::DateTime>) {
    out = T{};
    absorb("default taken");
    return Outcome::Read;
  }
  return outcome;
}

template <class T>
Outcome PayloadReader::emptyList(const T&, const Step& at) {
  if constexpr (ocpp::IsAtLeastOne<T>::value) {
    const Outcome refused = failed(ocpp::FaultCode::OccurenceConstraintViolation, at, "empty");
    if constexpr (std::is_same_v<T, ocpp::AtLeastOne<ocpp::SampledValue>>) return Outcome::Dropped;
    return refused;
  }
  static_cast<void>(at);
  return Outcome::Read;
}

template <class T>
Outcome PayloadReader::list(JsonValue v, T& out, const Step& at) {
  constexpr bool atLeastOne = ocpp::IsAtLeastOne<T>::value;
  constexpr bool samples = std::is_same_v<T, ocpp::AtLeastOne<ocpp::SampledValue>>;
  out.clear();
  if (isAbsent(v)) {
    if constexpr (!atLeastOne) return Outcome::Read;
    const Outcome refused = missing(at);
    return samples && lenient_ ? Outcome::Dropped : refused;
  }
  if (v.duplicated()) note(at, "given twice, the last one counts");
  if (v.type() != JsonType::Array) {
    const Outcome refused = wrongType(at, "array");
    if (atLeastOne || !forgiving_) return refused;
    absorb("left out");
    return Outcome::Read;
  }
  if (v.size() == 0) return emptyList(out, at);
  out.reserve(v.size());
  Step step{&at, {}, 0};
  for (JsonValue each = v.first(); each; each = each.next(), ++step.place) {
    const Outcome outcome = value(each, out.emplace_back(), step);
    if (outcome == Outcome::Read) continue;
    out.pop_back();
    const bool droppable = outcome == Outcome::Dropped ? lenient_ || !atLeastOne : forgiving_ && !atLeastOne;
    if (!droppable) return Outcome::Failed;
    absorb("left out");
  }
  return samples && out.empty() ? emptyList(out, at) : Outcome::Read;
}

template <class T>
void PayloadReader::unknownMembers(JsonValue v, const T& out, const Step& at) {
  for (JsonValue each = v.first(); each; each = each.next()) {
    bool known = false;
    T::describe(out, [&](const auto& field, const auto&) {
      known = known || field.name == each.key() || (lenient_ && field.older == each.key());
    });
    if (!known) unknownMember(each.key(), at);
  }
}

template <class T>
Outcome PayloadReader::object(JsonValue v, T& out, const Step& at) {
  const bool emptyArray = lenient_ && v.type() == JsonType::Array && v.size() == 0;
  const bool nothing = isAbsent(v) || emptyArray;  // G-7; [] is how some languages write an empty map
  if (emptyArray) note(at, "[] read as {}");
  if (!nothing && v.type() != JsonType::Object) return wrongType(at, "object");
  Members members(nothing ? JsonValue() : v);
  Outcome outcome = Outcome::Read;
  T::describe(out, [&](const auto& field, auto& member) {
    using Member = std::remove_reference_t<decltype(member)>;
    if (outcome != Outcome::Read) return;
    const Step step{&at, field.name, 0};
    JsonValue found = members.find(field.name);
    if (!found && lenient_ && !field.older.empty()) {  // peers mix up interval and heartbeatInterval (section 4.1)
      found = members.find(field.older);
      if (found) note(step, "found as " + std::string(field.older));
    }
    if constexpr (ocpp::IsOptional<Member>::value)
      outcome = optional(found, member, step);
    else if constexpr (ocpp::IsList<Member>::value)
      outcome = list(found, member, step);
    else
      outcome = required(found, member, step);
    if constexpr (std::is_same_v<T, ocpp::StartTransaction::Response> && std::is_same_v<Member, ocpp::IdTagInfo>)
      if (outcome == Outcome::Failed && repairing_) {  // section 7.2: never lose a transactionId
        member = ocpp::IdTagInfo{};
        member.status = ocpp::AuthorizationStatus::Invalid;
        absorb("read as Invalid");
        outcome = Outcome::Read;
      }
  });
  if constexpr (std::is_same_v<T, ocpp::StatusNotification::Request>)
    if (!unknownErrorCode_.empty() && !out.info)  // ER-6
      out.info.emplace(std::string(ocpp::cutTo(ocpp::toXmlText(unknownErrorCode_), 50)));
  if (outcome == Outcome::Read && members.someLeft()) {
    unknownMembers(v, out, at);
    if (!lenient_) return Outcome::Failed;
  }
  return outcome;
}

}  // namespace ocpp_j
