// SPDX-License-Identifier: GPL-2.0-or-later
// The element names of a message in one version; gathered once from describe().
#include "ocpp_s/vocabulary.h"

#include <array>
#include <type_traits>
#include <vector>

#include "ocpp/messages.h"
#include "ocpp/text.h"

namespace ocpp_s {

namespace {

struct Word {
  std::string_view name;
  std::string_view older;  // of 1.2 and 1.5; "" = the same
};
using Words = std::vector<Word>;
using Table = std::array<Words, ocpp::actionCount>;

template <class T>
void gather(Words& words) {
  if constexpr (ocpp::IsOptional<T>::value || ocpp::IsList<T>::value) {
    gather<typename T::value_type>(words);
  } else if constexpr (ocpp::IsDescribed<T>::value) {
    T message{};
    T::describe(message, [&](const auto& field, auto& member) {
      words.push_back({field.name, field.older});
      gather<std::remove_reference_t<decltype(member)>>(words);
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
        gather<typename Action::Request>(table[i++]);
      else
        gather<typename Action::Response>(table[i++]);
    });
    return table;
  };
  static const Table requests = build(std::true_type{});
  static const Table responses = build(std::false_type{});
  return half == ocpp::Half::Request ? requests : responses;
}

}  // namespace

std::string_view canonicalName(ocpp::Version version, std::size_t action, ocpp::Half half, std::string_view local) {
  for (const Word& word : wordsOf(half)[action]) {
    if (!ocpp::equalFold(word.name, local) && (word.older.empty() || !ocpp::equalFold(word.older, local))) continue;
    return version == ocpp::Version::V16 || word.older.empty() ? word.name : word.older;
  }
  return {};
}

}  // namespace ocpp_s
