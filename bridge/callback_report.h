// SPDX-License-Identifier: GPL-2.0-or-later
// What GET /health/chargers tells the operator of one charger: where it is called, how that went (WA-5), which profile
// it has and what it was forgiven.
#pragma once

#include <string>

namespace bridge {

class Charger;

/// A JSON object.
std::string callbackReport(const Charger& charger);

}  // namespace bridge
