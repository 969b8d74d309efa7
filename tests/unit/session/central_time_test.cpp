// SPDX-License-Identifier: GPL-2.0-or-later
// Chargers set their clocks by what they are told: never by a currentTime that the back-end did not say (SM-5, B2).
#include "ocpp_j/codec.h"
#include "ocpp_j/frame.h"
#include "tests/support/session_harness.h"

using namespace test;

namespace {

/// What a back-end may write for currentTime, with the comma; "" = nothing.
const std::string noTimes[] = {"",
                               R"("currentTime":null,)",
                               R"("currentTime":"",)",
                               R"("currentTime":1714550400,)",
                               R"("currentTime":"soon",)",
                               R"("currentTime":{},)",
                               R"("currentTime":"0001-01-01T00:00:00Z",)",
                               R"("currentTime":"1970-01-01T00:00:00Z",)",
                               R"("currentTime":"2009-12-31T23:59:59Z",)"};

/// As the bridge reads it from the WebSocket.
template <class M>
Response asRead(const std::string& payload) {
  const auto frame = ocpp_j::readFrame("[3,\"1\"," + payload + "]");
  ReadNotes notes;
  auto read = ocpp_j::readResponse(indexOf<M>, frame.payload(), ocpp_j::ReadMode::Lenient, notes);
  CPPUNIT_ASSERT_MESSAGE(payload, bool(read));
  return *read;
}

}  // namespace

TEST(noCentralTime, "SM-5, B2: a back-end that says no time or one before 2010: chargers are told the bridge's") {
  for (const std::string& time : noTimes) {
    SessionHarness h;
    const auto boot = h.boots(Version::V15);
    h.reply(asRead<BootNotification>("{" + time + R"("status":"Accepted","interval":300})"));
    CPPUNIT_ASSERT_MESSAGE(time, h.answered<BootNotification>(boot).currentTime.at == h.now);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, h.notes.size());
    const auto beat = h.send(Version::V15, Heartbeat::Request{});
    h.toCentral<Heartbeat>();
    h.reply(asRead<Heartbeat>("{" + time + "\"other\":1}"));
    CPPUNIT_ASSERT_MESSAGE(time, h.answered<Heartbeat>(beat).currentTime.at == h.now);
    h.pass(seconds(10));
    const auto surplus = h.send(Version::V15, Heartbeat::Request{});
    CPPUNIT_ASSERT_MESSAGE(time, h.answered<Heartbeat>(surplus).currentTime.at == h.now);
    CPPUNIT_ASSERT_EQUAL(std::size_t{1}, h.notes.size());  // not with every heartbeat
  }
}

TEST(firstCentralTime, "SM-5, B2: 2010 and later is the back-end's own affair") {
  SessionHarness h;
  const auto boot = h.boots(Version::V15);
  h.reply(asRead<BootNotification>(R"({"status":"Accepted","currentTime":"2010-01-01T00:00:00Z","interval":300})"));
  CPPUNIT_ASSERT(h.answered<BootNotification>(boot).currentTime == at("2010-01-01T00:00:00Z"));
  CPPUNIT_ASSERT(h.notes.empty());
}

TEST(slowHeartbeat, "SM-5: a heartbeat that the back-end does not answer in time gets the bridge's time") {
  SessionHarness h;
  const auto boot = h.boots(Version::V15);
  h.reply(BootNotification::Response{RegistrationStatus::Accepted, at("2024-05-01T09:00:00Z"), 300});
  h.answered<BootNotification>(boot);
  const auto beat = h.send(Version::V15, Heartbeat::Request{});
  h.toCentral<Heartbeat>();
  h.pass(seconds(5));
  CPPUNIT_ASSERT(h.answered<Heartbeat>(beat).currentTime.at == h.now);
}

TEST(noClockAtAll, "SM-5, B2: as long as no clock is set anywhere a charger is told no time at all") {
  SessionHarness h(durable());
  h.now.calendar = Instant{} + seconds(5);
  const auto boot = h.boots(Version::V15);
  h.reply(asRead<BootNotification>(R"({"status":"Accepted","interval":300})"));
  CPPUNIT_ASSERT(h.faulted(boot) == FaultCode::InternalError);
  h.down();
  CPPUNIT_ASSERT(h.faulted(h.send(Version::V15, Heartbeat::Request{})) == FaultCode::InternalError);
  CPPUNIT_ASSERT(h.faulted(h.send(Version::V15, SessionHarness::bootRequest())) == FaultCode::InternalError);
  h.now.calendar = morning();
  CPPUNIT_ASSERT(h.answered<Heartbeat>(h.send(Version::V15, Heartbeat::Request{})).currentTime.at == h.now);
}

TEST(bridgeWithoutClock, "SM-5, B2: a bridge whose own clock is not set tells what the back-end has told it") {
  SessionHarness h;
  h.now.calendar = Instant{} + seconds(5);
  const auto boot = h.boots(Version::V15);
  h.reply(BootNotification::Response{RegistrationStatus::Accepted, at("2024-05-01T08:00:00Z"), 300});
  h.answered<BootNotification>(boot);
  h.down();
  h.pass(seconds(2));
  const auto beat = h.send(Version::V15, Heartbeat::Request{});
  CPPUNIT_ASSERT(h.answered<Heartbeat>(beat).currentTime == at("2024-05-01T08:00:02Z"));
}
