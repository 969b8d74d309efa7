// SPDX-License-Identifier: GPL-2.0-or-later
// The test scenarios for chargers.
#pragma once

#include "tests/tools/common/scenario.h"

namespace cs {

using tool::everywhere;
using tool::in12;
using tool::in15;
using tool::in16;
using tool::Scenario;
using tool::since15;
using tool::Step;

const std::vector<Scenario>& scenarios();

inline tool::Course course() { return {scenarios(), ocpp::Role::ChargePoint, "profile"}; }

}  // namespace cs
