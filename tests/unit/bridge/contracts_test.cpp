// SPDX-License-Identifier: GPL-2.0-or-later
// ?wsdl: our address in the contracts, as XML has it, and one text for all who ask.
#include "bridge/contracts.h"

#include <pugixml.hpp>

#include "tests/support/test.h"

TEST(contractsAddress, "C8: an address with a query stays XML, whatever characters it has") {
  bridge::Contracts contracts;
  const std::string url = "https://bridge.example/ocpp?site=1&key=\"<>'";
  contracts.setAddress(url);
  for (const char* query : {"wsdl", "wsdl=1.2", "wsdl&version=1.5"}) {
    pugi::xml_document document;
    CPPUNIT_ASSERT(document.load_string(contracts.forQuery(query)->c_str()));
    const pugi::xml_node address = document.select_node("//*[local-name()='address']").node();
    CPPUNIT_ASSERT_EQUAL(url, std::string(address.attribute("location").value()));
  }
}

TEST(contractsShared, "C2: who asks for a contract gets the text that others got, until the address changes") {
  bridge::Contracts contracts;
  contracts.setAddress("http://one/ocpp");
  const auto first = contracts.forQuery("wsdl");
  contracts.setAddress("http://one/ocpp");
  CPPUNIT_ASSERT(first == contracts.forQuery("wsdl=1.6") && first != contracts.forQuery("wsdl=1.5"));
  contracts.setAddress("http://two/ocpp");
  CPPUNIT_ASSERT(contracts.forQuery("wsdl")->find("\"http://two/ocpp\"") != std::string::npos);
}
