// SPDX-License-Identifier: GPL-2.0-or-later
// StopTransaction: a transaction has ended (section 4.10).
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "ocpp/describe.h"
#include "ocpp/enums.h"
#include "ocpp/shared/id_tag_info.h"
#include "ocpp/shared/meter_value.h"
#include "ocpp/text.h"
#include "ocpp/time.h"
#include "ocpp/values.h"
#include "ocpp/version.h"

namespace ocpp {

/// A transaction has ended (section 4.10).
struct StopTransaction {
  static constexpr std::string_view action = "StopTransaction";
  static constexpr Role sender = Role::ChargePoint;
  static constexpr Profile profile = Profile::Core;
  static constexpr Delivery delivery = Delivery::Queued;

  struct Request {
    TransactionId transactionId;
    std::optional<IdToken> idTag;
    DateTime timestamp;
    int meterStop = 0;                        ///< Wh.
    std::optional<Reason> reason;             ///< Absent means Local.
    std::vector<MeterValue> transactionData;  ///< 1.5 nests it one level deeper: ocpp_s/shapes.h.

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(transactionId);
      FIELD(idTag);
      FIELD(timestamp);
      FIELD(meterStop);
      FIELD(reason);
      FIELD(transactionData);
    }
  };

  struct Response {
    std::optional<IdTagInfo> idTagInfo;

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(idTagInfo);
    }
  };
};

}  // namespace ocpp
