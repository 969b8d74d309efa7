// SPDX-License-Identifier: GPL-2.0-or-later
// Two clocks (B1): whatever is done to the calendar, nothing waits longer or shorter than its interval.
#include "tests/support/session_harness.h"

using namespace test;

namespace {

constexpr auto days = std::chrono::hours(24) * 200;
constexpr Duration jumps[] = {-Duration(days), Duration(days)};

}  // namespace

TEST(clockHold, "B1: a charger is answered after soap_hold although the clock was set meanwhile") {
  for (const Duration jump : jumps) {
    SessionHarness h;
    h.boot(Version::V16);
    const auto exchange = h.send(Version::V16, Authorize::Request{"TAG"});
    h.toCentral<Authorize>();
    h.now.jump(jump);
    h.pass(seconds(19));
    h.nothing();
    h.pass(seconds(1));
    CPPUNIT_ASSERT(h.faulted(exchange) == FaultCode::InternalError);
  }
}

TEST(clockCallTimeout, "B1: the next CALL follows after the call timeout although the clock was set meanwhile") {
  for (const Duration jump : jumps) {
    SessionHarness h(durable());
    h.boot(Version::V16);
    h.begin(Version::V16, 1, 7);
    h.send(Version::V16, h.stop(7));
    h.toCentral<StopTransaction>();
    h.now.jump(jump);
    h.pass(seconds(29));
    h.take<session::AnswerCharger>();
    h.pass(seconds(5));
    h.nothing();
    h.pass(seconds(1));  // 30 s for the answer, and the pause before the same again (ER-3)
    CPPUNIT_ASSERT_EQUAL(std::int64_t{7}, h.toCentral<StopTransaction>().transactionId.value);
  }
}

TEST(clockReconnect, "B1: a lost connection is tried again after its back-off although the clock was set meanwhile") {
  for (const Duration jump : jumps) {
    SessionHarness h;
    h.boot(Version::V16);
    h.down();
    h.now.jump(jump);
    h.pass(seconds(3));
    h.nothing();
    h.pass(seconds(2));
    h.take<session::OpenCentral>();
  }
}

TEST(clockRefused,
     "B1, ER-3: a refused message is sent again after its interval although the clock was set meanwhile") {
  for (const Duration jump : jumps) {
    SessionHarness h(durable());
    h.boot(Version::V16);
    h.begin(Version::V16, 1, 7);
    h.send(Version::V16, h.stop(7));
    h.toCentral<StopTransaction>();
    h.refuse(FaultCode::InternalError);
    h.take<session::AnswerCharger>();
    h.now.jump(jump);
    h.pass(seconds(59));
    h.nothing();
    h.pass(seconds(1));
    h.toCentral<StopTransaction>();
  }
}

TEST(clockSilence, "B1, SM-6: a charger is offline after its silence, not because the clock was set") {
  for (const Duration jump : jumps) {
    SessionHarness h;
    h.boot(Version::V16);
    h.now.jump(jump);
    h.pass(seconds(3 * 300 + 59));
    h.nothing();
    h.pass(seconds(1));
    CPPUNIT_ASSERT_EQUAL(1001, h.take<session::CloseCentral>().code);
  }
}

TEST(clockTold, "B1, SM-5: what chargers are told follows the back-end's clock, not ours that was set") {
  for (const Duration jump : jumps) {
    SessionHarness h;
    h.boot(Version::V16);
    const Instant before = h.now;
    const auto first = h.send(Version::V16, Heartbeat::Request{});
    h.toCentral<Heartbeat>();
    h.reply(Heartbeat::Response{{h.now, true}});
    h.answered<Heartbeat>(first);
    h.now.jump(jump);
    h.pass(seconds(60));
    const auto second = h.send(Version::V16, Heartbeat::Request{});
    CPPUNIT_ASSERT(h.answered<Heartbeat>(second).currentTime.at == before + seconds(60));
  }
}

TEST(clockRestored, "B1: a message kept with a wait is not waited for longer by a process with another clock") {
  SessionHarness first(durable());
  first.boot(Version::V16);
  first.begin(Version::V16, 1, 7);
  first.now.jump(days);  // wrong while it is refused
  first.send(Version::V16, first.stop(7));
  first.toCentral<StopTransaction>();
  first.refuse(FaultCode::InternalError);
  SessionHarness later(durable(), first.store);
  later.pass(seconds(5));
  later.opens();
  later.pass(std::chrono::hours(6));
  later.toCentral<StopTransaction>();
}
