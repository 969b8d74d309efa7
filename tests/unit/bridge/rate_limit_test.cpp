// SPDX-License-Identifier: GPL-2.0-or-later
// The limit on failures, in time that the test tells.
#include "bridge/rate_limit.h"

#include "tests/support/test.h"

using bridge::FailureLimit;
using bridge::IpAddress;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

const ocpp::Steady start{std::chrono::hours(500000)};
FailureLimit::Key at(const std::string& address) { return FailureLimit::of(*IpAddress::parse(address)); }

}  // namespace

TEST(failureLimit, "AU-8: who has failed as often as a minute allows waits for one token, then for the next") {
  FailureLimit limit(20);
  const auto key = at("192.0.2.1");
  for (int i = 0; i < 20; ++i) {
    CPPUNIT_ASSERT_EQUAL(0, limit.secondsBlocked(key, start));
    limit.failed(key, start);
  }
  CPPUNIT_ASSERT_EQUAL(3, limit.secondsBlocked(key, start));
  CPPUNIT_ASSERT_EQUAL(1, limit.secondsBlocked(key, start + milliseconds(2001)));
  CPPUNIT_ASSERT_EQUAL(0, limit.secondsBlocked(key, start + seconds(3)));
  limit.failed(key, start + seconds(3));
  CPPUNIT_ASSERT_EQUAL(3, limit.secondsBlocked(key, start + seconds(3)));
  // A minute later all is as if nothing had been.
  for (int i = 0; i < 20; ++i) {
    CPPUNIT_ASSERT_EQUAL(0, limit.secondsBlocked(key, start + seconds(63)));
    limit.failed(key, start + seconds(63));
  }
  CPPUNIT_ASSERT_EQUAL(3, limit.secondsBlocked(key, start + seconds(63)));
}

TEST(failureLimitKeys, "AU-8: others are not held back; an IPv6 /64 is one, and so is each name at an address") {
  FailureLimit limit(1);
  limit.failed(at("192.0.2.1"), start);
  CPPUNIT_ASSERT(limit.secondsBlocked(at("192.0.2.1"), start) > 0);
  CPPUNIT_ASSERT_EQUAL(0, limit.secondsBlocked(at("192.0.2.2"), start));
  CPPUNIT_ASSERT(limit.secondsBlocked(at("::ffff:192.0.2.1"), start) > 0);
  limit.failed(at("2001:db8::1"), start);
  CPPUNIT_ASSERT(limit.secondsBlocked(at("2001:db8::ffff:2"), start) > 0);
  CPPUNIT_ASSERT_EQUAL(0, limit.secondsBlocked(at("2001:db8:0:1::1"), start));
  const auto address = *IpAddress::parse("192.0.2.9");
  limit.failed(FailureLimit::of(address, "CP1"), start);
  CPPUNIT_ASSERT(limit.secondsBlocked(FailureLimit::of(address, "CP1"), start) > 0);
  CPPUNIT_ASSERT_EQUAL(0, limit.secondsBlocked(FailureLimit::of(address, "CP2"), start));
  CPPUNIT_ASSERT_EQUAL(0, limit.secondsBlocked(FailureLimit::of(address), start));
}

TEST(failureLimitBounds, "AU-8: the table is bounded, forgets who is longest ago, and keeps nobody who has no debt") {
  FailureLimit limit(2, std::chrono::minutes(1), 3);
  for (const char* address : {"10.0.0.1", "10.0.0.2", "10.0.0.3"}) {
    limit.failed(at(address), start);
    limit.failed(at(address), start);
  }
  limit.failed(at("10.0.0.1"), start);  // now the latest
  limit.failed(at("10.0.0.4"), start);
  CPPUNIT_ASSERT_EQUAL(std::size_t{3}, limit.size());
  CPPUNIT_ASSERT(limit.secondsBlocked(at("10.0.0.1"), start) > 0);
  CPPUNIT_ASSERT_EQUAL(0, limit.secondsBlocked(at("10.0.0.2"), start));
  limit.failed(at("10.0.0.5"), start + seconds(61));
  CPPUNIT_ASSERT_EQUAL(std::size_t{1}, limit.size());
}

TEST(failureLimitNone, "AU-8: 0 tokens block nobody; another period is as good as a minute") {
  FailureLimit none(0);
  const auto key = at("10.0.0.1");
  for (int i = 0; i < 1000; ++i) none.failed(key, start);
  CPPUNIT_ASSERT_EQUAL(0, none.secondsBlocked(key, start));
  CPPUNIT_ASSERT_EQUAL(std::size_t{0}, none.size());
  FailureLimit day(24, std::chrono::hours(24));
  for (int i = 0; i < 24; ++i) day.failed(key, start);
  CPPUNIT_ASSERT_EQUAL(3600, day.secondsBlocked(key, start));
}
