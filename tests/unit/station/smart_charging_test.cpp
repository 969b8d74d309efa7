// SPDX-License-Identifier: GPL-2.0-or-later
// Charging profiles on a station: limits, pauses, shares, and the profile of a remote start.
#include "tests/support/station_harness.h"
#include "tests/support/test.h"

using namespace test;
using CPStatus = ChargePointStatus;

TEST(stationRemoteProfile, "the profile of a remote start limits its transaction and ends with it") {
  StationHarness h;
  RemoteStartTransaction::Request request{1, IdToken("R"), ChargingProfile{}};
  auto& profile = *request.chargingProfile;
  profile.chargingProfilePurpose = ChargingProfilePurpose::TxProfile;
  profile.chargingProfileKind = ChargingProfileKind::Relative;
  profile.chargingSchedule.chargingRateUnit = ChargingRateUnit::A;
  profile.chargingSchedule.chargingSchedulePeriod.push_back({0, {100}, {}});
  profile.chargingSchedule.chargingSchedulePeriod.push_back({600, {60}, {}});
  h.plug(1);
  h.now += std::chrono::milliseconds(700);
  CPPUNIT_ASSERT(h.call<RemoteStartTransaction>(request).status == RemoteStartStopStatus::Accepted);
  h.draws(1);
  CPPUNIT_ASSERT_EQUAL(std::int64_t(100), h.amps());
  const auto composite = h.call<GetCompositeSchedule>({1, 900, ChargingRateUnit::A}).chargingSchedule.value();
  CPPUNIT_ASSERT_EQUAL(std::size_t(2), composite.chargingSchedulePeriod.size());  // none without limit before it
  CPPUNIT_ASSERT_EQUAL(std::int64_t(100), composite.chargingSchedulePeriod[0].limit.tenths);
  h.pass(minutes(10));
  CPPUNIT_ASSERT_EQUAL(std::int64_t(60), h.amps());
  h.call<RemoteStopTransaction>({{h.central.nextId}});
  h.unplug(1);
  h.begin();
  CPPUNIT_ASSERT_EQUAL(std::int64_t(320), h.amps());
  h.unplug(1);
  profile.chargingProfilePurpose = ChargingProfilePurpose::TxDefaultProfile;
  CPPUNIT_ASSERT(h.call<RemoteStartTransaction>(request).status == RemoteStartStopStatus::Rejected);
}

TEST(stationSmart, "profiles limit, pause and share what connectors may draw; the composite schedule tells so") {
  Settings s = plain(Version::V16, 2);
  StationHarness h(s);
  const auto install = [&](int connector, ChargingProfilePurpose purpose, int id, std::int64_t tenths) {
    SetChargingProfile::Request request;
    request.connectorId = connector;
    auto& profile = request.csChargingProfiles;
    profile.chargingProfileId = id;
    profile.chargingProfilePurpose = purpose;
    profile.chargingSchedule.chargingRateUnit = ChargingRateUnit::A;
    profile.chargingSchedule.chargingSchedulePeriod.push_back({0, {tenths}, {}});
    return h.call<SetChargingProfile>(request).status;
  };
  using P = ChargingProfilePurpose;
  CPPUNIT_ASSERT(install(1, P::TxProfile, 1, 100) == ChargingProfileStatus::Rejected);
  CPPUNIT_ASSERT(install(3, P::TxDefaultProfile, 1, 100) == ChargingProfileStatus::Rejected);
  CPPUNIT_ASSERT(install(0, P::ChargePointMaxProfile, 1, 200) == ChargingProfileStatus::Accepted);
  h.begin(1, "A");
  CPPUNIT_ASSERT_EQUAL(std::int64_t(200), h.amps(1));
  h.begin(2, "B");
  CPPUNIT_ASSERT_EQUAL(std::int64_t(100), h.amps(1));
  CPPUNIT_ASSERT_EQUAL(std::int64_t(100), h.amps(2));
  CPPUNIT_ASSERT(install(2, P::TxProfile, 2, 70) == ChargingProfileStatus::Accepted);
  CPPUNIT_ASSERT_EQUAL(std::int64_t(130), h.amps(1));
  CPPUNIT_ASSERT(install(2, P::TxProfile, 3, 0) == ChargingProfileStatus::Accepted);
  CPPUNIT_ASSERT(h.status(2) == CPStatus::SuspendedEVSE && !h.charging(2));
  CPPUNIT_ASSERT_EQUAL(std::int64_t(200), h.amps(1));
  const auto composite = h.call<GetCompositeSchedule>({2, 600, ChargingRateUnit::W});
  CPPUNIT_ASSERT(composite.status == GetCompositeScheduleStatus::Accepted);
  CPPUNIT_ASSERT_EQUAL(std::int64_t(0), composite.chargingSchedule->chargingSchedulePeriod[0].limit.tenths);
  CPPUNIT_ASSERT(h.call<GetCompositeSchedule>({9, 600, {}}).status == GetCompositeScheduleStatus::Rejected);
  h.power();
  CPPUNIT_ASSERT_EQUAL(std::int64_t(200), h.call<GetCompositeSchedule>({0, 600, ChargingRateUnit::A})
                                              .chargingSchedule->chargingSchedulePeriod[0]
                                              .limit.tenths);
  CPPUNIT_ASSERT(h.call<ClearChargingProfile>({1, {}, {}, {}}).status == ClearChargingProfileStatus::Accepted);
  CPPUNIT_ASSERT(h.call<ClearChargingProfile>({1, {}, {}, {}}).status == ClearChargingProfileStatus::Unknown);
}

