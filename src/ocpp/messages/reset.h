// SPDX-License-Identifier: GPL-2.0-or-later
// Reset: restart the charge point (section 5.14).
#pragma once

#include <string_view>

#include "ocpp/describe.h"
#include "ocpp/enums.h"
#include "ocpp/version.h"

namespace ocpp {

/// Restart the charge point (section 5.14).
struct Reset {
  static constexpr std::string_view action = "Reset";
  static constexpr Role sender = Role::CentralSystem;
  static constexpr Profile profile = Profile::Core;
  static constexpr Delivery delivery = Delivery::Online;

  struct Request {
    ResetType type{};

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(type);
    }
  };

  struct Response {
    ResetStatus status{};

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(status);
    }
  };
};

}  // namespace ocpp
