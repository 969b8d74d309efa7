// SPDX-License-Identifier: GPL-2.0-or-later
// All scenarios, and the words for their feature profiles.
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

struct ProfileRow {
  Profile profile;
  std::string_view name, option;
};
constexpr ProfileRow profiles[] = {
    {Profile::Core, "Core", "core"},
    {Profile::FirmwareManagement, "FirmwareManagement", "firmware"},
    {Profile::LocalAuthListManagement, "LocalAuthListManagement", "authlist"},
    {Profile::Reservation, "Reservation", "reservation"},
    {Profile::SmartCharging, "SmartCharging", "smartcharging"},
    {Profile::RemoteTrigger, "RemoteTrigger", "trigger"},
    {Profile::Security, "Security", "security"},
};

}  // namespace

const std::vector<Scenario>& scenarios() {
  static const std::vector<Scenario> table = joined();
  return table;
}
std::string_view profileName(Profile which) { return profiles[static_cast<std::size_t>(which)].name; }
std::string_view profileOption(Profile which) { return profiles[static_cast<std::size_t>(which)].option; }

}  // namespace cs
