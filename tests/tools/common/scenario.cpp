// SPDX-License-Identifier: GPL-2.0-or-later
// Words for feature profiles, and the list of scenarios for people.
#include "tests/tools/common/scenario.h"

#include <sstream>

namespace tool {

namespace {

using ocpp::Profile;

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

std::string_view profileName(Profile which) { return profiles[static_cast<std::size_t>(which)].name; }
std::string_view profileOption(Profile which) { return profiles[static_cast<std::size_t>(which)].option; }

std::string listOf(const Course& course) {
  std::ostringstream out;
  for (const Scenario& each : course.scenarios) {
    std::string line = each.name;
    line.resize(34, ' ');
    for (const auto version : {ocpp::Version::V12, ocpp::Version::V15, ocpp::Version::V16})
      line += (each.versions & versionBit(version)) != 0 ? std::string(ocpp::name(version)) + " " : "    ";
    line += profileOption(each.profile);
    line.resize(62, ' ');
    out << line << each.title << (each.needsOperator ? " (--operator)" : "") << "\n";
  }
  return out.str();
}

}  // namespace tool
