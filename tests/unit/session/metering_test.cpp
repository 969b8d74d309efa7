// SPDX-License-Identifier: GPL-2.0-or-later
// MeterValues and transactionData on their way to the back-end (MV-1..MV-8), and times without zone (L-11).
#include "session/metering.h"
#include "tests/support/session_harness.h"

using namespace test;
using Status = ChargePointStatus;

namespace {

MeterValues::Request readings(std::initializer_list<SampledValue> samples, std::optional<std::int64_t> tx = {}) {
  MeterValues::Request request;
  request.connectorId = 1;
  if (tx) request.transactionId = TransactionId{*tx};
  MeterValue reading;
  reading.timestamp = at("2024-05-01T08:00:10Z");
  reading.sampledValue.assign(samples.begin(), samples.end());
  request.meterValue.push_back(reading);
  return request;
}

SampledValue sample(const char* value, std::optional<Measurand> measurand, std::optional<UnitOfMeasure> unit) {
  SampledValue made;
  made.value = value;
  made.measurand = measurand;
  made.unit = unit;
  return made;
}

}  // namespace

TEST(vector24, "vector 24: a 1.2 reading gets the transaction of its time, measurand and unit (MV-2, MV-3)") {
  SessionHarness h;
  h.boot(Version::V12);
  h.begin(Version::V12, 1, 17);
  const auto exchange = h.send(Version::V12, h.meterValues(1, {"2024-05-01T08:00:10Z"}));
  const auto seen = h.toCentral<MeterValues>();
  CPPUNIT_ASSERT(seen.transactionId == TransactionId{17});
  const SampledValue& value = seen.meterValue[0].sampledValue[0];
  CPPUNIT_ASSERT(value.value == "1234" && value.measurand == Measurand::EnergyActiveImportRegister);
  CPPUNIT_ASSERT(value.unit == UnitOfMeasure::Wh && !value.context && !value.location && !value.format);
  h.reply(MeterValues::Response{});
  h.answered<MeterValues>(exchange);
}

TEST(vector25, "vector 25: 1.2 readings from before and during a transaction become two CALLs in order (MV-2)") {
  SessionHarness h;
  h.boot(Version::V12);
  h.begin(Version::V12, 1, 17);
  const auto exchange =
      h.send(Version::V12, h.meterValues(1, {"2024-05-01T07:58:00Z", "2024-05-01T07:59:00Z", "2024-05-01T08:00:00Z"}));
  const auto before = h.toCentral<MeterValues>();
  CPPUNIT_ASSERT(!before.transactionId && before.meterValue.size() == 2);
  h.nothing();
  h.reply(MeterValues::Response{});
  const auto during = h.toCentral<MeterValues>();
  CPPUNIT_ASSERT(during.transactionId == TransactionId{17} && during.meterValue.size() == 1);
  h.reply(MeterValues::Response{});
  h.answered<MeterValues>(exchange);
}

TEST(afterTheEnd, "MV-2: readings after the end of a transaction carry no transaction, readings up to it do") {
  SessionHarness h;
  h.boot(Version::V12);
  h.begin(Version::V12, 1, 17);
  h.send(Version::V12, h.stop(17));
  h.toCentral<StopTransaction>();
  h.reply(StopTransaction::Response{});
  h.effects.clear();
  h.send(Version::V12, h.meterValues(1, {"2024-05-01T08:59:00Z", "2024-05-01T09:01:00Z"}));
  CPPUNIT_ASSERT(h.toCentral<MeterValues>().transactionId == TransactionId{17});
  h.reply(MeterValues::Response{});
  CPPUNIT_ASSERT(!h.toCentral<MeterValues>().transactionId);
}

TEST(vector26, "vector 26: MeterValues without values is answered and not forwarded (MV-1)") {
  SessionHarness h;
  h.boot(Version::V15);
  MeterValues::Request empty;
  empty.connectorId = 1;
  h.answered<MeterValues>(h.send(Version::V15, empty));
  empty.meterValue.emplace_back();  // a reading without any value
  h.answered<MeterValues>(h.send(Version::V15, empty));
  h.nothing();
}

TEST(vector27, "vector 27: a 1.5 value is copied: measurand, context, unit; absent stays absent (MV-4)") {
  SessionHarness h;
  h.boot(Version::V15);
  auto value = sample("6.2", Measurand::CurrentImport, UnitOfMeasure::A);
  value.context = ReadingContext::SamplePeriodic;
  h.send(Version::V15, readings({value}));
  const auto seen = h.toCentral<MeterValues>().meterValue[0].sampledValue[0];
  CPPUNIT_ASSERT(seen.value == "6.2" && seen.measurand == Measurand::CurrentImport && seen.unit == UnitOfMeasure::A);
  CPPUNIT_ASSERT(seen.context == ReadingContext::SamplePeriodic && !seen.location && !seen.format && !seen.phase);
}

