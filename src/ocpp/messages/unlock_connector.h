// SPDX-License-Identifier: GPL-2.0-or-later
// UnlockConnector: open the lock of a connector (section 5.18).
#pragma once

#include <string_view>

#include "ocpp/describe.h"
#include "ocpp/enums.h"
#include "ocpp/version.h"

namespace ocpp {

/// Open the lock of a connector (section 5.18).
struct UnlockConnector {
  static constexpr std::string_view action = "UnlockConnector";
  static constexpr Role sender = Role::CentralSystem;
  static constexpr Profile profile = Profile::Core;
  static constexpr Delivery delivery = Delivery::Online;

  struct Request {
    int connectorId = 0;

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(connectorId);
    }
  };

  struct Response {
    UnlockStatus status{};

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(status);
    }
  };
};

}  // namespace ocpp
