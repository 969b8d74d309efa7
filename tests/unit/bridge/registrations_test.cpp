// SPDX-License-Identifier: GPL-2.0-or-later
// C8: strangers are kept when the back-end has accepted them, and not before.
#include "bridge/registrations.h"

#include "tests/support/test.h"

using bridge::Registrations;
using Standing = Registrations::Standing;
using std::chrono::minutes;

namespace {

ocpp::Steady at(ocpp::Duration passed) { return ocpp::Steady(std::chrono::hours(7)) + passed; }

Registrations three() { return Registrations({10, 3, minutes(5)}); }

std::string name(int i) { return "CP" + std::to_string(i); }

}  // namespace

TEST(registrationTrial, "C8, AU-1: a stranger is on trial until the back-end has accepted its boot") {
  Registrations known = three();
  CPPUNIT_ASSERT(known.heard("CP1", at({})).standing == Standing::Trial);
  CPPUNIT_ASSERT(known.heard("CP1", at({})).standing == Standing::Trial);
  CPPUNIT_ASSERT(known.accepted("CP1"));
  CPPUNIT_ASSERT(!known.accepted("CP1"));
  CPPUNIT_ASSERT(known.heard("CP1", at({})).standing == Standing::Registered);
  CPPUNIT_ASSERT(!known.accepted("CP2"));
  CPPUNIT_ASSERT(!known.standing("CP2"));
}

TEST(registrationFlood, "C8: a flood of strangers stays small, and neither registered ones nor talking ones give way") {
  Registrations known = three();
  known.heard("REAL", at({}));
  known.accepted("REAL");
  int served = 0;
  for (int i = 0; i < 1000; ++i) served += known.heard(name(i), at({})).standing.has_value();
  CPPUNIT_ASSERT_EQUAL(3, served);
  known.heard("CP0", at(minutes(4)));
  const auto later = known.heard("NEW", at(minutes(6)));
  CPPUNIT_ASSERT(later.standing == Standing::Trial);
  CPPUNIT_ASSERT_EQUAL(std::string("CP1"), later.givesWay);  // the longest unheard
  CPPUNIT_ASSERT_EQUAL(std::string("CP2"), known.heard("NEWER", at(minutes(6))).givesWay);
  CPPUNIT_ASSERT(!known.heard("NEWEST", at(minutes(6))).standing);
  CPPUNIT_ASSERT(known.standing("REAL") == Standing::Registered && known.standing("CP0") == Standing::Trial);
  CPPUNIT_ASSERT_EQUAL(std::size_t{3}, known.onTrial());
}

TEST(registrationRestored,
     "AU-1: who turns out to have been registered before is no longer on trial, and gives way to nobody") {
  Registrations known = three();
  known.heard("OLD", at({}));
  CPPUNIT_ASSERT(known.standing("OLD") == Standing::Trial);
  CPPUNIT_ASSERT(known.restored("OLD"));
  CPPUNIT_ASSERT(known.standing("OLD") == Standing::Registered);
  CPPUNIT_ASSERT_EQUAL(std::size_t{0}, known.onTrial());
}

TEST(registrationMost, "AU-1: no more than --max-chargers, those on trial included; who was kept before counts") {
  Registrations known = three();
  for (int i = 0; i < 9; ++i) CPPUNIT_ASSERT(known.restored(name(i)));
  CPPUNIT_ASSERT(known.heard("NEW", at({})).standing.has_value());
  CPPUNIT_ASSERT(!known.heard("NEWER", at({})).standing);
  CPPUNIT_ASSERT(!known.restored("OLD"));
  CPPUNIT_ASSERT(known.accepted("NEW"));
  CPPUNIT_ASSERT(!known.heard("NEWER", at(minutes(60))).standing);
  known.forget("CP3");
  CPPUNIT_ASSERT(known.heard("NEWER", at({})).standing.has_value());
  CPPUNIT_ASSERT_EQUAL(std::size_t{9}, known.registered());
}
