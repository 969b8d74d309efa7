// SPDX-License-Identifier: GPL-2.0-or-later
// One codec reads thousands of documents: none sees what an earlier one has left in the parser.
#include <string>
#include <variant>
#include <vector>

#include "tests/unit/ocpp_s/soap_text.h"

namespace {

std::string outcome(ocpp_s::Codec& codec, const std::string& xml) {
  auto found = codec.readRequest(xml, ocpp::Role::CentralSystem);
  if (const auto* failure = std::get_if<ocpp_s::ReadFailure>(&found))
    return failure->header.messageId + "|" + test::text(failure->fault) + "|" + test::notes(*failure);
  const auto& message = std::get<ocpp_s::RequestMessage>(found);
  return std::to_string(static_cast<int>(*message.version)) + "|" + message.header.chargeBoxIdentity + "|" +
         message.header.messageId + "|" + message.header.from + "|" + test::dump(message.request) + "|" +
         test::notes(message);
}

std::string authorize(std::string_view ns, std::string_view tag, std::string_view headers = {}) {
  return test::envelope(test::element("authorizeRequest", ns, "<idTag>" + std::string(tag) + "</idTag>"), headers);
}

/// Attributes that SOAP's encoding, which OCPP does not use, gives a meaning.
std::string encoded(const std::string& attributes) {
  return test::envelope(
      "<cs:authorizeRequest xmlns:e=\"http://www.w3.org/2003/05/soap-encoding\" e:id=\"r\"><cs:idTag e:" + attributes +
      ">T8</cs:idTag></cs:authorizeRequest>");
}

/// Whole ones, and those that end or fail with namespaces, attributes, long texts and half a body still open.
std::vector<std::string> documents() {
  const std::string values =
      "<cs:meterValuesRequest><cs:connectorId>1</cs:connectorId><cs:values><cs:timestamp>2024-01-01T00:00:00Z"
      "</cs:timestamp><cs:value unit=\"Wh\" measurand=\"Energy.Active.Import.Register\">7</cs:value></cs:values>"
      "</cs:meterValuesRequest>";
  const std::string identity = "<cs:chargeBoxIdentity>CP1</cs:chargeBoxIdentity>";
  std::string sloping = authorize("urn://Ocpp/Cs/2012/06", "T4");  // a namespace without its slash (G-3)
  std::string soap11 = authorize(test::cs15, "T5", identity);
  const std::string soap12 = "http://www.w3.org/2003/05/soap-envelope";
  soap11.replace(soap11.find(soap12), soap12.size(), "http://schemas.xmlsoap.org/soap/envelope/");
  return {authorize(test::cs12, "T1"), authorize(test::cs15, "T2", identity), authorize(test::cs16, "T3"),
          std::move(sloping), std::move(soap11), test::envelope(values, identity),
          test::envelope("<cs:authorizeRequest xmlns:cs=\"urn:other\"><cs:idTag>T</cs:idTag></cs:authorizeRequest>"),
          test::envelope("<cs:authorizeRequest id=\"a\" href=\"#a\" ref=\"a\" x1=\"1\" x2=\"2\"><cs:idTag id=\"b\">T6"
                         "</cs:idTag></cs:authorizeRequest>"),
          test::envelope("<cs:meterValuesRequest><cs:connectorId>x</cs:connectorId></cs:meterValuesRequest>"),
          encoded("id=\"a\""),
          encoded("ref=\"a\" e:position=\"[1]\" e:offset=\"[0]\" e:arraySize=\"3\" e:itemType=\"e:x\""),
          authorize(test::cs15, std::string(200000, 'T')),
          authorize(test::cs15, "T7", "<a:MessageID>urn:uuid:2</a:MessageID><q:more xmlns:q=\"urn:q\" q:a=\"1\"/>"),
          test::bareEnvelope(""),
          // a prefix that only others declare
          "<s:Envelope xmlns:s=\"" + soap12 + "\"><s:Body><cs:heartbeatRequest/></s:Body></s:Envelope>",
          "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body><s:Body><s:Body", "<a/>", ""};
}

}  // namespace

TEST(CodecReuse, "a codec reads each document as if it were its first, whatever it read or wrote before") {
  const std::vector<std::string> all = documents();
  std::vector<std::string> expected;
  for (const std::string& document : all) {
    ocpp_s::Codec fresh;
    expected.push_back(outcome(fresh, document));
  }
  CPPUNIT_ASSERT(expected[1].find("|CP1|urn:uuid:1|") != std::string::npos);
  CPPUNIT_ASSERT(expected[5].find("\"7\"") != std::string::npos);
  ocpp_s::Codec codec;
  const ocpp_s::Dialect& old = ocpp_s::dialectFor(ocpp::Version::V15);
  for (std::size_t before = 0; before < all.size(); ++before) {
    for (std::size_t each = 0; each < all.size(); ++each) {
      outcome(codec, all[before]);
      std::string written;  // of 1.5: orders the parser's attributes
      if (each % 3 == 0) codec.writeRequest(written, old, ocpp::Role::ChargePoint, {}, ocpp::ClearCache::Request{});
      CPPUNIT_ASSERT_EQUAL(expected[each], outcome(codec, all[each]));
    }
  }
}

TEST(encodedReadings, "readings with ids of SOAP's encoding are read like others, and refer to nothing") {
  const std::string reading =
      "<cs:values><cs:timestamp>2024-01-01T00:00:00Z</cs:timestamp><cs:value>7</cs:value></cs:values>";
  const auto stop = [&](const std::string& id, const std::string& ref) {
    return test::envelope(
        "<cs:stopTransactionRequest xmlns:e=\"http://www.w3.org/2003/05/soap-encoding\"><cs:transactionId>1"
        "</cs:transactionId><cs:timestamp>2024-01-01T00:00:00Z</cs:timestamp><cs:meterStop>9</cs:meterStop>"
        "<cs:transactionData" +
        id + ">" + reading + "</cs:transactionData><cs:transactionData" + ref + ">" + reading +
        "</cs:transactionData></cs:stopTransactionRequest>");
  };
  const std::string plain = test::dump(test::read(stop("", "")).request);
  CPPUNIT_ASSERT(plain.find("\"7\"") != std::string::npos && plain.find("\"7\"") != plain.rfind("\"7\""));
  CPPUNIT_ASSERT_EQUAL(plain, test::dump(test::read(stop(" e:id=\"a\"", " e:id=\"b\"")).request));
  CPPUNIT_ASSERT_EQUAL(plain, test::dump(test::read(stop(" e:id=\"a\"", " e:ref=\"a\"")).request));
  CPPUNIT_ASSERT_EQUAL(plain, test::dump(test::read(stop(" e:id=\"a\"", " e:id=\"a\"")).request));
}
