// SPDX-License-Identifier: GPL-2.0-or-later
// Words for feature profiles, and the list of scenarios for people and programs.
#include "tests/tools/common/scenario.h"

#include <iterator>
#include <sstream>

#include "tests/tools/common/message.h"

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

// In the order of Step::Do.
constexpr const char* doings[] = {"send", "repeat", "raw", "await", "awaitNext", "never", "rules", "ask", "confirm"};
static_assert(std::size(doings) == static_cast<std::size_t>(Step::Do::Confirm) + 1);

Json versionsOf(unsigned bits) {
  Json out = Json::array();
  for (const auto version : {ocpp::Version::V12, ocpp::Version::V15, ocpp::Version::V16})
    if ((bits & versionBit(version)) != 0) out.push_back(ocpp::name(version));
  return out;
}

Json describe(const Step& step) {
  Json out{{"do", doings[static_cast<std::size_t>(step.what)]}, {"versions", versionsOf(step.versions)}};
  const std::pair<const char*, const char*> texts[] = {{"action", step.action},
                                                       {"payload", step.payload},
                                                       {"expected", step.expected},
                                                       {"rule", step.rule},
                                                       {"lacks", step.lacks}};
  for (const auto& [name, text] : texts)
    if (text[0] != '\0') out[name] = text;
  if (step.seconds != 0) out["seconds"] = step.seconds;
  return out;
}

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

std::string jsonOf(const Course& course) {
  Json out = Json::array();
  for (const Scenario& each : course.scenarios) {
    Json steps = Json::array();
    for (const Step& step : each.steps) steps.push_back(describe(step));
    out.push_back({{"name", each.name},
                   {"title", each.title},
                   {"versions", versionsOf(each.versions)},
                   {"profile", profileName(each.profile)},
                   {"operator", each.needsOperator},
                   {"steps", std::move(steps)}});
  }
  return out.dump(1) + "\n";
}

}  // namespace tool
