// SPDX-License-Identifier: GPL-2.0-or-later
// What each habit of writing changes in an envelope (QUIRKS X1, A3, A12-A17, section 5; WA-1..WA-3).
#include <string>

#include "tests/unit/ocpp_s/soap_text.h"

namespace {

using ocpp_s::Quirk;
using ocpp_s::Quirks;

const ocpp_s::Header header{"CP1", "urn:uuid:2", "urn:uuid:1", "", "http://cp/", "http://cs/", ""};

std::string reset(Quirks more, Quirks less = {}, ocpp::Version version = ocpp::Version::V15) {
  ocpp_s::Codec codec;
  std::string xml;
  ocpp::Reset::Request request;
  codec.writeRequest(xml, ocpp_s::dialectFor(version, {}, (ocpp_s::standardQuirks() | more).without(less)),
                     ocpp::Role::ChargePoint, header, ocpp::Request(request));
  return xml;
}

std::string heartbeat(Quirks more, ocpp::Version version = ocpp::Version::V15) {
  ocpp_s::Codec codec;
  std::string xml;
  const ocpp::Heartbeat::Response response{*ocpp::parseDateTime("2024-05-01T10:00:00.5Z")};
  codec.writeReply(xml, ocpp_s::dialectFor(version, {}, ocpp_s::standardQuirks() | more), ocpp::Role::CentralSystem,
                   header, ocpp::Response(response));
  return xml;
}

void has(const std::string& xml, const std::string& part) {
  CPPUNIT_ASSERT_MESSAGE(part + " in " + xml, xml.find(part) != xml.npos);
}
void lacks(const std::string& xml, const std::string& part) {
  CPPUNIT_ASSERT_MESSAGE(part + " in " + xml, xml.find(part) == xml.npos);
}

}  // namespace

TEST(HabitsOfRequests,
     "A3, A8, A9: requests without mustUnderstand, without From, with From as text, with identity only") {
  has(reset({}), "<wsa:To SOAP-ENV:mustUnderstand=\"true\">");
  lacks(reset({}, {Quirk::MustUnderstand}), "mustUnderstand");
  lacks(reset({Quirk::NoFrom}), "<wsa:From>");
  has(reset({Quirk::BareFrom}), "<wsa:From>http://cs/</wsa:From>");
  const std::string bare = reset({Quirk::OnlyIdentity}, {Quirk::MustUnderstand});
  has(bare, "<SOAP-ENV:Header><cp15:chargeBoxIdentity>CP1</cp15:chargeBoxIdentity></SOAP-ENV:Header>");
  lacks(reset({Quirk::NoDeclaration}), "<?xml");
  has(reset({Quirk::WriteSoap11}), "http://schemas.xmlsoap.org/soap/envelope/");
  has(reset({Quirk::WriteOldAddressing}), "xmlns:wsa=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\"");
}

TEST(HabitsOfReplies,
     "A3, A14, A17: answers with mustUnderstand, identity, without MessageID, with a full URN in 1.2") {
  lacks(heartbeat({}), "chargeBoxIdentity");
  has(heartbeat({Quirk::ReplyIdentity}), "<cs15:chargeBoxIdentity>CP1<");
  has(heartbeat({Quirk::ReplyMustUnderstand}), "<wsa:Action SOAP-ENV:mustUnderstand=\"true\">/HeartbeatResponse<");
  lacks(heartbeat({Quirk::NoReplyMessageId}), "MessageID");
  has(heartbeat({Quirk::UrnAction}, ocpp::Version::V12),
      ">urn://Ocpp/Cs/2010/08/CentralSystemService/HeartbeatResponse<");
  has(heartbeat({Quirk::UrnAction}), ">/HeartbeatResponse<");
  has(heartbeat({Quirk::Milliseconds}), ">2024-05-01T10:00:00.500Z<");
}

