// SPDX-License-Identifier: GPL-2.0-or-later
// Targets soap-request, soap-reply and recover: envelopes of charge points, and what charge points answer.
#include "tests/fuzz/soap.h"

#include <stdexcept>
#include <variant>

#include "bridge/charger_reply.h"
#include "ocpp_s/dialect.h"
#include "ocpp_s/guard.h"
#include "ocpp_s/head_reader.h"
#include "ocpp_s/peek.h"
#include "ocpp_s/profiles.h"
#include "ocpp_s/recover.h"
#include "tests/fuzz/targets.h"
#include "tests/support/random_message.h"

namespace fuzz {

namespace {

using ocpp::Role;

std::string notesOf(const ocpp_s::Incoming& incoming, TooLong tooLong) {
  std::string all;
  for (const auto& note : incoming.notes)
    if (tooLong == TooLong::No || note.text.find("longer than") == std::string::npos)
      all += note.path + " " + note.text + "; ";
  return all;
}

bool inside(std::string_view whole, std::string_view part) {
  return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void glance(std::string_view xml) {
  const ocpp_s::Glance seen = ocpp_s::peek(xml);
  require(inside(xml, seen.operation) && inside(xml, seen.chargeBoxIdentity), "a glance looks beside the document");
}

/// What was read without a note can be written. A word of another version is read with one, for the session to
/// translate; then there is nothing to compare.
template <class Write>
std::string written(std::string_view read, bool tolerated, Write&& write) {
  try {
    return write();
  } catch (const std::logic_error& why) {
    require(tolerated, std::string("what was read cannot be written: ") + why.what(), read);
    return "";
  }
}

}  // namespace

ocpp_s::Codec& codec() {
  static ocpp_s::Codec one;
  return one;
}

ocpp_s::Header someHeader() {
  return {"CP <1> & \"co\"", "urn:uuid:1", "urn:uuid:0", "", "http://peer/?a=1&b=2", "http://here:1/", ""};
}

std::string requestText(ocpp::Version version, Role service, const ocpp::Request& request) {
  std::string xml;
  codec().writeRequest(xml, ocpp_s::dialectFor(version), service, someHeader(), request);
  return xml;
}

std::string replyText(ocpp::Version version, Role service, const ocpp::Response& response) {
  std::string xml;
  codec().writeReply(xml, ocpp_s::dialectFor(version), service, someHeader(), response);
  return xml;
}

ocpp::Request readOwnRequest(const std::string& xml, Role service, TooLong tooLong) {
  auto outcome = codec().readRequest(xml, service);
  if (const auto* failure = std::get_if<ocpp_s::ReadFailure>(&outcome))
    fail("our own request is not read: " + failure->fault.description, xml);
  auto& message = std::get<ocpp_s::RequestMessage>(outcome);
  const std::string notes = notesOf(message, tooLong);
  require(notes.empty(), "our own request needs tolerance: " + notes, xml);
  require(message.header.chargeBoxIdentity == someHeader().chargeBoxIdentity, "the identity is another", xml);
  return std::move(message.request);
}

ocpp::Response readOwnReply(const std::string& xml, std::size_t action, TooLong tooLong) {
  auto message = codec().readReply(xml, action);
  if (const auto* fault = std::get_if<ocpp::Fault>(&message.outcome))
    fail("our own reply is not read: " + fault->description, xml);
  const std::string notes = notesOf(message, tooLong);
  require(notes.empty(), "our own reply needs tolerance: " + notes, xml);
  return std::move(std::get<ocpp::Response>(message.outcome));
}

void readOwnFault(const std::string& xml, const ocpp::Fault& fault) {
  const auto message = codec().readReply(xml, 0);
  const auto* seen = std::get_if<ocpp::Fault>(&message.outcome);
  require(seen != nullptr && message.soapFault, "our own fault is not read", xml);
  require(seen->code == fault.code, "the fault's code changed", xml);
}

// --- soap-request: P S XML; P: whose profile we write in, S: 0 central system, 1 charge point

void runSoapRequest(std::string_view input) {
  Input in(input);
  const auto& profiles = ocpp_s::allProfiles();
  const ocpp_s::Quirks writing = profiles[in.choose(profiles.size() - 1)].quirks();
  const Role service = in.choose(1) == 0 ? Role::CentralSystem : Role::ChargePoint;
  const std::string xml(in.rest());
  glance(xml);
  auto outcome = codec().readRequest(xml, service);
  if (const auto* failure = std::get_if<ocpp_s::ReadFailure>(&outcome)) {
    std::string fault;
    const ocpp::Version version = failure->version.value_or(ocpp::Version::V15);
    ocpp_s::Codec::writeFault(fault, ocpp_s::dialectFor(version, failure->manner, writing), service, failure->header,
                              failure->fault);
    return readOwnFault(fault, failure->fault);
  }
  const auto& message = std::get<ocpp_s::RequestMessage>(outcome);
  require(message.version.has_value(), "a request without a version", xml);
  const std::string first =
      written(xml, !message.notes.empty(), [&] { return requestText(*message.version, service, message.request); });
  if (first.empty()) return;
  const ocpp::Request again = readOwnRequest(first, service, TooLong::Allowed);
  require(again.index() == message.request.index(), "another action", first);
  require(requestText(*message.version, service, again) == first, "writing, reading and writing differ", first);
  std::string inProfile;
  codec().writeRequest(inProfile, ocpp_s::dialectFor(*message.version, message.manner, writing), service, someHeader(),
                       message.request);
  auto seen = codec().readRequest(inProfile, service);
  const auto* same = std::get_if<ocpp_s::RequestMessage>(&seen);
  require(same != nullptr && requestText(*message.version, service, same->request) == first,
          "what is written in a profile is read as something else", inProfile);
}

Seeds soapRequestSeeds() {
  Seeds seeds;
  for (const auto version : allVersions)
    for (const auto service : {Role::CentralSystem, Role::ChargePoint}) {
      test::RandomMessages random(7, ocpp::soapEncoding(version));
      for (std::size_t action = 0; action < ocpp::actionCount; ++action)
        if (ocpp_s::offers(version, service, action))
          seeds.push_back((service == Role::CentralSystem ? "00" : "01") +
                          requestText(version, service, random.request(action)));
    }
  return seeds;
}

// --- soap-reply: A V H XML; A: action, H: HTTP status, V: 0 strict

void runSoapReply(std::string_view input) {
  static constexpr int statuses[] = {200, 500, 400, 202, 204, 301, 401, 404, 503};
  Input in(input);
  const std::size_t action = in.choose(ocpp::actionCount - 1);
  const bool strict = in.choose(1) == 1;
  const int status = statuses[in.choose(std::size(statuses) - 1)];
  const std::string xml(in.rest());
  bridge::HttpResult result;
  result.outcome = bridge::HttpResult::Outcome::Answered;
  result.response.status = status;
  result.response.body = xml;
  const auto tolerated = ocpp_s::findProfile(strict ? "strict" : "oca")->quirks();
  const auto reply = bridge::readChargerReply(codec(), action, someHeader().relatesTo, result, tolerated).reply;
  require(reply.response.has_value() == (reply.failure == session::ChargerFailure::None), "neither reply nor failure",
          xml);
  const auto message = codec().readReply(xml, action);
  const auto* response = std::get_if<ocpp::Response>(&message.outcome);
  if (response == nullptr) return;
  require(response->index() == action, "another action", xml);
  for (const auto version : allVersions)
    for (const auto service : {Role::CentralSystem, Role::ChargePoint}) {
      if (message.version != version || !ocpp_s::offers(version, service, action)) continue;
      const std::string first =
          written(xml, !message.notes.empty(), [&] { return replyText(version, service, *response); });
      if (first.empty()) continue;
      require(replyText(version, service, readOwnReply(first, action, TooLong::Allowed)) == first,
              "writing, reading and writing differ", first);
    }
}

Seeds soapReplySeeds() {
  Seeds seeds;
  for (const auto version : allVersions) {
    test::RandomMessages random(8, ocpp::soapEncoding(version));
    for (std::size_t action = 0; action < ocpp::actionCount; ++action)
      if (ocpp_s::offers(version, Role::ChargePoint, action))
        seeds.push_back(std::string(1, static_cast<char>('0' + action)) + "00" +
                        replyText(version, Role::ChargePoint, random.response(action)));
    for (const auto code : {ocpp::FaultCode::NotSupported, ocpp::FaultCode::MustUnderstand}) {
      std::string fault = "001";
      ocpp_s::Codec::writeFault(fault, ocpp_s::dialectFor(version, {version == ocpp::Version::V12, {}}),
                                Role::ChargePoint, someHeader(), {code, "why <not>"});
      seeds.push_back(fault);
    }
  }
  return seeds;
}

// --- recover: H S A XML; H: half, S: service or none, A: action

void runRecover(std::string_view input) {
  Input in(input);
  ocpp_s::Expected expected;
  expected.half = in.choose(1) == 0 ? ocpp::Half::Request : ocpp::Half::Response;
  const std::size_t service = in.choose(1);
  const std::size_t action = in.choose(ocpp::actionCount - 1);
  if (expected.half == ocpp::Half::Request)
    expected.service = service == 0 ? Role::CentralSystem : Role::ChargePoint;
  else
    expected.action = action;
  const std::string xml(in.rest());
  if (ocpp_s::guard(xml).refusal != nullptr) return;
  ocpp_s::Incoming incoming;
  ocpp_s::readHead(xml, incoming);
  const ocpp_s::Recovered recovered = ocpp_s::recover(xml, expected);
  if (recovered.refusal || recovered.soapFault) return;
  require(recovered.incoming.version.has_value(), "a body without a version", xml);
  ocpp_s::GuardLimits wide;
  wide.bytes = wide.tagBytes = std::string::npos;
  const char* refusal = ocpp_s::guard(recovered.xml, wide).refusal;
  require(refusal == nullptr, std::string("what was rewritten is refused: ") + (refusal ? refusal : ""), recovered.xml);
  // Rewriting once is enough: what came out needs no second repair.
  ocpp_s::Expected same = expected;
  same.service = recovered.service;
  const ocpp_s::Recovered again = ocpp_s::recover(recovered.xml, same);
  require(!again.refusal && !again.soapFault, "what was rewritten is not understood", recovered.xml);
  require(again.incoming.version == recovered.incoming.version && again.action == recovered.action,
          "what was rewritten is something else", recovered.xml);
  require(again.xml == recovered.xml, "rewriting twice differs: " + again.xml, recovered.xml);
}

Seeds recoverSeeds() {
  Seeds seeds;
  const auto loosen = [](std::string xml) {  // like chargers with hand-made XML: no prefixes in the body
    for (const auto* prefix : {"cs12:", "cs15:", "cs16:", "cs:", "cp12:", "cp15:", "cp16:", "cp:"})
      for (auto at = xml.find(prefix); at != std::string::npos; at = xml.find(prefix, at))
        xml.erase(at, std::string_view(prefix).size());
    return xml;
  };
  for (const std::string& seed : soapRequestSeeds()) {
    const std::string start = std::string("0") + seed[1] + "0";
    seeds.push_back(start + loosen(seed.substr(2)));
  }
  for (const std::string& seed : soapReplySeeds())
    seeds.push_back(std::string("10") + seed[0] + loosen(seed.substr(3)));
  return seeds;
}

}  // namespace fuzz
