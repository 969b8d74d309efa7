// SPDX-License-Identifier: GPL-2.0-or-later
// Logs: one line per event, no secrets, messages of both sides next to each other.
#include "bridge/log.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "bridge/random_id.h"
#include "bridge/trace.h"
#include "tests/support/test.h"

using namespace bridge;

TEST(logLines, "an event is one line whatever its text contains") {
  std::ostringstream out;
  Log log(out, LogFormat::Human);
  log.line(Log::Level::Warning, "CP1\nforged", "tolerated", "a\nb\x1b[31m", {{"peer", "10.0.0.7"}});
  const std::string text = out.str();
  CPPUNIT_ASSERT_EQUAL(1, static_cast<int>(std::count(text.begin(), text.end(), '\n')));
  CPPUNIT_ASSERT(text.find('\x1b') == std::string::npos);
  CPPUNIT_ASSERT(text.find("tolerated peer=10.0.0.7: a\\nb") != std::string::npos);
}

TEST(logJson,
     "a JSON line is an object with time, level, event, identity and text, even for bytes that are not UTF-8") {
  std::ostringstream out;
  Log log(out, LogFormat::Json);
  log.line(Log::Level::Info, "CP1", "soap-in", "\xFF<x>", {{"action", "Heartbeat"}});
  const auto line = nlohmann::json::parse(out.str());
  CPPUNIT_ASSERT_EQUAL(std::string("soap-in"), line["event"].get<std::string>());
  CPPUNIT_ASSERT_EQUAL(std::string("CP1"), line["identity"].get<std::string>());
  CPPUNIT_ASSERT_EQUAL(std::string("Heartbeat"), line["action"].get<std::string>());
  CPPUNIT_ASSERT_EQUAL(std::string("info"), line["level"].get<std::string>());
}

TEST(logForged,
     "C8: control and format characters of other scripts are written so that they are seen, in both formats") {
  const std::string evil =
      "CP\xE2\x80\xAE"
      "1\xC2\x9B\xE2\x80\xA8\xF3\xA0\x80\xA0\xC3\xA9";
  std::ostringstream human, json;
  Log(human, LogFormat::Human).line(Log::Level::Info, evil, "note", evil, {{"peer", evil}});
  Log(json, LogFormat::Json).line(Log::Level::Info, evil, "note", evil, {{"peer", evil}});
  const std::string written = "CP\\u202e1\\u009b\\u2028\\udb40\\udc20\xC3\xA9";
  CPPUNIT_ASSERT(human.str().find(written + " note peer=" + written + ": " + written) != std::string::npos);
  CPPUNIT_ASSERT_EQUAL(evil, nlohmann::json::parse(json.str())["identity"].get<std::string>());
  CPPUNIT_ASSERT(json.str().find("\"peer\":\"" + written + "\"") != std::string::npos);
}

TEST(logLong, "C7: a line of others is cut") {
  std::ostringstream out;
  Log(out, LogFormat::Human).line(Log::Level::Info, std::string(100000, 'I'), "note", std::string(1000000, 'x'));
  CPPUNIT_ASSERT(out.str().size() < 3000);
  CPPUNIT_ASSERT(out.str().find("x ...\n") != std::string::npos);
}

TEST(logSecrets, "ER-5: credentials in URLs and AuthorizationKey values are not logged") {
  CPPUNIT_ASSERT_EQUAL(std::string("get ftp://***@host/a and ftp://b/c@d"),
                       redacted("get ftp://user:pw@host/a and ftp://b/c@d"));
  CPPUNIT_ASSERT(redacted("{\"key\":\"AuthorizationKey\",\"value\":\"deadbeef\"}").find("deadbeef") ==
                 std::string::npos);
  CPPUNIT_ASSERT(redacted("<cp:key>AuthorizationKey</cp:key><cp:value>deadbeef</cp:value>").find("deadbeef") ==
                 std::string::npos);
}

TEST(tracePairs, "--trace prints what came in and what it became next to each other") {
  std::ostringstream out;
  Log log(out, LogFormat::Human);
  Trace trace(log, true, 120);
  using M = TracedMessage;
  trace.add({M::Wire::Soap, M::Way::In, "Heartbeat",
             "<e:Envelope xmlns:e='x'><e:Body><heartbeatRequest/></e:Body></e:Envelope>"});
  trace.add({M::Wire::Json, M::Way::Out, "Heartbeat", "[2,\"1\",\"Heartbeat\",{}]"});
  trace.flush("CP1");
  std::istringstream lines(out.str());
  std::string line;
  bool together = false;
  while (std::getline(lines, line))
    together |=
        line.find("<heartbeatRequest") != std::string::npos && line.find("[2,\"1\",\"Heartbeat\"") != std::string::npos;
  CPPUNIT_ASSERT(together);
}

TEST(identifiers,
     "L-17: identities are percent-encoded in paths and read back; message ids are 36 characters and differ") {
  CPPUNIT_ASSERT_EQUAL(std::string("UID%3D1013%2CO%3DSolar%20Dev%2F%C3%A9"), percentEncoded("UID=1013,O=Solar Dev/é"));
  CPPUNIT_ASSERT_EQUAL(std::string("00:13:F6"), percentDecoded(percentEncoded("00:13:F6")));
  CPPUNIT_ASSERT_EQUAL(std::string("100%"), percentDecoded("100%"));
  CPPUNIT_ASSERT_EQUAL(std::size_t{36}, newUuid().size());
  CPPUNIT_ASSERT(newUuid() != newUuid());
  CPPUNIT_ASSERT_EQUAL(std::string("a9993e364706816aba3e25717850c26c9cd0d89d"), sha1Hex("abc"));
}
