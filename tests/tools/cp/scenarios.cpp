// SPDX-License-Identifier: GPL-2.0-or-later
// All scenarios for central systems, in the order in which they are walked through.
#include "tests/tools/cp/scenario.h"

namespace cp {

const std::vector<Scenario>& scenarios() {
  static const std::vector<Scenario> all = [] {
    std::vector<Scenario> out;
    for (const auto& part : {requestScenarios(), operatorScenarios(), optionalScenarios()})
      out.insert(out.end(), part.begin(), part.end());
    return out;
  }();
  return all;
}

}  // namespace cp
