// SPDX-License-Identifier: GPL-2.0-or-later
// Random legal values for any described message, and a readable text of a message by which two are compared.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "ocpp/literals.h"
#include "ocpp/messages.h"

namespace test {

template <class T>
struct IsText : std::false_type {};
template <std::size_t Max>
struct IsText<ocpp::Text<Max>> : std::true_type {};
template <class T>
struct IsOpaque : std::false_type {};
template <std::size_t Max>
struct IsOpaque<ocpp::Opaque<Max>> : std::true_type {};
template <class T>
struct IsKey : std::false_type {};
template <std::size_t Max>
struct IsKey<ocpp::Key<Max>> : std::true_type {};

/// Makes messages that `encoding` can carry without loss: the same seed makes the same messages.
/// Enumerators are those the encoding has; an optional enumeration without any stays absent. Texts hold at most their
/// limit of code points: letters, quotes, XML specials, tab, line feed, carriage return and letters of two to four
/// bytes. Milliseconds and transaction ids beyond int32 come in OCPP-J only. OCPP 1.2 meter values are one bare whole
/// number.
class RandomMessages {
 public:
  RandomMessages(unsigned seed, ocpp::Encoding encoding) : engine_(seed), encoding_(encoding) {}

  template <class M>
  M make() {
    M message;
    fill(message);
    return message;
  }
  /// A request (response) of the action at that place of ocpp::Actions.
  ocpp::Request request(std::size_t action) { return alternative<ocpp::Request>(action); }
  ocpp::Response response(std::size_t action) { return alternative<ocpp::Response>(action); }

  /// A whole number of [low, high].
  std::int64_t number(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(engine_);
  }

 private:
  static constexpr std::int64_t int32Min = INT32_MIN;
  static constexpr std::int64_t int32Max = INT32_MAX;

  bool coin() { return number(0, 1) == 1; }
  bool oneIn(int n) { return number(1, n) == 1; }

  template <class Payload, std::size_t I = 0>
  Payload alternative(std::size_t action) {
    if constexpr (I < std::variant_size_v<typename Payload::Alternatives>) {
      if (I == action)
        return Payload(std::in_place_index<I>, make<std::variant_alternative_t<I, typename Payload::Alternatives>>());
      return alternative<Payload, I + 1>(action);
    }
    return Payload();
  }

  template <class T>
  void fill(T& value) {
    if constexpr (ocpp::IsOptional<T>::value) {
      fillOptional(value);
    } else if constexpr (ocpp::IsList<T>::value) {
      const bool scalar =
          encoding_ == ocpp::Encoding::Soap12 && std::is_same_v<T, ocpp::AtLeastOne<ocpp::SampledValue>>;
      value.resize(static_cast<std::size_t>(scalar ? 1 : number(ocpp::IsAtLeastOne<T>::value ? 1 : 0, 3)));
      for (auto& each : value) fill(each);
    } else if constexpr (ocpp::IsDescribed<T>::value) {
      T::describe(value, [this](const auto&, auto& member) { fill(member); });
      if constexpr (std::is_same_v<T, ocpp::SampledValue>)
        if (encoding_ == ocpp::Encoding::Soap12) value.value = std::to_string(number(int32Min, int32Max));
    } else {
      fillLeaf(value);
    }
  }

  template <class T>
  void fillOptional(std::optional<T>& value) {
    if (coin()) return;
    if constexpr (std::is_enum_v<T>)
      if (enumerators<T>().empty()) return;
    fill(value.emplace());
    if constexpr (IsText<T>::value)
      if (value->empty()) value.reset();  // L-13: nobody can tell them apart
  }

  template <class T>
  void fillLeaf(T& value) {
    if constexpr (std::is_enum_v<T>) {
      const auto all = enumerators<T>();
      if (!all.empty()) value = pick(all);
    } else if constexpr (std::is_same_v<T, bool>) {
      value = coin();
    } else if constexpr (std::is_same_v<T, int>) {
      value = static_cast<int>(whole(false));
    } else if constexpr (std::is_same_v<T, ocpp::TransactionId>) {
      value.value = whole(encoding_ == ocpp::Encoding::Json16);
    } else if constexpr (std::is_same_v<T, ocpp::Decimal>) {
      value.tenths = oneIn(4) ? number(-50, 50) : number(-1000000000, 1000000000);
    } else if constexpr (std::is_same_v<T, ocpp::DateTime>) {
      value.at = ocpp::Instant(ocpp::Duration(moment()));
    } else if constexpr (std::is_same_v<T, ocpp::Uri>) {
      value = T(uri());
    } else {
      constexpr bool mayBeEmpty = IsText<T>::value || IsOpaque<T>::value;
      value = T(text(T::limit, mayBeEmpty, !mayBeEmpty));
    }
  }

  template <class E>
  std::vector<E> enumerators() const {
    std::vector<E> found;
    for (const auto& row : ocpp::Literals<E>::rows)
      if (ocpp::has(row.value, encoding_)) found.push_back(row.value);
    return found;
  }

  template <class List>
  auto pick(const List& list) {
    return list[static_cast<std::size_t>(number(0, static_cast<std::int64_t>(list.size()) - 1))];
  }

  std::int64_t whole(bool beyondInt32) {
    if (oneIn(8)) return pick(std::vector<std::int64_t>{int32Min, int32Max, 0, -1, 1});
    if (beyondInt32 && oneIn(4)) return number(INT64_MIN, INT64_MAX);
    return coin() ? number(0, 1000) : number(int32Min, int32Max);
  }

