// SPDX-License-Identifier: GPL-2.0-or-later
// TriggerMessage: ask for a message as if the charge point had sent it itself (section 5.17).
#pragma once

#include <optional>
#include <string_view>

#include "ocpp/describe.h"
#include "ocpp/enums.h"
#include "ocpp/version.h"

namespace ocpp {

/// Ask for a message as if the charge point had sent it itself (section 5.17).
struct TriggerMessage {
  static constexpr std::string_view action = "TriggerMessage";
  static constexpr Role sender = Role::CentralSystem;
  static constexpr Profile profile = Profile::RemoteTrigger;
  static constexpr Delivery delivery = Delivery::Online;

  struct Request {
    MessageTrigger requestedMessage{};
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
