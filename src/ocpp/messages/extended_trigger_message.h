// SPDX-License-Identifier: GPL-2.0-or-later
// ExtendedTriggerMessage: triggerMessage for the messages of the security extension (security extension, OCPP-J only).
#pragma once

#include <optional>
#include <string_view>

#include "ocpp/describe.h"
#include "ocpp/enums.h"
#include "ocpp/version.h"

namespace ocpp {

/// TriggerMessage for the messages of the security extension (security extension, OCPP-J only).
struct ExtendedTriggerMessage {
  static constexpr std::string_view action = "ExtendedTriggerMessage";
  static constexpr Role sender = Role::CentralSystem;
  static constexpr Profile profile = Profile::Security;
  static constexpr Delivery delivery = Delivery::Online;

  struct Request {
    ExtendedMessageTrigger requestedMessage{};
    std::optional<int> connectorId;

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(requestedMessage);
      FIELD(connectorId);
    }
  };

  struct Response {
    TriggerMessageStatus status{};

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(status);
    }
  };
};

}  // namespace ocpp
