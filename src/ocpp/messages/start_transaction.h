// SPDX-License-Identifier: GPL-2.0-or-later
// StartTransaction: a transaction has begun (section 4.8).
#pragma once

#include <optional>
#include <string_view>

#include "ocpp/describe.h"
#include "ocpp/shared/id_tag_info.h"
#include "ocpp/text.h"
#include "ocpp/time.h"
#include "ocpp/values.h"
#include "ocpp/version.h"

namespace ocpp {

/// A transaction has begun (section 4.8).
struct StartTransaction {
  static constexpr std::string_view action = "StartTransaction";
  static constexpr Role sender = Role::ChargePoint;
  static constexpr Profile profile = Profile::Core;
  static constexpr Delivery delivery = Delivery::Queued;

  struct Request {
    int connectorId = 0;
    IdToken idTag;
    DateTime timestamp;
    int meterStart = 0;  ///< Wh.
    std::optional<int> reservationId;

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(connectorId);
      FIELD(idTag);
      FIELD(timestamp);
      FIELD(meterStart);
      FIELD(reservationId);
    }
  };

  struct Response {
    TransactionId transactionId;
    IdTagInfo idTagInfo;

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(transactionId);
      FIELD(idTagInfo);
    }
  };
};

}  // namespace ocpp
