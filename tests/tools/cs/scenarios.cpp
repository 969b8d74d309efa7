// SPDX-License-Identifier: GPL-2.0-or-later
// All scenarios for chargers, in the order of a run.
#include "tests/tools/cs/scenario.h"
#include "tests/tools/cs/steps.h"

namespace cs {

namespace {

std::vector<Scenario> joined() {
  std::vector<Scenario> out;
  for (const auto part : {serviceScenarios, sessionScenarios, tagScenarios, offlineScenarios, localListScenarios,
                          fileScenarios, reservationScenarios, triggerScenarios, chargingProfileScenarios})
    for (Scenario& each : part()) out.push_back(std::move(each));
  return out;
}

}  // namespace

const std::vector<Scenario>& scenarios() {
  static const std::vector<Scenario> table = joined();
  return table;
}

}  // namespace cs
