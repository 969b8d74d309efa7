// SPDX-License-Identifier: GPL-2.0-or-later
// WA-4: wsa:Action decides nothing; the body does.
#include <string>

#include "ocpp_s/envelope.h"
#include "tests/support/test.h"

using namespace ocpp;

namespace {

std::string resetResponse(const std::string& action) {
  return "<e:Envelope xmlns:e=\"http://www.w3.org/2003/05/soap-envelope\" "
         "xmlns:a=\"http://www.w3.org/2005/08/addressing\" "
         "xmlns:o=\"urn://Ocpp/Cp/2010/08/\"><e:Header><a:Action>" +
         action +
         "</a:Action></e:Header><e:Body><o:resetResponse><o:status>Accepted</o:status></o:resetResponse></e:Body></"
         "e:Envelope>";
}

}  // namespace

TEST(foreignAction,
     "vector 68, WA-4: a 1.2 response is accepted whatever its Action: the full URN, the request's, none") {
  ocpp_s::Codec codec;
  for (const char* action :
       {"urn://Ocpp/Cp/2010/08/ChargePointService/ResetResponse", "/Reset", "/resetresponse", ""}) {
    const auto reply = codec.readReply(resetResponse(action), indexOf<Reset>);
    const auto* response = std::get_if<Response>(&reply.outcome);
    CPPUNIT_ASSERT_MESSAGE(action, response != nullptr);
    CPPUNIT_ASSERT(std::get<Reset::Response>(*response).status == ResetStatus::Accepted);
    CPPUNIT_ASSERT(reply.version == Version::V12);
  }
  const auto other = codec.readReply(resetResponse("/ResetResponse"), indexOf<ClearCache>);
  CPPUNIT_ASSERT(std::holds_alternative<Fault>(other.outcome));  // the body is what counts
}
