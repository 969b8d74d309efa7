// SPDX-License-Identifier: GPL-2.0-or-later
// When a waiting connection is tried (SM-2, B3): spread after a restart, soon when there is reason to hope.
#include "tests/support/session_harness.h"

using namespace test;

namespace {

/// Until the next attempt.
Duration wait(const SessionHarness& h) {
  const auto due = h.session.deadline();
  CPPUNIT_ASSERT(due);
  return *due - h.now.steady;
}

/// A charger whose back-end has been away for a while: the next attempt is minutes off.
struct Waiting : SessionHarness {
  Waiting() {
    boot(Version::V15, 86400);
    pass(minutes(2));
    statusFilled();
    down();
    for (int tries = 0; tries < 7; ++tries) {
      pass(seconds(300));
      while (!effects.empty()) take<session::OpenCentral>(), down(0, false);
    }
    CPPUNIT_ASSERT(wait(*this) > minutes(2));
    pass(seconds(30));
  }
};

}  // namespace

TEST(openedSpread, "SM-2, B3: after a restart of the bridge connections open at any moment of ten seconds") {
  for (const double jitter : {0.0, 0.25, 0.999}) {
    session::Settings settings;
    settings.lifecycle = session::WsLifecycle::AlwaysOn;
    session::GatewaySession session(settings, {[] { return std::string("id"); }, [=] { return jitter; }, {}, {}, {}});
    FakeNow now(morning());
    session.tick(now);
    const auto opened = session.next();
    CPPUNIT_ASSERT_EQUAL(jitter == 0.0, opened.has_value());
    if (!opened) CPPUNIT_ASSERT(session.deadline() == now + Duration(static_cast<int>(jitter * 10000)));
  }
}

TEST(reachableAgain, "SM-2, B3: once another link to the back-end is up, a waiting one is tried within seconds") {
  Waiting h;
  h.session.centralReachable(h.now);
  CPPUNIT_ASSERT(wait(h) == seconds(5));  // jitter 0.5 of 10 s
  h.pass(seconds(5));
  h.take<session::OpenCentral>();
  h.down(0, false);
  CPPUNIT_ASSERT(wait(h) == std::chrono::milliseconds(3750));  // and the back-off begins anew
  h.session.centralReachable(h.now);
  CPPUNIT_ASSERT(wait(h) == std::chrono::milliseconds(3750));  // never later for it
}

TEST(speaksWhileWaiting,
     "SM-2, B3: a charger that speaks gets its waiting link tried soon, and is answered meanwhile") {
  Waiting h;
  h.answered<Heartbeat>(h.send(Version::V15, Heartbeat::Request{}));
  CPPUNIT_ASSERT(wait(h) == std::chrono::milliseconds(500));
  h.pass(seconds(1));
  h.take<session::OpenCentral>();
  h.down(0, false);
  for (int i = 0; i < 10; ++i) h.answered<Heartbeat>(h.send(Version::V15, Heartbeat::Request{}));
  CPPUNIT_ASSERT(wait(h) >= std::chrono::milliseconds(4000));  // attempts stay 5 s apart
}

TEST(patientOnes, "SM-2, SM-4: neither hurries a link that was refused, misconfigured, or rejected by the back-end") {
  const auto refused = [](SessionHarness& h) { h.down(401, false); };
  const auto misconfigured = [](SessionHarness& h) {
    h.session.centralIsDown({true, 0, true, "subprotocol"}, h.now);
    h.drain();
  };
  const auto rejected = [](SessionHarness& h) {
    h.up();
    h.toCentral<BootNotification>();
    h.reply(BootNotification::Response{RegistrationStatus::Rejected, {h.now, true}, 200});
  };
  for (const std::function<void(SessionHarness&)>& how :
       {std::function<void(SessionHarness&)>(refused), std::function<void(SessionHarness&)>(misconfigured),
        std::function<void(SessionHarness&)>(rejected)}) {
    SessionHarness h;
    h.send(Version::V15, h.bootRequest());
    h.take<session::OpenCentral>();
    how(h);
    const Duration before = wait(h);
    CPPUNIT_ASSERT(before >= seconds(200));
    h.session.centralReachable(h.now);
    h.send(Version::V15, Heartbeat::Request{});
    CPPUNIT_ASSERT(wait(h) == before);
  }
}
