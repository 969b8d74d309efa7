// SPDX-License-Identifier: GPL-2.0-or-later
// StatusNotification: the status of a connector, or of the charge point as connector 0 (section 4.9).
#pragma once

#include <optional>
#include <string_view>

#include "ocpp/describe.h"
#include "ocpp/enums.h"
#include "ocpp/text.h"
#include "ocpp/time.h"
#include "ocpp/version.h"

namespace ocpp {

/// The status of a connector, or of the charge point as connector 0 (section 4.9).
struct StatusNotification {
  static constexpr std::string_view action = "StatusNotification";
  static constexpr Role sender = Role::ChargePoint;
  static constexpr Profile profile = Profile::Core;
  static constexpr Delivery delivery = Delivery::Online;

  struct Request {
    int connectorId = 0;
    ChargePointStatus status{};
    ChargePointErrorCode errorCode{};
    std::optional<Text<50>> info;
    std::optional<DateTime> timestamp;
    std::optional<Text<255>> vendorId;
    std::optional<Text<50>> vendorErrorCode;

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(connectorId);
      FIELD(status);
      FIELD(errorCode);
      FIELD(info);
      FIELD(timestamp);
      FIELD(vendorId);
      FIELD(vendorErrorCode);
    }
  };

  struct Response {
    template <class Self, class Visit>
    static void describe(Self&, Visit&&) {}
  };
};

}  // namespace ocpp
