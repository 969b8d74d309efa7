// SPDX-License-Identifier: GPL-2.0-or-later
// Envelopes that no strict parser accepts but chargers send: each is read, with a note (QUIRKS X-n, A-n, F-n; own
// text).
#include <string>

#include "tests/unit/ocpp_s/soap_text.h"

using test::element;
using test::envelope;

namespace {

constexpr const char* outside = "/ elements outside the message's namespace were read as its own";

std::string header(std::string_view text) { return envelope(element("heartbeatRequest", test::cs15), text); }

}  // namespace

TEST(QuirkX1, "X1: any prefixes and default namespaces are read without a note") {
  test::assertReads(
      "<Envelope xmlns=\"http://www.w3.org/2003/05/soap-envelope\"><Body><ns0:authorizeRequest "
      "xmlns:ns0=\"urn://Ocpp/Cs/2012/06/\"><ns0:idTag>T</ns0:idTag></ns0:authorizeRequest></Body></Envelope>",
      "Authorize{idTag=\"T\" }", "/ no header MessageID, From, To, Action");
}

TEST(QuirkX2, "X2, ER-2: a SOAP 1.1 envelope is read and remembered; strict reading answers VersionMismatch") {
  const std::string xml =
      "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Body><heartbeatRequest "
      "xmlns=\"urn://Ocpp/Cs/2012/06/\"/></e:Body></e:Envelope>";
  CPPUNIT_ASSERT(test::read(xml).manner.soap11);
  CPPUNIT_ASSERT(!test::read(header("")).manner.soap11);
  ocpp_s::Quirks all = ocpp_s::standardQuirks();
  all.set(ocpp_s::Quirk::Soap11, false);
  CPPUNIT_ASSERT(ocpp_s::judge(test::read(xml).notes, all)->code == ocpp::FaultCode::VersionMismatch);
}

TEST(QuirkX3, "X3: white space before the XML declaration and behind the envelope does not matter") {
  test::assertReads("\r\n <?xml version=\"1.0\" encoding=\"utf-8\"?>" + header("") + "\r\n\r\n", "Heartbeat{}",
                    "/ white space before the XML declaration");
}

TEST(QuirkX4, "X4: an undeclared xsi prefix on nil is read") {
  test::assertReads(envelope(element("stopTransactionRequest", test::cs15,
                                     "<transactionId xsi:nil=\"true\"></transactionId>"
                                     "<timestamp>2024-05-01T10:00:00Z</timestamp><meterStop>5</meterStop>")),
                    "StopTransaction{transactionId=0 timestamp=1714557600000ms meterStop=5 transactionData=[] }",
                    "/transactionId is empty; / nil elements were read as absent");
  test::assertReads(envelope(element("authorizeRequest", test::cs15, "<ocpp:idTag>T</ocpp:idTag>")),
                    "Authorize{idTag=\"T\" }", "/ an undeclared namespace prefix was ignored");
}

TEST(NilRepaired, "L-12: nil elements are absent in repaired bodies, too") {
  test::assertReads(
      envelope("<cs:meterValuesRequest><connectorId>1</connectorId><transactionId xsi:nil=\"1\"/>"
               "</cs:meterValuesRequest>"),
      "MeterValues{connectorId=1 meterValue=[] }",
      "/ an undeclared namespace prefix was ignored; " + std::string(outside) + "; / nil elements were read as absent");
}

TEST(QuirkX6, "X6: unqualified children are read as the wrapper's") {
  test::assertReads(envelope("<cs:authorizeRequest><idTag>T</idTag></cs:authorizeRequest>"), "Authorize{idTag=\"T\" }",
                    outside);
}

TEST(QuirkX7, "X7, G-5: elements are read in any order") {
  test::assertReads(envelope(element("startTransactionRequest", test::cs15,
                                     "<meterStart>0</meterStart><timestamp>2024-05-01T10:00:00Z</timestamp>"
                                     "<idTag>T</idTag><connectorId>1</connectorId>")),
                    "StartTransaction{connectorId=1 idTag=\"T\" timestamp=1714557600000ms meterStart=0 }",
                    "/ timestamp is out of the contract's order");
}

