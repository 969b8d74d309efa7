// SPDX-License-Identifier: GPL-2.0-or-later
// Transactions of a charge point: tags, every reason to stop, cables, invalid tags and faults.
#include "tests/support/station_harness.h"
#include "tests/support/test.h"

using namespace test;
using CPStatus = ChargePointStatus;

namespace {

IdTagInfo withParent(const char* parent, AuthorizationStatus status = AuthorizationStatus::Accepted) {
  return {status, {}, IdToken(parent)};
}

}  // namespace

TEST(stationSession, "plug, tag, charge, tag, unplug: the statuses, the contactor and the bill are right") {
  StationHarness h;
  h.clear();
  h.meter(1, 1000);
  h.plug(1);
  CPPUNIT_ASSERT(h.status() == CPStatus::Preparing);
  h.tag("TAG");
  CPPUNIT_ASSERT(h.status() == CPStatus::SuspendedEV && !h.charging());
  h.draws(1);
  CPPUNIT_ASSERT(h.status() == CPStatus::Charging && h.charging());
  CPPUNIT_ASSERT_EQUAL(std::int64_t(320), h.amps());
  h.pass(minutes(2));
  h.meter(1, 1500);
  h.draws(1, false);
  CPPUNIT_ASSERT(!h.charging());
  h.tag("tag");
  CPPUNIT_ASSERT(h.status() == CPStatus::Finishing);
  h.unplug(1);
  CPPUNIT_ASSERT_EQUAL(std::string("Preparing SuspendedEV Charging SuspendedEV Finishing Available"), h.heard(1));
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), h.central.transactions.size());
  CPPUNIT_ASSERT_EQUAL(1000, h.last().start.meterStart);
  CPPUNIT_ASSERT_EQUAL(1500, h.last().stop->meterStop);
  CPPUNIT_ASSERT(h.last().stop->reason == Reason::Local && h.last().stop->idTag == IdToken("tag"));
  CPPUNIT_ASSERT_EQUAL(std::size_t(2), h.last().values.size());
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), h.sent<Authorize>().size());
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), h.effects<Lock>().size());
  CPPUNIT_ASSERT_EQUAL(std::size_t(1), h.effects<Unlock>().size());
}

TEST(stationTagFirst, "the tag may come before the cable; nobody plugs in, or the tag comes again: Available") {
  StationHarness h;
  h.clear();
  h.tag("TAG");
  CPPUNIT_ASSERT(h.status() == CPStatus::Preparing);
  h.tag("TAG");
  CPPUNIT_ASSERT(h.status() == CPStatus::Available);
  h.tag("TAG");
  h.pass(seconds(60));
  CPPUNIT_ASSERT(h.status() == CPStatus::Available);
  h.tag("TAG");
  h.pass(seconds(59));
  h.plug(1);
  CPPUNIT_ASSERT(h.inTransaction());
  h.unplug(1);
  CPPUNIT_ASSERT_EQUAL(std::string("Preparing Available Preparing Available Preparing SuspendedEV Available"),
                       h.heard(1));
  CPPUNIT_ASSERT(h.last().stop->reason == Reason::EVDisconnected);
}

TEST(stationNoTag, "a cable without a tag times out into Finishing, from where a tag starts again") {
  StationHarness h;
  h.clear();
  h.plug(1);
  h.pass(seconds(61));
  CPPUNIT_ASSERT(h.status() == CPStatus::Finishing);
  h.tag("TAG");
  CPPUNIT_ASSERT(h.inTransaction());
  CPPUNIT_ASSERT_EQUAL(std::string("Preparing Finishing Preparing SuspendedEV"), h.heard(1));
}

