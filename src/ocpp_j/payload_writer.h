// SPDX-License-Identifier: GPL-2.0-or-later
// The writing visitor over describe(): one message to JSON.
#pragma once

#include <charconv>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "ocpp/describe.h"
#include "ocpp/literals.h"
#include "ocpp/text.h"
#include "ocpp/time.h"
#include "ocpp/values.h"
#include "ocpp_j/json_text.h"

namespace ocpp_j {

template <class T>
struct IsFreeText : std::false_type {};
template <std::size_t Max>
struct IsFreeText<ocpp::Text<Max>> : std::true_type {};
template <class T>
struct IsOpaque : std::false_type {};
template <std::size_t Max>
struct IsOpaque<ocpp::Opaque<Max>> : std::true_type {};

/// True for the types of which "" is no value when they are optional (L-13).
template <class T>
constexpr bool emptyIsAbsent = std::is_base_of_v<std::string, T> && !IsOpaque<T>::value;

inline void appendInteger(std::string& out, std::int64_t value) {
  char digits[24];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, value).ptr);
}

template <class T>
void appendValue(std::string& out, const T& value);

template <class T>
void appendLeaf(std::string& out, const T& value) {
  if constexpr (std::is_enum_v<T>) {
    const std::string_view word = ocpp::write(value, ocpp::Encoding::Json16);
    if (word.empty()) throw std::logic_error("no OCPP-J word for " + std::string(ocpp::word(value)));
    out.append("\"").append(word).append("\"");
  } else if constexpr (std::is_same_v<T, bool>) {
    out += value ? "true" : "false";
  } else if constexpr (std::is_same_v<T, int>) {
    appendInteger(out, value);
  } else if constexpr (std::is_same_v<T, ocpp::TransactionId>) {
    appendInteger(out, value.value);
  } else if constexpr (std::is_same_v<T, ocpp::Decimal>) {
    out += ocpp::formatDecimal(value);  // L-9
  } else if constexpr (std::is_same_v<T, ocpp::DateTime>) {
    out.append("\"").append(ocpp::formatDateTime(value.at, ocpp::Fraction::IfNotZero)).append("\"");  // L-11
  } else {
    appendText(out, value, T::limit);
  }
}

/// True when the member is left out of its object.
template <class T>
bool isAbsent(const T& member) {
  if constexpr (ocpp::IsOptional<T>::value) {
    if (!member) return true;
    if constexpr (emptyIsAbsent<typename T::value_type>) return member->empty();
    return false;
  } else if constexpr (ocpp::IsList<T>::value && !ocpp::IsAtLeastOne<T>::value) {
    return member.empty();  // G-7
  } else {
    return false;
  }
}

template <class T>
void appendObject(std::string& out, const T& object) {
  char before = '{';
  T::describe(object, [&](const auto& field, const auto& member) {
    if (isAbsent(member)) return;
    out.append(1, before).append(1, '"').append(field.name).append("\":");
    before = ',';
    appendValue(out, member);
  });
  out += before == '{' ? "{}" : "}";
}

template <class T>
void appendValue(std::string& out, const T& value) {
  if constexpr (ocpp::IsOptional<T>::value) {
    appendValue(out, *value);
  } else if constexpr (ocpp::IsList<T>::value) {
    char before = '[';
    for (const auto& each : value) {
      out += before;
      before = ',';
      appendValue(out, each);
    }
    out += before == '[' ? "[]" : "]";
  } else if constexpr (ocpp::IsDescribed<T>::value) {
    appendObject(out, value);
  } else {
    appendLeaf(out, value);
  }
}

}  // namespace ocpp_j
