// SPDX-License-Identifier: GPL-2.0-or-later
// RemoteStopTransaction: ask the charge point to stop a transaction (section 5.12).
#pragma once

#include <string_view>

#include "ocpp/describe.h"
#include "ocpp/enums.h"
#include "ocpp/values.h"
#include "ocpp/version.h"

namespace ocpp {

/// Ask the charge point to stop a transaction (section 5.12).
struct RemoteStopTransaction {
  static constexpr std::string_view action = "RemoteStopTransaction";
  static constexpr Role sender = Role::CentralSystem;
  static constexpr Profile profile = Profile::Core;
  static constexpr Delivery delivery = Delivery::Online;

  struct Request {
    TransactionId transactionId;

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(transactionId);
    }
  };

  struct Response {
    RemoteStartStopStatus status{};

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(status);
    }
  };
};

}  // namespace ocpp
