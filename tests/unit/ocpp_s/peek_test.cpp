// SPDX-License-Identifier: GPL-2.0-or-later
// The glance at an envelope.
#include "ocpp_s/peek.h"

#include <string>

#include "tests/unit/ocpp_s/soap_text.h"

TEST(PeekFinds, "a glance tells version, operation and identity of an envelope, and survives anything else") {
  const std::string xml = test::envelope(test::element("heartbeatRequest", test::cs16),
                                         "<cs:chargeBoxIdentity x='1'> CP 1\n</cs:chargeBoxIdentity>");
  const auto seen = ocpp_s::peek(xml);
  CPPUNIT_ASSERT(seen.version == ocpp::Version::V16);
  CPPUNIT_ASSERT_EQUAL(std::string("heartbeatRequest"), std::string(seen.operation));
  CPPUNIT_ASSERT_EQUAL(std::string("CP 1"), std::string(seen.chargeBoxIdentity));
  const std::string commented = test::envelope("<!-- c --><cs:heartbeatRequest/>");
  const auto inherited = ocpp_s::peek(commented);
  CPPUNIT_ASSERT(inherited.version == ocpp::Version::V15);
  CPPUNIT_ASSERT_EQUAL(std::string("heartbeatRequest"), std::string(inherited.operation));
  for (const char* odd : {"", "<", "<Body", "<Body>", "<a>urn://Ocpp/", "{}"})
    CPPUNIT_ASSERT(ocpp_s::peek(odd).operation.empty());
}
