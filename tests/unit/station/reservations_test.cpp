// SPDX-License-Identifier: GPL-2.0-or-later
// Reservations of a connector or of any: who may use it, and how they end (OCPP 1.6 sections 5.1 and 5.13).
#include "tests/support/station_harness.h"
#include "tests/support/test.h"

using namespace test;
using CPStatus = ChargePointStatus;

namespace {

ReservationStatus reserve(StationHarness& h, int connector, int id, const char* tag, Duration until = hours(1),
                          const char* parent = "") {
  ReserveNow::Request request;
  request.connectorId = connector;
  request.reservationId = id;
  request.idTag = IdToken(tag);
  request.expiryDate = {h.wall() + until, true};
  if (*parent) request.parentIdTag = IdToken(parent);
  return h.call<ReserveNow>(request).status;
}

}  // namespace

TEST(stationReserve, "a reserved connector is for its tag or parent until the reservation expires or is cancelled") {
  StationHarness h;
  h.clear();
  CPPUNIT_ASSERT(reserve(h, 1, 7, "OWNER", hours(1), "FAMILY") == ReservationStatus::Accepted);
  CPPUNIT_ASSERT(h.status() == CPStatus::Reserved);
  CPPUNIT_ASSERT(reserve(h, 1, 8, "OTHER") == ReservationStatus::Occupied);
  CPPUNIT_ASSERT(reserve(h, 1, 7, "OWNER", hours(2), "FAMILY") == ReservationStatus::Accepted);
  CPPUNIT_ASSERT(reserve(h, 1, 9, "LATE", -hours(1)) == ReservationStatus::Rejected);
  CPPUNIT_ASSERT(reserve(h, 5, 9, "WHERE") == ReservationStatus::Rejected);
  h.tag("STRANGER");
  CPPUNIT_ASSERT(h.status() == CPStatus::Reserved);
  h.cutPower();
  h.power();
  CPPUNIT_ASSERT(h.status() == CPStatus::Reserved);
  h.central.tags["CHILD"] = {AuthorizationStatus::Accepted, {}, IdToken("family")};
  h.tag("CHILD");
  h.plug(1);
  CPPUNIT_ASSERT(h.inTransaction());
  CPPUNIT_ASSERT_EQUAL(7, *h.last().start.reservationId);
  h.unplug(1);
  CPPUNIT_ASSERT(h.status() == CPStatus::Available);
  reserve(h, 1, 10, "OWNER");
  h.pass(hours(1));
  CPPUNIT_ASSERT(h.status() == CPStatus::Available);
  reserve(h, 1, 11, "OWNER");
  CPPUNIT_ASSERT(h.call<CancelReservation>({12}).status == CancelReservationStatus::Rejected);
  CPPUNIT_ASSERT(h.call<CancelReservation>({11}).status == CancelReservationStatus::Accepted);
  CPPUNIT_ASSERT(h.status() == CPStatus::Available);
  h.plug(1);
  CPPUNIT_ASSERT(reserve(h, 1, 13, "OWNER") == ReservationStatus::Occupied);
  h.unplug(1);
  h.availability(1, AvailabilityType::Inoperative);
  CPPUNIT_ASSERT(reserve(h, 1, 13, "OWNER") == ReservationStatus::Unavailable);
  h.board([&](Station& s) { s.fault(1, {ChargePointErrorCode::GroundFailure, true, "", "", ""}, h.now); });
  CPPUNIT_ASSERT(reserve(h, 1, 13, "OWNER") == ReservationStatus::Faulted);
}

TEST(stationReserveAny, "a reservation of connector 0 keeps one connector free, whichever it is") {
  StationHarness h(plain(Version::V16, 2));
  CPPUNIT_ASSERT(reserve(h, 0, 1, "OWNER") == ReservationStatus::Accepted);
  h.plug(1);
  h.tag("A", 1);
  CPPUNIT_ASSERT(h.inTransaction(1));
  CPPUNIT_ASSERT(reserve(h, 0, 2, "SECOND") == ReservationStatus::Occupied);
  h.plug(2);
  h.tag("B", 2);
  CPPUNIT_ASSERT(!h.inTransaction(2));
  h.tag("OWNER", 2);
  CPPUNIT_ASSERT(h.inTransaction(2));
  CPPUNIT_ASSERT_EQUAL(1, *h.last().start.reservationId);
}

TEST(stationReserveShared, "a shared reader gives a reservation of any connector to the cable that waits") {
  StationHarness h(plain(Version::V16, 2));
  reserve(h, 0, 1, "OWNER");
  h.plug(2);
  h.tag("OWNER");
  CPPUNIT_ASSERT(h.inTransaction(2));
  CPPUNIT_ASSERT_EQUAL(1, *h.last().start.reservationId);
  reserve(h, 1, 2, "OTHER");
  h.tag("OTHER");
  h.plug(1);
  CPPUNIT_ASSERT(h.inTransaction(1));
}

TEST(stationReserveEnds, "a fault or ChangeAvailability ends the reservations of its connector (section 5.13)") {
  StationHarness h(plain(Version::V16, 2));
  reserve(h, 1, 1, "A");
  reserve(h, 0, 3, "C");
  h.board([&](Station& s) { s.fault(1, {ChargePointErrorCode::GroundFailure, true, "", "", ""}, h.now); });
  h.board([&](Station& s) { s.faultGone(1, ChargePointErrorCode::GroundFailure, h.now); });
  CPPUNIT_ASSERT(h.status(1) == CPStatus::Available);
  CPPUNIT_ASSERT(h.call<CancelReservation>({1}).status == CancelReservationStatus::Rejected);
  CPPUNIT_ASSERT(h.call<CancelReservation>({3}).status == CancelReservationStatus::Accepted);
  reserve(h, 2, 2, "B");
  reserve(h, 0, 4, "C");
  h.availability(0, AvailabilityType::Inoperative);
  h.power();
  CPPUNIT_ASSERT(h.call<CancelReservation>({2}).status == CancelReservationStatus::Rejected);
  CPPUNIT_ASSERT(h.call<CancelReservation>({4}).status == CancelReservationStatus::Rejected);
}

TEST(stationReservedCable, "a cable alone does not take a reserved connector: it stays Reserved until the tag (G2)") {
  StationHarness h;
  reserve(h, 1, 1, "OWNER");
  h.clear();
  h.plug(1);
  h.tag("STRANGER", 1);
  CPPUNIT_ASSERT(h.status() == CPStatus::Reserved);
  h.pass(minutes(2));
  CPPUNIT_ASSERT(h.status() == CPStatus::Reserved);
  h.tag("OWNER", 1);
  CPPUNIT_ASSERT_EQUAL(std::string("Preparing SuspendedEV"), h.heard(1));
  h.unplug(1);
  reserve(h, 1, 2, "OWNER");
  h.plug(1);
  h.pass(hours(1));
  CPPUNIT_ASSERT(h.status() == CPStatus::Finishing);
}