namespace {

SetChargingProfile::Request profile(int connector, ChargingProfilePurpose purpose, int id, std::int64_t tenths) {
  SetChargingProfile::Request request;
  request.connectorId = connector;
  request.csChargingProfiles.chargingProfileId = id;
  request.csChargingProfiles.chargingProfilePurpose = purpose;
  request.csChargingProfiles.chargingSchedule.chargingRateUnit = ChargingRateUnit::A;
  request.csChargingProfiles.chargingSchedule.chargingSchedulePeriod.push_back({0, {tenths}, {}});
  return request;
}
constexpr auto stationMax = ChargingProfilePurpose::ChargePointMaxProfile,
               txDefault = ChargingProfilePurpose::TxDefaultProfile, txProfile = ChargingProfilePurpose::TxProfile;

}  // namespace

TEST(stationScarce,
     "where equal parts would be below 6 A the latest transactions wait, without being offered anything") {
  StationHarness h(plain(Version::V16, 3));
  h.call<SetChargingProfile>(profile(0, stationMax, 1, 130));
  h.begin(3, "A");
  h.begin(1, "B");
  CPPUNIT_ASSERT(h.amps(3) == 65 && h.amps(1) == 65);
  h.begin(2, "C");
  CPPUNIT_ASSERT(h.amps(3) == 65 && h.amps(1) == 65 && h.amps(2) == 0);
  CPPUNIT_ASSERT(h.status(2) == CPStatus::SuspendedEVSE && !h.charging(2));
  h.draws(2, false);  // as EVs do when nothing is offered
  CPPUNIT_ASSERT(h.amps(2) == 0 && h.status(2) == CPStatus::SuspendedEVSE);
  h.call<SetChargingProfile>(profile(1, txProfile, 2, 50));  // B pauses; its 5 A are nobody's
  CPPUNIT_ASSERT(h.amps(3) == 130 && h.amps(2) == 130 && h.amps(1) == 0);
  h.draws(2);
  CPPUNIT_ASSERT(h.amps(3) == 65 && h.amps(2) == 65 && h.charging(2));
  h.call<SetChargingProfile>(profile(0, stationMax, 1, 50));
  CPPUNIT_ASSERT(!h.charging(3) && !h.charging(2));
}

TEST(stationLowerFirst, "who must give way does so before another gets more: the station's limit holds in between") {
  StationHarness h(plain(Version::V16, 2));
  h.call<SetChargingProfile>(profile(0, stationMax, 1, 320));
  h.begin(1, "A");
  h.begin(2, "B");
  const auto orderIs = [&](int lower) {
    std::map<int, std::int64_t> limit{{1, 160}, {2, 160}};
    if (lower == 2) limit = {{1, 320}, {2, 0}};
    std::map<int, bool> closed{{1, true}, {2, lower == 1}};
    for (const Effect& each : h.log) {
      if (const auto* l = std::get_if<SetLimit>(&each)) limit[l->connectorId] = l->amperes.tenths;
      if (const auto* c = std::get_if<SetContactor>(&each)) closed[c->connectorId] = c->closed;
      CPPUNIT_ASSERT((closed[1] ? limit[1] : 0) + (closed[2] ? limit[2] : 0) <= 320);
    }
  };
  h.clear();
  h.draws(2, false);
  orderIs(1);
  h.clear();
  h.draws(2);
  orderIs(2);
}

TEST(stationProfilePlace, "profiles whose time is over give way when there is no place; a remote start needs one too") {
  Settings s = plain();
  s.capacity.profiles.maxProfiles = 2;
  StationHarness h(s);
  auto over = profile(1, txDefault, 1, 100);
  over.csChargingProfiles.validTo = DateTime{h.wall() + hours(1), true};
  CPPUNIT_ASSERT(h.call<SetChargingProfile>(over).status == ChargingProfileStatus::Accepted);
  CPPUNIT_ASSERT(h.call<SetChargingProfile>(profile(0, stationMax, 2, 200)).status == ChargingProfileStatus::Accepted);
  CPPUNIT_ASSERT(h.call<SetChargingProfile>(profile(0, txDefault, 3, 90)).status == ChargingProfileStatus::Rejected);
  RemoteStartTransaction::Request start{1, IdToken("R"), profile(1, txProfile, 4, 80).csChargingProfiles};
  CPPUNIT_ASSERT(h.call<RemoteStartTransaction>(start).status == RemoteStartStopStatus::Rejected);
  h.pass(hours(1));
  CPPUNIT_ASSERT(h.call<RemoteStartTransaction>(start).status == RemoteStartStopStatus::Accepted);
  h.plug(1);
  h.draws(1);
  CPPUNIT_ASSERT_EQUAL(std::int64_t(80), h.amps());
  h.unplug(1);
  CPPUNIT_ASSERT(h.call<SetChargingProfile>(profile(0, txDefault, 3, 90)).status == ChargingProfileStatus::Accepted);
}

TEST(stationProfileKept, "a profile that the profile of a remote start replaced does not come back after a restart") {
  StationHarness h;
  h.call<SetChargingProfile>(profile(1, txDefault, 1, 100));
  h.plug(1);
  const RemoteStartTransaction::Request start{1, IdToken("R"), profile(1, txProfile, 1, 80).csChargingProfiles};
  h.call<RemoteStartTransaction>(start);
  h.draws(1);
  CPPUNIT_ASSERT_EQUAL(std::int64_t(80), h.amps());
  h.unplug(1);
  h.power();
  h.begin();
  CPPUNIT_ASSERT_EQUAL(std::int64_t(320), h.amps());
}