TEST(QuirkX8, "X8, G-3: a namespace without slash is read, the other service's too where this one has the operation") {
  test::assertReads(envelope(element("heartbeatRequest", "urn://Ocpp/Cs/2015/10")), "Heartbeat{}",
                    "/ urn://Ocpp/Cs/2015/10");
  test::assertReads(envelope(element("authorizeRequest", test::cp15, "<idTag>T</idTag>")), "Authorize{idTag=\"T\" }",
                    "/ the body has the namespace of the other service");
  const auto reply =
      test::readReply<ocpp::Reset>(envelope(element("resetResponse", test::cs15, "<status>Accepted</status>")));
  CPPUNIT_ASSERT_EQUAL(std::string("Reset{status=Accepted }"), test::dump(std::get<ocpp::Response>(reply.outcome)));
}

TEST(QuirkX9, "X9, G-2: the version is that of the body; chargeBoxIdentity may have another one") {
  const auto message = test::read(
      envelope(element("heartbeatRequest", test::cs16), "<cs:chargeBoxIdentity> CP1\n</cs:chargeBoxIdentity>"));
  CPPUNIT_ASSERT(message.version == ocpp::Version::V16);
  CPPUNIT_ASSERT_EQUAL(std::string("CP1"), message.header.chargeBoxIdentity);
  CPPUNIT_ASSERT_EQUAL(std::string("/chargeBoxIdentity of another version or service"), test::notes(message));
}

TEST(QuirkX12, "X12: markup inside DataTransfer.data is text, and never changed when it is text already") {
  test::assertReads(envelope(element("dataTransferRequest", test::cs15,
                                     "<vendorId>v</vendorId><data><a b=\"1\">x &amp; y</a> <c/></data>")),
                    "DataTransfer{vendorId=\"v\" data=\"<a b=\\x221\\x22>x &amp; y</a> <c/>\" }",
                    "/data markup was read as text");
  test::assertReads(envelope(element("dataTransferRequest", test::cs15,
                                     "<vendorId>v</vendorId><data> &lt;a>x &amp;amp; y<![CDATA[ </a> ]]> </data>")),
                    "DataTransfer{vendorId=\"v\" data=\" <a>x &amp; y </a>  \" }", "");
}

TEST(UrisAsTheyStand, "L-10: white space around a URI goes, nothing in it is encoded, every scheme is passed on") {
  for (const std::string uri : {"ftp://user:pa ss@host/a%20b", "sftp://h/\xc3\xa4"}) {
    const auto read =
        test::read(envelope(element("getDiagnosticsRequest", test::cp15, "<location> " + uri + "\n</location>")),
                   ocpp::Role::ChargePoint);
    CPPUNIT_ASSERT_EQUAL(uri, std::string(std::get<ocpp::GetDiagnostics::Request>(read.request).location));
  }
}

TEST(QuirkX14, "X14, G-4: misspelt wrappers and elements in other case are read") {
  test::assertReads(envelope(element("AuthorizeRequest", test::cs15, "<IdTag>T</IdTag>")), "Authorize{idTag=\"T\" }",
                    "/ AuthorizeRequest was read as authorizeRequest; /IdTag was read as idTag");
  const auto reply = test::readReply<ocpp::GetLocalListVersion>(
      envelope(element("getLocalListResponse", test::cp15, "<listVersion>3</listVersion>")));
  CPPUNIT_ASSERT_EQUAL(std::string("GetLocalListVersion{listVersion=3 }"),
                       test::dump(std::get<ocpp::Response>(reply.outcome)));
}

TEST(QuirkX15,
     "X15: interval and heartbeatInterval are read in every version, and the two spellings of the local list") {
  const std::string time = "<status>Accepted</status><currentTime>2024-05-01T10:00:00Z</currentTime>";
  const std::string expected = "BootNotification{status=Accepted currentTime=1714557600000ms interval=300 }";
  for (const auto& ns : {test::cs12, test::cs15, test::cs16})
    for (const char* name : {"interval", "heartbeatInterval"}) {
      const auto reply = test::readReply<ocpp::BootNotification>(
          envelope(element("bootNotificationResponse", ns, time + "<" + name + ">300</" + name + ">")));
      CPPUNIT_ASSERT_EQUAL(expected, test::dump(std::get<ocpp::Response>(reply.outcome)));
    }
  const auto list =
      test::read(envelope(element(
                     "sendLocalListRequest", test::cp15,
                     "<updateType>Full</updateType><listVersion>1</listVersion><localAuthorizationList><idTag>T</idTag>"
                     "</localAuthorizationList><hash>h</hash>")),
                 ocpp::Role::ChargePoint);
  CPPUNIT_ASSERT_EQUAL(
      std::string("SendLocalList{listVersion=1 localAuthorizationList=[{idTag=\"T\" } ] updateType=Full }"),
      test::dump(list.request));
}

