// SPDX-License-Identifier: GPL-2.0-or-later
// The simulated board: connectors with plug, EV, contactor, lock, and a meter that integrates power over time.
#pragma once

#include <cstdint>
#include <vector>

#include "station/effect.h"
#include "station/readings.h"

namespace cp {

/// Milliseconds of a clock that never jumps.
using Moment = ocpp::Duration;

class Board {
 public:
  Board(int connectors, int evAmperes);

  struct Connector {
    station::Plug plug = station::Plug::None;
    bool evDraws = false;  ///< The EV takes what it is offered.
    bool closed = false;   ///< The contactor.
    bool locked = false;
    std::int64_t limit = 0;                ///< Tenths of A per phase; what is offered.
    std::int64_t followed = 0;             ///< The same, as far as the EV has noticed.
    std::size_t limits = 0, switches = 0;  ///< So many times told; what belongs to an earlier time is over.
    bool opening = false;                  ///< The contactor, as soon as the EV does not draw any more.
    int phases = 3;
    std::int64_t microWh = 0;  ///< The register, in millionths of Wh.
    Moment since{};            ///< Until when it has counted.
  };

  /// Connectors count from 1.
  Connector& at(int connector) { return connectors_[static_cast<std::size_t>(connector) - 1]; }
  const Connector& at(int connector) const { return connectors_[static_cast<std::size_t>(connector) - 1]; }
  int size() const { return static_cast<int>(connectors_.size()); }
  bool has(int connector) const { return connector >= 1 && connector <= size(); }

  /// Counts what has flown until now; call it before anything changes. True while energy flows.
  bool count(int connector, Moment now);
  void setRegister(int connector, std::int64_t wattHours, Moment now);
  /// Energy, power, currents, voltages, what is offered, temperature.
  station::Readings readings(int connector) const;
  int watts(int connector) const {
    return static_cast<int>(tenthsDrawn(at(connector)) * volts * at(connector).phases / 10);
  }

  bool locksWork = true, filesWork = true;

 private:
  static constexpr int volts = 230;
  std::int64_t tenthsDrawn(const Connector& c) const;

  std::vector<Connector> connectors_;
  std::int64_t evTenths_;
};

}  // namespace cp
