// SPDX-License-Identifier: GPL-2.0-or-later
// Every message of every version, from random values, survives writing and reading.
#include <string>
#include <variant>

#include "ocpp_s/envelope.h"
#include "tests/support/random_message.h"
#include "tests/support/test.h"

namespace {

constexpr int rounds = 60;
constexpr ocpp::Version versions[] = {ocpp::Version::V12, ocpp::Version::V15, ocpp::Version::V16};
constexpr ocpp::Role services[] = {ocpp::Role::CentralSystem, ocpp::Role::ChargePoint};

ocpp_s::Header someHeader() {
  return {"CP <1> & \"co\"", "urn:uuid:1", "urn:uuid:0", "", "http://peer/?a=1&b=2", "http://here:1/", ""};
}

std::string notesOf(const ocpp_s::Incoming& incoming) {
  std::string all;
  for (const auto& note : incoming.notes) all += note.path + " " + note.text + "; ";
  return all;
}

// An empty vendor or model becomes "Unknown" on reading (translation 4.1): not a round trip.
ocpp::Request legible(ocpp::Request request) {
  if (auto* boot = std::get_if<ocpp::BootNotification::Request>(&request)) {
    if (boot->chargePointVendor.empty()) boot->chargePointVendor = "v";
    if (boot->chargePointModel.empty()) boot->chargePointModel = "m";
  }
  return request;
}

struct Trip {
  ocpp_s::Codec codec;
  int messages = 0;

  void request(ocpp::Version version, ocpp::Role service, const ocpp::Request& request) {
    const ocpp_s::Dialect& dialect = ocpp_s::dialectFor(version);
    std::string xml, again;
    codec.writeRequest(xml, dialect, service, someHeader(), request);
    auto outcome = codec.readRequest(xml, service);
    if (auto* failure = std::get_if<ocpp_s::ReadFailure>(&outcome))
      CPPUNIT_FAIL(failure->fault.description + "\n" + xml);
    auto& message = std::get<ocpp_s::RequestMessage>(outcome);
    CPPUNIT_ASSERT_EQUAL_MESSAGE(xml, std::string(), notesOf(message));
    CPPUNIT_ASSERT(message.version == version);
    CPPUNIT_ASSERT_EQUAL(request.index(), message.request.index());
    CPPUNIT_ASSERT_EQUAL(someHeader().chargeBoxIdentity, message.header.chargeBoxIdentity);
    CPPUNIT_ASSERT_EQUAL(someHeader().to, message.header.to);
    codec.writeRequest(again, dialect, service, someHeader(), message.request);
    CPPUNIT_ASSERT_EQUAL(xml, again);
    if (version == ocpp::Version::V16) CPPUNIT_ASSERT_EQUAL(test::dump(request), test::dump(message.request));
    ++messages;
  }

  void response(ocpp::Version version, ocpp::Role service, const ocpp::Response& response) {
    const ocpp_s::Dialect& dialect = ocpp_s::dialectFor(version);
    std::string xml, again;
    codec.writeReply(xml, dialect, service, someHeader(), response);
    const ocpp_s::ReplyMessage message = codec.readReply(xml, response.index());
    if (const auto* fault = std::get_if<ocpp::Fault>(&message.outcome)) CPPUNIT_FAIL(fault->description + "\n" + xml);
    CPPUNIT_ASSERT_EQUAL_MESSAGE(xml, std::string(), notesOf(message));
    CPPUNIT_ASSERT_EQUAL(std::string("urn:uuid:0"), message.header.relatesTo);
    codec.writeReply(again, dialect, service, someHeader(), std::get<ocpp::Response>(message.outcome));
    CPPUNIT_ASSERT_EQUAL(xml, again);
    if (version == ocpp::Version::V16)
      CPPUNIT_ASSERT_EQUAL(test::dump(response), test::dump(std::get<ocpp::Response>(message.outcome)));
    ++messages;
  }
};

}  // namespace

TEST(EveryMessageRoundTrip,
     "every request and response of 1.2, 1.5 and 1.6 reads back as it was written, without notes") {
  Trip trip;
  for (const auto version : versions) {
    test::RandomMessages random(20 + static_cast<unsigned>(version), ocpp::soapEncoding(version));
    for (const auto service : services)
      for (std::size_t action = 0; action < ocpp::actionCount; ++action)
        for (int i = 0; i < rounds && ocpp_s::offers(version, service, action); ++i) {
          trip.request(version, service, legible(random.request(action)));
          trip.response(version, service, random.response(action));
        }
  }
  // 18 + 25 + 29 operations (translation, "Operation surface")
  CPPUNIT_ASSERT_EQUAL((9 + 9 + 10 + 15 + 10 + 19) * 2 * rounds, trip.messages);
}

TEST(JsonOnlyActionsRefused, "an action that a version lacks cannot be written, and leaves no half envelope behind") {
  ocpp_s::Codec codec;
  std::string out = "before";
  CPPUNIT_ASSERT_THROW(codec.writeRequest(out, ocpp_s::dialectFor(ocpp::Version::V12), ocpp::Role::ChargePoint, {},
                                          ocpp::Request(ocpp::TriggerMessage::Request{})),
                       std::logic_error);
  ocpp::FirmwareStatusNotification::Request status;
  status.status = ocpp::FirmwareStatus::Idle;
  CPPUNIT_ASSERT_THROW(codec.writeRequest(out, ocpp_s::dialectFor(ocpp::Version::V15), ocpp::Role::CentralSystem, {},
                                          ocpp::Request(status)),
                       std::logic_error);
  CPPUNIT_ASSERT_EQUAL(std::string("before"), out);
}
