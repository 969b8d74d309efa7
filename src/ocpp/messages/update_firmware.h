// SPDX-License-Identifier: GPL-2.0-or-later
// UpdateFirmware: fetch and install firmware (section 5.19).
#pragma once

#include <optional>
#include <string_view>

#include "ocpp/describe.h"
#include "ocpp/text.h"
#include "ocpp/time.h"
#include "ocpp/version.h"

namespace ocpp {

/// Fetch and install firmware (section 5.19).
struct UpdateFirmware {
  static constexpr std::string_view action = "UpdateFirmware";
  static constexpr Role sender = Role::CentralSystem;
  static constexpr Profile profile = Profile::FirmwareManagement;
  static constexpr Delivery delivery = Delivery::Online;

  struct Request {
    DateTime retrieveDate;
    Uri location;
    std::optional<int> retries;
    std::optional<int> retryInterval;  ///< Seconds.

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(retrieveDate);
      FIELD(location);
      FIELD(retries);
      FIELD(retryInterval);
    }
  };

  struct Response {
    template <class Self, class Visit>
    static void describe(Self&, Visit&&) {}
  };
};

}  // namespace ocpp
