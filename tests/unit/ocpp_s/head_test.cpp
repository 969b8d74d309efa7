// SPDX-License-Identifier: GPL-2.0-or-later
// What is written around a body: addressing headers, faults, escaping; and the dialects.
#include "ocpp_s/head.h"

#include <string>

#include "tests/unit/ocpp_s/soap_text.h"

namespace {

const ocpp_s::Dialect& v15() { return ocpp_s::dialectFor(ocpp::Version::V15); }

ocpp::DateTime moment() { return *ocpp::parseDateTime("2024-05-01T10:00:00.5Z"); }

}  // namespace

TEST(RequestWA1, "WA-1: a request to a charger has identity, MessageID, From, ReplyTo, To and Action") {
  ocpp_s::Codec codec;
  std::string xml;
  ocpp::RemoteStartTransaction::Request request;
  request.connectorId = 1;
  request.idTag = "T";
  codec.writeRequest(xml, v15(), ocpp::Role::ChargePoint, {"CP1", "urn:uuid:1", "", "", "http://cp/", "http://cs/", ""},
                     ocpp::Request(request));
  CPPUNIT_ASSERT_EQUAL(
      std::string("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                  "<SOAP-ENV:Envelope xmlns:SOAP-ENV=\"http://www.w3.org/2003/05/soap-envelope\" "
                  "xmlns:wsa=\"http://www.w3.org/2005/08/addressing\" xmlns:cp15=\"urn://Ocpp/Cp/2012/06/\">"
                  "<SOAP-ENV:Header>"
                  "<cp15:chargeBoxIdentity SOAP-ENV:mustUnderstand=\"true\">CP1</cp15:chargeBoxIdentity>"
                  "<wsa:MessageID>urn:uuid:1</wsa:MessageID>"
                  "<wsa:From><wsa:Address>http://cs/</wsa:Address></wsa:From>"
                  "<wsa:ReplyTo><wsa:Address>http://www.w3.org/2005/08/addressing/anonymous</wsa:Address></wsa:ReplyTo>"
                  "<wsa:To SOAP-ENV:mustUnderstand=\"true\">http://cp/</wsa:To>"
                  "<wsa:Action SOAP-ENV:mustUnderstand=\"true\">/RemoteStartTransaction</wsa:Action>"
                  "</SOAP-ENV:Header><SOAP-ENV:Body>"
                  "<cp15:remoteStartTransactionRequest><cp15:idTag>T</cp15:idTag><cp15:connectorId>1</cp15:connectorId>"
                  "</cp15:remoteStartTransactionRequest></SOAP-ENV:Body></SOAP-ENV:Envelope>"),
      xml);
}

TEST(ReplyWA2, "WA-2, WA-3: a reply relates to its request, goes to anonymous, in the manner of the request") {
  ocpp_s::Codec codec;
  ocpp::Heartbeat::Response response;
  response.currentTime = moment();
  std::string xml;
  codec.writeReply(xml, ocpp_s::dialectFor(ocpp::Version::V15, {true, ocpp_s::Addressing::Wsa200408}),
                   ocpp::Role::CentralSystem, {"CP1", "m2", "m1", "", "", "", ""}, ocpp::Response(response));
  CPPUNIT_ASSERT_EQUAL(
      std::string(
          "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
          "<SOAP-ENV:Envelope xmlns:SOAP-ENV=\"http://schemas.xmlsoap.org/soap/envelope/\" "
          "xmlns:wsa=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" xmlns:cs15=\"urn://Ocpp/Cs/2012/06/\">"
          "<SOAP-ENV:Header><wsa:MessageID>m2</wsa:MessageID><wsa:RelatesTo>m1</wsa:RelatesTo>"
          "<wsa:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</wsa:To>"
          "<wsa:Action>/HeartbeatResponse</wsa:Action></SOAP-ENV:Header><SOAP-ENV:Body>"
          "<cs15:heartbeatResponse><cs15:currentTime>2024-05-01T10:00:00Z</cs15:currentTime>"
          "</cs15:heartbeatResponse></SOAP-ENV:Body></SOAP-ENV:Envelope>"),
      xml);
}

