// SPDX-License-Identifier: GPL-2.0-or-later
// GetLocalListVersion: version of the local authorization list; 0 empty, -1 not supported (section 5.10).
#pragma once

#include <string_view>

#include "ocpp/describe.h"
#include "ocpp/version.h"

namespace ocpp {

/// Version of the local authorization list; 0 empty, -1 not supported (section 5.10).
struct GetLocalListVersion {
  static constexpr std::string_view action = "GetLocalListVersion";
  static constexpr Role sender = Role::CentralSystem;
  static constexpr Profile profile = Profile::LocalAuthListManagement;
  static constexpr Delivery delivery = Delivery::Online;

  struct Request {
    template <class Self, class Visit>
    static void describe(Self&, Visit&&) {}
  };

  struct Response {
    int listVersion = 0;

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(listVersion);
    }
  };
};

}  // namespace ocpp
