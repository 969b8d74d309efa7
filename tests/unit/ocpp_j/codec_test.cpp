// SPDX-License-Identifier: GPL-2.0-or-later
// Payloads of OCPP-J: round trips of everything, what lenient reading tolerates, what both modes refuse and how.
#include "ocpp_j/codec.h"

#include "ocpp_j/frame.h"
#include "tests/support/random_message.h"
#include "tests/support/test.h"

using ocpp::FaultCode;
using ocpp_j::ReadMode;

namespace {

/// What reading a payload gave: `dump` of the message or `code path: text` of the fault, and the notes.
struct Got {
  std::string dump;
  std::string fault;
  FaultCode code{};
  ocpp::ReadNotes notes;
};

template <class Payload>
Got got(const ocpp::Result<Payload>& result, ocpp::ReadNotes notes) {
  Got g;
  g.notes = std::move(notes);
  if (result) {
    g.dump = test::dump(*result);
  } else {
    g.fault = result.fault().description;
    g.code = result.fault().code;
  }
  return g;
}

Got request(std::string_view action, std::string_view payload, ReadMode mode = ReadMode::Lenient) {
  const auto frame = ocpp_j::readFrame("[2,\"1\",\"" + std::string(action) + "\"," + std::string(payload) + "]");
  CPPUNIT_ASSERT_MESSAGE(std::string(payload), frame.kind == ocpp_j::Frame::Kind::Call);
  ocpp::ReadNotes notes;
  const auto result = ocpp_j::readRequest(frame.action, frame.payload(), mode, notes);
  return got(result, notes);
}

template <class A>
Got response(std::string_view payload, ReadMode mode = ReadMode::Lenient) {
  const auto frame = ocpp_j::readFrame("[3,\"1\"," + std::string(payload) + "]");
  CPPUNIT_ASSERT_MESSAGE(std::string(payload), frame.kind == ocpp_j::Frame::Kind::CallResult);
  ocpp::ReadNotes notes;
  const auto result = ocpp_j::readResponse(ocpp::indexOf<A>, frame.payload(), mode, notes);
  return got(result, notes);
}

void refused(FaultCode code, std::string_view path, const Got& g) {
  CPPUNIT_ASSERT_EQUAL(std::string(), g.dump);
  CPPUNIT_ASSERT_MESSAGE(g.fault, g.code == code);
  CPPUNIT_ASSERT_EQUAL(std::string(path), g.fault.substr(0, g.fault.find(':')));
}

void accepted(std::string_view dump, std::size_t notes, const Got& g) {
  CPPUNIT_ASSERT_EQUAL(std::string(), g.fault);
  CPPUNIT_ASSERT_EQUAL(std::string(dump), g.dump);
  CPPUNIT_ASSERT_EQUAL(notes, g.notes.size());
}

/// A MeterValues request of one MeterValue with these members of one SampledValue.
std::string sample(std::string_view members) {
  return R"({"connectorId":1,"meterValue":[{"timestamp":"2026-01-01T00:00:00Z","sampledValue":[{"value":"1")" +
         std::string(members) + R"(},{"value":"2"}]}]})";
}

}  // namespace

TEST(JsonRoundTrip, "Every message of every action survives writing and strict reading") {
  test::RandomMessages random(20260101, ocpp::Encoding::Json16);
  for (int round = 0; round < 100; ++round)
    for (std::size_t action = 0; action < ocpp::actionCount; ++action) {
      const auto sent = random.request(action);
      const auto call = ocpp_j::writeCall("1", sent);
      ocpp::ReadNotes notes;
      const auto frame = ocpp_j::readFrame(call);
      const auto received = ocpp_j::readRequest(frame.action, frame.payload(), ReadMode::Strict, notes);
      CPPUNIT_ASSERT_MESSAGE(call + (received ? "" : received.fault().description), bool(received));
      CPPUNIT_ASSERT_EQUAL_MESSAGE(call, test::dump(sent), test::dump(*received));

      const auto answer = random.response(action);
      const auto result = ocpp_j::writeCallResult("1", answer);
      const auto back = ocpp_j::readFrame(result);
      const auto answered = ocpp_j::readResponse(action, back.payload(), ReadMode::Strict, notes);
      CPPUNIT_ASSERT_MESSAGE(result + (answered ? "" : answered.fault().description), bool(answered));
      CPPUNIT_ASSERT_EQUAL_MESSAGE(result, test::dump(answer), test::dump(*answered));
      CPPUNIT_ASSERT_EQUAL_MESSAGE(result, std::size_t(0), notes.size());
    }
}