TEST(vector28, "vector 28: a back-end that refuses Celsius gets Celcius once, and from then on (MV-8)") {
  SessionHarness h;
  h.boot(Version::V15);
  const auto temperature = readings({sample("21", Measurand::Temperature, UnitOfMeasure::Celsius)});
  const auto exchange = h.send(Version::V15, temperature);
  CPPUNIT_ASSERT(h.toCentral<MeterValues>().meterValue[0].sampledValue[0].unit == UnitOfMeasure::Celsius);
  h.refuse(FaultCode::PropertyConstraintViolation);
  CPPUNIT_ASSERT(h.toCentral<MeterValues>().meterValue[0].sampledValue[0].unit == UnitOfMeasure::Celcius);
  h.reply(MeterValues::Response{});
  h.answered<MeterValues>(exchange);
  const auto second = h.send(Version::V15, temperature);
  CPPUNIT_ASSERT(h.toCentral<MeterValues>().meterValue[0].sampledValue[0].unit == UnitOfMeasure::Celcius);
  h.refuse(FaultCode::PropertyConstraintViolation);
  CPPUNIT_ASSERT(h.toCentral<MeterValues>().meterValue[0].sampledValue[0].unit == UnitOfMeasure::Celsius);
  h.refuse(FaultCode::PropertyConstraintViolation);
  CPPUNIT_ASSERT(h.faulted(second) == FaultCode::ProtocolError);
  h.nothing();
}

TEST(vector32, "vector 32: Frequency without unit stays without unit (4.3, MV-4)") {
  SessionHarness h;
  h.boot(Version::V16);
  h.send(Version::V16, readings({sample("50", Measurand::Frequency, {})}));
  CPPUNIT_ASSERT(!h.toCentral<MeterValues>().meterValue[0].sampledValue[0].unit);
}

TEST(vector33, "vector 33: the transactionData of a stop reaches the back-end complete and in order (4.1)") {
  SessionHarness h;
  h.boot(Version::V15);
  h.begin(Version::V15, 1, 17);
  auto stop = h.stop(17);
  const auto times = h.meterValues(1, {"2024-05-01T08:10:00Z", "2024-05-01T08:20:00Z", "2024-05-01T08:30:00Z"});
  stop.transactionData.assign(times.meterValue.begin(), times.meterValue.end());
  h.send(Version::V15, stop);
  const auto seen = h.toCentral<StopTransaction>().transactionData;
  CPPUNIT_ASSERT_EQUAL(std::size_t{3}, seen.size());
  CPPUNIT_ASSERT(seen[0].timestamp == at("2024-05-01T08:10:00Z") && seen[2].timestamp == at("2024-05-01T08:30:00Z"));
}

TEST(signedData, "MV-5: signed data is copied byte by byte, also in 1.2 words") {
  std::vector<MeterValue> values(1);
  values[0].sampledValue.push_back({Opaque<0>(" <sig>\n "), {}, ValueFormat::SignedData, {}, {}, {}, {}});
  session::completeMeterValues(Version::V15, values);
  CPPUNIT_ASSERT(values[0].sampledValue[0].value == " <sig>\n " && !values[0].sampledValue[0].unit);
}

TEST(vector73, "vector 73 and 74: times with zone are kept, times without are read in the charger's timezone (L-11)") {
  SessionHarness h;
  h.timezone = std::chrono::hours(2);
  h.boot(Version::V15);
  auto status = h.status(1, Status::Available);
  status.timestamp = at("2024-05-01T10:00:00.1234567+02:00");
  CPPUNIT_ASSERT_EQUAL(std::string("2024-05-01T08:00:00.123Z"),
                       formatDateTime(h.report(Version::V15, status).timestamp->at, Fraction::IfNotZero));
  status.timestamp = at("2024-05-01T10:00:00");
  const auto seen = h.report(Version::V15, status).timestamp;
  CPPUNIT_ASSERT(seen == at("2024-05-01T08:00:00Z") && seen->zoned);
}

TEST(inferredPower, "ST-4 infer_power: zero current during a transaction is SuspendedEV, current again is Charging") {
  session::Settings settings;
  settings.inferPower = true;
  SessionHarness h(settings);
  h.boot(Version::V15);
  h.report(Version::V15, h.status(1, Status::Occupied));
  h.begin(Version::V15, 1, 17);
  h.send(Version::V15, readings({sample("0.0", Measurand::CurrentImport, UnitOfMeasure::A)}, 17));
  CPPUNIT_ASSERT(h.toCentral<StatusNotification>().status == Status::SuspendedEV);
  h.reply(StatusNotification::Response{});
  h.toCentral<MeterValues>(), h.reply(MeterValues::Response{}), h.effects.clear();
  h.send(Version::V15, readings({sample("16.0", Measurand::CurrentImport, UnitOfMeasure::A)}, 17));
  CPPUNIT_ASSERT(h.toCentral<StatusNotification>().status == Status::Charging);
}

TEST(metersWithoutTransaction,
     "QUIRKS P4: transactionId 0 is left out; with fillTransaction the connector's open transaction is meant") {
  for (const bool fill : {false, true}) {
    session::Settings settings;
    settings.fillTransaction = fill;
    SessionHarness h(settings);
    h.boot(Version::V15);
    h.begin(Version::V15, 1, 17);
    for (const auto& id : {std::optional<std::int64_t>(0), std::optional<std::int64_t>()}) {
      const auto exchange = h.send(Version::V15, readings({sample("7", std::nullopt, std::nullopt)}, id));
      CPPUNIT_ASSERT(h.toCentral<MeterValues>().transactionId ==
                     (fill ? std::optional(TransactionId{17}) : std::nullopt));
      h.reply(MeterValues::Response{});
      h.answered<MeterValues>(exchange);
    }
    auto other = readings({sample("7", std::nullopt, std::nullopt)});
    other.connectorId = 2;  // nothing is open there
    h.send(Version::V15, other);
    CPPUNIT_ASSERT(!h.toCentral<MeterValues>().transactionId);
  }
}
