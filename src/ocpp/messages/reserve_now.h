// SPDX-License-Identifier: GPL-2.0-or-later
// ReserveNow: reserve a connector for an idTag (section 5.13).
#pragma once

#include <optional>
#include <string_view>

#include "ocpp/describe.h"
#include "ocpp/enums.h"
#include "ocpp/text.h"
#include "ocpp/time.h"
#include "ocpp/version.h"

namespace ocpp {

/// Reserve a connector for an idTag (section 5.13).
struct ReserveNow {
  static constexpr std::string_view action = "ReserveNow";
  static constexpr Role sender = Role::CentralSystem;
  static constexpr Profile profile = Profile::Reservation;
  static constexpr Delivery delivery = Delivery::Online;

  struct Request {
    int connectorId = 0;
    DateTime expiryDate;
    IdToken idTag;
    std::optional<IdToken> parentIdTag;
    int reservationId = 0;

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(connectorId);
      FIELD(expiryDate);
      FIELD(idTag);
      FIELD(parentIdTag);
      FIELD(reservationId);
    }
  };

  struct Response {
    ReservationStatus status{};

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(status);
    }
  };
};

}  // namespace ocpp
