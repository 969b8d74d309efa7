// SPDX-License-Identifier: GPL-2.0-or-later
// How long answers took, told by a histogram.
#include "tests/tools/cp/numbers.h"

#include "tests/support/test.h"

using cp::Latency;
using std::chrono::microseconds;

TEST(latencyPercentiles, "a percentile is within 1/64 of the time that this share of the answers took") {
  Latency latency;
  CPPUNIT_ASSERT_EQUAL(std::uint64_t(0), latency.percentile(0.5));
  for (int i = 1; i <= 100000; ++i) latency.add(microseconds(i));
  for (const double share : {0.0, 0.0001, 0.001, 0.1, 0.5, 0.9, 0.99, 0.99999}) {
    const double exact = share * 100000 + 1, told = static_cast<double>(latency.percentile(share));
    CPPUNIT_ASSERT_MESSAGE(std::to_string(share), told <= exact && told > exact * 63 / 64 - 1);
  }
}

TEST(latencyExtremes, "times below zero and beyond every row count, too") {
  Latency latency;
  latency.add(microseconds(-5));
  CPPUNIT_ASSERT_EQUAL(std::uint64_t(0), latency.percentile(0.5));
  latency.add(std::chrono::hours(1000));
  latency.add(std::chrono::hours(1000));
  CPPUNIT_ASSERT(latency.percentile(0.5) > std::uint64_t(1800) * 1000000);
}

TEST(latencySince, "what came since an earlier state can be told apart") {
  Latency latency;
  for (int i = 0; i < 10; ++i) latency.add(microseconds(50));
  const Latency earlier = latency;
  latency.add(microseconds(7));
  CPPUNIT_ASSERT_EQUAL(std::uint64_t(50), latency.percentile(0.5));
  CPPUNIT_ASSERT_EQUAL(std::uint64_t(7), latency.since(earlier).percentile(0.5));
}
