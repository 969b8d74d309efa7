// SPDX-License-Identifier: GPL-2.0-or-later
// Configuration keys of a charge point: types, ranges, access, spellings and lists (OCPP 1.6 sections 5.3, 5.8, 9).
#include "station/configuration.h"

#include <fstream>
#include <iterator>
#include <limits>

#include "tests/support/test.h"

using namespace station;
using ocpp::ConfigurationStatus;
using ocpp::Profile;

namespace {

Configuration sample(ocpp::Version version = ocpp::Version::V16, std::vector<Profile> profiles = {Profile::Core}) {
  return Configuration(version, std::move(profiles),
                       {{Key::NumberOfConnectors, "2"}, {Key::ConnectorPhaseRotationMaxLength, "2"}},
                       {{"Tariff", KeyType::Text, 0, 0, KeyAccess::Write, true, "A"},
                        {"Serial", KeyType::Text, 0, 0, KeyAccess::Read, false, "S1"},
                        {"Fans", KeyType::Integer, 0, 4, KeyAccess::Write, false, "2"}});
}

ocpp::GetConfiguration::Request ask(std::initializer_list<const char*> names) {
  ocpp::GetConfiguration::Request request;
  for (const char* name : names) request.key.emplace_back(name);
  return request;
}

}  // namespace

TEST(stationKeyInitial, "every configuration key starts with a value that it would accept itself") {
  Configuration c = sample(ocpp::Version::V16, {Profile::Core, Profile::LocalAuthListManagement});
  for (std::size_t i = 0; i < keyCount; ++i) {
    const KeyRow& row = keyRow(static_cast<Key>(i));
    if (row.initial.empty() && row.type == KeyType::Integer) continue;  // the hardware says
    if (row.initial.empty() && row.type == KeyType::Boolean) continue;
    CPPUNIT_ASSERT_MESSAGE(std::string(row.name), isValid(row, row.initial));
    CPPUNIT_ASSERT(findKey(row.name) == static_cast<Key>(i));
    if (row.access == KeyAccess::Write)
      CPPUNIT_ASSERT_MESSAGE(std::string(row.name), c.change(row.name, row.initial) == ConfigurationStatus::Accepted);
  }
}

TEST(stationKeyDocs, "docs/charge-point.md tells every key as the table has it") {
  std::ifstream in("docs/charge-point.md");
  const std::string text(std::istreambuf_iterator<char>(in), {});
  const std::size_t table = text.find("| key | value |");
  CPPUNIT_ASSERT_MESSAGE("docs/charge-point.md has no such table", table != std::string::npos);
  std::string expected;
  for (std::size_t i = 0; i < keyCount; ++i) {
    const KeyRow& row = keyRow(static_cast<Key>(i));
    const std::string most = row.most == std::numeric_limits<int>::max() ? "" : std::to_string(row.most);
    const std::string values[] = {"true, false", std::to_string(row.least) + "-" + most, "measurands", "rotations",
                                  "text"};
    const std::string initial(row.initial);
    const char* users[] = {"station", "board", ""};
    expected += "| `" + std::string(row.name) + "` | " + values[static_cast<std::size_t>(row.type)] + " | " + initial +
                " | " + (row.access == KeyAccess::Read ? "read" : "write") + " | " +
                users[static_cast<std::size_t>(row.use)] + " |\n";
  }
  const std::size_t begin = text.find('\n', text.find('\n', table) + 1) + 1;
  CPPUNIT_ASSERT_EQUAL(expected, text.substr(begin, text.find("\n\n", begin) + 1 - begin));
}

