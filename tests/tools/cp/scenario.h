// SPDX-License-Identifier: GPL-2.0-or-later
// The test scenarios for central systems.
#pragma once

#include "tests/tools/common/scenario.h"

namespace cp {

using tool::Scenario;
using tool::Step;

/// What a charge point says; nobody needs to do anything at the central system.
std::vector<Scenario> requestScenarios();
/// What a central system says: an operator has to make it do so. Core and firmware profiles, and the others.
std::vector<Scenario> operatorScenarios();
std::vector<Scenario> optionalScenarios();

const std::vector<Scenario>& scenarios();

inline tool::Course course() { return {scenarios(), ocpp::Role::CentralSystem, "features"}; }

}  // namespace cp
