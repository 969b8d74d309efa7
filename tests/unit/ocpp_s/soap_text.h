// SPDX-License-Identifier: GPL-2.0-or-later
// Envelopes for tests: bodies in a default namespace, read by one codec, with notes and faults as one line of text.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "ocpp_s/envelope.h"
#include "ocpp_s/profiles.h"
#include "tests/support/random_message.h"
#include "tests/support/test.h"

namespace test {

/// An envelope with these headers and no others.
inline std::string bareEnvelope(std::string_view body, std::string_view headers = {}) {
  return std::string("<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" ")
      .append("xmlns:a=\"http://www.w3.org/2005/08/addressing\" xmlns:cs=\"urn://Ocpp/Cs/2012/06/\"><s:Header>")
      .append(headers)
      .append("</s:Header><s:Body>")
      .append(body)
      .append("</s:Body></s:Envelope>");
}

/// The operation of a body: `<cs:resetRequest ...` -> Reset.
inline std::string operationOf(std::string_view body) {
  if (body.empty()) return {};
  std::string name(ocpp_s::localName(body.substr(1, body.find_first_of(" />") - 1)));
  for (const std::string_view suffix : {"Request", "Response"})
    if (name.size() > suffix.size() && name.compare(name.size() - suffix.size(), suffix.size(), suffix) == 0)
      name.erase(name.size() - suffix.size());
  if (!name.empty()) name[0] = static_cast<char>(name[0] & ~0x20);
  return name;
}

/// An envelope with these headers, and those that the contract wants besides.
inline std::string envelope(std::string_view body, std::string_view headers = {}) {
  const std::pair<std::string_view, std::string> standard[] = {{"MessageID", "urn:uuid:1"},
                                                               {"RelatesTo", "urn:uuid:0"},
                                                               {"From", "<a:Address>http://10.0.0.1/</a:Address>"},
                                                               {"To", "http://cs/"},
                                                               {"Action", "/" + operationOf(body)}};
  std::string all(headers);
  for (const auto& [name, text] : standard)
    if (all.find(":" + std::string(name) + ">") == all.npos)
      all += "<a:" + std::string(name) + ">" + text + "</a:" + std::string(name) + ">";
  return bareEnvelope(body, all);
}

/// `<name xmlns="ns">children</name>`
inline std::string element(std::string_view name, std::string_view ns, std::string_view children = {}) {
  return "<" + std::string(name) + " xmlns=\"" + std::string(ns) + "\">" + std::string(children) + "</" +
         std::string(name) + ">";
}

constexpr std::string_view cs12 = "urn://Ocpp/Cs/2010/08/", cs15 = "urn://Ocpp/Cs/2012/06/",
                           cs16 = "urn://Ocpp/Cs/2015/10/", cp15 = "urn://Ocpp/Cp/2012/06/",
                           cp16 = "urn://Ocpp/Cp/2015/10/";

inline std::string notes(const ocpp_s::Incoming& incoming) {
  std::string all;
  for (const auto& note : incoming.notes) all += (all.empty() ? "" : "; ") + note.path + " " + note.text;
  return all;
}

inline std::string text(const ocpp::Fault& fault) {
  return std::string(ocpp::faultRow(fault.code).jsonCode) + ": " + fault.description;
}

/// A request as the central system reads it; fails the test on a refusal.
inline ocpp_s::RequestMessage read(std::string_view xml, ocpp::Role service = ocpp::Role::CentralSystem) {
  ocpp_s::Codec codec;
  auto outcome = codec.readRequest(xml, service);
  if (auto* failure = std::get_if<ocpp_s::ReadFailure>(&outcome))
    CPPUNIT_FAIL(text(failure->fault) + "\n" + std::string(xml));
  return std::get<ocpp_s::RequestMessage>(std::move(outcome));
}

/// The refusal of a request; fails the test when it is read.
inline ocpp_s::ReadFailure refusal(std::string_view xml, ocpp::Role service = ocpp::Role::CentralSystem) {
  ocpp_s::Codec codec;
  auto outcome = codec.readRequest(xml, service);
  if (auto* message = std::get_if<ocpp_s::RequestMessage>(&outcome))
    CPPUNIT_FAIL("was read: " + dump(message->request));
  return std::get<ocpp_s::ReadFailure>(std::move(outcome));
}

/// What a strict reader says of a request that is readable.
inline ocpp::Fault strictFault(std::string_view xml) {
  const auto fault = ocpp_s::judge(read(xml).notes, ocpp_s::findProfile("strict")->quirks());
  if (!fault) CPPUNIT_FAIL("a strict reader takes " + std::string(xml));
  return *fault;
}

template <class Action>
ocpp_s::ReplyMessage readReply(std::string_view xml) {
  ocpp_s::Codec codec;
  return codec.readReply(xml, ocpp::indexOf<Action>);
}

/// The message and its notes as one line each: what lenient reading made of a body.
inline void assertReads(std::string_view xml, const std::string& expected, const std::string& expectedNotes) {
  const ocpp_s::RequestMessage message = read(xml);
  CPPUNIT_ASSERT_EQUAL(expected, dump(message.request));
  CPPUNIT_ASSERT_EQUAL(expectedNotes, notes(message));
}

}  // namespace test
