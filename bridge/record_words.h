// SPDX-License-Identifier: GPL-2.0-or-later
// Words of the database for what OCPP has no word for, and reading words back.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "ocpp/literals.h"
#include "ocpp/version.h"
#include "session/effect.h"

namespace bridge {

constexpr std::string_view stateWords[] = {"Starting", "Active", "StopQueued", "Closed", "Orphaned"};

constexpr std::string_view word(session::TransactionState state) { return stateWords[static_cast<std::size_t>(state)]; }

/// These throw std::runtime_error for a word that is none.
inline session::TransactionState stateOf(std::string_view text) {
  for (std::size_t i = 0; i < std::size(stateWords); ++i)
    if (stateWords[i] == text) return static_cast<session::TransactionState>(i);
  throw std::runtime_error("unknown state " + std::string(text));
}

inline ocpp::Version versionOf(std::string_view text) {
  for (const ocpp::Version version : {ocpp::Version::V12, ocpp::Version::V15, ocpp::Version::V16})
    if (ocpp::name(version) == text) return version;
  throw std::runtime_error("unknown version " + std::string(text));
}

template <class E>
E valueOf(std::string_view text) {
  for (const auto& row : ocpp::Literals<E>::rows)
    if (ocpp::word(row.value) == text) return row.value;
  throw std::runtime_error("unknown word " + std::string(text));
}

}  // namespace bridge