TEST(OneReadingIn12, "MV-7: of several samples only the first is written in 1.2, as it stands") {
  ocpp::MeterValues::Request request;
  request.connectorId = 1;
  request.meterValue.resize(1);
  request.meterValue[0].timestamp = *ocpp::parseDateTime("2024-05-01T10:00:00Z");
  for (const char* value : {"21.5", "7"})
    request.meterValue[0].sampledValue.push_back({ocpp::Opaque<0>(value), {}, {}, {}, {}, {}, {}});
  ocpp_s::Codec codec;
  std::string xml;
  codec.writeRequest(xml, ocpp_s::dialectFor(ocpp::Version::V12), ocpp::Role::CentralSystem, header,
                     ocpp::Request(request));
  has(xml, "<cs12:timestamp>2024-05-01T10:00:00Z</cs12:timestamp><cs12:value>21.5</cs12:value></cs12:values></");
}

TEST(HabitsOfPrefixes, "X1: peers that match literal prefixes get them, and what is written still reads back") {
  const std::string xml = reset({Quirk::PrefixesSA});
  has(xml, "<s:Envelope xmlns:s=");
  has(xml, "<chargeBoxIdentity xmlns=\"urn://Ocpp/Cp/2012/06/\" s:mustUnderstand=\"true\">CP1</chargeBoxIdentity>");
  has(xml, "<s:Body><cp:resetRequest><cp:type>");
  has(xml, "<a:From><a:Address>http://cs/</a:Address></a:From>");
  lacks(xml, "cp15:");
  const auto message = test::read(xml, ocpp::Role::ChargePoint);
  CPPUNIT_ASSERT_EQUAL(std::string(), test::notes(message));
  CPPUNIT_ASSERT_EQUAL(std::string("CP1"), message.header.chargeBoxIdentity);
  has(reset({Quirk::PrefixesWsa5}), "<wsa5:To SOAP-ENV:mustUnderstand=\"true\">http://cp/</wsa5:To>");
}

TEST(HabitsOfProfiles,
     "section 5: what javaoca, cxf, gsoap and minimal12 write reads back with the notes that it deserves") {
  const auto notesOf = [](const char* profile) {
    return test::notes(test::read(reset(ocpp_s::findProfile(profile)->on, ocpp_s::findProfile(profile)->off),
                                  ocpp::Role::ChargePoint));
  };
  CPPUNIT_ASSERT_EQUAL(std::string("/From without Address; / http://schemas.xmlsoap.org/ws/2004/08/addressing"),
                       notesOf("javaoca"));
  CPPUNIT_ASSERT_EQUAL(std::string(), notesOf("cxf"));
  CPPUNIT_ASSERT_EQUAL(std::string(), notesOf("gsoap"));
  CPPUNIT_ASSERT_EQUAL(std::string(), notesOf("apostol"));
  CPPUNIT_ASSERT_EQUAL(std::string("/ no header MessageID, From, To, Action"), notesOf("minimal12"));
}

TEST(HabitsOfHttp, "H1, F5: Content-Type with or without action; Faults with the status that the peer knows") {
  const auto dialect = [](Quirks quirks) { return ocpp_s::dialectFor(ocpp::Version::V15, {}, quirks); };
  CPPUNIT_ASSERT_EQUAL(std::string("application/soap+xml; charset=utf-8"),
                       ocpp_s::requestContentType(dialect({Quirk::PlainContentType}), "/Reset"));
  CPPUNIT_ASSERT_EQUAL(std::string("application/soap+xml; charset=utf-8"),
                       ocpp_s::replyContentType(dialect({}), "/ResetResponse"));
  CPPUNIT_ASSERT_EQUAL(std::string("application/soap+xml; charset=utf-8; action=\"/ResetResponse\""),
                       ocpp_s::replyContentType(dialect({Quirk::ReplyAction}), "/ResetResponse"));
  const ocpp::Fault fault{ocpp::FaultCode::SecurityError, "no"};
  CPPUNIT_ASSERT_EQUAL(400, ocpp_s::httpStatus(dialect({}), fault));
  CPPUNIT_ASSERT_EQUAL(500, ocpp_s::httpStatus(dialect({Quirk::Fault500}), fault));
  CPPUNIT_ASSERT_EQUAL(200, ocpp_s::httpStatus(dialect({Quirk::Fault200}), fault));
}