TEST(FractionQuirk, "L-11: a dialect may ask for milliseconds") {
  ocpp_s::Codec codec;
  ocpp::Heartbeat::Response response;
  response.currentTime = moment();
  ocpp_s::Dialect dialect = v15();
  dialect.habits.set(ocpp_s::Quirk::Milliseconds, true);
  std::string xml;
  codec.writeReply(xml, dialect, ocpp::Role::CentralSystem, {}, ocpp::Response(response));
  CPPUNIT_ASSERT(xml.find(">2024-05-01T10:00:00.500Z<") != xml.npos);
}

TEST(FaultRoundTrip, "every fault is written so that it reads back, in SOAP 1.1 and 1.2, with its HTTP status") {
  using ocpp::FaultCode;
  const std::pair<FaultCode, int> codes[] = {{FaultCode::NotSupported, 500},     {FaultCode::InternalError, 500},
                                             {FaultCode::ProtocolError, 400},    {FaultCode::SecurityError, 400},
                                             {FaultCode::IdentityMismatch, 400}, {FaultCode::MustUnderstand, 500},
                                             {FaultCode::VersionMismatch, 500}};
  for (const auto& [code, status] : codes)
    for (const bool soap11 : {false, true}) {
      const auto dialect = ocpp_s::dialectFor(ocpp::Version::V16, {soap11, {}});
      std::string xml;
      ocpp_s::Codec::writeFault(xml, dialect, ocpp::Role::CentralSystem, {"", "m", "r", "", "", "", ""},
                                {code, "because <1> & \x01"});
      const auto reply = test::readReply<ocpp::Heartbeat>(xml);
      const auto& fault = std::get<ocpp::Fault>(reply.outcome);
      CPPUNIT_ASSERT_MESSAGE(xml, reply.soapFault && fault.code == code);
      CPPUNIT_ASSERT_EQUAL(std::string("because <1> & \xef\xbf\xbd"), fault.description);
      CPPUNIT_ASSERT_EQUAL(std::string("r"), reply.header.relatesTo);
      CPPUNIT_ASSERT_EQUAL(std::string("http://www.w3.org/2005/08/addressing/soap/fault"), reply.header.action);
      CPPUNIT_ASSERT_EQUAL(soap11 ? 500 : status, ocpp_s::httpStatus(dialect, fault));
    }
  std::string xml;
  ocpp_s::Codec::writeFault(xml, v15(), ocpp::Role::CentralSystem, {}, {FaultCode::SecurityError, "no"});
  CPPUNIT_ASSERT(xml.find("<SOAP-ENV:Fault><SOAP-ENV:Code><SOAP-ENV:Value>SOAP-ENV:Sender</SOAP-ENV:Value>"
                          "<SOAP-ENV:Subcode><SOAP-ENV:Value>cs15:SecurityError</SOAP-ENV:Value></SOAP-ENV:Subcode>"
                          "</SOAP-ENV:Code><SOAP-ENV:Reason><SOAP-ENV:Text xml:lang=\"en\">no</SOAP-ENV:Text>"
                          "</SOAP-ENV:Reason></SOAP-ENV:Fault>") != xml.npos);
}

TEST(Escaping, "L-4, L-6: every special and control character survives, in texts and in attributes") {
  ocpp_s::Codec codec;
  ocpp::DataTransfer::Request request;
  request.vendorId = "v";
  request.data = ocpp::Opaque<0>("<a b=\"'\">&amp;]]>\r\n\t \xf0\x9f\x94\x8c\x01</a>");
  std::string xml;
  codec.writeRequest(xml, v15(), ocpp::Role::CentralSystem, {"\r<&>", "", "", "", "", "", ""}, ocpp::Request(request));
  const auto message = test::read(xml);
  CPPUNIT_ASSERT_EQUAL(std::string("<a b=\"'\">&amp;]]>\r\n\t \xf0\x9f\x94\x8c\xef\xbf\xbd</a>"),
                       std::string(*std::get<ocpp::DataTransfer::Request>(message.request).data));
  CPPUNIT_ASSERT_EQUAL(std::string("<&>"), message.header.chargeBoxIdentity);
}

