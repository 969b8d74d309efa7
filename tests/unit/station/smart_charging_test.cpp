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
  CPPUNIT_ASSERT(h.call<RemoteStartTransaction>(request).status == RemoteStartStopStatus::Accepted);
  h.draws(1);
  CPPUNIT_ASSERT_EQUAL(std::int64_t(100), h.amps());
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
