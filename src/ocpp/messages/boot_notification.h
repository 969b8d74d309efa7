// SPDX-License-Identifier: GPL-2.0-or-later
// BootNotification: the charge point introduces itself after each (re)start (section 4.2).
#pragma once

#include <optional>
#include <string_view>

#include "ocpp/describe.h"
#include "ocpp/enums.h"
#include "ocpp/text.h"
#include "ocpp/time.h"
#include "ocpp/version.h"

namespace ocpp {

/// The charge point introduces itself after each (re)start (section 4.2).
struct BootNotification {
  static constexpr std::string_view action = "BootNotification";
  static constexpr Role sender = Role::ChargePoint;
  static constexpr Profile profile = Profile::Core;
  static constexpr Delivery delivery = Delivery::Online;

  struct Request {
    Text<20> chargePointVendor;
    Text<20> chargePointModel;
    std::optional<Text<25>> chargePointSerialNumber;
    std::optional<Text<25>> chargeBoxSerialNumber;
    std::optional<Text<50>> firmwareVersion;
    std::optional<Text<20>> iccid;
    std::optional<Text<20>> imsi;
    std::optional<Text<25>> meterType;
    std::optional<Text<25>> meterSerialNumber;

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(chargePointVendor);
      FIELD(chargePointModel);
      FIELD(chargePointSerialNumber);
      FIELD(chargeBoxSerialNumber);
      FIELD(firmwareVersion);
      FIELD(iccid);
      FIELD(imsi);
      FIELD(meterType);
      FIELD(meterSerialNumber);
    }
  };

  struct Response {
    RegistrationStatus status{};
    DateTime currentTime;
    int interval = 0;  ///< Seconds between heartbeats, or until the next try.

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(status);
      FIELD(currentTime);
      FIELD_OR(interval, heartbeatInterval);
    }
  };
};

}  // namespace ocpp