TEST(stationReasons, "every reason of OCPP 1.6 ends a transaction, and it is reported once with that reason") {
  struct Case {
    Reason reason;
    std::function<void(StationHarness&)> what;
  };
  const Case cases[] = {
      {Reason::EmergencyStop, [](auto& h) { h.board([&](Station& s) { s.emergencyStop(0, h.now); }); }},
      {Reason::EVDisconnected, [](auto& h) { h.unplug(1); }},
      {Reason::HardReset,
       [](auto& h) {
         h.template call<Reset>({ResetType::Hard});
         h.power();
       }},
      {Reason::SoftReset,
       [](auto& h) {
         h.template call<Reset>({ResetType::Soft});
         h.power();
       }},
      {Reason::Local, [](auto& h) { h.board([&](Station& s) { s.stopButton(1, h.now); }); }},
      {Reason::Other,
       [](auto& h) {
         h.board([&](Station& s) { s.fault(1, {ChargePointErrorCode::GroundFailure, true, "", "", ""}, h.now); });
         h.pass(minutes(5));
       }},
      {Reason::PowerLoss,
       [](auto& h) {
         h.cutPower();
         h.power();
       }},
      {Reason::PowerLoss, [](auto& h) { h.board([&](Station& s) { s.powerFailing(h.now); }); }},
      {Reason::Reboot,
       [](auto& h) {
         h.board([&](Station& s) { s.restarting(h.now); });
         h.power();
       }},
      {Reason::Remote, [](auto& h) { h.template call<RemoteStopTransaction>({{h.central.nextId}}); }},
      {Reason::UnlockCommand, [](auto& h) { h.template call<UnlockConnector>({1}); }},
      {Reason::DeAuthorized,
       [](auto& h) {
         h.unplug(1);
         h.central.tags["TAG"] = {AuthorizationStatus::Accepted, {}, {}};
         h.plug(1);
         h.central.up = false;  // the tag is known from before, and accepted offline
         h.template call<TriggerMessage>({MessageTrigger::Heartbeat, {}});
         h.tag("TAG");
         CPPUNIT_ASSERT(h.inTransaction());
         h.central.tags["TAG"] = {AuthorizationStatus::Blocked, {}, {}};
         h.central.up = true;
         h.pass(minutes(6));
       }},
  };
  std::set<Reason> seen;
  for (const Case& each : cases) {
    StationHarness h;
    h.begin();
    h.checkTransitions = false;
    CPPUNIT_ASSERT(h.inTransaction());
    each.what(h);
    CPPUNIT_ASSERT_MESSAGE(std::string(write(each.reason, Encoding::Json16)), h.last().stop.has_value());
    CPPUNIT_ASSERT_EQUAL(std::string(write(each.reason, Encoding::Json16)),
                         std::string(write(*h.last().stop->reason, Encoding::Json16)));
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), h.box->view().queued);
    seen.insert(each.reason);
  }
  CPPUNIT_ASSERT_EQUAL(std::size(Literals<Reason>::rows), seen.size());
}

TEST(stationParent, "a tag with the same parent stops a transaction, another tag does not") {
  StationHarness h;
  h.central.tags = {{"A", withParent("P")}, {"B", withParent("p")}, {"C", withParent("Q")}, {"D", {}}};
  h.begin(1, "A");
  h.tag("C", 1);
  h.tag("D", 1);
  CPPUNIT_ASSERT(h.inTransaction());
  h.tag("B", 1);
  CPPUNIT_ASSERT(!h.inTransaction());
  CPPUNIT_ASSERT(h.last().stop->idTag == IdToken("B"));
}

TEST(stationEvSide, "an EV that leaves ends the transaction, or suspends it when the keys say so") {
  for (const bool fixedCable : {false, true}) {
    Settings s = plain();
    s.connectors[0].fixedCable = fixedCable;
    StationHarness h(s);
    h.set("StopTransactionOnEVSideDisconnect", "false");
    h.begin();
    h.plug(1, Plug::Cable);
    CPPUNIT_ASSERT(h.inTransaction() && h.status() == CPStatus::SuspendedEV && !h.charging());
    h.plug(1);
    h.draws(1);
    CPPUNIT_ASSERT(h.status() == CPStatus::Charging);
    h.unplug(1);
    CPPUNIT_ASSERT_EQUAL(fixedCable, h.inTransaction());
    h.plug(1);
    h.set("StopTransactionOnEVSideDisconnect", "true");
    h.set("UnlockConnectorOnEVSideDisconnect", "false");
    if (!h.inTransaction()) h.tag("TAG");
    h.clear();
    h.plug(1, Plug::Cable);
    CPPUNIT_ASSERT(!h.inTransaction());
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), h.effects<Unlock>().size());
    if (fixedCable) continue;
    h.tag("OTHER");
    CPPUNIT_ASSERT_EQUAL(std::size_t(0), h.effects<Unlock>().size());
    h.tag("TAG");
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), h.effects<Unlock>().size());
  }
}