TEST(JsonUnknownAction, "An unknown action is NotImplemented") {
  CPPUNIT_ASSERT(request("Teleport", "{}").code == FaultCode::NotImplemented);
  CPPUNIT_ASSERT(request("heartbeat", "{}").code == FaultCode::NotImplemented);
}

TEST(JsonMissing, "A missing required field is an OccurenceConstraintViolation that names its path; null is missing") {
  for (const auto mode : {ReadMode::Lenient, ReadMode::Strict})
    refused(FaultCode::OccurenceConstraintViolation, "/connectorId", request("ReserveNow", "{}", mode));
  refused(FaultCode::OccurenceConstraintViolation, "/idTag", request("Authorize", R"({"idTag":null})"));
  refused(FaultCode::OccurenceConstraintViolation, "/chargingProfile/chargingSchedule/chargingSchedulePeriod",
          request("RemoteStartTransaction", R"({"idTag":"a","chargingProfile":{"chargingProfileId":1,"stackLevel":0,
            "chargingProfilePurpose":"TxProfile","chargingProfileKind":"Relative",
            "chargingSchedule":{"chargingRateUnit":"A"}}})"));
}

TEST(JsonWrongType, "A wrong JSON type is a TypeConstraintViolation") {
  for (const auto mode : {ReadMode::Lenient, ReadMode::Strict}) {
    refused(FaultCode::TypeConstraintViolation, "/idTag", request("Authorize", R"({"idTag":12})", mode));
    refused(FaultCode::TypeConstraintViolation, "/connectorId",
            request("UnlockConnector", R"({"connectorId":1.5})", mode));
    refused(FaultCode::TypeConstraintViolation, "/connectorId",
            request("UnlockConnector", R"({"connectorId":"one"})", mode));
    refused(FaultCode::TypeConstraintViolation, "/connectorId",
            request("UnlockConnector", R"({"connectorId":[1]})", mode));
    refused(FaultCode::TypeConstraintViolation, "/type", request("Reset", R"({"type":1})", mode));
    refused(FaultCode::TypeConstraintViolation, "/key", request("GetConfiguration", R"({"key":"a"})", mode));
    refused(FaultCode::TypeConstraintViolation, "/", request("Reset", R"("Hard")", mode));
    refused(FaultCode::TypeConstraintViolation, "/key/1", request("GetConfiguration", R"({"key":["a",2]})", mode));
  }
}

TEST(JsonIntegers,
     "Whole numbers: 12 and 12.0, leniently \"12\" with a note; beyond int32 refused; ids of 64 bits taken (L-1, "
     "TX-2)") {
  accepted("UnlockConnector{connectorId=12 }", 0,
           request("UnlockConnector", R"({"connectorId":12.0})", ReadMode::Strict));
  accepted("UnlockConnector{connectorId=12 }", 1, request("UnlockConnector", R"({"connectorId":" +012 "})"));
  refused(FaultCode::TypeConstraintViolation, "/connectorId",
          request("UnlockConnector", R"({"connectorId":"17"})", ReadMode::Strict));
  refused(FaultCode::PropertyConstraintViolation, "/connectorId",
          request("UnlockConnector", R"({"connectorId":2147483648})"));
  refused(FaultCode::PropertyConstraintViolation, "/connectorId",
          request("UnlockConnector", R"({"connectorId":99999999999999999999})"));
  accepted("RemoteStopTransaction{transactionId=9223372036854775807 }", 0,
           request("RemoteStopTransaction", R"({"transactionId":9223372036854775807})", ReadMode::Strict));
  refused(FaultCode::PropertyConstraintViolation, "/transactionId",
          request("RemoteStopTransaction", R"({"transactionId":9223372036854775808})"));
}

