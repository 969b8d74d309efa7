// SPDX-License-Identifier: GPL-2.0-or-later
// MeterValues: readings of a connector, during a transaction or not (section 4.7).
#pragma once

#include <optional>
#include <string_view>

#include "ocpp/describe.h"
#include "ocpp/shared/meter_value.h"
#include "ocpp/values.h"
#include "ocpp/version.h"

namespace ocpp {

/// Readings of a connector, during a transaction or not (section 4.7).
struct MeterValues {
  static constexpr std::string_view action = "MeterValues";
  static constexpr Role sender = Role::ChargePoint;
  static constexpr Profile profile = Profile::Core;
  static constexpr Delivery delivery = Delivery::Queued;

  struct Request {
    int connectorId = 0;  ///< 0 is the main meter.
    std::optional<TransactionId> transactionId;
    AtLeastOne<MeterValue> meterValue;

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(connectorId);
      FIELD(transactionId);
      FIELD_OR(meterValue, values);
    }
  };

  struct Response {
    template <class Self, class Visit>
    static void describe(Self&, Visit&&) {}
  };
};

}  // namespace ocpp
