// SPDX-License-Identifier: GPL-2.0-or-later
// The words by which a charge point is told to answer badly.
#include "tests/tools/cp/mischief.h"

#include "bridge/options.h"
#include "tests/support/test.h"

using cp::Mischief;

namespace {

cp::Misbehaviour read(const std::string& text) {
  const std::string place;
  tool::Line line(text, place);
  const cp::Misbehaviour out = cp::readMisbehaviour(line);
  line.end();
  return out;
}

std::string mistake(const std::string& text) {
  try {
    read(text);
  } catch (const bridge::BadConfiguration& bad) { return bad.what(); }
  return "";
}

}  // namespace

TEST(mischiefWords, "a way to misbehave counts for all actions or for the one that is named") {
  const auto late = read("late 5 Reset");
  CPPUNIT_ASSERT(late.kind == Mischief::Late && late.delay == std::chrono::seconds(5));
  CPPUNIT_ASSERT(late.with("Reset") == Mischief::Late);
  CPPUNIT_ASSERT(late.with("ClearCache") == Mischief::None);
  CPPUNIT_ASSERT(read("html").with("ClearCache") == Mischief::Html);
  CPPUNIT_ASSERT(cp::Misbehaviour().with("Reset") == Mischief::None);
}

TEST(mischiefMistakes, "what is no way to misbehave, or no message of central systems, is named") {
  CPPUNIT_ASSERT(mistake("rudely").find("'rudely' is none of late, soap11, ") != std::string::npos);
  CPPUNIT_ASSERT(mistake("html Heartbeat").find("'Heartbeat' is no message of central systems") != std::string::npos);
  CPPUNIT_ASSERT(mistake("late soon").find("seconds") != std::string::npos);
  CPPUNIT_ASSERT(mistake("late").find("seconds") != std::string::npos);
  CPPUNIT_ASSERT(mistake("html Reset now") != "");
}
