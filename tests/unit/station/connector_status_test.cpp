// SPDX-License-Identifier: GPL-2.0-or-later
// The connector's table against the cells of OCPP 1.6 section 4.9, and the statuses that older versions have.
#include "station/connector_status.h"

#include <set>
#include <string>

#include "ocpp/literals.h"
#include "tests/support/test.h"

using namespace station;
using Status = ocpp::ChargePointStatus;

namespace {

// Columns and rows of the figure, in its order: A..I and 1..9.
constexpr Status figure[] = {Status::Available,   Status::Preparing,     Status::Charging,
                             Status::SuspendedEV, Status::SuspendedEVSE, Status::Finishing,
                             Status::Reserved,    Status::Unavailable,   Status::Faulted};
// Row A: what follows Available, and so on; a dot is an empty cell.
constexpr const char* cells[] = {".2345.789", "1.3456..9", "1..456.89", "1.3.56.89", "1.34.6.89",
                                 "12.....89", "12.....89", "12345...9", "12345678."};

}  // namespace

TEST(stationFigure, "every cell of section 4.9 is in the connector's table under its label, and none besides") {
  int filled = 0;
  for (int row = 0; row < 9; ++row) {
    for (int column = 0; column < 9; ++column) {
      const Transition* found = findTransition(figure[row], figure[column]);
      const std::string label = std::string(1, char('A' + row)) + std::to_string(column + 1);
      CPPUNIT_ASSERT_EQUAL_MESSAGE(label, cells[row][column] != '.', found != nullptr);
      if (!found) continue;
      ++filled;
      CPPUNIT_ASSERT_EQUAL(label, std::string(found->label));
    }
  }
  CPPUNIT_ASSERT_EQUAL(53, filled);
  std::set<std::string_view> labels;
  for (const Transition& each : transitions()) labels.insert(each.label);
  CPPUNIT_ASSERT_EQUAL(std::size_t(53), labels.size());
}

TEST(stationRoute, "between any two statuses there is a way of at most two transitions of section 4.9") {
  for (const Status from : figure) {
    for (const Status to : figure) {
      const auto way = route(from, to);
      CPPUNIT_ASSERT_EQUAL(from == to, way.empty());
      CPPUNIT_ASSERT(way.size() <= 2);
      Status at = from;
      for (const Status next : way) {
        CPPUNIT_ASSERT_MESSAGE(std::string(ocpp::write(at, ocpp::Encoding::Json16)) + " -> " +
                                   std::string(ocpp::write(next, ocpp::Encoding::Json16)),
                               findTransition(at, next) != nullptr);
        at = next;
      }
      CPPUNIT_ASSERT(at == to);
    }
  }
}

TEST(stationReduced, "OCPP 1.2 and 1.5 say Occupied for five statuses of 1.6, and 1.2 Unavailable for Reserved") {
  for (const Status each : figure) CPPUNIT_ASSERT(reduced(each, ocpp::Version::V16) == each);
  for (const Status each :
       {Status::Preparing, Status::Charging, Status::SuspendedEV, Status::SuspendedEVSE, Status::Finishing}) {
    CPPUNIT_ASSERT(reduced(each, ocpp::Version::V12) == Status::Occupied);
    CPPUNIT_ASSERT(reduced(each, ocpp::Version::V15) == Status::Occupied);
  }
  CPPUNIT_ASSERT(reduced(Status::Reserved, ocpp::Version::V12) == Status::Unavailable);
  CPPUNIT_ASSERT(reduced(Status::Reserved, ocpp::Version::V15) == Status::Reserved);
  for (const Status each : {Status::Available, Status::Unavailable, Status::Faulted})
    CPPUNIT_ASSERT(reduced(each, ocpp::Version::V12) == each && reduced(each, ocpp::Version::V15) == each);
}

TEST(stationSituations, "a status follows from the situation: faults first, then the transaction, then the rest") {
  Situation s;
  CPPUNIT_ASSERT(statusIn(s) == Status::Available);
  s.inUse = true;
  CPPUNIT_ASSERT(statusIn(s) == Status::Preparing);
  s.spent = true;
  CPPUNIT_ASSERT(statusIn(s) == Status::Finishing);
  s.reserved = true;
  CPPUNIT_ASSERT(statusIn(s) == Status::Reserved);
  s.operative = false;
  CPPUNIT_ASSERT(statusIn(s) == Status::Unavailable);
  s.transaction = true;
  CPPUNIT_ASSERT(statusIn(s) == Status::SuspendedEVSE);
  s.offered = true;
  CPPUNIT_ASSERT(statusIn(s) == Status::SuspendedEV);
  s.evDraws = true;
  CPPUNIT_ASSERT(statusIn(s) == Status::Charging);
  s.faulted = true;
  CPPUNIT_ASSERT(statusIn(s) == Status::Faulted);
}
