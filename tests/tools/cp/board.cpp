// SPDX-License-Identifier: GPL-2.0-or-later
// What the simulated meter counts and shows.
#include "tests/tools/cp/board.h"

#include <algorithm>
#include <tuple>

namespace cp {

using namespace ocpp;

Board::Board(int connectors, int evAmperes)
    : connectors_(static_cast<std::size_t>(connectors)), evTenths_(std::int64_t{evAmperes} * 10) {}

std::int64_t Board::tenthsDrawn(const Connector& c) const {
  const bool flows = c.closed && c.evDraws && c.plug == station::Plug::Connected;
  return flows ? std::min(c.followed, evTenths_) : 0;
}

bool Board::count(int connector, Moment now) {
  Connector& c = at(connector);
  const std::int64_t elapsed = std::max<std::int64_t>((now - c.since).count(), 0);
  c.since = now;
  const std::int64_t tenthsOfWatts = tenthsDrawn(c) * volts * c.phases;
  c.microWh += tenthsOfWatts * elapsed / 36;  // 0.1 W for 1 ms is 1/36 of a millionth of a Wh
  return tenthsOfWatts > 0;
}

void Board::setRegister(int connector, std::int64_t wattHours, Moment now) {
  count(connector, now);
  at(connector).microWh = wattHours * 1000000;
}

station::Readings Board::readings(int connector) const {
  const Connector& c = at(connector);
  const std::int64_t drawn = tenthsDrawn(c);
  station::Readings all;
  const auto add = [&](Measurand measurand, std::int64_t milli, UnitOfMeasure unit, std::optional<Phase> phase = {}) {
    station::Reading each;
    each.measurand = measurand;
    each.milli = milli;
    each.unit = unit;
    each.phase = phase;
    all.push_back(each);
  };
  add(Measurand::EnergyActiveImportRegister, c.microWh / 1000, UnitOfMeasure::Wh);
  add(Measurand::PowerActiveImport, drawn * volts * c.phases * 100, UnitOfMeasure::W);
  add(Measurand::CurrentOffered, c.closed ? c.limit * 100 : 0, UnitOfMeasure::A);
  add(Measurand::Temperature, 31500, UnitOfMeasure::Celsius);
  for (const auto& [current, voltage, index] :
       {std::tuple{Phase::L1, Phase::L1_N, 1}, std::tuple{Phase::L2, Phase::L2_N, 2},
        std::tuple{Phase::L3, Phase::L3_N, 3}}) {
    add(Measurand::CurrentImport, index <= c.phases ? drawn * 100 : 0, UnitOfMeasure::A, current);
    add(Measurand::Voltage, volts * 1000, UnitOfMeasure::V, voltage);
  }
  return all;
}

}  // namespace cp