TEST(JsonEnums,
     "Enumerations are read in any case leniently, exactly strictly; an unknown word is a PropertyConstraintViolation "
     "(L-5)") {
  accepted("Reset{type=Hard }", 1, request("Reset", R"({"type":" HARD"})"));
  refused(FaultCode::PropertyConstraintViolation, "/type", request("Reset", R"({"type":"HARD"})", ReadMode::Strict));
  refused(FaultCode::PropertyConstraintViolation, "/type", request("Reset", R"({"type":"Medium"})"));
  refused(FaultCode::PropertyConstraintViolation, "/status",
          request("StatusNotification", R"({"connectorId":1,"status":"Occupied","errorCode":"NoError"})"));
}

TEST(JsonLimits,
     "A text or token over its limit is refused in requests; the limit counts characters, not bytes (L-7)") {
  for (const auto mode : {ReadMode::Lenient, ReadMode::Strict}) {
    refused(FaultCode::PropertyConstraintViolation, "/idTag",
            request("Authorize", R"({"idTag":"123456789012345678901"})", mode));
    refused(FaultCode::PropertyConstraintViolation, "/vendorId",
            request("DataTransfer", "{\"vendorId\":\"" + std::string(256, 'x') + "\"}", mode));
  }
  accepted(
      "Authorize{idTag="
      "\"\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9"
      "\u00e9\u00e9\" }",
      0,
      request("Authorize",
              "{\"idTag\":"
              "\"\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9"
              "\u00e9\u00e9\u00e9\"}"));
}

TEST(JsonSecrets, "A fault never shows the text of a string field (ER-5)") {
  const auto g =
      request("ChangeConfiguration", "{\"key\":\"AuthorizationKey\",\"value\":\"" + std::string(501, 's') + "\"}");
  CPPUNIT_ASSERT_EQUAL(std::string("/value: longer than 500"), g.fault);
}

TEST(JsonTrim, "Tokens and keys are trimmed, free text and opaque values are not (L-4)") {
  accepted("Authorize{idTag=\"AB\" }", 0, request("Authorize", R"({"idTag":" AB\n"})"));
  accepted("ChangeConfiguration{key=\"k\" value=\" v \" }", 0,
           request("ChangeConfiguration", R"({"key":" k ","value":" v "})"));
}

TEST(JsonXmlCharacters,
     "What XML cannot carry: replaced in free text, refused in tokens, kept in opaque values (L-6)") {
  accepted("DataTransfer{vendorId=\"a\uFFFDb\" data=\"\\x01\" }", 1,
           request("DataTransfer", R"({"vendorId":"a\u0000b","data":"\u0001"})"));
  refused(FaultCode::PropertyConstraintViolation, "/idTag", request("Authorize", R"({"idTag":"a\u001bb"})"));
  refused(FaultCode::PropertyConstraintViolation, "/key/0", request("GetConfiguration", R"({"key":["\ud800"]})"));
}

TEST(JsonEmptyText,
     "An empty optional text is absent, an empty opaque value is a value, an empty required text stays (L-13, L-14)") {
  accepted("DataTransfer{vendorId=\"\" data=\"\" }", 0,
           request("DataTransfer", R"({"vendorId":"","messageId":"","data":""})"));
  accepted("TriggerMessage{requestedMessage=Heartbeat }", 0,
           request("TriggerMessage", R"({"requestedMessage":"Heartbeat","connectorId":""})"));
}

TEST(JsonNull, "null is absent leniently and a wrong type strictly; payload null is {} (G-7)") {
  accepted("GetConfiguration{key=[] }", 0, request("GetConfiguration", R"({"key":null})"));
  accepted("GetConfiguration{key=[] }", 0, request("GetConfiguration", R"({"key":[]})", ReadMode::Strict));
  accepted("ClearCache{}", 0, request("ClearCache", "null"));
  accepted("ClearCache{}", 1, request("ClearCache", "[]"));
  refused(FaultCode::TypeConstraintViolation, "/messageId",
          request("DataTransfer", R"({"vendorId":"v","messageId":null})", ReadMode::Strict));
}

