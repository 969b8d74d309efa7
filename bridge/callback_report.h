// SPDX-License-Identifier: GPL-2.0-or-later
// What GET /health/chargers tells the operator: where each charger is called, how that went
// (WA-5), which profile it has and what it was forgiven.
#pragma once

#include <string>

#include "bridge/shard.h"

namespace bridge {

/// A JSON object of identities, in alphabetical order.
std::string callbackReport(const Shard& shard);

}  // namespace bridge
