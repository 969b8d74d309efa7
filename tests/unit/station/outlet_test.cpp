// SPDX-License-Identifier: GPL-2.0-or-later
// Contactor, lock and register (FIELD A12): what no end of a transaction may do, and what a stop is billed with.
#include "station/outlet.h"

#include "tests/support/station_harness.h"
#include "tests/support/test.h"

using namespace test;
using CPStatus = ChargePointStatus;

namespace {

Settings waiting(Duration wait = seconds(8), std::size_t connectors = 1) {
  Settings s = plain(Version::V16, connectors);
  s.powerOffWait = wait;
  return s;
}

/// An EV that draws 30 Wh more until the contactor is open, 3 s after it was told to.
StationHarness& slow(StationHarness& h) {
  h.outlets.openingTime = seconds(3);
  h.meter(1, 1000);
  h.begin();
  h.meter(1, 1500);
  h.clear();
  return h;
}

struct End {
  const char* name;
  std::function<void(StationHarness&)> what;
  bool releases = true;
};

void profileOf(StationHarness& h, int tenths) {
  SetChargingProfile::Request request;
  request.connectorId = 1;
  request.csChargingProfiles.chargingProfilePurpose = ChargingProfilePurpose::TxDefaultProfile;
  request.csChargingProfiles.chargingSchedule.chargingSchedulePeriod.push_back({0, {tenths}, {}});
  CPPUNIT_ASSERT(h.call<SetChargingProfile>(request).status == ChargingProfileStatus::Accepted);
}

void deauthorize(StationHarness& h) {
  h.set("LocalPreAuthorize", "true");
  h.central.tags["TAG"] = {AuthorizationStatus::Blocked, {}, {}};
  h.unplug(1);
  h.pass(seconds(10));
  h.silent = true;
  h.plug(1);
  h.tag("TAG");
  h.draws(1);
  CPPUNIT_ASSERT(h.charging());
  h.clear();
  h.silent = false;
  h.drain();
}

const End ends[] = {
    {"stop by tag", [](auto& h) { h.tag("TAG"); }},
    {"stop button", [](auto& h) { h.board([&](Station& s) { s.stopButton(1, h.now); }); }},
    {"RemoteStopTransaction", [](auto& h) { h.template call<RemoteStopTransaction>({{h.central.nextId}}); }},
    {"UnlockConnector",
     [](auto& h) { h.board([&](Station& s) { s.fromCentral(900, UnlockConnector::Request{1}, h.now); }); }},
    {"hard reset", [](auto& h) { h.template call<Reset>({ResetType::Hard}); }},
    {"soft reset", [](auto& h) { h.template call<Reset>({ResetType::Soft}); }},
    {"the EV leaves", [](auto& h) { h.plug(1, Plug::Cable); }},
    {"the EV leaves, and the cable is kept back",
     [](auto& h) {
       h.set("UnlockConnectorOnEVSideDisconnect", "false");
       h.plug(1, Plug::Cable);
       h.tag("TAG");
     }},
    {"the cable is pulled", [](auto& h) { h.unplug(1); }},
    {"deauthorized", deauthorize, false},
    {"emergency stop", [](auto& h) { h.board([&](Station& s) { s.emergencyStop(0, h.now); }); }},
    {"the supply fails", [](auto& h) { h.board([&](Station& s) { s.powerFailing(h.now); }); }},
    {"the board restarts", [](auto& h) { h.board([&](Station& s) { s.restarting(h.now); }); }},
    {"a fault that stays",
     [](auto& h) {
       h.board([&](Station& s) { s.fault(1, {ChargePointErrorCode::GroundFailure, true, "", "", ""}, h.now); });
       h.pass(minutes(6));
     }},
    {"a fault of the station",
     [](auto& h) {
       h.board([&](Station& s) { s.fault(0, {ChargePointErrorCode::InternalError, true, "", "", ""}, h.now); });
     },
     false},
    {"a limit of 0 A", [](auto& h) { profileOf(h, 0); }, false},
    {"the EV stops drawing, then the tag",
     [](auto& h) {
       h.draws(1, false);
       h.tag("TAG");
     }},
    {"the lock is lost, then the tag",
     [](auto& h) {
       h.outlets.tell(1, LockState::Unlocked);
       h.board([&](Station& s) { s.lockState(1, LockState::Unlocked, h.now); });
       h.tag("TAG");
     }},
};

}  // namespace

