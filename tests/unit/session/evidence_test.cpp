// SPDX-License-Identifier: GPL-2.0-or-later
// Why a transaction of 1.2 and 1.5 has stopped (TX-11): what the back-end asked, when, and what became of it.
#include "tests/support/session_harness.h"

using namespace test;
using session::ChargerFailure;

namespace {

enum class Fate { Outstanding, Accepted, Rejected, TimedOut, Broken, LongAgo, Unreachable, LateAccepted, LateRejected };
enum class Order { BeforeStart, BeforeStartAndBoot, AfterStart, AfterStartAndBoot };

const Request remoteStop = RemoteStopTransaction::Request{{17}};
const Request unlock = UnlockConnector::Request{1};
const Request reset = Reset::Request{ResetType::Soft};

Response answerTo(const Request& command, bool accepted) {
  if (is<UnlockConnector>(command))
    return UnlockConnector::Response{accepted ? UnlockStatus::Unlocked : UnlockStatus::UnlockFailed};
  if (is<Reset>(command)) return Reset::Response{accepted ? ResetStatus::Accepted : ResetStatus::Rejected};
  return RemoteStopTransaction::Response{accepted ? RemoteStartStopStatus::Accepted : RemoteStartStopStatus::Rejected};
}

/// A charger with a transaction 17 that has stopped long ago, so that the number comes again.
struct Reasons : SessionHarness {
  explicit Reasons(session::Settings settings = {}) : SessionHarness(std::move(settings)) {
    boot(Version::V15, 3600);
    starts(1, 17, "2024-05-01T05:00:00Z");
    stopped(17, "2024-05-01T06:00:00Z");
  }
  void starts(int connector, std::int64_t id, const char* time = "2024-05-01T08:00:00Z") {
    send(Version::V15, start(connector, "TAG", time));
    toCentral<StartTransaction>();
    reply(started(id));
    settle();
  }
  std::optional<Reason> stopped(std::int64_t id, const char* time = "2024-05-01T09:00:00Z") {
    send(Version::V15, stop(id, time));
    const auto reason = toCentral<StopTransaction>().reason;
    reply(StopTransaction::Response{});
    settle();
    return reason;
  }
  /// The command is given and meets its fate.
  void ask(const Request& command, Fate fate) {
    call(command, "command-" + std::to_string(++commands_));
    asked_ = take<session::ToCharger>().id;
    switch (fate) {
      case Fate::Outstanding: break;
      case Fate::Accepted: says(answerTo(command, true)); break;
      case Fate::Rejected: says(answerTo(command, false)); break;
      case Fate::TimedOut: fails(ChargerFailure::Timeout); break;
      case Fate::Broken: fails(ChargerFailure::Broken); break;
      case Fate::LongAgo: fails(ChargerFailure::Timeout), pass(seconds(60)); break;
      case Fate::Unreachable: fails(ChargerFailure::Unreachable); break;
      case Fate::LateAccepted: fails(ChargerFailure::Timeout), says(answerTo(command, true)); break;
      case Fate::LateRejected: fails(ChargerFailure::Timeout), says(answerTo(command, false)); break;
    }
    settle();
  }
  void reboots() {
    boot(Version::V15, 3600);
    settle();
  }
  void says(Response response) {
    session.fromCharger(session::ChargerReply{asked_, std::move(response), ChargerFailure::None, {}}, now);
    drain();
  }
  void fails(ChargerFailure failure) {
    session.fromCharger(session::ChargerReply{asked_, std::nullopt, failure, {}}, now);
    drain();
  }
  void settle() {
    while (!effects.empty()) {
      const bool call = std::holds_alternative<session::ToCentral>(effects.front());
      if (call && is<StatusNotification>(std::get<session::ToCentral>(effects.front()).request))
        toCentral<StatusNotification>(), reply(StatusNotification::Response{});
      else
        effects.pop_front();
    }
  }

 private:
  session::ChargerRequestId asked_ = 0;
  int commands_ = 0;
};

std::optional<Reason> reasonAfter(const Request& command, Fate fate, Order order) {
  Reasons h;
  const bool before = order == Order::BeforeStart || order == Order::BeforeStartAndBoot;
  if (before) h.ask(command, fate);
  if (order == Order::BeforeStartAndBoot) h.reboots();
  h.pass(seconds(1));
  h.starts(1, 17);
  if (!before) h.ask(command, fate);
  if (order == Order::AfterStartAndBoot) h.reboots();
  return h.stopped(17);
}

}  // namespace

