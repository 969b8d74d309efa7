// SPDX-License-Identifier: GPL-2.0-or-later
// Messages to and from the classes that gSOAP generated: visitors over describe(), steered by which members exist.
//
// The generated classes hold every simple value as optional text (gen/value_types.pl), so what is required is decided
// here, by the type of our own member. Only shapes.h knows members by name.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "ocpp/describe.h"
#include "ocpp_s/leaf.h"
#include "ocpp_s/rules.h"

namespace ocpp_s {

template <class Ours, class Generated>
void readFields(Reader& reader, Generated& from, Ours& to);
template <class Ours, class Generated>
void writeFields(const Writer& writer, const Ours& from, Generated& to);

}  // namespace ocpp_s

#include "ocpp_s/shapes.h"

namespace ocpp_s {

template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};

// ---- reading

/// A simple value that must be there.
template <class Owner, class T>
void readRequired(Reader& reader, std::string_view name, std::optional<std::string>& from, T& to) {
  const bool empty = from && ocpp::trimmed(*from).empty();
  if (!from || empty) {
    if (const Substitute* instead = substitute<Owner>(name)) {
      reader.note(from ? Quirk::EmptyValue : Quirk::MissingValue, from ? "is empty" : "is missing");
      if (instead->text.empty()) return;
      from = std::string(instead->text);
    } else if (!from) {
      return reader.refuse("is missing");
    }
  }
  if (readValue(reader, *from, to, excessOf<Owner>)) return;
  if (readUnknown<Owner>(reader, *from, to)) return;
  reader.refuse("cannot be '" + *from + "'");
}

/// A simple value that may be absent: absent, nil and empty are the same, but for texts that may be empty (L-12, L-13).
template <class Owner, class T>
void readOptional(Reader& reader, std::optional<std::string>& from, std::optional<T>& to) {
  if (!from) return;
  if constexpr (IsText<T>::value) {
    if (from->empty() && !KeepsEmpty<T>::value) return;
  } else if (ocpp::trimmed(*from).empty()) {
    return reader.note(Quirk::EmptyValue, "is empty: read as absent");
  }
  T value{};
  if (readValue(reader, *from, value, excessOf<Owner>) || readUnknown<Owner>(reader, *from, value)) {
    to = std::move(value);
  } else if (reader.forgiving) {
    reader.note(Quirk::DroppedValue, "'" + *from + "' was dropped");  // ER-6: not refused for an optional part
  } else {
    reader.refuse("cannot be '" + *from + "'");
  }
}

/// An object that may be absent. Where the reader forgives, an unreadable one is absent, too.
template <class Generated, class T>
void readOptionalObject(Reader& reader, std::optional<Generated>& from, std::optional<T>& to) {
  if (!from) return;
  const bool before = reader.fault.has_value();
  readFields(reader, *from, to.emplace());
  if (!reader.forgiving || before || !reader.fault) return;
  reader.note(Quirk::DroppedValue, "was dropped: " + reader.fault->description);
  reader.fault.reset();
  to.reset();
}

template <class Owner, class Generated, class List>
void readList(Reader& reader, std::vector<Generated>& from, List& to) {
  using T = typename List::value_type;
  to.reserve(from.size());
  for (std::size_t i = 0; i < from.size(); ++i) {
    const At at(reader, {}, i);
    T each{};
    if constexpr (ocpp::IsDescribed<T>::value) {
      readFields(reader, from[i], each);
      if (keeps(reader, each)) to.push_back(std::move(each));
    } else {
      if (ocpp::trimmed(from[i]).empty()) continue;
      if (readValue(reader, from[i], each, excessOf<Owner>))
        to.push_back(std::move(each));
      else
        reader.note(Quirk::DroppedValue, "'" + from[i] + "' was dropped");
    }
  }
}

template <class Owner, class From, class T>
void readField(Reader& reader, std::string_view name, From& from, T& to) {
  const At at(reader, name);
  if constexpr (IsMeterData<T>::value) {
    readMeterData(reader, from, to);
  } else if constexpr (IsVector<From>::value) {
    readList<Owner>(reader, from, to);
  } else if constexpr (ocpp::IsOptional<T>::value) {
    if constexpr (ocpp::IsDescribed<typename T::value_type>::value)
      readOptionalObject(reader, from, to);
    else
      readOptional<Owner>(reader, from, to);
  } else if constexpr (ocpp::IsDescribed<T>::value) {
    if (from)
      readFields(reader, *from, to);
    else
      reader.refuse("is missing");
  } else {
    readRequired<Owner>(reader, name, from, to);
  }
}

template <class Ours, class Generated>
void readFields(Reader& reader, Generated& from, Ours& to) {
  Ours::describe(to, [&](const auto& field, auto& member) {
    if constexpr (std::is_invocable_v<decltype(field.reach), Generated&>)
      readField<Ours>(reader, field.name, field.reach(from), member);
    else if constexpr (std::is_invocable_v<decltype(field.reachOlder), Generated&>)
      readField<Ours>(reader, field.name, field.reachOlder(from), member);
  });
  complete(reader, to);
}

// ---- writing

template <class From, class T>
void writeField(const Writer& writer, std::string_view name, const From& from, T& to) {
  if constexpr (IsMeterData<From>::value) {
    writeMeterData(writer, from, to);
  } else if constexpr (ocpp::IsList<From>::value) {
    to.reserve(from.size());
    for (const auto& each : from) {
      if constexpr (ocpp::IsDescribed<typename From::value_type>::value)
        writeFields(writer, each, to.emplace_back());
      else
        to.push_back(writeValue(writer, each));
    }
  } else if constexpr (ocpp::IsOptional<From>::value) {
    if (!from) return;
    if constexpr (IsText<typename From::value_type>::value && !KeepsEmpty<typename From::value_type>::value) {
      if (from->empty()) return;  // L-13
    }
    if constexpr (ocpp::IsDescribed<typename From::value_type>::value) {
      writeFields(writer, *from, to.emplace());
    } else {
      std::string text = writeValue(writer, *from);
      if (std::is_enum_v<typename From::value_type> && text.empty()) return;  // no word in this version
      to = std::move(text);
    }
  } else if constexpr (ocpp::IsDescribed<From>::value) {
    writeFields(writer, from, to.emplace());
  } else {
    to = writeValue(writer, from);
    if (std::is_enum_v<From> && to->empty())
      throw std::logic_error(std::string(name) + " has no word for its value in this version of OCPP");
  }
}

template <class Ours, class Generated>
void writeFields(const Writer& writer, const Ours& from, Generated& to) {
  Ours::describe(from, [&](const auto& field, const auto& member) {
    if constexpr (std::is_invocable_v<decltype(field.reach), Generated&>)
      writeField(writer, field.name, member, field.reach(to));
    else if constexpr (std::is_invocable_v<decltype(field.reachOlder), Generated&>)
      writeField(writer, field.name, member, field.reachOlder(to));
  });
}

}  // namespace ocpp_s
