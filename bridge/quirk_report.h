// SPDX-License-Identifier: GPL-2.0-or-later
// Counts of tolerated quirks as JSON, for /health and /health/chargers.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>

#include "ocpp_s/quirks.h"

namespace bridge {

/// The kinds that have come, with their numbers. `counts` has a place for each quirk.
template <class Counts>
nlohmann::json toleratedReport(const Counts& counts) {
  nlohmann::json all = nlohmann::json::object();
  for (std::size_t i = 0; i < counts.size(); ++i)
    if (counts[i] != 0) all[std::string(ocpp_s::quirkRow(static_cast<ocpp_s::Quirk>(i)).name)] = counts[i];
  return all;
}

}  // namespace bridge
