// SPDX-License-Identifier: GPL-2.0-or-later
// The tables of scenarios: every text in them can be used.
#include <set>

#include "ocpp_j/codec.h"
#include "ocpp_j/json_tree.h"
#include "ocpp_s/dialect.h"
#include "tests/support/test.h"
#include "tests/tools/common/message.h"
#include "tests/tools/cp/scenario.h"
#include "tests/tools/cs/rules.h"
#include "tests/tools/cs/scenario.h"

namespace {

using tool::Json;
using tool::Step;
using Do = Step::Do;

/// What ${name} is for the peer of a run is known only there; here it is anything of its kind.
std::string valueOf(const std::string& name) {
  const auto endsWith = [&](const std::string& end) {
    return name.size() >= end.size() && name.compare(name.size() - end.size(), end.size(), end) == 0;
  };
  if (endsWith("Id")) return "1";
  const bool time = name == "now" || name == "before" || name == "soon" || name == "later" || endsWith("Ago");
  return time ? "2030-01-01T00:00:00Z" : "http://x/";
}

std::string filled(const char* text) {
  std::string out = text;
  for (std::size_t at; (at = out.find("${")) != std::string::npos;) {
    const std::size_t end = out.find('}', at);
    CPPUNIT_ASSERT_MESSAGE(out, end != std::string::npos);
    out.replace(at, end + 1 - at, valueOf(out.substr(at + 2, end - at - 2)));
  }
  return out;
}

/// Strictly read as a message of OCPP 1.6-J that the versions of the step have.
void demandMessage(const std::string& where, const std::string& action, const Json& payload, unsigned versions,
                   ocpp::Role service) {
  ocpp_j::JsonTree tree;
  CPPUNIT_ASSERT_MESSAGE(where, tree.parse(tool::compact(payload)));
  ocpp::ReadNotes notes;
  const auto request = ocpp_j::readRequest(action, tree.root(), ocpp_j::ReadMode::Strict, notes);
  CPPUNIT_ASSERT_MESSAGE(where + ": " + (request ? "" : request.fault().description), bool(request));
  for (const auto version : {ocpp::Version::V12, ocpp::Version::V15, ocpp::Version::V16})
    if ((versions & tool::versionBit(version)) != 0)
      CPPUNIT_ASSERT_MESSAGE(where, ocpp_s::offers(version, service, *ocpp::findAction(action)));
}

/// Name, rule and pattern; returns the versions in which the step is made.
unsigned checkFrame(const std::string& where, const tool::Scenario& scenario, const Step& step) {
  const unsigned versions = scenario.versions & step.versions;
  CPPUNIT_ASSERT_MESSAGE(where, std::string(scenario.name).size() < 34);  // has its column in --list
  if (step.what == Do::Ask || step.what == Do::Confirm || step.what == Do::Rules) return versions;
  CPPUNIT_ASSERT_MESSAGE(where, step.rule[0] != '\0');
  if (std::string(step.expected) != "fault")
    CPPUNIT_ASSERT_MESSAGE(where, Json::parse(filled(step.expected)).is_object());
  if (step.lacks[0] != '\0') CPPUNIT_ASSERT_MESSAGE(where, Json::parse(step.lacks).is_object());
  return versions;
}

void checkForCentral(const tool::Scenario& scenario, const Step& step) {
  const std::string where = std::string(scenario.name) + ", " + step.action + " " + step.payload;
  const unsigned versions = checkFrame(where, scenario, step);
  const std::string payload = filled(step.payload);
  if (step.what == Do::Send) {
    const Json all = Json::parse(payload);
    for (const Json& each : all.is_array() ? all : Json::array({all}))
      demandMessage(where, step.action, each, versions, ocpp::Role::CentralSystem);
  } else if (step.what == Do::Ask) {
    const std::size_t space = payload.find(' ', 5);
    CPPUNIT_ASSERT_EQUAL_MESSAGE(where, std::string("send "), payload.substr(0, 5));
    demandMessage(where, payload.substr(5, space - 5), Json::parse(payload.substr(space + 1)), versions,
                  ocpp::Role::ChargePoint);
  } else if (step.what == Do::Rules) {
    CPPUNIT_ASSERT_MESSAGE(where, Json::parse(payload).is_object());
  }
}

TEST(scenariosForCentralSystems, "Every payload, pattern and version in the table for central systems can be used") {
  std::set<std::string> names;
  for (const tool::Scenario& scenario : cp::scenarios()) {
    CPPUNIT_ASSERT_MESSAGE(scenario.name, names.insert(scenario.name).second);
    bool asks = false;
    for (const Step& step : scenario.steps) {
      checkForCentral(scenario, step);
      asks = asks || step.what == Do::Ask;
    }
    CPPUNIT_ASSERT_EQUAL_MESSAGE(scenario.name, asks, scenario.needsOperator);
  }
}

TEST(scenariosForChargers, "Every payload, pattern, rule file and version in the table for chargers can be used") {
  std::set<std::string> names;
  for (const tool::Scenario& scenario : cs::scenarios()) {
    CPPUNIT_ASSERT_MESSAGE(scenario.name, names.insert(scenario.name).second);
    for (const Step& step : scenario.steps) {
      const std::string where = std::string(scenario.name) + ", " + step.action + " " + step.payload;
      const unsigned versions = checkFrame(where, scenario, step);
      if (step.what == Do::Send)
        demandMessage(where, step.action, Json::parse(filled(step.payload)), versions, ocpp::Role::ChargePoint);
      if (step.what == Do::Rules) (void)cs::parseRules(step.payload, where);
    }
  }
}

}  // namespace