TEST(OldWords, "translation 2.9: 1.5 drops samples it has no word for; vector 34: one transactionData holds all") {
  ocpp::StopTransaction::Request request;
  request.transactionId.value = 1;
  request.timestamp = moment();
  request.reason = ocpp::Reason::Remote;
  ocpp::SampledValue energy, charge, trigger;
  energy.value = "1";
  charge.value = "2";
  charge.measurand = ocpp::Measurand::SoC;
  trigger.value = "3";
  trigger.context = ocpp::ReadingContext::Trigger;
  request.transactionData = {{moment(), {energy, charge}}, {moment(), {charge}}, {moment(), {trigger}}};
  ocpp_s::Codec codec;
  std::string xml;
  codec.writeRequest(xml, v15(), ocpp::Role::CentralSystem, {}, ocpp::Request(request));
  const std::string moment = "<cs15:values><cs15:timestamp>2024-05-01T10:00:00Z</cs15:timestamp>";
  CPPUNIT_ASSERT_EQUAL(
      "<cs15:meterStop>0</cs15:meterStop><cs15:transactionData>" + moment + "<cs15:value>1</cs15:value></cs15:values>" +
          moment + "<cs15:value>3</cs15:value></cs15:values></cs15:transactionData></cs15:stopTransactionRequest>",
      xml.substr(xml.find("<cs15:meterStop>"), xml.find("</SOAP-ENV:Body>") - xml.find("<cs15:meterStop>")));
}

TEST(EscapedText, "L-4, L-6: header and fault texts are escaped, a carriage return as reference") {
  std::string out;
  ocpp_s::appendEscaped(out, "a\rb<&>\"'\x01");
  CPPUNIT_ASSERT_EQUAL(std::string("a&#xD;b&lt;&amp;&gt;&quot;'\xef\xbf\xbd"), out);
}

TEST(AttributeOrder,
     "the attributes of 1.5 values stand in the order of the contract, whatever was written or read before") {
  ocpp::MeterValues::Request request;
  ocpp::SampledValue first, second;
  first.unit = ocpp::UnitOfMeasure::Wh;
  second.unit = ocpp::UnitOfMeasure::A;
  second.context = ocpp::ReadingContext::SampleClock;
  second.location = ocpp::Location::Inlet;
  request.meterValue = {{moment(), {first, second}}};
  ocpp_s::Codec codec;
  std::string xml, again;
  codec.writeRequest(xml, v15(), ocpp::Role::CentralSystem, {}, ocpp::Request(request));
  CPPUNIT_ASSERT(xml.find("<cs15:value context=\"Sample.Clock\" location=\"Inlet\" unit=\"Amp\"") != xml.npos);
  codec.readRequest(xml, ocpp::Role::CentralSystem);
  codec.writeRequest(again, v15(), ocpp::Role::CentralSystem, {}, ocpp::Request(request));
  CPPUNIT_ASSERT_EQUAL(xml, again);
}

TEST(TransactionIdLimit, "TX-2: a transactionId beyond 32 bits is the caller's error") {
  ocpp_s::Codec codec;
  ocpp::RemoteStopTransaction::Request request;
  request.transactionId.value = 5000000000;
  std::string xml;
  CPPUNIT_ASSERT_THROW(codec.writeRequest(xml, v15(), ocpp::Role::ChargePoint, {}, ocpp::Request(request)),
                       std::logic_error);
}

TEST(ServiceNamespaces, "section 1.1: six namespaces, with and without slash (G-3), and the cells of wire.h") {
  CPPUNIT_ASSERT(ocpp_s::findService("urn://Ocpp/Cp/2010/08")->version == ocpp::Version::V12);
  CPPUNIT_ASSERT(ocpp_s::findService("urn://Ocpp/Cp/2015/10/")->role == ocpp::Role::ChargePoint);
  CPPUNIT_ASSERT(!ocpp_s::findService("urn://Ocpp/Cp/2015/"));
  CPPUNIT_ASSERT(ocpp_s::offers(ocpp::Version::V15, ocpp::Role::ChargePoint, ocpp::indexOf<ocpp::DataTransfer>));
  CPPUNIT_ASSERT(!ocpp_s::offers(ocpp::Version::V12, ocpp::Role::ChargePoint, ocpp::indexOf<ocpp::DataTransfer>));
  CPPUNIT_ASSERT(!ocpp_s::offers(ocpp::Version::V16, ocpp::Role::ChargePoint, ocpp::actionCount - 1));
  CPPUNIT_ASSERT_EQUAL(std::string("application/soap+xml; charset=utf-8; action=\"/Reset\""),
                       ocpp_s::requestContentType(v15(), "/Reset"));
}
