// SPDX-License-Identifier: GPL-2.0-or-later
// What each connector may draw now: its own limit, and its share of what the station may (OCPP 1.6 section 3.13).
#include "station/impl.h"

namespace station {

using namespace ocpp;

LimitRules Station::Impl::rulesFor(const Connector& c) const {
  const auto of = [&](Decimal amperes, int phases) {
    return Limit::of(ChargingRateUnit::A, amperes, std::min(phases, settings_.supply.phases), settings_.supply);
  };
  Limit hardware = of(c.hardware.amperes, c.hardware.phases);
  if (c.id == 0) {
    Decimal sum{0};
    for (const auto& each : settings_.connectors) sum.tenths += each.amperes.tenths;
    hardware = of(settings_.gridAmperes.tenths > 0 ? settings_.gridAmperes : sum, settings_.supply.phases);
  }
  return {profiles_.all(), settings_.local, settings_.supply, hardware};
}

// The station's limit is shared: whoever wants less than an equal part leaves the rest to the others. An EV that does
// not draw keeps no part.
std::vector<Limit> Station::Impl::currentLimits(Steady now) const {
  const Instant at = wall(now);
  std::vector<Limit> limits(connectors_.size());
  std::vector<std::size_t> drawing;
  limits[0] = limitAt(rulesFor(connectors_[0]), {0, at}, at);
  for (std::size_t i = 1; i < connectors_.size(); ++i) {
    const Connector& c = connectors_[i];
    if (!c.transaction) continue;
    limits[i] = lower(limitAt(rulesFor(c), {c.id, c.transaction->start.at}, at), limits[0]);
    if (c.plug == Plug::Connected && c.evDraws && mayDeliver(c)) drawing.push_back(i);
  }
  std::sort(drawing.begin(), drawing.end(),
            [&](std::size_t a, std::size_t b) { return limits[a].perPhase < limits[b].perPhase; });
  std::int64_t left = limits[0].perPhase;
  for (std::size_t n = 0; n < drawing.size(); ++n) {
    Limit& limit = limits[drawing[n]];
    limit.perPhase = std::min(limit.perPhase, left / static_cast<std::int64_t>(drawing.size() - n));
    left -= limit.perPhase;
  }
  return limits;
}

std::optional<Instant> Station::Impl::nextLimitChange(Instant at) const {
  std::optional<Instant> first;
  for (const Connector& c : connectors_) {
    if (!c.transaction) continue;
    const auto change = nextChange(rulesFor(c), {c.id, c.transaction->start.at}, at);
    if (change && (!first || *change < *first)) first = change;
  }
  return first;
}

}  // namespace station
