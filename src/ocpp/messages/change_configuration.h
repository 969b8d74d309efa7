// SPDX-License-Identifier: GPL-2.0-or-later
// ChangeConfiguration: set a configuration key (section 5.3).
#pragma once

#include <string_view>

#include "ocpp/describe.h"
#include "ocpp/enums.h"
#include "ocpp/text.h"
#include "ocpp/version.h"

namespace ocpp {

/// Set a configuration key (section 5.3).
struct ChangeConfiguration {
  static constexpr std::string_view action = "ChangeConfiguration";
  static constexpr Role sender = Role::CentralSystem;
  static constexpr Profile profile = Profile::Core;
  static constexpr Delivery delivery = Delivery::Online;

  struct Request {
    Key<50> key;
    Opaque<500> value;

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(key);
      FIELD(value);
    }
  };

  struct Response {
    ConfigurationStatus status{};

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(status);
    }
  };
};

}  // namespace ocpp
