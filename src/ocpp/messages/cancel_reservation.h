// SPDX-License-Identifier: GPL-2.0-or-later
// CancelReservation: give up a reservation (section 5.1).
#pragma once

#include <string_view>

#include "ocpp/describe.h"
#include "ocpp/enums.h"
#include "ocpp/version.h"

namespace ocpp {

/// Give up a reservation (section 5.1).
struct CancelReservation {
  static constexpr std::string_view action = "CancelReservation";
  static constexpr Role sender = Role::CentralSystem;
  static constexpr Profile profile = Profile::Reservation;
  static constexpr Delivery delivery = Delivery::Online;

  struct Request {
    int reservationId = 0;

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(reservationId);
    }
  };

  struct Response {
    CancelReservationStatus status{};

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(status);
    }
  };
};

}  // namespace ocpp