TEST(stationOrder,
     "A12: whatever ends a transfer, the contactor opens, then the plug is released, then comes a reboot") {
  for (const Duration wait : {Duration{}, Duration(seconds(8))}) {
    for (const bool slowly : {false, true}) {
      for (const End& each : ends) {
        const std::string name = std::string(each.name) + (slowly ? ", slowly" : "");
        StationHarness h(waiting(wait));
        h.checkTransitions = false;
        h.begin();
        CPPUNIT_ASSERT(h.charging());
        if (slowly && wait > Duration{}) h.outlets.openingTime = seconds(5);
        h.clear();
        each.what(h);
        h.pass(seconds(9));
        // The harness has thrown if a plug was released under load; here: that all of it came, and in order.
        std::string order;
        for (const Effect& effect : h.log) {
          if (const auto* contactor = std::get_if<SetContactor>(&effect)) order += contactor->closed ? "C" : "O";
          if (std::holds_alternative<Unlock>(effect)) order += "U";
          if (std::holds_alternative<Reboot>(effect)) order += "R";
        }
        const bool reset = name.find("reset") != std::string::npos;
        CPPUNIT_ASSERT_EQUAL_MESSAGE(name, std::string("O") + (each.releases ? "U" : "") + (reset ? "R" : ""), order);
        CPPUNIT_ASSERT_MESSAGE(name, !h.outlets.closed(1));
      }
    }
  }
}

TEST(stationRegister, "A12: a stop keeps its time and reason, and is billed with the register of the open contactor") {
  for (const End& each : {ends[0], ends[1], ends[2], ends[3], ends[10], ends[11]}) {
    StationHarness h(waiting());
    h.set("StopTxnSampledData", "Energy.Active.Import.Register");
    slow(h);
    const Instant decided = h.wall();
    each.what(h);
    CPPUNIT_ASSERT_MESSAGE(each.name, !h.inTransaction() && !h.charging() && !h.last().stop);
    CPPUNIT_ASSERT_MESSAGE(each.name, h.status() == CPStatus::Charging);  // energy flows still
    CPPUNIT_ASSERT(h.effects<Unlock>().empty());
    h.pass(seconds(2));
    h.meter(1, 1530);
    CPPUNIT_ASSERT(!h.last().stop);
    h.pass(seconds(1));
    CPPUNIT_ASSERT_MESSAGE(each.name, h.last().stop.has_value());
    CPPUNIT_ASSERT_EQUAL(1530, h.last().stop->meterStop);
    CPPUNIT_ASSERT(h.last().stop->timestamp.at == decided);
    const MeterValue& end = h.last().stop->transactionData.back();
    CPPUNIT_ASSERT(end.sampledValue[0].context == ReadingContext::TransactionEnd);
    CPPUNIT_ASSERT_EQUAL(std::string("1530"), std::string(end.sampledValue[0].value));
    CPPUNIT_ASSERT(end.timestamp.at == decided);
    CPPUNIT_ASSERT(h.status() == CPStatus::Finishing);
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), h.effects<Unlock>().size());
    h.pass(minutes(1));
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), h.sent<StopTransaction>().size());
  }
}

