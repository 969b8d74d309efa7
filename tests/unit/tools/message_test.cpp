// SPDX-License-Identifier: GPL-2.0-or-later
// Patterns for payloads, and messages as people see them.
#include "tests/tools/common/message.h"

#include "tests/support/test.h"

namespace {

using tool::Json;
using tool::Message;

struct Row {
  const char* wanted;
  const char* seen;
  bool fits;
  const char* where = "";
};

const Row rows[] = {
    {R"({"a":1})", R"({"a":1,"b":2})", true},
    {R"({"a":1})", R"({"a":2})", false, "/a"},
    {R"({"a":{"b":"x|y"}})", R"({"a":{"b":"y"}})", true},
    {R"({"a":{"b":"x|y"}})", R"({"a":{"b":"xy"}})", false, "/a/b"},
    {R"({"a":"*"})", R"({"a":0})", true},
    {R"({"a":"*"})", R"({})", false, "/a"},
    {R"({"a":"!7"})", R"({"a":8})", true},
    {R"({"a":"!7"})", R"({"a":7})", false, "/a"},
    {R"({"a":"!x"})", R"({"a":"x"})", false, "/a"},
    {R"({"a":"!x"})", R"({})", false, "/a"},
    {R"({"a":">0"})", R"({"a":0.5})", true},
    {R"({"a":">0"})", R"({"a":0})", false, "/a"},
    {R"({"a":">0"})", R"({"a":"1"})", false, "/a"},
    {R"({"a":"~2030-01-01T00:00:00Z"})", R"({"a":"2030-01-01T01:00:59.9+01:00"})", true},
    {R"({"a":"~2030-01-01T00:00:00Z"})", R"({"a":"2029-12-31T23:58:59Z"})", false, "/a"},
    {R"({"a":"~2030-01-01T00:00:00Z"})", R"({"a":"soon"})", false, "/a"},
    {R"({"a":[{"b":2}]})", R"({"a":[{"b":1},{"b":2,"c":3}]})", true},
    {R"({"a":[{"b":2},{"b":3}]})", R"({"a":[{"b":2}]})", false, "/a/1"},
};

TEST(patternsOfPayloads, "Patterns fit what they describe, and the path that differs is told") {
  for (const Row& row : rows) {
    std::string where;
    const bool fits = tool::matches(Json::parse(row.seen), Json::parse(row.wanted), where);
    CPPUNIT_ASSERT_EQUAL_MESSAGE(std::string(row.wanted) + " on " + row.seen, row.fits, fits);
    CPPUNIT_ASSERT_EQUAL(std::string(row.where), where);
  }
}

TEST(arrowsOfMessages, "In the line for people > is what the charger says, on whichever side we are") {
  Message message;
  message.charger = "CP1";
  message.action = "Heartbeat";
  message.incoming = true;
  CPPUNIT_ASSERT_EQUAL(std::string("CP1 > Heartbeat {}"), tool::oneLine(message, ocpp::Role::CentralSystem));
  CPPUNIT_ASSERT_EQUAL(std::string("CP1 < Heartbeat {}"), tool::oneLine(message, ocpp::Role::ChargePoint));
}

}  // namespace