TEST(JsonUnknownProperty, "Unknown properties are ignored with a note, or a FormationViolation strictly (G-6)") {
  const auto g = request("Authorize", R"({"x":{"y":[1,2]},"idTag":"A","z":1})");
  accepted("Authorize{idTag=\"A\" }", 2, g);
  CPPUNIT_ASSERT_EQUAL(std::string("/x"), g.notes[0].path);
  refused(FaultCode::FormationViolation, "/z", request("Authorize", R"({"idTag":"A","z":1})", ReadMode::Strict));
  refused(FaultCode::FormationViolation, "/IDTAG",
          request("Authorize", R"({"idTag":"A","IDTAG":"B"})", ReadMode::Strict));
}

TEST(JsonManyUnknown, "Ten thousand unknown properties leave a bounded number of notes") {
  std::string payload = R"({"idTag":"A")";
  for (int i = 0; i < 10000; ++i) payload += ",\"k" + std::to_string(i) + "\":0";
  CPPUNIT_ASSERT(request("Authorize", payload + "}").notes.size() <= 40);
}

TEST(JsonDuplicates, "A key given twice: the last one counts, with a note") {
  accepted("Authorize{idTag=\"B\" }", 1, request("Authorize", R"({"idTag":"A","idTag":"B"})"));
}

TEST(JsonDates, "dateTime: offsets become UTC, no zone means UTC leniently, nonsense is refused (L-11)") {
  const std::string utc = "UpdateFirmware{retrieveDate=1767225600000ms location=\"ftp://h/f\" }";
  const auto with = [](const std::string& date) {
    return "{\"retrieveDate\":\"" + date + "\",\"location\":\"ftp://h/f\"}";
  };
  accepted(utc, 0, request("UpdateFirmware", with("2026-01-01T01:00:00.0001+01:00"), ReadMode::Strict));
  accepted(utc, 1, request("UpdateFirmware", with("2026-01-01T00:00:00")));
  refused(FaultCode::PropertyConstraintViolation, "/retrieveDate",
          request("UpdateFirmware", with("2026-01-01T00:00:00"), ReadMode::Strict));
  refused(FaultCode::PropertyConstraintViolation, "/retrieveDate", request("UpdateFirmware", with("yesterday")));
}

TEST(JsonDecimals, "21.4 stays 21.4; more digits are rounded with a note, or refused strictly (L-9)") {
  const auto profile = [](const std::string& limit) {
    return R"({"connectorId":1,"csChargingProfiles":{"chargingProfileId":1,"stackLevel":0,
      "chargingProfilePurpose":"TxProfile","chargingProfileKind":"Relative",
      "chargingSchedule":{"chargingRateUnit":"A","chargingSchedulePeriod":[{"startPeriod":0,"limit":)" +
           limit + "}]}}}";
  };
  const std::string path = "/csChargingProfiles/chargingSchedule/chargingSchedulePeriod/0/limit";
  const auto limitOf = [](const Got& g) { return g.dump.substr(g.dump.find("limit=")); };
  CPPUNIT_ASSERT_EQUAL(std::string("limit=214/10 } ] } } }"),
                       limitOf(request("SetChargingProfile", profile("21.4"), ReadMode::Strict)));
  CPPUNIT_ASSERT_EQUAL(std::string("limit=10000/10 } ] } } }"),
                       limitOf(request("SetChargingProfile", profile("1E3"), ReadMode::Strict)));
  CPPUNIT_ASSERT_EQUAL(std::string("limit=160/10 } ] } } }"),
                       limitOf(request("SetChargingProfile", profile("16"), ReadMode::Strict)));
  CPPUNIT_ASSERT_EQUAL(std::string("limit=215/10 } ] } } }"), limitOf(request("SetChargingProfile", profile("21.45"))));
  CPPUNIT_ASSERT_EQUAL(std::string("limit=-5/10 } ] } } }"),
                       limitOf(request("SetChargingProfile", profile("\"-0.5\""))));
  refused(FaultCode::PropertyConstraintViolation, path,
          request("SetChargingProfile", profile("21.45"), ReadMode::Strict));
  refused(FaultCode::PropertyConstraintViolation, path, request("SetChargingProfile", profile("9223372036854775807")));
  refused(FaultCode::TypeConstraintViolation, path, request("SetChargingProfile", profile("true")));
}

TEST(JsonPeriods, "A schedule without periods is refused with OccurenceConstraintViolation (section 4.3)") {
  const auto g =
      request("SetChargingProfile", R"({"connectorId":1,"csChargingProfiles":{"chargingProfileId":1,"stackLevel":0,
    "chargingProfilePurpose":"TxProfile","chargingProfileKind":"Relative",
    "chargingSchedule":{"chargingRateUnit":"A","chargingSchedulePeriod":[]}}})");
  refused(FaultCode::OccurenceConstraintViolation, "/csChargingProfiles/chargingSchedule/chargingSchedulePeriod", g);
}

