// SPDX-License-Identifier: GPL-2.0-or-later
// C1: a StopTransaction that is too large to be read whole is read without its readings, and nothing else is.
#include "ocpp_s/readings.h"

#include <algorithm>

#include "ocpp_s/envelope.h"
#include "tests/support/large_stop.h"
#include "tests/support/test.h"

using ocpp_s::Quirk;
using ocpp_s::withoutReadings;

namespace {

struct Read {
  std::string refusal;
  ocpp::StopTransaction::Request stop;
  bool lost = false;
};

Read read(const std::string& xml, const ocpp_s::GuardLimits& limits = {}) {
  ocpp_s::Codec codec(limits);
  auto result = codec.readRequest(xml, ocpp::Role::CentralSystem);
  if (const auto* failure = std::get_if<ocpp_s::ReadFailure>(&result)) return {failure->fault.description, {}, false};
  auto& message = std::get<ocpp_s::RequestMessage>(result);
  const bool lost = std::any_of(message.notes.begin(), message.notes.end(),
                                [](const ocpp_s::Note& note) { return note.quirk == Quirk::LostReadings; });
  return {"", std::get<ocpp::StopTransaction::Request>(message.request), lost};
}

std::size_t samples(const ocpp::StopTransaction::Request& stop) {
  std::size_t count = 0;
  for (const ocpp::MeterValue& each : stop.transactionData) count += each.sampledValue.size();
  return count;
}

void expectHead(const Read& read) {
  CPPUNIT_ASSERT_EQUAL(std::string(), read.refusal);
  CPPUNIT_ASSERT_EQUAL(std::int64_t(7), read.stop.transactionId.value);
  CPPUNIT_ASSERT_EQUAL(4711, read.stop.meterStop);
  CPPUNIT_ASSERT(read.stop.idTag && *read.stop.idTag == "TAG");
}

}  // namespace

TEST(largeStopWhole, "C1: the honest stop of a day, 1,440 x 4 readings, is read whole within the default bounds") {
  const std::string xml = test::largeStop(1440);
  CPPUNIT_ASSERT_MESSAGE(std::to_string(xml.size()), xml.size() > 750'000 && xml.size() < 1'000'000);
  const Read whole = read(xml);
  expectHead(whole);
  CPPUNIT_ASSERT(!whole.lost);
  CPPUNIT_ASSERT_EQUAL(std::size_t(5760), samples(whole.stop));
}

TEST(largeStopLost,
     "C1: beyond a bound, of elements or of bytes, the stop is read without its readings, and that is noted") {
  ocpp_s::GuardLimits few;
  few.elements = 8000;
  ocpp_s::GuardLimits small;
  small.bytes = 700'000;
  for (const auto& limits : {few, small})
    for (const bool readingsFirst : {false, true}) {
      const Read lost = read(test::largeStop(1440, "CP1", readingsFirst), limits);
      expectHead(lost);
      CPPUNIT_ASSERT(lost.lost && lost.stop.transactionData.empty());
    }
  CPPUNIT_ASSERT(!read(test::largeStop(1000), few).lost);
}

TEST(largeStopCut,
     "C1: a stop that was cut off within its readings is closed and read; one cut off before them is not") {
  const std::string xml = test::largeStop(1440);
  ocpp_s::GuardLimits small;
  small.bytes = 100'000;
  for (const std::size_t length : {std::size_t(200'000), std::size_t(200'001), std::size_t(200'037), xml.size() - 45}) {
    const Read cut = read(xml.substr(0, length), small);
    expectHead(cut);
    CPPUNIT_ASSERT(cut.lost && cut.stop.transactionData.empty());
  }
  CPPUNIT_ASSERT(!withoutReadings(xml.substr(0, 300)));
  const Read lacking = read(test::largeStop(1440, "CP1", true).substr(0, 200'000), small);
  CPPUNIT_ASSERT_MESSAGE("its fields stood behind", !lacking.refusal.empty());
}

TEST(largeOthers, "C1: what is no StopTransaction is refused beyond the bounds, however it looks") {
  ocpp_s::GuardLimits few;
  few.elements = 100;
  std::string other = test::largeStop(1440);
  for (std::size_t at = 0; (at = other.find("stopTransaction", at)) != std::string::npos;) other.replace(at, 4, "halt");
  CPPUNIT_ASSERT_EQUAL(std::string("too many elements"), read(other, few).refusal);
  std::string many = "<e:Envelope xmlns:e='http://www.w3.org/2003/05/soap-envelope'><e:Header>";
  for (int i = 0; i < 200; ++i) many += "<x/>";
  many += "</e:Header>" + test::largeStop(1).substr(test::largeStop(1).find("<s:Body>"));
  CPPUNIT_ASSERT(!read(many, few).refusal.empty());
}

TEST(withoutReadingsLongTag, "C1, C4: a tag that is too long is not read to its end, unless it is among the readings") {
  const std::string longTag = "<x" + std::string(50'000, ' ') + "a='1'/>";
  const std::string begin = "<E><Body><stopTransactionRequest>", end = "</stopTransactionRequest></Body></E>";
  const std::string readings = "<transactionData>" + longTag + "</transactionData>";
  CPPUNIT_ASSERT_EQUAL(begin + end, withoutReadings(begin + readings + end, 1000).value_or(""));
  CPPUNIT_ASSERT(!withoutReadings(longTag + begin + readings + end, 1000));
  CPPUNIT_ASSERT(!withoutReadings(begin + longTag + readings + end, 1000));
  CPPUNIT_ASSERT(!withoutReadings(begin + readings + longTag + end, 1000));
  CPPUNIT_ASSERT_EQUAL(begin + longTag + end, withoutReadings(begin + longTag + readings + end).value_or(""));
  const std::string blanks(50'000, ' ');
  CPPUNIT_ASSERT_EQUAL(
      begin + end,
      withoutReadings(begin + "<transactionData" + blanks + ">1</transactionData>" + end, 1000).value_or(""));
  const std::string padded = "</stopTransactionRequest" + blanks + "></Body></E>";
  CPPUNIT_ASSERT_EQUAL(begin + padded, withoutReadings(begin + readings + padded, 1000).value_or(""));
  CPPUNIT_ASSERT(!withoutReadings(begin + "<", 1));
}

TEST(withoutReadingsMarkup, "C1: comments, CDATA, quotes and elements that only look like readings mislead nobody") {
  const std::string begin = "<E><B a='>'><!-- <Body> --></B><x:Body><stopTransactionRequest>";
  const std::string end = "</stopTransactionRequest></x:Body></E>";
  const std::string kept =
      "<idTag><![CDATA[<transactionData>]]></idTag><o><transactionData/></o><!--<transactionData>--><y b=\"/>\"/>";
  const std::string readings =
      "<q:TransactionData z='</transactionData>'><transactionData/><a>1</a></q:TransactionData>";
  CPPUNIT_ASSERT_EQUAL(begin + kept + end, withoutReadings(begin + kept + readings + end).value_or(""));
  CPPUNIT_ASSERT_EQUAL(begin + kept + end, withoutReadings(begin + readings + kept + readings + end).value_or(""));
  CPPUNIT_ASSERT_EQUAL(begin + end, withoutReadings(begin + "<transactionData/>" + end).value_or(""));
  CPPUNIT_ASSERT(!withoutReadings(begin + kept + end));
  CPPUNIT_ASSERT(!withoutReadings("") && !withoutReadings("<") && !withoutReadings("<a") && !withoutReadings("</a>"));
}
