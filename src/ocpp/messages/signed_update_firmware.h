// SPDX-License-Identifier: GPL-2.0-or-later
// SignedUpdateFirmware: fetch, verify and install signed firmware (security extension, OCPP-J only).
#pragma once

#include <optional>
#include <string_view>

#include "ocpp/describe.h"
#include "ocpp/enums.h"
#include "ocpp/text.h"
#include "ocpp/time.h"
#include "ocpp/version.h"

namespace ocpp {

/// Fetch, verify and install signed firmware (security extension, OCPP-J only).
struct SignedUpdateFirmware {
  static constexpr std::string_view action = "SignedUpdateFirmware";
  static constexpr Role sender = Role::CentralSystem;
  static constexpr Profile profile = Profile::Security;
  static constexpr Delivery delivery = Delivery::Online;

  struct Firmware {
    Text<512> location;
    DateTime retrieveDateTime;
    std::optional<DateTime> installDateTime;
    Text<5500> signingCertificate;  ///< PEM.
    Text<800> signature;            ///< Base64.

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(location);
      FIELD(retrieveDateTime);
      FIELD(installDateTime);
      FIELD(signingCertificate);
      FIELD(signature);
    }
  };

  struct Request {
    std::optional<int> retries;
    std::optional<int> retryInterval;  ///< Seconds.
    int requestId = 0;
    Firmware firmware{};

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(retries);
      FIELD(retryInterval);
      FIELD(requestId);
      FIELD(firmware);
    }
  };

  struct Response {
    SignedUpdateFirmwareStatus status{};

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(status);
    }
  };
};

}  // namespace ocpp