TEST(JsonMeterAttributes, "Unknown words of metering attributes are dropped with a note; strictly refused (ER-6)") {
  const std::string both =
      "MeterValues{connectorId=1 meterValue=[{timestamp=1767225600000ms sampledValue=[{value=\"1\" } {value=\"2\" } ] "
      "} ] }";
  for (const auto* attribute : {"context", "location", "unit", "format", "phase"}) {
    const std::string text = sample(",\"" + std::string(attribute) + "\":\"Odd\"");
    accepted(both, 1, request("MeterValues", text));
    refused(FaultCode::PropertyConstraintViolation, "/meterValue/0/sampledValue/0/" + std::string(attribute),
            request("MeterValues", text, ReadMode::Strict));
  }
  accepted(both, 0, request("MeterValues", sample(R"(,"unit":"Hertz")"), ReadMode::Strict));
  accepted(both, 1, request("MeterValues", sample(R"(,"unit":7)")));
}

TEST(JsonMeasurand,
     "A sample of an unknown measurand is dropped, a MeterValue without samples too (ER-6, MV-6, section 4.3)") {
  const auto g = request("MeterValues", sample(R"(,"measurand":"Flux")"));
  accepted("MeterValues{connectorId=1 meterValue=[{timestamp=1767225600000ms sampledValue=[{value=\"2\" } ] } ] }", 1,
           g);
  CPPUNIT_ASSERT_EQUAL(std::string("/meterValue/0/sampledValue/0/measurand"), g.notes[0].path);
  const std::string empty = R"({"timestamp":"2026-01-01T00:00:00Z","sampledValue":[]})";
  const std::string odd = R"({"timestamp":"2026-01-01T00:00:00Z","sampledValue":[{"value":"1","measurand":"Flux"}]})";
  accepted("MeterValues{connectorId=1 meterValue=[] }", 3,
           request("MeterValues", R"({"connectorId":1,"meterValue":[)" + empty + "," + odd + "]}"));
  refused(FaultCode::OccurenceConstraintViolation, "/meterValue",
          request("MeterValues", R"({"connectorId":1,"meterValue":[]})"));
  refused(FaultCode::OccurenceConstraintViolation, "/meterValue/0/sampledValue",
          request("MeterValues", R"({"connectorId":1,"meterValue":[)" + empty + "]}", ReadMode::Strict));
}

TEST(JsonTransactions, "A transaction message is never refused because of an optional field (ER-6)") {
  const std::string head = R"({"transactionId":7,"timestamp":"2026-01-01T00:00:00Z","meterStop":5)";
  const std::string bare = "StopTransaction{transactionId=7 timestamp=1767225600000ms meterStop=5 transactionData=[] }";
  accepted(bare, 1, request("StopTransaction", head + R"(,"idTag":"123456789012345678901"})"));
  accepted(bare, 1, request("StopTransaction", head + R"(,"transactionData":"none"})"));
  accepted(bare, 1, request("StopTransaction", head + R"(,"transactionData":[{"sampledValue":[{"value":"1"}]}]})"));
  const auto g = request("StopTransaction", head + R"(,"reason":"Boredom"})");
  CPPUNIT_ASSERT(g.dump.find("reason=Other") != std::string::npos);
  refused(FaultCode::OccurenceConstraintViolation, "/transactionId",
          request("StopTransaction", R"({"timestamp":"2026-01-01T00:00:00Z","meterStop":5})"));
}

TEST(JsonErrorCode, "An unknown errorCode is OtherError with its text in info (ER-6)") {
  accepted("StatusNotification{connectorId=1 status=Faulted errorCode=OtherError info=\"Rain\" }", 1,
           request("StatusNotification", R"({"connectorId":1,"errorCode":"Rain","status":"Faulted"})"));
}

