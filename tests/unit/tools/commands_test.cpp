// SPDX-License-Identifier: GPL-2.0-or-later
// The language of prompt and scripts of ocpp-soap-cp: what is read, and what is said about mistakes.
#include "tests/tools/cp/commands.h"

#include "bridge/options.h"
#include "tests/support/test.h"

namespace {

using cp::Command;
using cp::Condition;

std::string mistakeIn(const std::string& line) {
  try {
    cp::readCommand(line, "here:1", 2);
  } catch (const bridge::BadConfiguration& bad) { return bad.what(); }
  return "";
}

TEST(linesOfCommands, "Lines become commands: what happens at the board, conditions with their time, negation") {
  CPPUNIT_ASSERT(!cp::readCommand("", "", 1));
  CPPUNIT_ASSERT(!cp::readCommand("  # a comment", "", 1));
  for (const char* line : {"plug 2", "unplug", "tag TAG1", "start \"A B\" 2", "fault GroundFailure", "meter 500 2"})
    CPPUNIT_ASSERT_MESSAGE(line, cp::readCommand(line, "", 2)->verb == Command::Verb::Board);
  const auto wait = cp::readCommand(R"(wait sent MeterValues {"connectorId":1} within 9)", "", 2);
  CPPUNIT_ASSERT(wait->verb == Command::Verb::Wait && wait->condition.what == Condition::What::Sent);
  CPPUNIT_ASSERT_EQUAL(std::string("MeterValues"), wait->condition.word);
  CPPUNIT_ASSERT_EQUAL(9, *wait->number);
  const auto expect = cp::readCommand("expect not transaction 2", "", 2);
  CPPUNIT_ASSERT(expect->negated && expect->condition.what == Condition::What::Transaction);
  CPPUNIT_ASSERT_EQUAL(2, expect->condition.connector);
  CPPUNIT_ASSERT_EQUAL(7, *cp::readCommand("quit 7", "", 1)->number);
}

TEST(mistakesInCommands, "A line that cannot be read is refused with its place and what is wrong") {
  const std::pair<const char*, const char*> rows[] = {
      {"hum", "here:1: 'hum' is no command"},
      {"plug 3", "'3' is not a whole number from 1 to 2"},
      {"tag", "the line ends where an idTag should stand"},
      {"fault Hot", "'Hot' is not an error code"},
      {"wait sent Reset", "'Reset' is no message of charge points"},
  };
  for (const auto& [line, words] : rows)
    CPPUNIT_ASSERT_MESSAGE(mistakeIn(line), mistakeIn(line).find(words) != std::string::npos);
}

TEST(scriptsOfCommands, "A script is refused by the place of its first mistake, or if nothing is in it") {
  CPPUNIT_ASSERT_EQUAL(std::size_t{2}, cp::readScript("plug\n\n# x\nunplug\n", "f", 1).size());
  CPPUNIT_ASSERT_THROW(cp::readScript("# x\n", "f", 1), bridge::BadConfiguration);
  try {
    cp::readScript("plug\n\nhum\n", "f", 1);
    CPPUNIT_FAIL("not refused");
  } catch (const bridge::BadConfiguration& bad) {
    CPPUNIT_ASSERT_EQUAL(std::string("f:3"), std::string(bad.what()).substr(0, 3));
  }
}

}  // namespace
