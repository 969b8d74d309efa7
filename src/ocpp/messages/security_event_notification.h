// SPDX-License-Identifier: GPL-2.0-or-later
// SecurityEventNotification: something that touches security has happened (security extension, OCPP-J only).
#pragma once

#include <optional>
#include <string_view>

#include "ocpp/describe.h"
#include "ocpp/text.h"
#include "ocpp/time.h"
#include "ocpp/version.h"

namespace ocpp {

/// Something that touches security has happened (security extension, OCPP-J only).
struct SecurityEventNotification {
  static constexpr std::string_view action = "SecurityEventNotification";
  static constexpr Role sender = Role::ChargePoint;
  static constexpr Profile profile = Profile::Security;
  static constexpr Delivery delivery = Delivery::Online;

  struct Request {
    Text<50> type;
    DateTime timestamp;
    std::optional<Text<255>> techInfo;

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(type);
      FIELD(timestamp);
      FIELD(techInfo);
    }
  };

  struct Response {
    template <class Self, class Visit>
    static void describe(Self&, Visit&&) {}
  };
};

}  // namespace ocpp
