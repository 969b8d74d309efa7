// SPDX-License-Identifier: GPL-2.0-or-later
// Who grants a charger its quirks, what is told to the log, and what is taken to mean something else.
#include "bridge/charger_quirks.h"

#include <string>

#include "bridge/charger_reply.h"
#include "tests/support/test.h"

using namespace bridge;
using ocpp_s::Quirk;
using ocpp_s::Quirks;

namespace {

std::string profileOf(const ChargerQuirks& quirks) { return std::string(quirks.profile()); }

ocpp_s::RequestMessage authorize(const char* tag) {
  ocpp_s::RequestMessage message;
  ocpp::Authorize::Request request;
  request.idTag = tag;
  message.request = request;
  return message;
}

std::string tagAfter(const char* tag, Quirks quirks) {
  ocpp_s::RequestMessage message = authorize(tag);
  applyMeaning(message, quirks, std::nullopt);
  CPPUNIT_ASSERT_EQUAL(message.notes.empty(), std::get<ocpp::Authorize::Request>(message.request).idTag == tag);
  return std::get<ocpp::Authorize::Request>(message.request).idTag;
}

ReadReply replyOf(int status, std::string body, std::size_t action, Quirks tolerated = ocpp_s::standardQuirks()) {
  ocpp_s::Codec codec;
  HttpResult result;
  result.outcome = HttpResult::Outcome::Answered;
  result.response.status = status;
  result.response.body = std::move(body);
  return readChargerReply(codec, action, "urn:uuid:ours", result, tolerated);
}

}  // namespace

TEST(GrantedQuirks, "a profile is the operator's, else the recognised one, else oca; single switches stand over each") {
  ChargerQuirks automatic({nullptr, {Quirk::Milliseconds}, {Quirk::Nil}});
  CPPUNIT_ASSERT_EQUAL(std::string("oca"), profileOf(automatic));
  CPPUNIT_ASSERT(automatic.wantsClues(false));
  CPPUNIT_ASSERT(!automatic.recognise({"V", "M", "soap", {}}));
  CPPUNIT_ASSERT(!automatic.wantsClues(false) && automatic.wantsClues(true));
  CPPUNIT_ASSERT(automatic.recognise({"KEBA", "P30", "", {}}) && !automatic.recognise({"KEBA", "P30", "", {}}));
  CPPUNIT_ASSERT(!automatic.recognise({"V", "M", "", {}}));
  CPPUNIT_ASSERT_EQUAL(std::string("keba"), profileOf(automatic));
  CPPUNIT_ASSERT(automatic.has(Quirk::ConnectorZero) && automatic.has(Quirk::Milliseconds) &&
                 !automatic.has(Quirk::Nil));
  automatic.choose({profileNamed("javaoca"), {}, {}});
  CPPUNIT_ASSERT_EQUAL(std::string("javaoca"), profileOf(automatic));
  CPPUNIT_ASSERT(!automatic.wantsClues(true) && automatic.has(Quirk::Nil) && !automatic.has(Quirk::Milliseconds));
  CPPUNIT_ASSERT(automatic.has(Quirk::MustUnderstand));
  automatic.drop(Quirk::MustUnderstand);  // ER-2
  CPPUNIT_ASSERT(!automatic.has(Quirk::MustUnderstand));
  automatic.choose({profileNamed("javaoca"), {}, {}});
  CPPUNIT_ASSERT(!automatic.has(Quirk::MustUnderstand));
  automatic.choose({nullptr, {}, {}});
  CPPUNIT_ASSERT_EQUAL(std::string("keba"), profileOf(automatic));
  CPPUNIT_ASSERT_MESSAGE("A5: another choice begins anew", automatic.has(Quirk::MustUnderstand));
}

