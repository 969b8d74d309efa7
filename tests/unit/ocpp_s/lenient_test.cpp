// SPDX-License-Identifier: GPL-2.0-or-later
// Lenient reading of values: what is tolerated, what note it leaves, and what is refused (L-n, ER-6, QUIRKS P-n).
#include <string>

#include "tests/unit/ocpp_s/soap_text.h"

namespace {

std::string request15(std::string_view name, std::string_view children) {
  return test::envelope(test::element(name, test::cs15, children));
}

std::string start(std::string_view connector, std::string_view rest = "<meterStart> +0012 </meterStart>") {
  return request15("startTransactionRequest",
                   std::string(connector) + "<idTag> T1 </idTag><timestamp>2024-05-01T10:00:00+02:00</timestamp>" +
                       std::string(rest));
}

std::string meter15(std::string_view value) {
  return request15("meterValuesRequest",
                   "<connectorId>1</connectorId><values><timestamp>2024-05-01T10:00:00Z</timestamp>" +
                       std::string(value) + "</values>");
}

}  // namespace

TEST(LexicalRules, "L-1, L-4, L-11: numbers, ids and moments are read whatever white space, sign or zone they have") {
  test::assertReads(start("<connectorId> 1\n</connectorId>"),
                    "StartTransaction{connectorId=1 idTag=\"T1\" timestamp=1714550400000ms meterStart=12 }", "");
  test::assertReads(request15("statusNotificationRequest",
                              "<connectorId>1</connectorId><status>Available</status><errorCode>NoError</errorCode>"
                              "<timestamp>2024-05-01T10:00:00.1234567</timestamp>"),
                    "StatusNotification{connectorId=1 status=Available errorCode=NoError "
                    "timestamp=1714557600123ms(local) }",
                    "");
}

TEST(OutOfInt32, "L-1: a number beyond int32, a fraction and a word are refused, naming the element") {
  for (const char* bad : {"2147483648", "1.5", "one"})
    CPPUNIT_ASSERT_EQUAL("ProtocolError: /meterStart cannot be '" + std::string(bad) + "'",
                         test::text(test::refusal(start("<connectorId>1</connectorId>",
                                                        "<meterStart>" + std::string(bad) + "</meterStart>"))
                                        .fault));
}

TEST(RequiredMissing, "a required element that is missing is refused, naming it") {
  CPPUNIT_ASSERT_EQUAL(std::string("ProtocolError: /idTag is missing"),
                       test::text(test::refusal(request15("authorizeRequest", "")).fault));
  CPPUNIT_ASSERT_EQUAL(std::string("ProtocolError: /meterStart cannot be ''"),
                       test::text(test::refusal(start("<connectorId>1</connectorId>", "<meterStart/>")).fault));
}

TEST(EmptyRequiredText, "L-14: an empty required text is kept") {
  test::assertReads(request15("authorizeRequest", "<idTag/>"), "Authorize{idTag=\"\" }", "");
}

TEST(BootSubstitutes, "P1: vendor and model that are missing or empty become Unknown; L-13: empty texts are absent") {
  test::assertReads(request15("bootNotificationRequest", "<chargePointVendor/><firmwareVersion/>"),
                    "BootNotification{chargePointVendor=\"Unknown\" chargePointModel=\"Unknown\" }",
                    "/chargePointVendor is empty; /chargePointModel is missing");
}

TEST(CutVector4, "vector 4, L-7: a model of 27 characters from OCPP 1.2 is cut to 20 code points") {
  test::assertReads(test::envelope(test::element("bootNotificationRequest", test::cs12,
                                                 "<chargePointVendor>V</chargePointVendor><chargePointModel>"
                                                 "\xc3\xa9"
                                                 "23456789012345678901234567</chargePointModel>")),
                    "BootNotification{chargePointVendor=\"V\" chargePointModel=\"\xc3\xa9"
                    "2345678901234567890\" }",
                    "/chargePointModel was cut to 20: '\xc3\xa9"
                    "23456789012345678901234567'");
}

TEST(LongNames, "L-8, DataTransfer: an idTag, vendorId or messageId that is too long is kept whole for the session") {
  const std::string longText(260, 'x');
  const auto transfer = test::read(request15("dataTransferRequest", "<vendorId>" + longText + "</vendorId>"));
  CPPUNIT_ASSERT_EQUAL(std::string("/vendorId is longer than 255"), test::notes(transfer));
  CPPUNIT_ASSERT_EQUAL(longText, std::string(std::get<ocpp::DataTransfer::Request>(transfer.request).vendorId));
  test::assertReads(request15("authorizeRequest", "<idTag>123456789012345678901234</idTag>"),
                    "Authorize{idTag=\"123456789012345678901234\" }", "/idTag is longer than 20");
}

