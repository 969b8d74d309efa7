// SPDX-License-Identifier: GPL-2.0-or-later
// GetDiagnostics: upload diagnostics to a location (section 5.9).
#pragma once

#include <optional>
#include <string_view>

#include "ocpp/describe.h"
#include "ocpp/text.h"
#include "ocpp/time.h"
#include "ocpp/version.h"

namespace ocpp {

/// Upload diagnostics to a location (section 5.9).
struct GetDiagnostics {
  static constexpr std::string_view action = "GetDiagnostics";
  static constexpr Role sender = Role::CentralSystem;
  static constexpr Profile profile = Profile::FirmwareManagement;
  static constexpr Delivery delivery = Delivery::Online;

  struct Request {
    Uri location;
    std::optional<DateTime> startTime;
    std::optional<DateTime> stopTime;
    std::optional<int> retries;
    std::optional<int> retryInterval;  ///< Seconds.

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(location);
      FIELD(startTime);
      FIELD(stopTime);
      FIELD(retries);
      FIELD(retryInterval);
    }
  };

  struct Response {
    std::optional<Text<255>> fileName;  ///< Absent: there are no diagnostics.

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(fileName);
    }
  };
};

}  // namespace ocpp