TEST(stationStuck, "A12: a contactor that does not open holds up no bill, but its plug and its connector") {
  StationHarness h(waiting());
  slow(h);
  h.outlets.contactorsStick = true;
  h.tag("TAG");
  h.meter(1, 1540);
  h.pass(seconds(8));
  CPPUNIT_ASSERT_EQUAL(1540, h.last().stop->meterStop);
  CPPUNIT_ASSERT(h.status() == CPStatus::Faulted);
  CPPUNIT_ASSERT(h.sent<StatusNotification>().back().errorCode == ChargePointErrorCode::PowerSwitchFailure);
  h.board([&](Station& s) { s.faultGone(1, ChargePointErrorCode::PowerSwitchFailure, h.now); });
  CPPUNIT_ASSERT(h.status() == CPStatus::Faulted);
  h.board([&](Station& s) { s.fromCentral(900, UnlockConnector::Request{1}, h.now); });
  h.pass(seconds(10));
  CPPUNIT_ASSERT(std::get<UnlockConnector::Response>(*h.answers.at(900)).status == UnlockStatus::UnlockFailed);
  h.tag("TAG");
  CPPUNIT_ASSERT(!h.inTransaction() && h.effects<Unlock>().empty());
  h.outlets.repair(h.now);
  h.pass(seconds(1));
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), h.effects<Unlock>().size());
  CPPUNIT_ASSERT(h.status() == CPStatus::Finishing);
  h.tag("TAG");
  CPPUNIT_ASSERT(h.charging());
}

TEST(stationStopCut,
     "A12: a power cut at any moment of a stop that waits loses none, doubles none, and keeps its reason") {
  std::set<Reason> reasons;
  for (int cut = 0; cut < 40; ++cut) {
    StationHarness h(waiting());
    slow(h);
    const Instant decided = h.wall();
    h.cutAt = h.executed + cut;
    h.tag("TAG");
    if (!h.dead) h.pass(seconds(3));
    h.registers[1] = 1530;
    bool kept = false, queued = false;
    h.journal.replay([&](const std::string& key, const std::string&) {
      kept = kept || key == "ending/1";
      queued = queued || key.find("queue/") == 0;
    });
    CPPUNIT_ASSERT(!kept || !queued);
    h.cutPower();
    h.now += minutes(10);
    h.power();
    h.pass(minutes(30));
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), h.central.transactions.size());
    CPPUNIT_ASSERT_MESSAGE(std::to_string(cut), h.last().stop.has_value());
    CPPUNIT_ASSERT(h.last().stop->timestamp.at == decided);
    CPPUNIT_ASSERT_EQUAL(kept                                         ? 1530
                         : h.last().stop->reason == Reason::PowerLoss ? 1530
                                                                      : 1500,
                         h.last().stop->meterStop);
    CPPUNIT_ASSERT(!kept || (h.last().stop->reason == Reason::Local && h.last().stop->idTag == IdToken("TAG")));
    reasons.insert(*h.last().stop->reason);
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), h.box->view().queued);
    h.journal.replay([&](const std::string& key, const std::string&) {
      CPPUNIT_ASSERT_MESSAGE(key, key.find("transaction/") != 0 && key.find("ending/") != 0);
    });
  }
  CPPUNIT_ASSERT((reasons == std::set<Reason>{Reason::Local, Reason::PowerLoss}));
}

TEST(stationStopWaits, "A12: what comes while a stop waits: the start's answer, the clock, another user, a reset") {
  StationHarness h(waiting());
  h.set("AllowOfflineTxForUnknownId", "true");
  h.outlets.openingTime = seconds(3);
  h.central.up = false;
  h.power(false);
  h.pass(seconds(30));
  h.begin();
  h.pass(minutes(1));
  h.tag("TAG");
  h.central.up = true;
  h.call<TriggerMessage>({MessageTrigger::BootNotification, {}});
  CPPUNIT_ASSERT(h.box->view().online);
  const Instant decided = h.wall();
  h.tag("OTHER");  // the connector is not free yet
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), h.central.transactions.size());
  h.call<Reset>({ResetType::Hard});
  CPPUNIT_ASSERT(!h.rebooted);  // it would cut off the stop
  h.pass(seconds(3));
  CPPUNIT_ASSERT(h.rebooted);
  h.power();
  h.pass(minutes(1));
  CPPUNIT_ASSERT(h.last().stop.has_value());
  CPPUNIT_ASSERT(h.last().stop->timestamp.at == decided);
  CPPUNIT_ASSERT(h.last().start.timestamp.at == decided - minutes(1));
}