TEST(ExtraElements, "G-6: unknown elements are ignored with a note; strict reading refuses them") {
  const std::string xml = envelope(element("authorizeRequest", test::cs15, "<idTag>T</idTag><mood>good</mood>"));
  test::assertReads(xml, "Authorize{idTag=\"T\" }", "/mood unexpected element: ignored");
  CPPUNIT_ASSERT(test::strictFault(xml).code == ocpp::FaultCode::ProtocolError);
}

TEST(MeterShapes, "P6: meter values of another version's shape, and with attributes on the block, are read") {
  const std::string expected =
      "MeterValues{connectorId=1 meterValue=[{timestamp=1714557600000ms sampledValue=[{value=\"7\" "
      "measurand=Voltage unit=V } ] } ] }";
  const std::string connector = "<connectorId>1</connectorId>", moment = "<timestamp>2024-05-01T10:00:00Z</timestamp>";
  const auto dumped = [](const std::string& xml) { return test::dump(test::read(xml).request); };
  CPPUNIT_ASSERT_EQUAL(
      expected, dumped(envelope(element("meterValuesRequest", test::cs15,
                                        connector + "<values timestamp=\"2024-05-01T10:00:00Z\" measurand=\"Voltage\" "
                                                    "unit=\"Volt\"><value>7</value></values>"))));
  CPPUNIT_ASSERT_EQUAL(expected,
                       dumped(envelope(element("meterValuesRequest", test::cs15,
                                               connector + "<meterValue>" + moment +
                                                   "<sampledValue><value>7</value><measurand>Voltage</measurand>"
                                                   "<unit>V</unit></sampledValue></meterValue>"))));
  CPPUNIT_ASSERT_EQUAL(
      expected, dumped(envelope(element(
                    "meterValuesRequest", test::cs16,
                    connector + "<values>" + moment + "<value measurand=\"Voltage\" unit=\"V\">7</value></values>"))));
}

TEST(QuirksA1ToA9, "A1-A9, WA-4: headers may be missing, in any namespace and case, or without Address") {
  CPPUNIT_ASSERT_EQUAL(std::string(), test::read(header("")).header.chargeBoxIdentity);
  const auto a2 = test::read(header("<a:ChargeBoxIdentity> CP 1\n</a:ChargeBoxIdentity>"));  // vector 70
  CPPUNIT_ASSERT_EQUAL(std::string("CP 1"), a2.header.chargeBoxIdentity);
  CPPUNIT_ASSERT_EQUAL(std::string("/ChargeBoxIdentity header in an unusual namespace or case"), test::notes(a2));
  const auto a9 =
      test::read(header("<a:MessageID> 7230\n</a:MessageID><a:From>http://10.0.0.1/</a:From>"
                        "<a:ReplyTo><a:Address>http://x/</a:Address></a:ReplyTo>"));
  CPPUNIT_ASSERT_EQUAL(std::string("http://10.0.0.1/"), a9.header.from);
  CPPUNIT_ASSERT_EQUAL(std::string("http://x/"), a9.header.replyTo);
  CPPUNIT_ASSERT_EQUAL(std::string("7230"), a9.header.messageId);
}

TEST(QuirkA12, "A12, WA-3: addressing headers of 2004/08 are read and remembered") {
  const auto message = test::read(
      envelope(element("heartbeatRequest", test::cs15),
               "<w:MessageID xmlns:w=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\">m1</w:MessageID>"));
  CPPUNIT_ASSERT_EQUAL(std::string("m1"), message.header.messageId);
  CPPUNIT_ASSERT(message.manner.addressing == ocpp_s::Addressing::Wsa200408);
}