TEST(stationKeyChange, "a change is refused for read-only keys, wrong types and values out of range") {
  struct Case {
    const char *key, *value;
    ConfigurationStatus status;
  };
  const Case cases[] = {
      {"ConnectionTimeOut", "120", ConfigurationStatus::Accepted},
      {"connectiontimeout", " 30 ", ConfigurationStatus::Accepted},
      {"ConnectionTimeOut", "0", ConfigurationStatus::Rejected},
      {"ConnectionTimeOut", "-5", ConfigurationStatus::Rejected},
      {"ConnectionTimeOut", "soon", ConfigurationStatus::Rejected},
      {"ConnectionTimeOut", "99999999999999999999", ConfigurationStatus::Rejected},
      {"LocalPreAuthorize", "TRUE", ConfigurationStatus::Accepted},
      {"LocalPreAuthorize", "yes", ConfigurationStatus::Rejected},
      {"NumberOfConnectors", "3", ConfigurationStatus::Rejected},
      {"LightIntensity", "101", ConfigurationStatus::Rejected},
      {"MeterValuesSampledData", "Voltage.L1-N, Current.Import.L1,SoC", ConfigurationStatus::Accepted},
      {"MeterValuesSampledData", "", ConfigurationStatus::Accepted},
      {"MeterValuesSampledData", "Voltage,Nonsense", ConfigurationStatus::Rejected},
      {"MeterValuesSampledData", "Voltage,,SoC", ConfigurationStatus::Rejected},
      {"ConnectorPhaseRotation", "0.RST,1.TSR", ConfigurationStatus::Accepted},
      {"ConnectorPhaseRotation", "0.RST,1.TSR,2.RST", ConfigurationStatus::Rejected},
      {"ConnectorPhaseRotation", "1.XYZ", ConfigurationStatus::Rejected},
      {"Tariff", "B", ConfigurationStatus::RebootRequired},
      {"Fans", "5", ConfigurationStatus::Rejected},
      {"Serial", "S2", ConfigurationStatus::Rejected},
      {"Unheard", "1", ConfigurationStatus::NotSupported},
      {"LocalAuthListEnabled", "true", ConfigurationStatus::NotSupported},  // its profile is missing
  };
  Configuration c = sample();
  for (const Case& each : cases)
    CPPUNIT_ASSERT_MESSAGE(std::string(each.key) + "=" + each.value, c.change(each.key, each.value) == each.status);
  CPPUNIT_ASSERT_EQUAL(30, c.integer(Key::ConnectionTimeOut));
  CPPUNIT_ASSERT(c.boolean(Key::LocalPreAuthorize));
  CPPUNIT_ASSERT(c.measurands(Key::MeterValuesSampledData).empty());
}

TEST(stationKeyGet, "keys are found in any case, answered in the spelling of the version, and unknown ones named") {
  Configuration c = sample(ocpp::Version::V15);
  auto response = c.get(ask({"heartbeatinterval", "Unheard", "Serial"}));
  CPPUNIT_ASSERT_EQUAL(std::size_t(2), response.configurationKey.size());
  CPPUNIT_ASSERT_EQUAL(std::string("HeartBeatInterval"), std::string(response.configurationKey[0].key));
  CPPUNIT_ASSERT(!response.configurationKey[0].readonly && response.configurationKey[1].readonly);
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), response.unknownKey.size());
  const auto all = sample().get(ask({}));
  for (const auto& each : all.configurationKey) {
    CPPUNIT_ASSERT(each.key.size() <= 50 && each.value && each.value->size() <= 500);
    const auto key = findKey(each.key);
    CPPUNIT_ASSERT(!key || keyRow(*key).profile == Profile::Core);
  }
}

TEST(stationKeyRestore, "kept values come back; a kept value that is not valid any more leaves the default") {
  Configuration c = sample();
  CPPUNIT_ASSERT(c.restore("HeartbeatInterval", "77"));
  CPPUNIT_ASSERT(!c.restore("ConnectionTimeOut", "junk"));
  CPPUNIT_ASSERT(!c.restore("NumberOfConnectors", "9"));
  CPPUNIT_ASSERT_EQUAL(77, c.integer(Key::HeartbeatInterval));
  CPPUNIT_ASSERT_EQUAL(60, c.integer(Key::ConnectionTimeOut));
  CPPUNIT_ASSERT_EQUAL(2, c.integer(Key::NumberOfConnectors));
  CPPUNIT_ASSERT_EQUAL(std::string("HeartbeatInterval"), c.keptName("HeartBeatInterval"));
}
