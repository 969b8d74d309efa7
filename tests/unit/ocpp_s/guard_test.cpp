// SPDX-License-Identifier: GPL-2.0-or-later
// The scan before the parsers: what it refuses, and that it stays linear.
#include "ocpp_s/guard.h"

#include <string>

#include "tests/unit/ocpp_s/soap_text.h"

namespace {

std::string verdict(std::string_view document) {
  const ocpp_s::Guarded guarded = ocpp_s::guard(document);
  return guarded.refusal ? guarded.refusal : "ok";
}

std::string repeated(std::string_view part, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += part;
  return all;
}

}  // namespace

TEST(GuardPasses, "the guard passes documents with comments, CDATA, declarations, a BOM and white space around") {
  CPPUNIT_ASSERT_EQUAL(std::string("ok"), verdict("<a/>"));
  CPPUNIT_ASSERT_EQUAL(std::string("ok"), verdict("\xef\xbb\xbf\r\n <?xml version='1.0'?><a><b c='>'/></a>\r\n"));
  CPPUNIT_ASSERT_EQUAL(std::string("ok"), verdict("<a><!-- <x> --><![CDATA[ </a> ]]></a >"));
}

TEST(GuardRefuses, "the guard refuses DTD, NUL, what is not XML, and tags that do not match (G-8)") {
  CPPUNIT_ASSERT_EQUAL(std::string("this is not XML"), verdict("--MIME\r\n"));
  CPPUNIT_ASSERT_EQUAL(std::string("there is no document"), verdict(" \n"));
  CPPUNIT_ASSERT_EQUAL(std::string("a NUL character is not allowed"), verdict(std::string_view("<a>\0</a>", 8)));
  CPPUNIT_ASSERT_EQUAL(std::string("a NUL character is not allowed"), verdict("<a>&#x00;</a>"));
  CPPUNIT_ASSERT_EQUAL(std::string("a NUL character is not allowed"), verdict("<a>&#0;</a>"));
  CPPUNIT_ASSERT_EQUAL(std::string("ok"), verdict("<a>&#10;</a>"));
  CPPUNIT_ASSERT_EQUAL(std::string("a document type declaration is not allowed"), verdict("<!DOCTYPE a><a/>"));
  CPPUNIT_ASSERT_EQUAL(std::string("an end tag does not match"), verdict("<a><b></a></b>"));
  CPPUNIT_ASSERT_EQUAL(std::string("an end tag does not match"), verdict("<a></ab>"));
  CPPUNIT_ASSERT_EQUAL(std::string("the document ends early"), verdict("<a><b></b>"));
  CPPUNIT_ASSERT_EQUAL(std::string("more than one root element"), verdict("<a/><b/>"));
  CPPUNIT_ASSERT_EQUAL(std::string("'<' inside a tag"), verdict("<a <b></a>"));
  CPPUNIT_ASSERT_EQUAL(std::string("a tag has no name"), verdict("<a>< /a>"));
}

TEST(GuardLimits, "the guard refuses too many attributes, deep nesting, long tags and large documents") {
  CPPUNIT_ASSERT_EQUAL(std::string("too many attributes"), verdict("<a" + repeated(" b='c'", 65) + "/>"));
  CPPUNIT_ASSERT_EQUAL(std::string("elements are nested too deeply"), verdict(repeated("<a>", 33)));
  CPPUNIT_ASSERT_EQUAL(std::string("the document is too large"), verdict(std::string(1100000, ' ')));
  ocpp_s::GuardLimits wide;
  wide.depth = 64;
  wide.bytes = 2 << 20;
  const std::string deep = repeated("<a>", 64) + std::string(1100000, ' ') + repeated("</a>", 64);
  CPPUNIT_ASSERT(ocpp_s::guard(deep, wide).refusal == nullptr);
  CPPUNIT_ASSERT(ocpp_s::guard("<a>" + deep + "</a>", wide).refusal != nullptr);
  CPPUNIT_ASSERT_EQUAL(std::string("a tag is too long"), verdict("<a b='" + std::string(20000, 'x') + "'/>"));
}

