// SPDX-License-Identifier: GPL-2.0-or-later
// RemoteStartTransaction: ask the charge point to start a transaction (section 5.11).
#pragma once

#include <optional>
#include <string_view>

#include "ocpp/describe.h"
#include "ocpp/enums.h"
#include "ocpp/shared/charging_profile.h"
#include "ocpp/text.h"
#include "ocpp/version.h"

namespace ocpp {

/// Ask the charge point to start a transaction (section 5.11).
struct RemoteStartTransaction {
  static constexpr std::string_view action = "RemoteStartTransaction";
  static constexpr Role sender = Role::CentralSystem;
  static constexpr Profile profile = Profile::Core;
  static constexpr Delivery delivery = Delivery::Online;

  struct Request {
    std::optional<int> connectorId;
    IdToken idTag;
    std::optional<ChargingProfile> chargingProfile;

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(connectorId);
      FIELD(idTag);
      FIELD(chargingProfile);
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