TEST(stationFreeAgain, "who plugs in while the contactor of the one before opens is served when it is open") {
  Settings s = waiting();
  s.freeTag = IdToken("FREE");
  StationHarness h(s);
  h.outlets.openingTime = seconds(3);
  h.plug(1);
  h.draws(1);
  CPPUNIT_ASSERT(h.charging());
  h.unplug(1);
  h.plug(1);
  CPPUNIT_ASSERT(!h.inTransaction());
  h.pass(seconds(3));
  CPPUNIT_ASSERT(h.inTransaction());
  CPPUNIT_ASSERT_EQUAL(std::size_t(2), h.central.transactions.size());
}

TEST(stationLockFails,
     "A12: nothing flows before the lock holds the plug; its failure blocks, and a start that waits ends") {
  for (const bool silent : {false, true}) {
    StationHarness h(waiting());
    (silent ? h.outlets.locksAnswer : h.outlets.locksFail) = !silent;
    h.clear();
    h.begin();
    CPPUNIT_ASSERT(h.inTransaction() && !h.charging());
    CPPUNIT_ASSERT(h.status() == (silent ? CPStatus::Preparing : CPStatus::Faulted));
    h.pass(seconds(10));
    CPPUNIT_ASSERT(h.status() == CPStatus::Faulted && !h.charging());
    const auto report = h.sent<StatusNotification>().back();
    CPPUNIT_ASSERT(report.status == CPStatus::Faulted);
    CPPUNIT_ASSERT(report.errorCode == ChargePointErrorCode::ConnectorLockFailure);
    h.pass(minutes(5));
    CPPUNIT_ASSERT(h.last().stop->reason == Reason::Other);
    CPPUNIT_ASSERT(h.status() == CPStatus::Finishing);  // without a transaction it is a warning
    h.outlets.repair(h.now);
    h.tag("TAG");
    CPPUNIT_ASSERT(h.charging() && h.status() == CPStatus::Charging);
    CPPUNIT_ASSERT(h.sent<StatusNotification>().back().errorCode == ChargePointErrorCode::NoError);
    CPPUNIT_ASSERT_EQUAL(std::size_t(2), h.effects<Lock>().size());
  }
}

TEST(stationLockLate,
     "A12: a lock that takes its time is waited for; one that is lost opens the contactor until it holds") {
  StationHarness h(waiting());
  h.outlets.lockTime = seconds(2);
  h.clear();
  h.begin();
  CPPUNIT_ASSERT(h.inTransaction() && !h.charging() && h.status() == CPStatus::Preparing);
  h.pass(seconds(2));
  CPPUNIT_ASSERT(h.charging());
  CPPUNIT_ASSERT_EQUAL(std::string("Preparing Charging"), h.heard(1));
  h.outlets.tell(1, LockState::Unlocked);
  h.board([&](Station& s) { s.lockState(1, LockState::Unlocked, h.now); });
  CPPUNIT_ASSERT(!h.charging() && h.status() == CPStatus::Faulted && h.inTransaction());
  h.outlets.tell(1, LockState::Locked);
  h.board([&](Station& s) { s.lockState(1, LockState::Locked, h.now); });
  CPPUNIT_ASSERT(h.charging() && h.status() == CPStatus::Charging);
  BoardFault failure;
  failure.code = ChargePointErrorCode::ConnectorLockFailure;
  failure.blocking = false;
  h.board([&](Station& s) { s.fault(1, failure, h.now); });
  CPPUNIT_ASSERT(!h.charging() && h.status() == CPStatus::Faulted);
  h.board([&](Station& s) { s.faultGone(1, failure.code, h.now); });  // then the lock is asked again
  CPPUNIT_ASSERT(!h.charging());
  h.pass(seconds(2));
  CPPUNIT_ASSERT(h.charging());
  CPPUNIT_ASSERT_EQUAL(std::size_t(2), h.effects<Lock>().size());
}

