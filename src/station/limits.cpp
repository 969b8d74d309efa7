// SPDX-License-Identifier: GPL-2.0-or-later
// What each connector may draw now: its own limit, and its share of what the station may (OCPP 1.6 section 3.13).
#include "station/impl.h"

namespace station {

using namespace ocpp;

namespace {

// IEC 61851-1: an EV cannot be told to draw less than 6 A.
constexpr Decimal leastAmperes{60};

}  // namespace

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

// The station's limit is shared: whoever wants less than an equal part leaves the rest to the others. Where a part
// would be too little for an EV, the transaction that began last waits. 0 is what is too little.
std::vector<Limit> Station::Impl::shared(const std::vector<Limit>& limits, std::vector<std::size_t> drawing) const {
  const auto tooLittle = [&](const Limit& limit) {
    return limit.in(ChargingRateUnit::A, settings_.supply).tenths < leastAmperes.tenths;
  };
  std::sort(drawing.begin(), drawing.end(),
            [&](std::size_t a, std::size_t b) { return limits[a].perPhase < limits[b].perPhase; });
  std::vector<Limit> parts = limits;
  bool enough = true;
  std::int64_t left = limits[0].perPhase;
  for (std::size_t n = 0; n < drawing.size(); ++n) {
    Limit& part = parts[drawing[n]];
    part.perPhase = std::min(part.perPhase, left / static_cast<std::int64_t>(drawing.size() - n));
    left -= part.perPhase;
    enough = enough && !tooLittle(part);
  }
  if (enough) return parts;
  const auto last = std::max_element(drawing.begin(), drawing.end(), [&](std::size_t a, std::size_t b) {
    return connectors_[a].transaction->number < connectors_[b].transaction->number;
  });
  parts = limits;
  parts[*last].perPhase = 0;
  drawing.erase(last);
  return shared(parts, std::move(drawing));
}

// What each connector may draw. An EV that does not draw keeps no part of the station's limit, and is offered what its
// own limit allows, unless it would have to wait if it began: then it stays with nothing.
std::vector<Limit> Station::Impl::currentLimits(Steady now) const {
  const Instant at = wall(now);
  std::vector<Limit> limits(connectors_.size());
  std::vector<std::size_t> drawing, idle;
  limits[0] = limitAt(rulesFor(connectors_[0]), {0, at}, at);
  for (std::size_t i = 1; i < connectors_.size(); ++i) {
    const Connector& c = connectors_[i];
    limits[i] = Limit{0, c.hardware.phases};
    if (!c.transaction || !mayDeliver(c)) continue;
    const Limit own = lower(limitAt(rulesFor(c), {c.id, c.transaction->start.at}, at), limits[0]);
    if (own.in(ChargingRateUnit::A, settings_.supply).tenths < leastAmperes.tenths) continue;
    limits[i] = own;
    (c.plug == Plug::Connected && c.evDraws ? drawing : idle).push_back(i);
  }
  std::vector<Limit> parts = shared(limits, drawing);
  for (const std::size_t i : idle) {
    std::vector<std::size_t> with = drawing;
    with.push_back(i);
    if (shared(limits, std::move(with))[i].perPhase == 0) parts[i].perPhase = 0;
  }
  return parts;
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
