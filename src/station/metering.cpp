// SPDX-License-Identifier: GPL-2.0-or-later
// Meter values: sampled, aligned with the clock, and collected for the end of a transaction (OCPP 1.6 section 3.16).
#include "station/impl.h"

namespace station {

using namespace ocpp;

namespace {

std::string stopDataKey(const Connector& c, int number) {
  return "stopData/" + std::to_string(c.id) + "/" + std::to_string(number);
}

}  // namespace

void Station::Impl::metered(int connectorId, Readings readings, Steady now) {
  if (rebooting_ || connectorId < 0 || connectorId >= static_cast<int>(connectors_.size())) return;
  Connector& c = connectors_[static_cast<std::size_t>(connectorId)];
  c.readings = std::move(readings);
  if (Transaction* transaction = c.unreported()) {
    // A register that falls back is a fault of the meter; what was delivered stays delivered.
    transaction->meterLast = std::max(transaction->meterLast, registerOf(c.readings).value_or(0));
    transaction->last = stamp(now);
    checkInvalid(c, now);
  }
  finish(now);
}

void Station::Impl::sampleTransaction(Connector& c, Key list, ReadingContext context, Steady now) {
  MeterValue value = sample(c.readings, configuration_.measurands(list), context, settings_.version, wall(now));
  if (value.sampledValue.empty()) return;
  MeterValues::Request request;
  request.connectorId = c.id;
  request.transactionId = c.transaction->id;
  request.meterValue.push_back(std::move(value));
  const std::size_t dropped = queue_.dropped();
  queue_.add(std::move(request), {c.transaction->number, 0, clockKnown_}, ++lastOrder_);
  if (dropped == 0 && queue_.dropped() > 0)
    note(Level::Warning, "the queue is full; meter values of transactions are dropped");
  c.transaction->last = stamp(now);  // a stop after a power cut is not earlier than what was read
  keepTransaction(c);
}

// When there is no place left every second value goes, so that what stays covers the whole transaction.
void Station::Impl::addStopData(Connector& c, Key list, ReadingContext context, Instant at) {
  if (settings_.version == Version::V12 || configuration_.measurands(list).empty()) return;
  MeterValue value = sample(c.readings, configuration_.measurands(list), context, settings_.version, at);
  if (value.sampledValue.empty()) return;
  auto& data = c.stopData;
  if (data.size() >= std::max<std::size_t>(settings_.capacity.stopData, 2)) {
    std::vector<std::pair<int, MeterValue>> thinned;
    for (std::size_t i = 0; i < data.size(); ++i) {
      if (i % 2 == 0)
        thinned.push_back(std::move(data[i]));
      else
        forget(stopDataKey(c, data[i].first));
    }
    data = std::move(thinned);
  }
  const int number = data.empty() ? 0 : data.back().first + 1;
  keep(stopDataKey(c, number), toRecord(value));
  data.emplace_back(number, std::move(value));
}

void Station::Impl::forgetStopData(Connector& c) {
  for (const auto& each : c.stopData) forget(stopDataKey(c, each.first));
  c.stopData.clear();
}

// Multiples of the interval since local midnight.
void Station::Impl::planAligned(Steady now) {
  const Steady interval = seconds(Key::ClockAlignedDataInterval);
  alignedAt_.reset();
  if (interval <= Steady{} || !clockKnown_) return;
  const Instant midnight = settings_.local.midnight(wall(now));
  const Instant next = midnight + interval * ((wall(now) - midnight) / interval + 1);
  const Instant tomorrow = settings_.local.midnight(midnight + std::chrono::hours(36));
  alignedAt_ = std::min(next, tomorrow);
}

void Station::Impl::sampleAligned(Steady now) {
  planAligned(now);
  for (Connector& c : connectors_) {
    if (c.transaction) {
      sampleTransaction(c, Key::MeterValuesAlignedData, ReadingContext::SampleClock, now);
      addStopData(c, Key::StopTxnAlignedData, ReadingContext::SampleClock, wall(now));
      continue;
    }
    if (!online()) continue;
    MeterValues::Request request;
    request.connectorId = c.id;
    request.meterValue.push_back(sample(c.readings, configuration_.measurands(Key::MeterValuesAlignedData),
                                        ReadingContext::SampleClock, settings_.version, wall(now)));
    if (!request.meterValue[0].sampledValue.empty()) enqueue(Purpose::Meter, std::move(request), c.id);
  }
}

bool Station::Impl::triggerMeterValues(const Connector& c, Steady now) {
  MeterValues::Request request;
  request.connectorId = c.id;
  if (c.transaction) request.transactionId = c.transaction->id;
  request.meterValue.push_back(sample(c.readings, configuration_.measurands(Key::MeterValuesSampledData),
                                      ReadingContext::Trigger, settings_.version, wall(now)));
  if (request.meterValue[0].sampledValue.empty()) return false;
  enqueue(Purpose::Meter, std::move(request), c.id, 0, true);
  return true;
}

}  // namespace station