TEST(MissingConnector, "G-9: StartTransaction without connectorId is read as connector 0 with a note") {
  test::assertReads(start(""), "StartTransaction{connectorId=0 idTag=\"T1\" timestamp=1714550400000ms meterStart=12 }",
                    "/connectorId is missing");
}

TEST(EmptyTransactionId,
     "X10, P2: an empty or nil transactionId of StopTransaction is 0, of MeterValues absent (L-12)") {
  const std::string rest = "<timestamp>2024-05-01T10:00:00Z</timestamp><meterStop>5</meterStop>";
  const std::string expected =
      "StopTransaction{transactionId=0 timestamp=1714557600000ms meterStop=5 transactionData=[] }";
  test::assertReads(request15("stopTransactionRequest", "<transactionId></transactionId>" + rest), expected,
                    "/transactionId is empty");
  test::assertReads(request15("stopTransactionRequest",
                              "<transactionId xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" "
                              "xsi:nil=\"true\"></transactionId>" +
                                  rest),
                    expected, "/transactionId is missing; / nil elements were read as absent");
  test::assertReads(request15("meterValuesRequest", "<connectorId>1</connectorId><transactionId/>"),
                    "MeterValues{connectorId=1 meterValue=[] }", "/transactionId is empty: read as absent");
}

TEST(OptionalOfTransaction, "ER-6: an optional value that makes no sense never refuses a transaction message") {
  test::assertReads(start("<connectorId>1</connectorId>", "<meterStart>0</meterStart><reservationId>x</reservationId>"),
                    "StartTransaction{connectorId=1 idTag=\"T1\" timestamp=1714550400000ms meterStart=0 }",
                    "/reservationId 'x' was dropped");
}

TEST(UnknownErrorCode, "ER-6: an unknown errorCode is OtherError, its text stands in info") {
  const auto body = [](std::string_view info) {
    return request15(
        "statusNotificationRequest",
        "<connectorId>1</connectorId><status>Faulted</status><errorCode>Melted</errorCode>" + std::string(info));
  };
  test::assertReads(body(""), "StatusNotification{connectorId=1 status=Faulted errorCode=OtherError info=\"Melted\" }",
                    "/errorCode unknown value 'Melted' was read as OtherError");
  test::assertReads(body("<info>hot</info>"),
                    "StatusNotification{connectorId=1 status=Faulted errorCode=OtherError info=\"hot\" }",
                    "/errorCode unknown value 'Melted' was read as OtherError");
}

TEST(UnknownEnums,
     "L-5, ER-6: other case is read with a note, an unknown status is refused, an unknown reason is Other") {
  test::assertReads(request15("firmwareStatusNotificationRequest", "<status> installed</status>"),
                    "FirmwareStatusNotification{status=Installed }", "/status ' installed' was read as Installed");
  CPPUNIT_ASSERT_EQUAL(
      std::string("ProtocolError: /status cannot be 'Melted'"),
      test::text(test::refusal(request15("firmwareStatusNotificationRequest", "<status>Melted</status>")).fault));
  test::assertReads(
      test::envelope(test::element("stopTransactionRequest", test::cs16,
                                   "<transactionId>1</transactionId><timestamp>2024-05-01T10:00:00Z</timestamp>"
                                   "<meterStop>5</meterStop><reason>Bored</reason>")),
      "StopTransaction{transactionId=1 timestamp=1714557600000ms meterStop=5 reason=Other transactionData=[] }",
      "/reason unknown value 'Bored' was read as Other");
}

TEST(MeteringEnums, "ER-6, X16: unknown attributes of a sample are dropped, an unknown measurand drops the sample") {
  test::assertReads(meter15("<value unit=\"Amp\" measurand=\"Current.Import\" context=\"Sample.Periodic\">6.2</value>"),
                    "MeterValues{connectorId=1 meterValue=[{timestamp=1714557600000ms sampledValue=[{value=\"6.2\" "
                    "context=Sample.Periodic measurand=Current.Import unit=A } ] } ] }",
                    "");  // vector 27
  test::assertReads(meter15("<value unit=\"Hertz\" location=\"Roof\" context=\"transaction.begin\"> 50\n</value>"
                            "<value measurand=\"Mood\">1</value>"),
                    "MeterValues{connectorId=1 meterValue=[{timestamp=1714557600000ms sampledValue=[{value=\"50\" "
                    "context=Transaction.Begin } ] } ] }",
                    "/meterValue/0/sampledValue/0/context 'transaction.begin' was read as Transaction.Begin; "
                    "/meterValue/0/sampledValue/0/location unknown value 'Roof' was dropped; "
                    "/meterValue/0/sampledValue/0/unit unknown value 'Hertz' was dropped; "
                    "/meterValue/0/sampledValue/1/measurand unknown value 'Mood' was dropped; "
                    "/meterValue/0/sampledValue/1 the sample was dropped");
}

