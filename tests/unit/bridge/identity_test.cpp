// SPDX-License-Identifier: GPL-2.0-or-later
// C8: names that are paths or that an operator cannot see are nobody's, wherever they come from.
#include "bridge/identity.h"

#include <string>

#include "bridge/chargers_file.h"
#include "tests/support/test.h"

using namespace bridge;

namespace {

// "CP" and something that is not seen, as UTF-8 and as JSON writes it.
struct Bad {
  std::string name, json;
};
const Bad bad[] = {{".", "."},
                   {"..", ".."},
                   {std::string("CP\0", 3), "CP\\u0000"},
                   {"CP\n2026 error forged", "CP\\n2026 error forged"},
                   {"CP\x1b[2J", "CP\\u001b[2J"},
                   {"CP\x7f", "CP\\u007f"},
                   {"CP\xC2\x9B", "CP\\u009b"},
                   {"CP\xC2\xAD", "CP\\u00ad"},
                   {"CP\xE2\x80\x8B", "CP\\u200b"},
                   {"CP\xE2\x80\xAE"
                    "1",
                    "CP\\u202e1"},
                   {"CP\xE2\x81\xA6", "CP\\u2066"},
                   {"CP\xE2\x80\xA8", "CP\\u2028"},
                   {"\xEF\xBB\xBF"
                    "CP",
                    "\\ufeffCP"},
                   {"CP\xF3\xA0\x81\x81", "CP\\udb40\\udc41"},
                   {std::string(256, 'C'), std::string(256, 'C')}};

}  // namespace

TEST(identityNames,
     "C8: steps of a path, control and format characters, and what is no UTF-8 or too long are no names") {
  for (const Bad& each : bad) CPPUNIT_ASSERT_MESSAGE(each.json, identityObjection(each.name) != nullptr);
  CPPUNIT_ASSERT(identityObjection("") && identityObjection("CP\xFF") && identityObjection("CP\xE2\x80"));
  for (const char* good : {"CP1", "UID=1013,O=Solar Dev/\xC3\xA9", "00:13:F6", "...", ".CP", "\xE4\xBA\xAC 7", "a b"})
    CPPUNIT_ASSERT_MESSAGE(good, identityObjection(good) == nullptr);
}

TEST(identityFile,
     "C8: the chargers file refuses such names as identity, at the back-end, as user and in certificates") {
  for (const Bad& each : bad) {
    const std::string name = "\"" + each.json + "\"";
    const std::string files[] = {"{" + name + ": {}}", "{\"CP1\": {\"centralIdentity\": " + name + "}}",
                                 "{\"CP1\": {\"soapPassword\": \"p\", \"soapUser\": " + name + "}}",
                                 "{\"CP1\": {\"clientCertificate\": " + name + "}}"};
    for (const std::string& file : files)
      CPPUNIT_ASSERT_MESSAGE(file, parseChargersFile(file, "f").problems.size() == 1);
  }
}
