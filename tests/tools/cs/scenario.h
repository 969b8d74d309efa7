// SPDX-License-Identifier: GPL-2.0-or-later
// The test scenarios for chargers.
#pragma once

#include "tests/tools/common/scenario.h"

namespace cs {

using tool::Scenario;
using tool::Step;

const std::vector<Scenario>& scenarios();

inline tool::Course course() { return {scenarios(), ocpp::Role::ChargePoint, "profile"}; }

}  // namespace cs