  std::int64_t moment() {
    const std::int64_t seconds = number(0, 4102444799);  // 1970 .. 2099
    return seconds * 1000 + (encoding_ == ocpp::Encoding::Json16 && coin() ? number(0, 999) : 0);
  }

  std::string uri() {
    std::string made = coin() ? "ftp://user:pass@host.example:2121/" : "https://host.example/";
    for (std::int64_t i = number(0, 40); i > 0; --i) made += pick(std::string_view("abcXYZ019-._~!$&'()*+,;=:@/?"));
    return made + (coin() ? "%C3%A9" : "");
  }

  // A name has no white space at its ends (L-4) and no control characters; a text has at least one visible character
  // unless it is empty.
  std::string text(std::size_t limit, bool mayBeEmpty, bool name) {
    static constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:";
    static const std::vector<std::string> strange = {"\"",     "'",      "&",          "<",     ">",      "]]>",
                                                     "\\",     "/",      "%",          " ",     "\u00e9", "\u00df",
                                                     "\u20ac", "\u4e2d", "\U0001F50C", "&amp;", "<!--",   "\u007f"};
    static const std::vector<std::string> controls = {"\t", "\n", "\r", "\r\n", "  ", "\u0085", "\u2028"};
    const std::int64_t most = static_cast<std::int64_t>(limit == 0 ? 60 : limit);
    if (mayBeEmpty && oneIn(8)) return {};
    const std::int64_t wanted = oneIn(5) ? most : number(1, most);
    std::string made(1, pick(plain));
    std::int64_t length = 1;
    while (length < wanted) {
      std::string next(1, pick(plain));
      if (wanted - length > 6 && oneIn(4)) next = pick(strange);
      if (!name && wanted - length > 6 && oneIn(16)) next = pick(controls);
      length += static_cast<std::int64_t>(ocpp::codePoints(next));
      made += next;
    }
    return made;
  }

  std::mt19937 engine_;
  ocpp::Encoding encoding_;
};

namespace detail {

inline std::string quoted(std::string_view text) {
  static constexpr char hex[] = "0123456789abcdef";
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || c == '"' || c == '\\')
      out.append("\\x").append(1, hex[byte >> 4]).append(1, hex[byte & 15]);
    else
      out += c;
  }
  return out + "\"";
}

template <class T>
void dumpTo(std::string& out, const T& value) {
  if constexpr (ocpp::IsOptional<T>::value) {
    if (value) dumpTo(out, *value);
  } else if constexpr (ocpp::IsList<T>::value) {
    out += '[';
    for (const auto& each : value) dumpTo(out, each), out += ' ';
    out += ']';
  } else if constexpr (ocpp::IsDescribed<T>::value) {
    out += '{';
    T::describe(value, [&](const auto& field, const auto& member) {
      using Member = std::remove_const_t<std::remove_reference_t<decltype(member)>>;
      if constexpr (ocpp::IsOptional<Member>::value)
        if (!member) return;
      out.append(field.name).append(1, '=');
      dumpTo(out, member);
      out += ' ';
    });
    out += '}';
  } else if constexpr (std::is_enum_v<T>) {
    out += ocpp::word(value);
  } else if constexpr (std::is_same_v<T, bool>) {
    out += value ? "true" : "false";
  } else if constexpr (std::is_same_v<T, int>) {
    out += std::to_string(value);
  } else if constexpr (std::is_same_v<T, ocpp::TransactionId>) {
    out += std::to_string(value.value);
  } else if constexpr (std::is_same_v<T, ocpp::Decimal>) {
    out += std::to_string(value.tenths) + "/10";
  } else if constexpr (std::is_same_v<T, ocpp::DateTime>) {
    out += std::to_string(value.at.time_since_epoch().count()) + (value.zoned ? "ms" : "ms(local)");
  } else {
    out += detail::quoted(value);
  }
}

}  // namespace detail

/// The message as one line: `{name=value ...}`, absent fields left out. Two messages are equal when their dumps are.
template <class M>
std::string dump(const M& message) {
  std::string out;
  detail::dumpTo(out, message);
  return out;
}
/// The same behind the name of the action.
inline std::string dump(const ocpp::Request& request) {
  return std::string(ocpp::actionName(request)) +
         std::visit([](const auto& message) { return dump(message); }, request);
}
inline std::string dump(const ocpp::Response& response) {
  return std::string(ocpp::actionName(response)) +
         std::visit([](const auto& message) { return dump(message); }, response);
}

template <class M>
bool equalMessages(const M& a, const M& b) {
  return dump(a) == dump(b);
}

/// Turns a start, stop or status into one that others will repeat or name: few numbers, one tag, one time.
/// `pick(most)` is a whole number of [0, most].
template <class Pick>
void letMeet(ocpp::Request& request, const ocpp::DateTime& time, Pick&& pick) {
  if (auto* begun = std::get_if<ocpp::StartTransaction::Request>(&request)) {
    *begun = {};
    begun->connectorId = static_cast<int>(pick(2));
    begun->idTag = "TAG";
    begun->timestamp = time;
    begun->meterStart = static_cast<int>(pick(5));
  }
  if (auto* stop = std::get_if<ocpp::StopTransaction::Request>(&request)) stop->transactionId.value = pick(8);
  if (auto* status = std::get_if<ocpp::StatusNotification::Request>(&request))
    status->connectorId = static_cast<int>(pick(2));
}

}  // namespace test
