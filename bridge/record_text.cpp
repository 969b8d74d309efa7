// SPDX-License-Identifier: GPL-2.0-or-later
// Two visitors over describe(): one appends JSON, one walks a parsed tree.
#include "bridge/record_text.h"

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <type_traits>

#include "ocpp/describe.h"
#include "ocpp/literals.h"
#include "ocpp_j/json_text.h"

namespace bridge {

namespace {

using nlohmann::json;

constexpr ocpp::Instant year0{ocpp::Duration(-62'167'219'200'000)}, year10000{ocpp::Duration(253'402'300'800'000)};

void append(std::string& out, const ocpp::DateTime& value) {
  if (value.at < year0 || value.at >= year10000) {  // a moment that dateTime text cannot carry
    out += std::to_string(value.at.time_since_epoch().count());
    return;
  }
  std::string text = ocpp::formatDateTime(value.at, ocpp::Fraction::IfNotZero);
  if (!value.zoned) text.pop_back();  // without Z: the charger's own reading
  out.append("\"").append(text).append("\"");
}

template <class T>
void append(std::string& out, const T& value) {
  if constexpr (ocpp::IsOptional<T>::value) {
    append(out, *value);
  } else if constexpr (ocpp::IsList<T>::value) {
    char before = '[';
    for (const auto& each : value) {
      out += before;
      before = ',';
      append(out, each);
    }
    out += before == '[' ? "[]" : "]";
  } else if constexpr (ocpp::IsDescribed<T>::value) {
    char before = '{';
    T::describe(value, [&](const auto& field, const auto& member) {
      if constexpr (ocpp::IsOptional<std::decay_t<decltype(member)>>::value)
        if (!member) return;
      out.append(1, before).append(1, '"').append(field.name).append("\":");
      before = ',';
      append(out, member);
    });
    out += before == '{' ? "{}" : "}";
  } else if constexpr (std::is_enum_v<T>) {
    out.append("\"").append(ocpp::word(value)).append("\"");
  } else if constexpr (std::is_same_v<T, bool>) {
    out += value ? "true" : "false";
  } else if constexpr (std::is_same_v<T, int>) {
    out += std::to_string(value);
  } else if constexpr (std::is_same_v<T, ocpp::TransactionId>) {
    out += std::to_string(value.value);
  } else if constexpr (std::is_same_v<T, ocpp::Decimal>) {
    out.append("\"").append(ocpp::formatDecimal(value)).append("\"");  // as text: no double in between
  } else {
    ocpp_j::appendText(out, value, 0);
  }
}

template <class M>
std::string write(const M& message) {
  std::string out;
  append(out, message);
  return out;
}

[[noreturn]] void refuse(std::string_view where) {
  throw std::runtime_error("unreadable value of " + std::string(where));
}

const std::string& textOf(const json& value, std::string_view where) {
  if (!value.is_string()) refuse(where);
  return value.get_ref<const std::string&>();
}

void read(const json& value, ocpp::DateTime& out, std::string_view where) {
  if (value.is_number_integer()) {
    out.at = ocpp::Instant(ocpp::Duration(value.get<std::int64_t>()));
    return;
  }
  const auto parsed = ocpp::parseDateTime(textOf(value, where));
  if (!parsed) refuse(where);
  out = *parsed;
}

template <class E>
void readWord(const std::string& text, E& out, std::string_view where) {
  for (const auto& row : ocpp::Literals<E>::rows)
    if (ocpp::word(row.value) == text) {
      out = row.value;
      return;
    }
  refuse(where);
}

template <class T>
void read(const json& value, T& out, std::string_view where) {
  if constexpr (ocpp::IsOptional<T>::value) {
    read(value, out.emplace(), where);
  } else if constexpr (ocpp::IsList<T>::value) {
    if (!value.is_array()) refuse(where);
    for (const json& each : value) read(each, out.emplace_back(), where);
  } else if constexpr (ocpp::IsDescribed<T>::value) {
    if (!value.is_object()) refuse(where);
    T::describe(out, [&](const auto& field, auto& member) {
      const auto found = value.find(field.name);
      if (found != value.end())
        read(*found, member, field.name);
      else if (!ocpp::IsOptional<std::decay_t<decltype(member)>>::value)
        refuse(field.name);
    });
  } else if constexpr (std::is_enum_v<T>) {
    readWord(textOf(value, where), out, where);
  } else if constexpr (std::is_same_v<T, bool>) {
    if (!value.is_boolean()) refuse(where);
    out = value.get<bool>();
  } else if constexpr (std::is_same_v<T, int>) {
    if (!value.is_number_integer()) refuse(where);
    out = value.get<int>();
  } else if constexpr (std::is_same_v<T, ocpp::TransactionId>) {
    if (!value.is_number_integer()) refuse(where);
    out.value = value.get<std::int64_t>();
  } else if constexpr (std::is_same_v<T, ocpp::Decimal>) {
    const auto parsed = ocpp::parseDecimal(textOf(value, where));
    if (!parsed) refuse(where);
    out = *parsed;
  } else {
    static_cast<std::string&>(out) = textOf(value, where);
  }
}

json parse(std::string_view text) {
  json tree = json::parse(text, nullptr, false);
  if (tree.is_discarded()) throw std::runtime_error("not JSON");
  return tree;
}

template <std::size_t I = 0>
ocpp::Request readAction(std::string_view action, const json& tree) {
  if constexpr (I < ocpp::actionCount) {
    if (ocpp::Actions::names[I] != action) return readAction<I + 1>(action, tree);
    std::variant_alternative_t<I, ocpp::Request::Alternatives> message;
    read(tree, message, action);
    return ocpp::Request(std::in_place_index<I>, std::move(message));
  } else {
    throw std::runtime_error("unknown action " + std::string(action));
  }
}

template <class M>
void readWhole(std::string_view text, M& message) {
  M fresh;
  read(parse(text), fresh, "the record");
  message = std::move(fresh);
}

}  // namespace

std::string recordText(const ocpp::Request& request) {
  return std::visit([](const auto& each) { return write(each); }, request);
}
std::string recordText(const ocpp::IdTagInfo& info) { return write(info); }
std::string recordText(const ocpp::StatusNotification::Request& status) { return write(status); }
std::string recordText(const ocpp::BootNotification::Request& boot) { return write(boot); }

ocpp::Request readRequestText(std::string_view action, std::string_view text) {
  return readAction(action, parse(text));
}
void readRecordText(std::string_view text, ocpp::IdTagInfo& info) { readWhole(text, info); }
void readRecordText(std::string_view text, ocpp::StatusNotification::Request& status) { readWhole(text, status); }
void readRecordText(std::string_view text, ocpp::BootNotification::Request& boot) { readWhole(text, boot); }

}  // namespace bridge