TEST(MustUnderstand, "WA-4: an unknown header with mustUnderstand is ignored with a note; strict reading refuses it") {
  const std::string xml = header("<w:Security xmlns:w=\"urn:w\" s:mustUnderstand=\"1\"><w:x/></w:Security>");
  test::assertReads(xml, "Heartbeat{}", "/Security unknown header: ignored");
  CPPUNIT_ASSERT(test::strictFault(xml).code == ocpp::FaultCode::MustUnderstand);
}

TEST(RefusalsER7, "ER-7: what is refused, with which code, and that the header is known for the answer") {
  const auto check = [](const std::string& expected, const std::string& xml) {
    CPPUNIT_ASSERT_EQUAL(expected, test::text(test::refusal(xml).fault));
  };
  check("ProtocolError: there is no document", "");
  check("ProtocolError: there is no body element", envelope(""));
  check("ProtocolError: more than one body element",
        envelope(element("heartbeatRequest", test::cs15) + element("heartbeatRequest", test::cs15)));
  check("ProtocolError: not a SOAP envelope but <html>", "<html><body>Log in</body></html>");
  check("NotSupported: unknown operation: fooRequest", envelope(element("fooRequest", test::cs15)));
  check("NotSupported: not in a namespace of OCPP: fooRequest", envelope(element("fooRequest", "urn:x")));
  check("NotSupported: resetRequest is not an operation of this service in OCPP 1.5",
        envelope(element("resetRequest", test::cp15, "<type>Soft</type>")));
  check("ProtocolError: not expected here: heartbeatResponse", envelope(element("heartbeatResponse", test::cs15)));
  // vector 72
  CPPUNIT_ASSERT_EQUAL(
      std::string("NotSupported: triggerMessageRequest is not an operation of this service in OCPP 1.5"),
      test::text(test::refusal(envelope(element("triggerMessageRequest", test::cp15,
                                                "<requestedMessage>Heartbeat</requestedMessage>")),
                               ocpp::Role::ChargePoint)
                     .fault));
  const auto failure = test::refusal(envelope(element("authorizeRequest", test::cs15), "<a:MessageID>m</a:MessageID>"));
  CPPUNIT_ASSERT_EQUAL(std::string("m"), failure.header.messageId);
  CPPUNIT_ASSERT(failure.version == ocpp::Version::V15);
}

TEST(FaultsF1ToF3, "F1-F3, F6: faults of every shape are read by local names, the deepest sub-code counts") {
  const auto fault = [](const std::string& body) {
    const auto reply = test::readReply<ocpp::Reset>(envelope(body));
    CPPUNIT_ASSERT(reply.soapFault);
    return test::text(std::get<ocpp::Fault>(reply.outcome));
  };
  const std::string reason = "<s:Reason><s:Text xml:lang=\"en\"> no </s:Text></s:Reason></s:Fault>";
  CPPUNIT_ASSERT_EQUAL(
      std::string("SecurityError: no"),
      fault("<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>cs:SecurityError</s:Value>"
            "</s:Subcode></s:Code>" +
            reason));
  CPPUNIT_ASSERT_EQUAL(std::string("InternalError: no"),
                       fault("<s:Fault><Code><s:Value>Receiver</s:Value><cs:SubCode><Value>InternalError</Value>"
                             "</cs:SubCode></Code>" +
                             reason));
  CPPUNIT_ASSERT_EQUAL(std::string("ProtocolError: no (MessageAddressingHeaderRequired)"),
                       fault("<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>a:InvalidAddressingHeader"
                             "</s:Value><s:Subcode><s:Value>a:MessageAddressingHeaderRequired</s:Value></s:Subcode>"
                             "</s:Subcode></s:Code>" +
                             reason));
  CPPUNIT_ASSERT_EQUAL(std::string("InternalError: no"),
                       fault("<s:Fault><faultcode>s:Server</faultcode><faultstring>no</faultstring></s:Fault>"));
  CPPUNIT_ASSERT(test::refusal(envelope("<s:Fault/>")).fault.code == ocpp::FaultCode::ProtocolError);
}