TEST(CountedQuirks,
     "what loses something is told each time; the rest for the 1st, 10th, 100th time, and always counted") {
  ChargerQuirks quirks({});
  const auto tell = [&](Quirk quirk) { return quirks.count({{quirk, "/a", "b"}}); };
  std::string told;
  for (int i = 1; i <= 1000; ++i)
    if (!tell(Quirk::MessageId).empty()) told += std::to_string(i) + " ";
  CPPUNIT_ASSERT_EQUAL(std::string("1 10 100 1000 "), told);
  CPPUNIT_ASSERT_EQUAL(std::uint32_t{1000}, quirks.counts()[static_cast<std::size_t>(Quirk::MessageId)]);
  CPPUNIT_ASSERT_EQUAL(std::string("too-long /a b"), tell(Quirk::TooLong));
  CPPUNIT_ASSERT_EQUAL(std::string("too-long /a b"), tell(Quirk::TooLong));
  CPPUNIT_ASSERT_EQUAL(std::string("nil / x; too-long / y"),
                       quirks.count({{Quirk::Nil, "/", "x"}, {Quirk::TooLong, "/", "y"}}));
  for (int i = 2; i < 10; ++i) tell(Quirk::Nil);
  CPPUNIT_ASSERT_EQUAL(std::string("nil /a b (10 times)"), tell(Quirk::Nil));
}

TEST(RewrittenTags, "X18: the suffix of payment terminals goes and letters grow only where the switches say so") {
  CPPUNIT_ASSERT_EQUAL(std::string("ab;NULL"), tagAfter("ab;NULL", ocpp_s::standardQuirks()));
  CPPUNIT_ASSERT_EQUAL(std::string("ab"), tagAfter("ab;NULL", {Quirk::TagSuffix}));
  CPPUNIT_ASSERT_EQUAL(std::string("ab"), tagAfter("term7;ab", {Quirk::TagSuffix}));
  CPPUNIT_ASSERT_EQUAL(std::string("ab"), tagAfter("ab", {Quirk::TagSuffix}));
  CPPUNIT_ASSERT_EQUAL(std::string("ab;"), tagAfter("ab;", {Quirk::TagSuffix}));
  CPPUNIT_ASSERT_EQUAL(std::string("AB"), tagAfter("ab;null", {Quirk::TagSuffix, Quirk::TagUpperCase}));
}

TEST(RewrittenConnector,
     "P3: MeterValues of connector 0 are those of 1 where the switch says so and there is one connector") {
  const auto connectorAfter = [](Quirks quirks, std::optional<int> connectors) {
    ocpp_s::RequestMessage message;
    message.request = ocpp::MeterValues::Request{};
    applyMeaning(message, quirks, connectors);
    return std::get<ocpp::MeterValues::Request>(message.request).connectorId;
  };
  CPPUNIT_ASSERT_EQUAL(0, connectorAfter(ocpp_s::standardQuirks(), 1));
  CPPUNIT_ASSERT_EQUAL(1, connectorAfter({Quirk::ConnectorZero}, 1));
  CPPUNIT_ASSERT_EQUAL(1, connectorAfter({Quirk::ConnectorZero}, std::nullopt));
  CPPUNIT_ASSERT_EQUAL(0, connectorAfter({Quirk::ConnectorZero}, 2));
}

TEST(SilentReplies,
     "H9, X10: nothing at all is a response only where nothing has to be said, and only with 200, 202 or 204") {
  using session::ChargerFailure;
  const std::size_t update = ocpp::indexOf<ocpp::UpdateFirmware>, reset = ocpp::indexOf<ocpp::Reset>;
  for (const int status : {200, 202, 204}) CPPUNIT_ASSERT(replyOf(status, "\r\n", update).reply.response);
  CPPUNIT_ASSERT(replyOf(404, "", update).reply.failure == ChargerFailure::WrongUrl);
  CPPUNIT_ASSERT(replyOf(500, "", update).reply.failure == ChargerFailure::ServerError);
  CPPUNIT_ASSERT(replyOf(202, "", reset).reply.failure == ChargerFailure::WrongUrl);
  const std::string empty =
      "<e:Envelope xmlns:e=\"http://www.w3.org/2003/05/soap-envelope\"><e:Body></e:Body></e:Envelope>";
  CPPUNIT_ASSERT(replyOf(200, empty, update).reply.response);
  CPPUNIT_ASSERT(replyOf(200, empty, reset).reply.failure == ChargerFailure::Malformed);
  const ReadReply strict = replyOf(200, empty, update, ocpp_s::findProfile("strict")->quirks());
  CPPUNIT_ASSERT(strict.reply.failure == ChargerFailure::Malformed);
  CPPUNIT_ASSERT(strict.reply.fault.code == ocpp::FaultCode::InternalError);
}