TEST(stationLockWarning,
     "a lock that fails without a transaction is a warning; with a cable of its own there is none") {
  Settings s = waiting(seconds(8), 2);
  s.connectors[1].fixedCable = true;
  StationHarness h(s);
  h.board([&](Station& b) { b.lockState(1, LockState::Failed, h.now); });
  CPPUNIT_ASSERT(h.status(1) == CPStatus::Available);
  CPPUNIT_ASSERT(h.sent<StatusNotification>().back().errorCode == ChargePointErrorCode::ConnectorLockFailure);
  h.begin(2);
  CPPUNIT_ASSERT(h.charging(2));
  h.begin(1, "OTHER");
  CPPUNIT_ASSERT(h.charging(1));  // it worked this time
}

TEST(stationContactorUnknown,
     "at power-up a contactor is opened first, and neither a plug released nor a user served before") {
  StationHarness h(waiting());
  slow(h);
  h.board([&](Station& s) { s.restarting(h.now); });
  CPPUNIT_ASSERT(h.outlets.closed(1));
  h.clear();
  h.power();
  CPPUNIT_ASSERT(h.last().stop->reason == Reason::Reboot);  // it was kept, and waits for nothing
  CPPUNIT_ASSERT(h.effects<Unlock>().empty());
  h.tag("TAG");
  CPPUNIT_ASSERT(!h.inTransaction());
  h.pass(seconds(3));
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), h.effects<Unlock>().size());
  h.tag("TAG");
  CPPUNIT_ASSERT(h.inTransaction());
}

TEST(outletOrder, "A12: an outlet refuses every order that would release a plug under load or feed one that is loose") {
  std::deque<Effect> effects;
  const auto order = [&] {
    std::string text;
    for (const Effect& each : effects) {
      if (const auto* contactor = std::get_if<SetContactor>(&each)) text += contactor->closed ? "C" : "O";
      text += std::holds_alternative<Lock>(each) ? "L" : std::holds_alternative<Unlock>(each) ? "U" : "";
    }
    effects.clear();
    return text;
  };
  Outlet outlet(1, true, {seconds(8), seconds(10)}, effects);
  outlet.supply(true, seconds(1));
  CPPUNIT_ASSERT_EQUAL(std::string(), order());
  outlet.lock(seconds(1));
  outlet.supply(true, seconds(1));
  CPPUNIT_ASSERT_EQUAL(std::string("L"), order());
  outlet.lockSays(LockState::Unlocked);  // of an earlier Unlock
  CPPUNIT_ASSERT(outlet.locking());
  outlet.lockSays(LockState::Locked);
  outlet.supply(true, seconds(2));
  outlet.release();
  CPPUNIT_ASSERT_EQUAL(std::string("C"), order());
  outlet.opened();  // it was not asked
  CPPUNIT_ASSERT(outlet.closed());
  outlet.supply(true, seconds(2));  // the plug is about to go
  outlet.supply(false, seconds(2));
  outlet.supply(true, seconds(3));
  CPPUNIT_ASSERT_EQUAL(std::string("O"), order());
  CPPUNIT_ASSERT(outlet.deadline() == station::Steady(seconds(10)));
  CPPUNIT_ASSERT(outlet.tick(seconds(10)) == Outlet::Overdue::Contactor);
  CPPUNIT_ASSERT(outlet.stuck() && order().empty());
  outlet.opened();
  CPPUNIT_ASSERT_EQUAL(std::string("U"), order());
  outlet.supply(true, seconds(11));
  CPPUNIT_ASSERT_EQUAL(std::string(), order());
}