TEST(stationInvalid, "an invalid tag stops the transaction, or its energy, after MaxEnergyOnInvalidId") {
  for (const bool stops : {true, false}) {
    for (const bool energyLeft : {false, true}) {
      StationHarness h;
      h.set("StopTransactionOnInvalidId", stops ? "true" : "false");
      if (energyLeft) h.set("MaxEnergyOnInvalidId", "500");
      h.set("LocalPreAuthorize", "true");
      h.tag("TAG");
      h.tag("TAG");  // in the cache now
      h.central.tags["TAG"] = {AuthorizationStatus::Blocked, {}, {}};
      h.meter(1, 7000);
      h.begin();
      if (energyLeft) {
        CPPUNIT_ASSERT(h.status() == CPStatus::Charging);
        h.meter(1, 7499);
        CPPUNIT_ASSERT(h.charging());
        h.meter(1, 7500);
      }
      CPPUNIT_ASSERT_EQUAL(!stops, h.inTransaction());
      CPPUNIT_ASSERT(!h.charging());
      CPPUNIT_ASSERT(h.status() == (stops ? CPStatus::Finishing : CPStatus::SuspendedEVSE));
      h.unplug(1);
      CPPUNIT_ASSERT(h.last().stop->reason == (stops ? Reason::DeAuthorized : Reason::EVDisconnected));
    }
  }
}

TEST(stationRefusedTag, "a refused or unknown tag starts nothing; offline the keys decide") {
  StationHarness h;
  h.central.tags["BAD"] = {AuthorizationStatus::Blocked, {}, {}};
  h.central.tags["BUSY"] = {AuthorizationStatus::ConcurrentTx, {}, {}};
  h.plug(1);
  h.tag("BAD");
  h.tag("BUSY");
  CPPUNIT_ASSERT(!h.inTransaction());
  h.central.up = false;
  h.tag("NEW");  // the question gets no answer
  CPPUNIT_ASSERT(!h.inTransaction());
  h.set("AllowOfflineTxForUnknownId", "true");
  h.tag("BAD");
  CPPUNIT_ASSERT(!h.inTransaction());
  h.tag("NEW");
  CPPUNIT_ASSERT(h.inTransaction());
}

TEST(stationConflict, "an answer that contradicts the local list is reported as LocalListConflict") {
  StationHarness h;
  CPPUNIT_ASSERT(h.call<SendLocalList>({1, {{IdToken("TAG"), IdTagInfo{}}}, UpdateType::Full}).status ==
                 UpdateStatus::Accepted);
  CPPUNIT_ASSERT_EQUAL(1, h.call<GetLocalListVersion>({}).listVersion);
  h.central.tags["TAG"] = {AuthorizationStatus::Blocked, {}, {}};
  h.clear();
  h.tag("TAG");
  const auto reports = h.sent<StatusNotification>();
  CPPUNIT_ASSERT_EQUAL(std::size_t(2), reports.size());
  CPPUNIT_ASSERT(reports[0].errorCode == ChargePointErrorCode::LocalListConflict);
  CPPUNIT_ASSERT(reports[1].errorCode == ChargePointErrorCode::NoError);
}

