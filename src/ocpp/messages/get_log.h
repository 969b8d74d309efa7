// SPDX-License-Identifier: GPL-2.0-or-later
// GetLog: upload a log to a location (security extension, OCPP-J only).
#pragma once

#include <optional>
#include <string_view>

#include "ocpp/describe.h"
#include "ocpp/enums.h"
#include "ocpp/text.h"
#include "ocpp/time.h"
#include "ocpp/version.h"

namespace ocpp {

/// Upload a log to a location (security extension, OCPP-J only).
struct GetLog {
  static constexpr std::string_view action = "GetLog";
  static constexpr Role sender = Role::CentralSystem;
  static constexpr Profile profile = Profile::Security;
  static constexpr Delivery delivery = Delivery::Online;

  struct LogParameters {
    Text<512> remoteLocation;
    std::optional<DateTime> oldestTimestamp;
    std::optional<DateTime> latestTimestamp;

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(remoteLocation);
      FIELD(oldestTimestamp);
      FIELD(latestTimestamp);
    }
  };

  struct Request {
    LogParameters log{};
    LogType logType{};
    int requestId = 0;
    std::optional<int> retries;
    std::optional<int> retryInterval;  ///< Seconds.

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(log);
      FIELD(logType);
      FIELD(requestId);
      FIELD(retries);
      FIELD(retryInterval);
    }
  };

  struct Response {
    LogStatus status{};
    std::optional<Text<255>> filename;

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(status);
      FIELD(filename);
    }
  };
};

}  // namespace ocpp
