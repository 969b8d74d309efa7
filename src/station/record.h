// SPDX-License-Identifier: GPL-2.0-or-later
// Records: any struct with a describe() as bytes that survive a power cut, and back; damaged bytes give nothing.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "ocpp/describe.h"
#include "ocpp/literals.h"
#include "ocpp/text.h"
#include "ocpp/time.h"
#include "ocpp/values.h"

namespace station {

template <class T, class = void>
struct HasLiterals : std::false_type {};
template <class T>
struct HasLiterals<T, std::void_t<decltype(ocpp::Literals<T>::rows)>> : std::true_type {};

/// Writes values one behind the other: text as `length:bytes`, `+` or `-` before an optional value, `#count:` before a
/// list. Enumerations are their words in 1.6-J, so that a record outlives a change of enumerators.
class RecordWriter {
 public:
  template <class T>
  void value(const T& from) {
    if constexpr (ocpp::IsOptional<T>::value) {
      text_ += from ? '+' : '-';
      if (from) value(*from);
    } else if constexpr (ocpp::IsList<T>::value) {
      text_ += '#' + std::to_string(from.size()) + ':';
      for (const auto& each : from) value(each);
    } else if constexpr (ocpp::IsDescribed<T>::value) {
      T::describe(from, [&](const auto&, const auto& member) { value(member); });
    } else {
      leaf(from);
    }
  }
  std::string take() { return std::move(text_); }

 private:
  template <class T>
  void leaf(const T& from) {
    if constexpr (std::is_base_of_v<std::string, T>)
      bytes(from);
    else if constexpr (HasLiterals<T>::value)
      bytes(ocpp::write(from, ocpp::Encoding::Json16));
    else if constexpr (std::is_same_v<T, ocpp::DateTime>)
      bytes(std::to_string(from.at.time_since_epoch().count()) + (from.zoned ? 'Z' : 'L'));
    else if constexpr (std::is_same_v<T, ocpp::TransactionId>)
      bytes(std::to_string(from.value));
    else if constexpr (std::is_same_v<T, ocpp::Decimal>)
      bytes(std::to_string(from.tenths));
    else
      bytes(std::to_string(static_cast<std::int64_t>(from)));
  }
  void bytes(std::string_view from) {
    text_ += std::to_string(from.size()) + ':';
    text_ += from;
  }
  std::string text_;
};

class RecordReader {
 public:
  explicit RecordReader(std::string_view text) : rest_(text) {}

  template <class T>
  bool value(T& to) {
    if constexpr (ocpp::IsOptional<T>::value) {
      const auto sign = next();
      if (sign == '-') return to.reset(), true;
      return sign == '+' && value(to.emplace());
    } else if constexpr (ocpp::IsList<T>::value) {
      std::int64_t count = 0;
      // Every element takes a byte at least, so that a damaged count cannot ask for much memory.
      if (next() != '#' || !number(count) || count < 0 || count > std::int64_t(rest_.size())) return false;
      to.resize(static_cast<std::size_t>(count));
      for (auto& each : to)
        if (!value(each)) return false;
      return true;
    } else if constexpr (ocpp::IsDescribed<T>::value) {
      bool good = true;
      T::describe(to, [&](const auto&, auto& member) { good = good && value(member); });
      return good;
    } else {
      return leaf(to);
    }
  }
  bool atEnd() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }

 private:
  char next() {
    if (rest_.empty()) return 0;
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }
  bool number(std::int64_t& to) {
    const std::size_t colon = rest_.substr(0, 20).find(':');
    if (colon == std::string_view::npos) return false;
    const auto read = ocpp::parseInteger(rest_.substr(0, colon));
    rest_.remove_prefix(colon + 1);
    return read && (to = *read, true);
  }
  bool bytes(std::string_view& to) {
    std::int64_t length = 0;
    if (!number(length) || length < 0 || length > std::int64_t(rest_.size())) return false;
    to = rest_.substr(0, static_cast<std::size_t>(length));
    rest_.remove_prefix(to.size());
    return true;
  }
  template <class T>
  bool leaf(T& to) {
    std::string_view text;
    if (!bytes(text)) return false;
    if constexpr (std::is_base_of_v<std::string, T>) {
      to = T(std::string(text));
      return true;
    } else if constexpr (HasLiterals<T>::value) {
      const auto read = ocpp::read<T>(text, ocpp::Encoding::Json16);
      return read && (to = read->value, true);
    } else {
      return whole(text, to);
    }
  }
  template <class T>
  static bool whole(std::string_view text, T& to) {
    bool zoned = true;
    if constexpr (std::is_same_v<T, ocpp::DateTime>) {
      if (text.empty()) return false;
      zoned = text.back() == 'Z';
      text.remove_suffix(1);
    }
    const auto read = ocpp::parseInteger(text);
    if (!read) return false;
    if constexpr (std::is_same_v<T, ocpp::DateTime>)
      to = {ocpp::Instant(ocpp::Duration(*read)), zoned};
    else if constexpr (std::is_same_v<T, ocpp::TransactionId>)
      to = {*read};
    else if constexpr (std::is_same_v<T, ocpp::Decimal>)
      to = {*read};
    else
      to = static_cast<T>(*read);
    return true;
  }
  std::string_view rest_;
};

template <class T>
std::string toRecord(const T& value) {
  RecordWriter writer;
  writer.value(value);
  return writer.take();
}

/// Nothing if the text is not such a record, whole.
template <class T>
std::optional<T> fromRecord(std::string_view text) {
  RecordReader reader(text);
  T value{};
  if (!reader.value(value) || !reader.atEnd()) return std::nullopt;
  return value;
}

}  // namespace station
