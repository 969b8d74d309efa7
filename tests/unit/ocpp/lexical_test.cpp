// SPDX-License-Identifier: GPL-2.0-or-later
// The lexical rules L-1, L-2, L-4, L-6, L-7, L-9, L-11: numbers, times and texts as both wires write them.
#include "ocpp/text.h"
#include "ocpp/time.h"
#include "ocpp/values.h"
#include "tests/support/test.h"

using namespace ocpp;

namespace {
std::string utc(const char* text, Fraction fraction = Fraction::IfNotZero) {
  const auto parsed = parseDateTime(text);
  return parsed ? formatDateTime(parsed->at, fraction) + (parsed->zoned ? "" : " local") : "refused";
}
}  // namespace

TEST(integers, "L-1: whole numbers are read with blanks, plus sign, leading zeros and a zero fraction, within int32") {
  CPPUNIT_ASSERT_EQUAL(17, *parseInt32(" 17 "));
  CPPUNIT_ASSERT_EQUAL(7, *parseInt32("+007"));
  CPPUNIT_ASSERT_EQUAL(12, *parseInt32("12.0"));
  CPPUNIT_ASSERT_EQUAL(-2147483647 - 1, *parseInt32("-2147483648"));
  CPPUNIT_ASSERT_EQUAL(1200, *parseInt32("1.2e3"));
  for (const char* bad : {"", " ", "2147483648", "1.5", "12a", "0x10", "--1", "1e99", "nan", "."})
    CPPUNIT_ASSERT(!parseInt32(bad));
  CPPUNIT_ASSERT_EQUAL(std::int64_t{9223372036854775807}, *parseInteger("9223372036854775807"));
  CPPUNIT_ASSERT(!parseInteger("9223372036854775808"));
}

TEST(booleans, "L-2: booleans are true, false, 1 and 0 in any case") {
  CPPUNIT_ASSERT(*parseBoolean(" TRUE\n"));
  CPPUNIT_ASSERT(*parseBoolean("1"));
  CPPUNIT_ASSERT(!*parseBoolean("false"));
  CPPUNIT_ASSERT(!*parseBoolean("0"));
  CPPUNIT_ASSERT(!parseBoolean("yes"));
}

TEST(decimals, "L-9: 21.4 stays 21.4; more digits are rounded half away from zero; no exponent is written") {
  const auto text = [](const char* s) { return formatDecimal(*parseDecimal(s)); };
  CPPUNIT_ASSERT_EQUAL(std::string("21.4"), text("21.4"));
  CPPUNIT_ASSERT_EQUAL(std::string("21.5"), text("21.45"));
  CPPUNIT_ASSERT_EQUAL(std::string("-21.5"), text("-21.45"));
  CPPUNIT_ASSERT_EQUAL(std::string("21.4"), text("21.4499999999999999999999"));
  CPPUNIT_ASSERT_EQUAL(std::string("16"), text("16.0"));
  CPPUNIT_ASSERT_EQUAL(std::string("0"), text("0.04"));
  CPPUNIT_ASSERT_EQUAL(std::string("-0.5"), text("-.5"));
  CPPUNIT_ASSERT_EQUAL(std::string("120000"), text("1.2E5"));
  CPPUNIT_ASSERT_EQUAL(std::string("0.1"), text("9.5e-2"));
  for (const char* bad : {"", "abc", "1,5", "1.2.3", "1e500"}) CPPUNIT_ASSERT(!parseDecimal(bad));
}

TEST(times, "L-3, L-11, vector 73: any fraction and zone is read, UTC with at most three digits is written") {
  CPPUNIT_ASSERT_EQUAL(std::string("2024-05-01T08:00:00.123Z"), utc("2024-05-01T10:00:00.1234567+02:00"));
  CPPUNIT_ASSERT_EQUAL(std::string("2024-05-01T08:00:00Z"), utc("2024-05-01T10:00:00.1234567+02:00", Fraction::None));
  CPPUNIT_ASSERT_EQUAL(std::string("2024-05-01T08:00:00.000Z"), utc("2024-05-01T08:00:00Z", Fraction::Three));
  CPPUNIT_ASSERT_EQUAL(std::string("2024-03-01T00:00:00Z"), utc("2024-02-29T24:00:00Z"));
  CPPUNIT_ASSERT_EQUAL(std::string("2024-05-01T10:00:00Z local"), utc("2024-05-01T10:00:00"));
  CPPUNIT_ASSERT_EQUAL(std::string("2019-12-31T23:30:00Z"), utc("2020-01-01T05:00:00+0530"));
  CPPUNIT_ASSERT_EQUAL(std::string("2013-01-09T05:13:33Z"), utc("2013-01-09T5:13:33Z"));
  CPPUNIT_ASSERT_EQUAL(std::string("1969-12-31T23:59:59.999Z"), utc("1969-12-31T23:59:59.999Z"));
  CPPUNIT_ASSERT_EQUAL(std::string("2100-02-28T12:00:00Z"), utc("2100-02-28T12:00:00Z"));
  for (const char* bad : {"", "2023-02-29T00:00:00Z", "2026-13-40T25:61:61Z", "2024-05-01",
                          "2022-05-17T15:42:03Z:", "2024-05-01T24:00:01Z"})
    CPPUNIT_ASSERT_EQUAL_MESSAGE(bad, std::string("refused"), utc(bad));
}

TEST(limits, "L-7: limits count code points and a cut never splits a character") {
  CPPUNIT_ASSERT_EQUAL(std::size_t{4}, codePoints("aé€😀"));
  CPPUNIT_ASSERT_EQUAL(std::string("aé€"), std::string(cutTo("aé€😀", 3)));
  CPPUNIT_ASSERT_EQUAL(std::string("€😀"), std::string(cutToEnd("aé€😀", 2)));
  CPPUNIT_ASSERT_EQUAL(std::string("abc"), std::string(cutTo("abc", 0)));
  CPPUNIT_ASSERT_EQUAL(std::size_t{2}, codePoints("\xFF\xC3"));
}

TEST(xmlCharacters, "L-6: what XML 1.0 cannot carry becomes U+FFFD, everything else stays") {
  CPPUNIT_ASSERT(isXmlText("tab\t cr\r lf\n é € 😀 <&>\""));
  CPPUNIT_ASSERT(!isXmlText(std::string_view("a\0b", 3)));
  CPPUNIT_ASSERT_EQUAL(std::string("a\xEF\xBF\xBD"
                                   "b"),
                       toXmlText("a\x01"
                                 "b"));
  CPPUNIT_ASSERT_EQUAL(std::string("\xEF\xBF\xBD"), toXmlText("\xEF\xBF\xBF"));  // U+FFFF
  CPPUNIT_ASSERT_EQUAL(std::string("\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"),
                       toXmlText("\xED\xA0\x80"));  // lone surrogate
  CPPUNIT_ASSERT(!isUtf8("\xC0\xAF"));
}

TEST(trimming, "L-4: XML white space is trimmed at both ends, nothing else") {
  CPPUNIT_ASSERT_EQUAL(std::string("a b\xC2\xA0"), std::string(trimmed(" \t\r\na b\xC2\xA0\n")));
  CPPUNIT_ASSERT(equalFold("HeartBeatInterval", "heartbeatinterval"));
  CPPUNIT_ASSERT(!equalFold("a", "ab"));
}