TEST(JsonResponseRepair, "Responses are repaired where it does no harm (section 7.2)") {
  accepted("BootNotification{status=Accepted currentTime=0ms interval=0 }", 2,
           response<ocpp::BootNotification>(R"({"status":"Accepted"})"));
  accepted("BootNotification{status=Accepted currentTime=1767225600000ms interval=300 }", 2,
           response<ocpp::BootNotification>(
               R"({"status":"Accepted","currentTime":"2026-01-01T00:00:00Z","heartbeatInterval":"300"})"));
  refused(FaultCode::OccurenceConstraintViolation, "/status", response<ocpp::BootNotification>("{}"));
  refused(FaultCode::OccurenceConstraintViolation, "/currentTime", response<ocpp::Heartbeat>("{}", ReadMode::Strict));
  accepted("GetConfiguration{configurationKey=[{key=\"a\" readonly=false value=\"5\" } ] unknownKey=[] }", 3,
           response<ocpp::GetConfiguration>(R"({"configurationKey":[{"key":"a","value":5},{"key":")" +
                                            std::string(51, 'k') + R"(","readonly":true}]})"));
}

TEST(JsonResponseCut, "A text over its limit is cut in responses, with a note (L-7)") {
  const auto g = response<ocpp::GetDiagnostics>("{\"fileName\":\"" + std::string(300, 'f') + "\"}");
  accepted("GetDiagnostics{fileName=\"" + std::string(255, 'f') + "\" }", 1, g);
}

TEST(JsonTransactionIdKept, "A transactionId is never lost, whatever else is wrong (section 7.2)") {
  accepted("StartTransaction{transactionId=5 idTagInfo={status=Invalid } }", 2,
           response<ocpp::StartTransaction>(R"({"transactionId":"5"})"));
  accepted("StartTransaction{transactionId=5 idTagInfo={status=Invalid } }", 1,
           response<ocpp::StartTransaction>(R"({"transactionId":5,"idTagInfo":{"status":"Odd","parentIdTag":"p"}})"));
  accepted(
      "StartTransaction{transactionId=5 idTagInfo={status=Accepted } }", 1,
      response<ocpp::StartTransaction>(R"({"transactionId":5,"idTagInfo":{"status":"Accepted","expiryDate":"soon"}})"));
  refused(FaultCode::OccurenceConstraintViolation, "/transactionId",
          response<ocpp::StartTransaction>(R"({"idTagInfo":{"status":"Accepted"}})"));
}

TEST(JsonWrite, "Writing: order of the contract, absent and empty lists left out, texts cut, bytes repaired") {
  ocpp::ReserveNow::Request reserve;
  reserve.connectorId = 1;
  reserve.expiryDate.at = ocpp::Instant(ocpp::Duration(1767225600250));
  reserve.idTag = ocpp::IdToken("0123456789012345678901234");
  reserve.parentIdTag.emplace();
  std::string out;
  ocpp_j::appendPayload(out, ocpp::Request(reserve));
  const std::string written = R"({"connectorId":1,"expiryDate":"2026-01-01T00:00:00.250Z",)"
                              R"("idTag":"01234567890123456789","reservationId":0})";
  CPPUNIT_ASSERT_EQUAL(written, out);
  ocpp::DataTransfer::Request transfer;
  transfer.vendorId = ocpp::Text<255>(
      "a\xFF\xC3"
      "b\"\\\b\f\n\r\t\x01\x7f\u00e9");
  transfer.data.emplace();
  out.clear();
  ocpp_j::appendPayload(out, ocpp::Request(transfer));
  CPPUNIT_ASSERT_EQUAL(
      std::string("{\"vendorId\":\"a\uFFFD\uFFFDb\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u007f\u00e9\",\"data\":\"\"}"), out);
  out.clear();
  ocpp_j::appendPayload(out, ocpp::Request(ocpp::MeterValues::Request{}));
  CPPUNIT_ASSERT_EQUAL(std::string(R"({"connectorId":0,"meterValue":[]})"), out);
}

TEST(JsonNoWord, "An enumerator without a word in OCPP-J is a programming error") {
  ocpp::StatusNotification::Request status;
  status.status = ocpp::ChargePointStatus::Occupied;
  std::string out;
  CPPUNIT_ASSERT_THROW(ocpp_j::appendPayload(out, ocpp::Request(status)), std::logic_error);
}
