// SPDX-License-Identifier: GPL-2.0-or-later
// Meter values: sampled, aligned with the clock, and collected for the end of a transaction.
#include "tests/support/station_harness.h"
#include "tests/support/test.h"

using namespace test;

TEST(stationMeterValues,
     "values are sampled in transactions, aligned with local clocks always, and collected for the stop") {
  StationHarness h;
  h.set("MeterValueSampleInterval", "60");
  h.set("ClockAlignedDataInterval", "900");
  h.set("MeterValuesSampledData", "Energy.Active.Import.Register,Voltage.L1-N,SoC");
  h.set("MeterValuesAlignedData", "Current.Import");
  h.set("StopTxnSampledData", "SoC");
  h.set("StopTxnAlignedData", "Energy.Active.Import.Register");
  h.meter(1, 10);
  h.clear();
  h.pass(minutes(30));
  CPPUNIT_ASSERT_EQUAL(std::size_t(2), h.sent<MeterValues>().size());
  CPPUNIT_ASSERT(!h.sent<MeterValues>()[0].transactionId);
  CPPUNIT_ASSERT(h.sent<MeterValues>()[0].meterValue[0].timestamp.at == at("2026-05-04T08:15:00Z"));
  h.pass(minutes(1));
  h.begin();
  h.meter(1, 20);
  h.clear();
  h.pass(minutes(15));
  int sampled = 0, aligned = 0;
  for (const auto& each : h.sent<MeterValues>()) {
    const auto& values = each.meterValue[0].sampledValue;
    const bool clock = values[0].context == ReadingContext::SampleClock;
    CPPUNIT_ASSERT_EQUAL(std::size_t(clock ? 1 : 3), values.size());
    CPPUNIT_ASSERT_EQUAL(h.central.nextId, each.transactionId->value);
    (clock ? aligned : sampled)++;
  }
  CPPUNIT_ASSERT_EQUAL(15, sampled);
  CPPUNIT_ASSERT_EQUAL(1, aligned);
  h.tag("TAG");
  std::string contexts;
  for (const auto& each : h.last().stop->transactionData)
    contexts += std::string(write(*each.sampledValue[0].context, Encoding::Json16)).substr(0, 9) + " ";
  CPPUNIT_ASSERT_EQUAL(std::size_t(1 + 15 + 1 + 1), h.last().stop->transactionData.size());
  CPPUNIT_ASSERT(h.last().stop->transactionData.back().sampledValue[0].context == ReadingContext::TransactionEnd);
}

TEST(stationStopData, "the values for a stop are thinned when there are too many, and still cover the transaction") {
  Settings s = plain();
  s.capacity.stopData = 10;
  StationHarness h(s);
  h.set("MeterValueSampleInterval", "60");
  h.set("StopTxnSampledData", "Energy.Active.Import.Register");
  h.meter(1, 1);
  h.begin();
  h.meter(1, 2);
  const Instant began = h.wall();
  h.pass(hours(5));
  h.tag("TAG");
  const auto& data = h.last().stop->transactionData;
  CPPUNIT_ASSERT(data.size() >= 5 && data.size() <= 10);
  CPPUNIT_ASSERT(data.front().timestamp.at == began);
  CPPUNIT_ASSERT(data.back().timestamp.at == h.wall());
}
