// SPDX-License-Identifier: GPL-2.0-or-later
// Nanoseconds to read and write a CALL, next to nlohmann's bare parse and dump of the same bytes (target: not slower).
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>

#include "ocpp/messages.h"
#include "ocpp_j/codec.h"
#include "ocpp_j/frame.h"

namespace {

/// The best of several rounds, per call; `work` returns something that depends on what it did.
template <class Work>
double nanoseconds(Work work) {
  constexpr int rounds = 7, calls = 5000;
  double best = 1e18;
  volatile std::size_t sink = 0;
  for (int round = 0; round < rounds; ++round) {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < calls; ++i) sink = sink + work();
    const std::chrono::duration<double, std::nano> taken = std::chrono::steady_clock::now() - start;
    best = std::min(best, taken.count() / calls);
  }
  return best;
}

void measure(const char* name, const ocpp::Request& request) {
  const std::string id = "19223201-abcd";
  const std::string text = ocpp_j::writeCall(id, request);
  const auto tree = nlohmann::json::parse(text);
  const double read = nanoseconds([&] {
    ocpp::ReadNotes notes;
    const auto frame = ocpp_j::readFrame(text);
    return ocpp_j::readRequest(frame.action, frame.payload(), ocpp_j::ReadMode::Lenient, notes)->index();
  });
  const double write = nanoseconds([&] { return ocpp_j::writeCall(id, request).size(); });
  const double parse = nanoseconds([&] { return nlohmann::json::parse(text).size(); });
  const double dump = nanoseconds([&] { return tree.dump().size(); });
  std::printf("%-18s %5zu bytes: read %6.0f + write %6.0f = %6.0f ns, nlohmann %6.0f + %6.0f = %6.0f ns, ratio %.2f\n",
              name, text.size(), read, write, read + write, parse, dump, parse + dump, (read + write) / (parse + dump));
}

ocpp::Request boot() {
  ocpp::BootNotification::Request m;
  m.chargePointVendor = ocpp::Text<20>("VendorX");
  m.chargePointModel = ocpp::Text<20>("SingleSocketCharger");
  m.chargePointSerialNumber.emplace("gbc2023100398");
  m.chargeBoxSerialNumber.emplace("CB-000-1111-2222");
  m.firmwareVersion.emplace("1.2.3-build.4711");
  m.iccid.emplace("8931040123456789012");
  m.imsi.emplace("204043123456789");
  m.meterType.emplace("Elster A1140");
  m.meterSerialNumber.emplace("98765432");
  return m;
}

ocpp::DateTime moment(int minute) { return {ocpp::Instant(ocpp::Duration(1767225600000 + 60000 * minute))}; }

ocpp::Request start() {
  ocpp::StartTransaction::Request m;
  m.connectorId = 1;
  m.idTag = ocpp::IdToken("B4F62CEF");
  m.timestamp = moment(0);
  m.meterStart = 123456;
  return m;
}

ocpp::Request meterValues(int count) {
  ocpp::MeterValues::Request m;
  m.connectorId = 1;
  m.transactionId = ocpp::TransactionId{4711};
  for (int i = 0; i < count; ++i) {
    ocpp::MeterValue& value = m.meterValue.emplace_back();
    value.timestamp = moment(i);
    ocpp::SampledValue& sample = value.sampledValue.emplace_back();
    sample.value = ocpp::Opaque<0>("12345.6");
    sample.context = ocpp::ReadingContext::SamplePeriodic;
    sample.measurand = ocpp::Measurand::EnergyActiveImportRegister;
    sample.unit = ocpp::UnitOfMeasure::Wh;
  }
  return m;
}

}  // namespace

int main() {
  measure("Heartbeat", ocpp::Heartbeat::Request{});
  measure("BootNotification", boot());
  measure("StartTransaction", start());
  measure("MeterValues of 1", meterValues(1));
  measure("MeterValues of 20", meterValues(20));
}
