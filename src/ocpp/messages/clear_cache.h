// SPDX-License-Identifier: GPL-2.0-or-later
// ClearCache: empty the authorization cache (section 5.4).
#pragma once

#include <string_view>

#include "ocpp/describe.h"
#include "ocpp/enums.h"
#include "ocpp/version.h"

namespace ocpp {

/// Empty the authorization cache (section 5.4).
struct ClearCache {
  static constexpr std::string_view action = "ClearCache";
  static constexpr Role sender = Role::CentralSystem;
  static constexpr Profile profile = Profile::Core;
  static constexpr Delivery delivery = Delivery::Online;

  struct Request {
    template <class Self, class Visit>
    static void describe(Self&, Visit&&) {}
  };

  struct Response {
    ClearCacheStatus status{};

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(status);
    }
  };
};

}  // namespace ocpp