TEST(GuardAround, "the guard refuses too many attributes around an element, and too many elements (G-8)") {
  std::string levels;
  for (int i = 0; i < 6; ++i) levels += "<a" + repeated(" b='c'", 25) + ">";
  CPPUNIT_ASSERT_EQUAL(std::string("too many attributes around an element"), verdict(levels));
  std::string beside = "<a>";
  for (int i = 0; i < 100; ++i) beside += "<b" + repeated(" b='c'", 60) + "></b>";
  CPPUNIT_ASSERT_EQUAL(std::string("ok"), verdict(beside + "</a>"));
  CPPUNIT_ASSERT_EQUAL(std::string("too many elements"), verdict("<a>" + repeated("<b/>", 65536) + "</a>"));
}

TEST(GuardEncodings, "the guard refuses encodings other than UTF-8 and Latin-1, declared or not, by name (G-8)") {
  const std::string wide = "UTF-16 and UTF-32 are not read, please send UTF-8";
  const std::string other = "this encoding is not read, please send UTF-8";
  CPPUNIT_ASSERT_EQUAL(wide, verdict(std::string_view("\xFF\xFE<\0a\0", 6)));
  CPPUNIT_ASSERT_EQUAL(wide, verdict(std::string_view("\0<\0a", 4)));
  CPPUNIT_ASSERT_EQUAL(wide, verdict(std::string_view("<\0a\0", 4)));
  CPPUNIT_ASSERT_EQUAL(other, verdict("<?xml version='1.0' encoding='UTF-16'?><a/>"));
  CPPUNIT_ASSERT_EQUAL(other, verdict("<?xml version=\"1.0\" encoding = \"utf-7\" ?><a/>"));
  CPPUNIT_ASSERT_EQUAL(std::string("ok"), verdict("<?xml version='1.0' encoding='Latin1'?><a/>"));
  CPPUNIT_ASSERT_EQUAL(std::string("ok"), verdict("<?xml version='1.0' encoding='utf-8'?><a>encoding='x'</a>"));
}

TEST(GuardOnce, "the guard refuses a second Header or Body of the envelope, not of what is in the Body (G-8)") {
  const std::string twice = "more than one Header or Body";
  CPPUNIT_ASSERT_EQUAL(twice, verdict("<s:Envelope><s:Body/><s:Body/></s:Envelope>"));
  CPPUNIT_ASSERT_EQUAL(twice, verdict("<Envelope><Header/><x:header></x:header><Body/></Envelope>"));
  CPPUNIT_ASSERT_EQUAL(std::string("ok"), verdict("<Envelope><Header/><Body><a><Body/><Body/></a></Body></Envelope>"));
}

TEST(GuardBehind, "the guard refuses text behind the root element, not white space and comments") {
  CPPUNIT_ASSERT_EQUAL(std::string("text behind the root element"), verdict("<a/>x"));
  CPPUNIT_ASSERT_EQUAL(std::string("text behind the root element"), verdict("<a></a>x<!-- -->"));
  CPPUNIT_ASSERT_EQUAL(std::string("ok"), verdict("<a></a> <!-- x --> \n"));
}

TEST(GuardPlain, "texts are called plain only when no character in them can be illegal") {
  CPPUNIT_ASSERT(ocpp_s::guard("<a>plain \xc3\xa9\n</a>").plain);
  CPPUNIT_ASSERT(!ocpp_s::guard("<a>latin \xe9 </a>").plain);
  CPPUNIT_ASSERT(!ocpp_s::guard("<a>12345678\x01</a>").plain);
  CPPUNIT_ASSERT(!ocpp_s::guard("<a>&#1;</a>").plain);
}

TEST(DoctypeVector71, "vector 71: a body with DOCTYPE is refused with ProtocolError") {
  const std::string body = test::element("heartbeatRequest", test::cs15);
  CPPUNIT_ASSERT_EQUAL(std::string("ProtocolError: a document type declaration is not allowed"),
                       test::text(test::refusal("<!DOCTYPE x [<!ENTITY e 'e'>]>" + test::envelope(body)).fault));
}
