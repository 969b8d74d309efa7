// SPDX-License-Identifier: GPL-2.0-or-later
// What a contract says about one element of a message, and how describe() says the same: the two sides that the
// contract tests compare.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "ocpp/describe.h"
#include "ocpp/literals.h"
#include "ocpp/text.h"
#include "ocpp/time.h"
#include "ocpp/values.h"
#include "ocpp/version.h"

namespace contract {

/// An element, an attribute or a described field, with everything below it.
struct Node {
  static constexpr int unbounded = -1;

  std::string name;
  std::string older;  ///< Described side: the word of poorer versions, else empty.
  std::string kind;   ///< object, text, enumeration, int, boolean, dateTime, anyURI, decimal.<fraction digits>
  int min = 1;
  int max = 1;
  std::size_t limit = 0;                ///< Code points; 0 = none.
  std::multiset<std::string> literals;  ///< Of an enumeration: the words that the version has.
  /// Described side: true when ocpp::read() takes the word as exactly one of the version's.
  bool (*reads)(std::string_view word, ocpp::Encoding encoding) = nullptr;
  std::vector<Node> children;

  std::string cardinality() const {
    return std::to_string(min) + ".." + (max == unbounded ? std::string("*") : std::to_string(max));
  }
  std::string limitText() const { return limit == 0 ? "none" : std::to_string(limit); }
};

template <class E>
bool readsExactly(std::string_view word, ocpp::Encoding encoding) {
  const auto found = ocpp::read<E>(word, encoding);
  return found && found->match == ocpp::Match::Exact && ocpp::write(found->value, encoding) == word;
}

/// Kind, limit and literals of a simple value.
template <class T>
Node describedLeaf(ocpp::Encoding encoding) {
  Node node;
  if constexpr (std::is_enum_v<T>) {
    node.kind = "enumeration";
    node.reads = readsExactly<T>;
    for (const auto& row : ocpp::Literals<T>::rows)
      if (ocpp::has(row.value, encoding)) node.literals.emplace(ocpp::write(row.value, encoding));
  } else if constexpr (std::is_same_v<T, bool>) {
    node.kind = "boolean";
  } else if constexpr (std::is_same_v<T, int> || std::is_same_v<T, ocpp::TransactionId>) {
    node.kind = "int";
  } else if constexpr (std::is_same_v<T, ocpp::DateTime>) {
    node.kind = "dateTime";
  } else if constexpr (std::is_same_v<T, ocpp::Decimal>) {
    node.kind = "decimal.1";
  } else if constexpr (std::is_same_v<T, ocpp::Uri>) {
    node.kind = "anyURI";
  } else {
    static_assert(std::is_base_of_v<std::string, T>, "a simple type that the contract tests do not know yet");
    node.kind = "text";
    node.limit = T::limit;
  }
  return node;
}

/// What describe() of T says, with the literals of `encoding`.
template <class T>
Node described(ocpp::Encoding encoding) {
  if constexpr (ocpp::IsOptional<T>::value) {
    Node node = described<typename T::value_type>(encoding);
    node.min = 0;
    return node;
  } else if constexpr (ocpp::IsList<T>::value) {
    Node node = described<typename T::value_type>(encoding);
    node.min = ocpp::IsAtLeastOne<T>::value ? 1 : 0;
    node.max = Node::unbounded;
    return node;
  } else if constexpr (ocpp::IsDescribed<T>::value) {
    Node node;
    node.kind = "object";
    T value{};
    T::describe(value, [&](const auto& field, const auto& member) {
      Node child = described<std::remove_const_t<std::remove_reference_t<decltype(member)>>>(encoding);
      child.name = field.name;
      child.older = field.older;
      node.children.push_back(std::move(child));
    });
    return node;
  } else {
    return describedLeaf<T>(encoding);
  }
}

}  // namespace contract
