// SPDX-License-Identifier: GPL-2.0-or-later
// Peculiar but honest messages (tests/quirks/messages.txt): each is read, with its notes, and what is passed on is
// strict OCPP-J. And the tables of quirks and profiles.
#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "ocpp_j/codec.h"
#include "ocpp_j/frame.h"
#include "tests/unit/ocpp_s/soap_text.h"

namespace {

using ocpp_s::Quirk;

struct Fixture {
  std::string title;
  std::vector<std::pair<std::string, std::string>> fields;
  std::string body;

  std::string operator[](std::string_view name) const {
    for (const auto& [key, value] : fields)
      if (key == name) return value;
    return {};
  }
};

struct Fixtures {
  std::vector<std::pair<std::string, std::string>> defines;
  std::vector<Fixture> all;
};

Fixtures load() {
  std::ifstream in("tests/quirks/messages.txt");
  Fixtures read;
  bool inBody = false;
  for (std::string line; std::getline(in, line);) {
    if (line.rfind("== ", 0) == 0) {
      read.all.push_back({line.substr(3), {}, {}});
      inBody = false;
    } else if (inBody) {
      read.all.back().body += line + "\n";
    } else if (line.rfind("define ", 0) == 0) {
      const std::size_t blank = line.find(' ', 7);
      read.defines.emplace_back("${" + line.substr(7, blank - 7) + "}", line.substr(blank + 1));
    } else if (line == "-") {
      inBody = true;
    } else if (!line.empty() && line[0] != '#') {
      const std::size_t colon = line.find(": ");
      read.all.back().fields.emplace_back(line.substr(0, colon), line.substr(colon + 2));
    }
  }
  return read;
}

void replaceAll(std::string& text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

/// "Authorize {...}" -> Authorize, {...}
std::pair<std::string, std::string> words(const std::string& text) {
  const std::size_t blank = text.find(' ');
  return {text.substr(0, blank), blank == text.npos ? "" : text.substr(blank + 1)};
}

std::string bodyOf(const Fixtures& fixtures, const Fixture& fixture, const std::string& action) {
  std::string xml = fixture.body;
  for (auto each = fixtures.defines.rbegin(); each != fixtures.defines.rend(); ++each)
    replaceAll(xml, each->first, each->second);
  const std::string identity = fixture["identity"];
  replaceAll(xml, "${ID}", identity.empty() ? "Q-1" : identity);
  replaceAll(xml, "${OP}", action);
  replaceAll(xml, "${RELATES}", "urn:uuid:0");
  CPPUNIT_ASSERT_MESSAGE(fixture.title + ": an unknown name in " + xml, xml.find("${") == xml.npos);
  return xml;
}

std::string kindsOf(const ocpp_s::Incoming& incoming) {
  std::set<std::string> kinds;
  for (const auto& note : incoming.notes) kinds.insert(std::string(ocpp_s::quirkRow(note.quirk).name));
  std::string all;
  for (const std::string& each : kinds) all += (all.empty() ? "" : " ") + each;
  return all;
}

std::string sorted(const std::string& text) {
  std::istringstream in(text);
  std::set<std::string> each;
  for (std::string word; in >> word;) each.insert(word);
  std::string all;
  for (const std::string& word : each) all += (all.empty() ? "" : " ") + word;
  return all;
}

/// What the message is in OCPP-J; fails unless a strict reader takes that.
std::string strictJson(const std::string& title, const ocpp::Request& request) {
  const std::string call = ocpp_j::writeCall("1", request);
  ocpp::ReadNotes notes;
  const auto frame = ocpp_j::readFrame(call);
  const auto again = ocpp_j::readRequest(frame.action, frame.payload(), ocpp_j::ReadMode::Strict, notes);
  CPPUNIT_ASSERT_MESSAGE(title + ": " + call, bool(again) && notes.empty());
  std::string json;
  ocpp_j::appendPayload(json, request);
  return std::string(ocpp::actionName(request)) + " " + json;
}

std::string strictJson(const std::string& title, const ocpp::Response& response) {
  const std::string result = ocpp_j::writeCallResult("1", response);
  ocpp::ReadNotes notes;
  const auto frame = ocpp_j::readFrame(result);
  const auto again = ocpp_j::readResponse(response.index(), frame.payload(), ocpp_j::ReadMode::Strict, notes);
  CPPUNIT_ASSERT_MESSAGE(title + ": " + result, bool(again) && notes.empty());
  std::string json;
  ocpp_j::appendPayload(json, response);
  return json;
}

std::size_t actionNamed(const std::string& name) {
  for (std::size_t i = 0; i < ocpp::actionCount; ++i)
    if (ocpp::Actions::names[i] == name) return i;
  CPPUNIT_FAIL("no action " + name);
  return 0;
}

/// "" or what differs, as lines.
std::string difference(const std::string& title, const std::string& expected, const std::string& kinds,
                       const std::string& read, const ocpp_s::Incoming& incoming) {
  std::string wrong;
  if (read != expected) wrong += title + ":\n  " + read + "\n  instead of\n  " + expected + "\n";
  if (kindsOf(incoming) != sorted(kinds))
    wrong +=
        title + ": notes are '" + kindsOf(incoming) + "', not '" + sorted(kinds) + "': " + test::notes(incoming) + "\n";
  return wrong;
}

}  // namespace

TEST(QuirkyRequests, "each peculiar but honest request is read with its notes, and strict OCPP-J is passed on") {
  const Fixtures fixtures = load();
  ocpp_s::Codec codec;
  int seen = 0;
  std::string wrong;
  for (const Fixture& fixture : fixtures.all) {
    const std::string call = fixture["call"];
    if (call.empty()) continue;
    ++seen;
    const std::string xml = bodyOf(fixtures, fixture, words(call).first);
    auto outcome = codec.readRequest(xml, ocpp::Role::CentralSystem);
    if (auto* failure = std::get_if<ocpp_s::ReadFailure>(&outcome))
      CPPUNIT_FAIL(fixture.title + ": " + test::text(failure->fault) + "\n" + xml);
    const auto& message = std::get<ocpp_s::RequestMessage>(outcome);
    wrong += difference(fixture.title, call, fixture["kinds"], strictJson(fixture.title, message.request), message);
  }
  CPPUNIT_ASSERT_EQUAL(std::string(), wrong);
  CPPUNIT_ASSERT(seen >= 80);
}

TEST(QuirkyReplies, "each peculiar but honest reply is read with its notes; what stands for it in OCPP-J is strict") {
  const Fixtures fixtures = load();
  ocpp_s::Codec codec;
  int seen = 0;
  std::string wrong;
  for (const Fixture& fixture : fixtures.all) {
    const std::string action = words(fixture["asks"]).first;
    if (action.empty() || fixture.body.find("<s:Envelope") == std::string::npos) {
      if (fixture.body.find("${R1") == std::string::npos) continue;
    }
    ++seen;
    const std::string xml = bodyOf(fixtures, fixture, action);
    const ocpp_s::ReplyMessage reply = codec.readReply(xml, actionNamed(action));
    if (const auto* response = std::get_if<ocpp::Response>(&reply.outcome)) {
      wrong +=
          difference(fixture.title, fixture["result"], fixture["kinds"], strictJson(fixture.title, *response), reply);
    } else {
      const auto& fault = std::get<ocpp::Fault>(reply.outcome);
      CPPUNIT_ASSERT_MESSAGE(fixture.title + ": " + test::text(fault), reply.soapFault);
      wrong += difference(fixture.title, fixture["error"], fixture["kinds"],
                          std::string(ocpp::faultRow(fault.code).jsonCode), reply);
    }
  }
  CPPUNIT_ASSERT_EQUAL(std::string(), wrong);
  CPPUNIT_ASSERT(seen >= 20);
}

TEST(StrictProfile, "the profile strict refuses whatever leaves a note, and takes what leaves none") {
  const Fixtures fixtures = load();
  ocpp_s::Codec codec;
  const ocpp_s::Quirks strict = ocpp_s::findProfile("strict")->quirks();
  for (const Fixture& fixture : fixtures.all) {
    const std::string action = words(fixture["call"]).first;
    if (action.empty()) continue;
    const auto outcome = codec.readRequest(bodyOf(fixtures, fixture, action), ocpp::Role::CentralSystem);
    const auto& message = std::get<ocpp_s::RequestMessage>(outcome);
    const std::string kinds = fixture["kinds"];
    const bool refused = ocpp_s::judge(message.notes, strict).has_value();
    CPPUNIT_ASSERT_EQUAL_MESSAGE(fixture.title, !kinds.empty() && kinds != "unknown-header", refused);
    ocpp_s::Quirks granted = strict;  // switched on one by one, they let it pass
    for (const auto& note : message.notes) granted.set(note.quirk, true);
    CPPUNIT_ASSERT_MESSAGE(fixture.title, !ocpp_s::judge(message.notes, granted));
  }
}

TEST(QuirkRefusals, "a refusal has the code of its row: VersionMismatch, MustUnderstand, NotSupported, ProtocolError") {
  const auto code = [](Quirk quirk) { return ocpp_s::judge({{quirk, "/", "x"}}, {})->code; };
  CPPUNIT_ASSERT(code(Quirk::Soap11) == ocpp::FaultCode::VersionMismatch);
  CPPUNIT_ASSERT(code(Quirk::NotUnderstood) == ocpp::FaultCode::MustUnderstand);
  CPPUNIT_ASSERT(code(Quirk::BodyNamespace) == ocpp::FaultCode::NotSupported);
  CPPUNIT_ASSERT(code(Quirk::ElementOrder) == ocpp::FaultCode::ProtocolError);
  CPPUNIT_ASSERT_EQUAL(std::string("not tolerated here (message-id): / x"),
                       ocpp_s::judge({{Quirk::MessageId, "/", "x"}}, {})->description);
  CPPUNIT_ASSERT(!ocpp_s::judge({{Quirk::TagSuffix, "/", "x"}}, {}));  // what is rewritten is no offence
}

TEST(Profiles, "every profile of the survey exists, under its names, and differs from the default as it says") {
  for (const char* name : {"oca", "evlink", "keba", "bender", "ies", "enovates", "ksoap2", "javaoca", "cxf", "steve",
                           "ev-server", "apostol", "minimal12", "gsoap", "strict"})
    CPPUNIT_ASSERT_MESSAGE(name, ocpp_s::findProfile(name));
  CPPUNIT_ASSERT(!ocpp_s::findProfile(""));
  CPPUNIT_ASSERT(!ocpp_s::findProfile("OCA"));
  CPPUNIT_ASSERT(ocpp_s::findProfile("steve") == ocpp_s::findProfile("cxf"));
  CPPUNIT_ASSERT(ocpp_s::standardProfile().quirks() == ocpp_s::standardQuirks());
  CPPUNIT_ASSERT(ocpp_s::findProfile("keba")->quirks().has(Quirk::ConnectorZero));
  CPPUNIT_ASSERT(!ocpp_s::findProfile("ev-server")->quirks().has(Quirk::MustUnderstand));
  CPPUNIT_ASSERT(ocpp_s::findQuirk("element-order") == Quirk::ElementOrder && !ocpp_s::findQuirk("order"));
}

TEST(DocumentedQuirks,
     "docs/interop.md has every quirk with its default and meaning, and every profile with its switches") {
  std::ifstream in("docs/interop.md");
  const std::string document((std::istreambuf_iterator<char>(in)), {});
  std::string missing;
  const auto want = [&](const std::string& line) {
    if (document.find(line) == document.npos) missing += line;
  };
  for (std::size_t i = 0; i < ocpp_s::quirkCount; ++i) {
    const ocpp_s::QuirkRow& row = ocpp_s::quirkRow(static_cast<Quirk>(i));
    want("| `" + std::string(row.name) + "` | " + (row.standard ? "on" : "off") + " | " + std::string(row.meaning) +
         " |\n");
  }
  const auto switches = [](ocpp_s::Quirks quirks) {
    std::string all;
    for (std::size_t i = 0; i < ocpp_s::quirkCount; ++i)
      if (quirks.has(static_cast<Quirk>(i)))
        all += (all.empty() ? "`" : ", `") + std::string(ocpp_s::quirkRow(static_cast<Quirk>(i)).name) + "`";
    return all.empty() ? std::string("-") : all;
  };
  for (const ocpp_s::Profile& each : ocpp_s::allProfiles()) {
    const std::string off = each.name == "strict" ? "all of reading but `unknown-header`" : switches(each.off);
    const std::string alias = each.alias.empty() ? "" : ", `" + std::string(each.alias) + "`";
    want("| `" + std::string(each.name) + "`" + alias + " | " + std::string(each.who) + " | " + switches(each.on) +
         " | " + off + " |\n");
  }
  CPPUNIT_ASSERT_EQUAL(std::string(), missing);
}

TEST(Recognition,
     "chargers are recognised by vendor, by model, by the prefix of their envelope and by their addressing") {
  const auto who = [](const ocpp_s::Clues& clues) {
    const ocpp_s::Profile* found = ocpp_s::recognise(clues);
    return std::string(found ? found->name : "nobody");
  };
  CPPUNIT_ASSERT_EQUAL(std::string("keba"), who({"Keba AG", "KC-P30", "SOAP-ENV", {}}));
  CPPUNIT_ASSERT_EQUAL(std::string("keba"), who({"ABB", "EVLunic Pro M", "", {}}));
  CPPUNIT_ASSERT_EQUAL(std::string("evlink"), who({"Schneider Electric", "MONOBLOCK", "", {}}));
  CPPUNIT_ASSERT_EQUAL(std::string("ksoap2"), who({"", "", "v", {}}));
  CPPUNIT_ASSERT_EQUAL(std::string("javaoca"), who({"V", "M", "soap", {Quirk::OldAddressing, Quirk::BareAddress}}));
  CPPUNIT_ASSERT_EQUAL(std::string("nobody"), who({"V", "M", "soap", {Quirk::OldAddressing}}));
  CPPUNIT_ASSERT_EQUAL(std::string("v"), std::string(ocpp_s::rootPrefix("\n<?xml v?><!-- <x:y> --><v:Envelope>")));
  CPPUNIT_ASSERT_EQUAL(std::string(), std::string(ocpp_s::rootPrefix("<Envelope xmlns:a='b'/>")));
}
