// SPDX-License-Identifier: GPL-2.0-or-later
// SignedFirmwareStatusNotification: how an update with signed firmware goes (security extension, OCPP-J only).
#pragma once

#include <optional>
#include <string_view>

#include "ocpp/describe.h"
#include "ocpp/enums.h"
#include "ocpp/version.h"

namespace ocpp {

/// How an update with signed firmware goes (security extension, OCPP-J only).
struct SignedFirmwareStatusNotification {
  static constexpr std::string_view action = "SignedFirmwareStatusNotification";
  static constexpr Role sender = Role::ChargePoint;
  static constexpr Profile profile = Profile::Security;
  static constexpr Delivery delivery = Delivery::Online;

  struct Request {
    SignedFirmwareStatus status{};
    std::optional<int> requestId;

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(status);
      FIELD(requestId);
    }
  };

  struct Response {
    template <class Self, class Visit>
    static void describe(Self&, Visit&&) {}
  };
};

}  // namespace ocpp
