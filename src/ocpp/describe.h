// SPDX-License-Identifier: GPL-2.0-or-later
// How a message tells its fields, once: FIELD and FIELD_OR inside describe(), and the walks that visitors share.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace ocpp {

/// One field of a message as describe() announces it.
/// `name` is OCPP 1.6's word. `older` is the word of OCPP 1.2/1.5 where it differs, else empty. `reach` and
/// `reachOlder` take any struct and return its member of that name; they do not exist (SFINAE) for structs without the
/// member, which is how a codec learns from a generated class whether that version has the field.
template <class Reach, class ReachOlder>
struct Field {
  std::string_view name;
  std::string_view older;
  Reach reach;
  ReachOlder reachOlder;
};

struct Unreachable {};

template <class Reach, class ReachOlder = Unreachable>
constexpr Field<Reach, ReachOlder> field(std::string_view name, Reach reach, std::string_view older = {},
                                         ReachOlder reachOlder = {}) {
  return {name, older, reach, reachOlder};
}

// The field's name is spelled here and nowhere else; contract tests compare it with the published contracts.
#define OCPP_REACH(member) [](auto& s) -> decltype((s.member)) { return s.member; }
#define FIELD(member) visit(::ocpp::field(#member, OCPP_REACH(member)), m.member)
#define FIELD_OR(member, oldMember) \
  visit(::ocpp::field(#member, OCPP_REACH(member), #oldMember, OCPP_REACH(oldMember)), m.member)

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};

/// A list that must have at least one element in OCPP-J, and stands on the wire even when empty.
template <class T>
struct AtLeastOne : std::vector<T> {
  using std::vector<T>::vector;
};

template <class T>
struct IsList : std::false_type {};
template <class T>
struct IsList<std::vector<T>> : std::true_type {};
template <class T>
struct IsList<AtLeastOne<T>> : std::true_type {};
template <class T>
struct IsAtLeastOne : std::false_type {};
template <class T>
struct IsAtLeastOne<AtLeastOne<T>> : std::true_type {};

namespace detail {
struct AnyVisitor {
  template <class F, class V>
  void operator()(const F&, V&) const {}
};
}  // namespace detail

/// True for messages and their nested objects: everything that has a describe().
template <class T, class = void>
struct IsDescribed : std::false_type {};
template <class T>
struct IsDescribed<T, std::void_t<decltype(T::describe(std::declval<T&>(), detail::AnyVisitor{}))>> : std::true_type {};

/// Calls `visit(leaf)` for every simple value of a message, in the order of the contract, through optionals and lists.
template <class T, class Visit>
void forEachLeaf(T& value, Visit&& visit) {
  using Bare = std::remove_const_t<T>;
  if constexpr (IsOptional<Bare>::value) {
    if (value) forEachLeaf(*value, visit);
  } else if constexpr (IsList<Bare>::value) {
    for (auto& each : value) forEachLeaf(each, visit);
  } else if constexpr (IsDescribed<Bare>::value) {
    Bare::describe(value, [&](const auto&, auto& member) { forEachLeaf(member, visit); });
  } else {
    visit(value);
  }
}

/// Calls `visit(leaf)` for every simple value of type Leaf in a message.
template <class Leaf, class T, class Visit>
void forEach(T& message, Visit&& visit) {
  forEachLeaf(message, [&](auto& leaf) {
    if constexpr (std::is_same_v<std::remove_const_t<std::remove_reference_t<decltype(leaf)>>, Leaf>) visit(leaf);
  });
}

}  // namespace ocpp
