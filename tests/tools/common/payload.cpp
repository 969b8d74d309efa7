// SPDX-License-Identifier: GPL-2.0-or-later
// Messages as JSON values for log, patterns and API: the visitor over describe().
#include <variant>

#include "ocpp/literals.h"
#include "ocpp_j/payload_writer.h"
#include "tests/tools/common/message.h"

namespace tool {

namespace {

template <class T>
Json valueOf(const T& value) {
  if constexpr (ocpp::IsOptional<T>::value) {
    return valueOf(*value);
  } else if constexpr (ocpp::IsList<T>::value) {
    Json out = Json::array();
    for (const auto& each : value) out.push_back(valueOf(each));
    return out;
  } else if constexpr (ocpp::IsDescribed<T>::value) {
    Json out = Json::object();
    T::describe(value, [&](const auto& field, const auto& member) {
      if (!ocpp_j::isAbsent(member)) out[std::string(field.name)] = valueOf(member);
    });
    return out;
  } else if constexpr (std::is_enum_v<T>) {
    return ocpp::word(value);  // also what only older versions say: Occupied, HashError
  } else if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, int>) {
    return value;
  } else if constexpr (std::is_same_v<T, ocpp::TransactionId>) {
    return value.value;
  } else if constexpr (std::is_same_v<T, ocpp::Decimal>) {
    return Json::parse(ocpp::formatDecimal(value));
  } else if constexpr (std::is_same_v<T, ocpp::DateTime>) {
    return ocpp::formatDateTime(value.at, ocpp::Fraction::IfNotZero);
  } else {
    return static_cast<const std::string&>(value);
  }
}

}  // namespace

Json payloadOf(const ocpp::Request& request) {
  return std::visit([](const auto& message) { return valueOf(message); },
                    static_cast<const ocpp::Request::Alternatives&>(request));
}

Json payloadOf(const ocpp::Response& response) {
  return std::visit([](const auto& message) { return valueOf(message); },
                    static_cast<const ocpp::Response::Alternatives&>(response));
}

}  // namespace tool
