// SPDX-License-Identifier: GPL-2.0-or-later
// When lost links are an outage (ER-3).
#include "bridge/outage_watch.h"

#include "tests/support/test.h"

using bridge::OutageWatch;
using Names = std::vector<std::string>;
using std::chrono::seconds;

namespace {

const ocpp::Steady begin{std::chrono::hours(9)};

OutageWatch watching(int links) {
  OutageWatch watch;
  for (int i = 0; i < links; ++i) watch.opened("wss://a");
  return watch;
}

}  // namespace

TEST(outageOfTwo, "ER-3: two of a few links lost within ten seconds are an outage, and the first is told too") {
  OutageWatch watch = watching(5);
  CPPUNIT_ASSERT(watch.lost("wss://a", "CP1", begin).empty());
  CPPUNIT_ASSERT(watch.lost("wss://b", "CP9", begin).empty());
  CPPUNIT_ASSERT((watch.lost("wss://a", "CP2", begin + seconds(10)) == Names{"CP1", "CP2"}));
  CPPUNIT_ASSERT((watch.lost("wss://a", "CP3", begin + seconds(11)) == Names{"CP3"}));
}

TEST(oneCharger, "ER-3: one charger alone, however often, and two far apart are none") {
  OutageWatch watch = watching(2);
  for (int i = 0; i < 5; ++i) CPPUNIT_ASSERT(watch.lost("wss://a", "CP1", begin + seconds(i)).empty());
  CPPUNIT_ASSERT(watch.lost("wss://a", "CP2", begin + seconds(15)).empty());
}

TEST(aTenth, "ER-3: of many links a tenth must be lost; links that we closed ourselves are not counted") {
  OutageWatch watch = watching(40);
  for (int i = 0; i < 10; ++i) watch.left("wss://a");
  CPPUNIT_ASSERT(watch.lost("wss://a", "CP1", begin).empty());
  CPPUNIT_ASSERT(watch.lost("wss://a", "CP2", begin).empty());
  CPPUNIT_ASSERT((watch.lost("wss://a", "CP3", begin) == Names{"CP1", "CP2", "CP3"}));
}
