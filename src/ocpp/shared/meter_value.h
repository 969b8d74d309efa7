// SPDX-License-Identifier: GPL-2.0-or-later
// MeterValue and SampledValue: readings of one moment.
#pragma once

#include <optional>

#include "ocpp/describe.h"
#include "ocpp/enums.h"
#include "ocpp/text.h"
#include "ocpp/time.h"

namespace ocpp {

/// One reading (section 7.43). Absent fields mean Sample.Periodic, Raw, Energy.Active.Import.Register, Outlet, Wh;
/// absent stays absent.
struct SampledValue {
  Opaque<0> value;  ///< Decimal text, or opaque signed data (MV-5).
  std::optional<ReadingContext> context;
  std::optional<ValueFormat> format;
  std::optional<Measurand> measurand;
  std::optional<Phase> phase;
  std::optional<Location> location;
  std::optional<UnitOfMeasure> unit;

  template <class Self, class Visit>
  static void describe(Self& m, Visit&& visit) {
    FIELD(value);
    FIELD(context);
    FIELD(format);
    FIELD(measurand);
    FIELD(phase);
    FIELD(location);
    FIELD(unit);
  }
};

/// The readings of one moment (section 7.33). Its shape differs per version: ocpp_s/shapes.h.
struct MeterValue {
  DateTime timestamp;
  AtLeastOne<SampledValue> sampledValue;

  template <class Self, class Visit>
  static void describe(Self& m, Visit&& visit) {
    FIELD(timestamp);
    FIELD(sampledValue);
  }
};

}  // namespace ocpp
