// SPDX-License-Identifier: GPL-2.0-or-later
// The element names of a message in one version; gathered once from describe().
#include "ocpp_s/vocabulary.h"

#include <array>
#include <type_traits>
#include <vector>

#include "ocpp/messages.h"
#include "ocpp/text.h"
#include "ocpp_s/dialect.h"

namespace ocpp_s {

namespace {

struct Word {
  std::string_view name;
  std::string_view older;  // of 1.2 and 1.5; "" = the same
  int level;               // how many elements are around it, without the wrapper
};
using Words = std::vector<Word>;
using Table = std::array<Words, ocpp::actionCount>;

template <class T>
void gather(Words& words, int level) {
  if constexpr (ocpp::IsOptional<T>::value || ocpp::IsList<T>::value) {
    gather<typename T::value_type>(words, level);
  } else if constexpr (ocpp::IsDescribed<T>::value) {
    T message{};
    T::describe(message, [&](const auto& field, auto& member) {
      words.push_back({field.name, field.older, level});
      gather<std::remove_reference_t<decltype(member)>>(words, level + 1);
    });
  }
}

const Table& wordsOf(ocpp::Half half) {
  const auto build = [](auto wanted) {
    Table table;
    std::size_t i = 0;
    ocpp::Actions::forEach([&](auto tag) {
      using Action = typename decltype(tag)::type;
      if constexpr (decltype(wanted)::value)
        gather<typename Action::Request>(table[i++], 0);
      else
        gather<typename Action::Response>(table[i++], 0);
    });
    return table;
  };
  static const Table requests = build(std::true_type{});
  static const Table responses = build(std::false_type{});
  return half == ocpp::Half::Request ? requests : responses;
}

/// The words that may stand inside one element: those of `level` from `first` up to a lower level.
struct Scope {
  std::size_t first = 0;
  int level = 0;
  std::size_t next = 0;  // the word of the last child: the ones before it are over
};

/// The place of the word among the siblings from `at` on; words.size() when it is not there.
std::size_t sibling(const Words& words, const Scope& scope, std::size_t at, std::string_view name) {
  for (; at < words.size() && words[at].level >= scope.level; ++at)
    if (words[at].level == scope.level && (words[at].name == name || words[at].older == name)) return at;
  return words.size();
}

/// The tags inside the body element, and how deep it stands.
std::size_t wrapperAt(const std::vector<Tag>& tags) {
  std::size_t i = 0;
  while (i < tags.size() && !(tags[i].depth == 1 && localName(tags[i].name) == "Body")) ++i;
  return i + 1;
}

}  // namespace

bool hasNoElements(std::size_t action, ocpp::Half half) { return wordsOf(half)[action].empty(); }

std::string_view misplacedElement(const std::vector<Tag>& tags, ocpp::Version version, std::size_t action,
                                  ocpp::Half half) {
  const bool reordered = action == ocpp::indexOf<ocpp::RemoteStartTransaction> ||
                         action == ocpp::indexOf<ocpp::SendLocalList>;  // 1.6 has another order than its forerunners
  if (reordered && version != ocpp::Version::V16) return {};
  constexpr std::size_t deepest = 8;  // of OCPP 1.x: 3
  const Words& words = wordsOf(half)[action];
  std::array<Scope, deepest + 1> scopes{};
  for (std::size_t i = wrapperAt(tags) + 1; i < tags.size() && tags[i].depth > 2; ++i) {
    const std::size_t depth = tags[i].depth - 3;
    if (depth >= deepest) continue;
    Scope& scope = scopes[depth];
    const std::string_view name = localName(tags[i].name);
    std::size_t found = sibling(words, scope, scope.next, name);
    if (found == words.size()) {
      found = sibling(words, scope, scope.first, name);
      if (found != words.size()) return name;
      scopes[depth + 1] = {scope.first, scope.level, scope.first};  // unknown: what is in it may still be ours
      continue;
    }
    scope.next = found;
    scopes[depth + 1] = {found + 1, scope.level + 1, found + 1};
  }
  return {};
}

std::string_view canonicalName(ocpp::Version version, std::size_t action, ocpp::Half half, std::string_view local) {
  for (const Word& word : wordsOf(half)[action]) {
    if (!ocpp::equalFold(word.name, local) && (word.older.empty() || !ocpp::equalFold(word.older, local))) continue;
    return version == ocpp::Version::V16 || word.older.empty() ? word.name : word.older;
  }
  return {};
}

}  // namespace ocpp_s