TEST(reasonTable,
     "TX-11: what counts is what was asked after the start and accepted, not answered yet or lost lately") {
  const struct {
    Fate fate;
    bool counts;
  } fates[] = {{Fate::Outstanding, true},  {Fate::Accepted, true},     {Fate::Rejected, false},
               {Fate::TimedOut, true},     {Fate::Broken, true},       {Fate::LongAgo, false},
               {Fate::Unreachable, false}, {Fate::LateAccepted, true}, {Fate::LateRejected, false}};
  const std::pair<Request, Reason> commands[] = {
      {remoteStop, Reason::Remote}, {unlock, Reason::UnlockCommand}, {reset, Reason::SoftReset}};
  for (const auto& [command, reason] : commands)
    for (const auto& [fate, counts] : fates) {
      const std::string row = std::string(actionName(command)) + " " + std::to_string(static_cast<int>(fate));
      const auto expected = counts ? std::optional(reason) : std::nullopt;
      CPPUNIT_ASSERT_MESSAGE(row, reasonAfter(command, fate, Order::AfterStart) == expected);
      CPPUNIT_ASSERT_MESSAGE(row + ", boot",
                             reasonAfter(command, fate, Order::AfterStartAndBoot) == expected.value_or(Reason::Reboot));
      CPPUNIT_ASSERT_MESSAGE(row + ", before the start", !reasonAfter(command, fate, Order::BeforeStart));
      CPPUNIT_ASSERT_MESSAGE(row + ", boot, start", !reasonAfter(command, fate, Order::BeforeStartAndBoot));
    }
}

TEST(reasonWithClock, "TX-11, B1: evidence is compared by its order, whatever an operator does to the clock") {
  for (const Duration jump : {-Duration(std::chrono::hours(48)), Duration(std::chrono::hours(48))}) {
    Reasons h;
    h.starts(1, 17);
    h.now.jump(jump);
    h.reboots();
    CPPUNIT_ASSERT(h.stopped(17) == Reason::Reboot);
    h.now.jump(-jump);
    h.starts(1, 18, "2024-05-01T10:00:00Z");
    CPPUNIT_ASSERT(!h.stopped(18));
  }
}

TEST(reasonOfReset,
     "TX-11: a reset explains what was open, also when the stops come behind the boot, and nothing newer") {
  Reasons h;
  h.starts(1, 17);
  h.ask(reset, Fate::Accepted);
  h.pass(seconds(30));
  h.settle();
  h.reboots();
  h.starts(2, 18);
  h.starts(1, 19, "2024-05-01T08:30:00Z");  // 17 is an orphan now (TX-13) and was open when it was reset
  CPPUNIT_ASSERT(h.stopped(17) == Reason::SoftReset);
  CPPUNIT_ASSERT(!h.stopped(18));
  CPPUNIT_ASSERT(!h.stopped(19));
}

TEST(reasonAcceptedLater, "TX-11: what began while a Reset was asked is explained by it once it is accepted") {
  Reasons h;
  h.ask(reset, Fate::Outstanding);
  h.starts(1, 17);
  h.says(answerTo(reset, true));
  h.settle();
  CPPUNIT_ASSERT(h.stopped(17) == Reason::SoftReset);
}

TEST(reasonStays, "TX-11, TX-12: what was sent stays, also when the charger refuses the command afterwards") {
  Reasons h(durable());
  h.starts(1, 17);
  h.ask(remoteStop, Fate::Outstanding);
  h.send(Version::V15, h.stop(17));
  CPPUNIT_ASSERT(h.toCentral<StopTransaction>().reason == Reason::Remote);
  h.says(answerTo(remoteStop, false));
  h.refuse(FaultCode::InternalError);
  h.settle();
  h.pass(seconds(30));
  h.settle();
  h.pass(seconds(30));
  while (!h.effects.empty() && !std::holds_alternative<session::ToCentral>(h.effects.front())) h.effects.pop_front();
  CPPUNIT_ASSERT(h.toCentral<StopTransaction>().reason == Reason::Remote);
}