TEST(MeterValueWithoutMoment, "a meter value without a readable moment is dropped, the message is read") {
  test::assertReads(
      request15("meterValuesRequest",
                "<connectorId>1</connectorId><values><timestamp>soon</timestamp><value>1</value></values>"),
      "MeterValues{connectorId=1 meterValue=[] }",
      "/meterValue/0 the meter value was dropped: it has no readable timestamp");
}

TEST(OpaqueTexts, "L-13, MV-5: an empty value, data or reading is a value; signed data keeps its white space") {
  test::assertReads(request15("dataTransferRequest", "<vendorId>v</vendorId><data/>"),
                    "DataTransfer{vendorId=\"v\" data=\"\" }", "");
  test::assertReads(meter15("<value format=\"SignedData\"> OCMF| </value>"),
                    "MeterValues{connectorId=1 meterValue=[{timestamp=1714557600000ms sampledValue=[{value=\" OCMF| \" "
                    "format=SignedData } ] } ] }",
                    "");
}

TEST(IllegalCharacters, "L-6: characters that XML cannot carry are replaced, Latin-1 is read") {
  test::assertReads(request15("dataTransferRequest", "<vendorId>a&#1;b</vendorId>"),
                    "DataTransfer{vendorId=\"a\xef\xbf\xbd"
                    "b\" }",
                    "/vendorId characters that XML does not allow were replaced");
  test::assertReads(request15("dataTransferRequest", "<vendorId>caf\xe9</vendorId>"),
                    "DataTransfer{vendorId=\"caf\xc3\xa9\" }", "");
}

TEST(TransactionDataShapes, "vector 33: two transactionData of 1.5 become one list in order") {
  const auto block = [](const std::string& v) {
    return "<values><timestamp>2024-05-01T10:00:00Z</timestamp><value>" + v + "</value></values>";
  };
  test::assertReads(
      request15("stopTransactionRequest",
                "<transactionId>1</transactionId><timestamp>2024-05-01T10:00:00Z</timestamp><meterStop>5</meterStop>"
                "<transactionData>" +
                    block("1") + block("2") + "</transactionData><transactionData>" + block("3") +
                    "</transactionData>"),
      "StopTransaction{transactionId=1 timestamp=1714557600000ms meterStop=5 transactionData=["
      "{timestamp=1714557600000ms sampledValue=[{value=\"1\" } ] } {timestamp=1714557600000ms "
      "sampledValue=[{value=\"2\" } ] } {timestamp=1714557600000ms sampledValue=[{value=\"3\" } ] } ] }",
      "");
}

TEST(LongFileName, "translation 4.2: a diagnostics file name that is too long keeps its end") {
  const auto reply = test::readReply<ocpp::GetDiagnostics>(test::envelope(
      test::element("getDiagnosticsResponse", test::cp15, "<fileName>" + std::string(260, 'p') + ".zip</fileName>")));
  const auto& response = std::get<ocpp::GetDiagnostics::Response>(std::get<ocpp::Response>(reply.outcome));
  CPPUNIT_ASSERT_EQUAL(std::string(251, 'p') + ".zip", std::string(*response.fileName));
}

TEST(ReplyRules,
     "a response with an unknown status is InternalError; X13: booleans of any kind; parentIdTag may be long") {
  const auto unlock = test::readReply<ocpp::UnlockConnector>(
      test::envelope(test::element("unlockConnectorResponse", test::cp15, "<status>Maybe</status>")));
  CPPUNIT_ASSERT_EQUAL(std::string("InternalError: /status cannot be 'Maybe'"),
                       test::text(std::get<ocpp::Fault>(unlock.outcome)));
  CPPUNIT_ASSERT(!unlock.soapFault);
  const auto configuration = test::readReply<ocpp::GetConfiguration>(test::envelope(test::element(
      "getConfigurationResponse", test::cp15,
      "<configurationKey><key> a </key><readonly>1</readonly><value/></configurationKey>"
      "<configurationKey><key>b</key><readonly>Yes</readonly></configurationKey><unknownKey>c</unknownKey>")));
  CPPUNIT_ASSERT_EQUAL(std::string("GetConfiguration{configurationKey=[{key=\"a\" readonly=true value=\"\" } "
                                   "{key=\"b\" readonly=true } ] unknownKey=[\"c\" ] }"),
                       test::dump(std::get<ocpp::Response>(configuration.outcome)));
  const auto boot = test::readReply<ocpp::BootNotification>(
      test::envelope(test::element("bootNotificationResponse", test::cs12, "<status>Accepted</status>")));
  CPPUNIT_ASSERT_EQUAL(std::string("/currentTime is missing; /interval is missing"), test::notes(boot));
}