TEST(stationFault, "a fault opens the contactor, shows Faulted, and returns to what was before") {
  StationHarness h;
  h.begin();
  h.clear();
  h.board([&](Station& s) { s.fault(1, {ChargePointErrorCode::GroundFailure, true, "leak", "V", "E7"}, h.now); });
  CPPUNIT_ASSERT(h.status() == CPStatus::Faulted && !h.charging() && h.inTransaction());
  CPPUNIT_ASSERT(h.sent<StatusNotification>()[0].errorCode == ChargePointErrorCode::GroundFailure);
  CPPUNIT_ASSERT_EQUAL(std::string("leak"), std::string(*h.sent<StatusNotification>()[0].info));
  h.board([&](Station& s) { s.faultGone(1, ChargePointErrorCode::GroundFailure, h.now); });
  CPPUNIT_ASSERT(h.charging());
  h.board([&](Station& s) { s.fault(1, {ChargePointErrorCode::WeakSignal, false, "", "", ""}, h.now); });
  CPPUNIT_ASSERT(h.charging() && h.status() == CPStatus::Charging);
  h.board([&](Station& s) { s.faultGone(1, ChargePointErrorCode::WeakSignal, h.now); });
  CPPUNIT_ASSERT_EQUAL(std::string("Faulted Charging Charging Charging"), h.heard(1));
  h.board([&](Station& s) { s.fault(0, {ChargePointErrorCode::InternalError, true, "", "", ""}, h.now); });
  CPPUNIT_ASSERT(h.status() == CPStatus::Faulted);
}

TEST(stationOld, "OCPP 1.2 and 1.5 hear Occupied once, no measurands they lack, and of no feature they do not have") {
  for (const Version version : {Version::V12, Version::V15}) {
    StationHarness h(plain(version));
    h.set("MeterValuesSampledData", "Energy.Active.Import.Register,Voltage,SoC");
    h.clear();
    h.meter(1, 5);
    h.begin();
    h.meter(1, 1234);
    h.pass(minutes(1));
    h.tag("TAG");
    h.unplug(1);
    CPPUNIT_ASSERT_EQUAL(std::string("Occupied Available"), h.heard(1));
    for (const auto& each : h.sent<MeterValues>())
      for (const auto& value : each.meterValue[0].sampledValue) {
        CPPUNIT_ASSERT(!value.phase);
        CPPUNIT_ASSERT_EQUAL(std::string("1234"), std::string(value.value));
      }
    CPPUNIT_ASSERT_EQUAL(std::size_t(1), h.sent<MeterValues>().size());
    CPPUNIT_ASSERT(!h.ask(TriggerMessage::Request{}));
    CPPUNIT_ASSERT(!h.ask(SetChargingProfile::Request{}));
    CPPUNIT_ASSERT_EQUAL(version == Version::V15, bool(h.ask(GetConfiguration::Request{})));
    CPPUNIT_ASSERT_EQUAL(version == Version::V15, bool(h.ask(GetLocalListVersion::Request{})));
  }
}

TEST(stationNoMeter, "nothing is sold before the meter was read, and tags that no message can carry are refused") {
  StationHarness h;
  PowerUp blind;
  blind.connectors.resize(1);
  h.power(true, blind);
  h.begin();
  CPPUNIT_ASSERT(!h.inTransaction());
  h.meter(1, 12345);
  h.tag("ABCDEFGHIJKLMNOPQRSTU");
  h.tag("");
  CPPUNIT_ASSERT(!h.inTransaction());
  h.tag("TAG");
  CPPUNIT_ASSERT_EQUAL(12345, h.last().start.meterStart);
}

TEST(stationSeveral, "a shared reader serves several connectors: the waiting cable, then the next one to come") {
  StationHarness h(plain(Version::V16, 3));
  h.plug(2);
  h.tag("A");
  CPPUNIT_ASSERT(h.inTransaction(2));
  h.tag("B");
  CPPUNIT_ASSERT(!h.inTransaction(1) && !h.inTransaction(3));
  h.plug(3);
  CPPUNIT_ASSERT(h.inTransaction(3));
  h.tag("A");
  CPPUNIT_ASSERT(!h.inTransaction(2) && h.inTransaction(3));
}

TEST(stationFree, "with a tag of its own a station charges whoever plugs in (transitions A3 to A5)") {
  Settings s = plain();
  s.freeTag = IdToken("FREE");
  StationHarness h(s);
  h.clear();
  h.plug(1);
  CPPUNIT_ASSERT(h.inTransaction());
  CPPUNIT_ASSERT_EQUAL(std::string("SuspendedEV"), h.heard(1));
  CPPUNIT_ASSERT(h.last().start.idTag == IdToken("FREE"));
}
