// SPDX-License-Identifier: GPL-2.0-or-later
// GetConfiguration: read configuration keys; none named means all (section 5.8).
#pragma once

#include <string_view>
#include <vector>

#include "ocpp/describe.h"
#include "ocpp/shared/key_value.h"
#include "ocpp/text.h"
#include "ocpp/version.h"

namespace ocpp {

/// Read configuration keys; none named means all (section 5.8).
struct GetConfiguration {
  static constexpr std::string_view action = "GetConfiguration";
  static constexpr Role sender = Role::CentralSystem;
  static constexpr Profile profile = Profile::Core;
  static constexpr Delivery delivery = Delivery::Online;

  struct Request {
    std::vector<Key<50>> key;

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(key);
    }
  };

  struct Response {
    std::vector<KeyValue> configurationKey;
    std::vector<Key<50>> unknownKey;

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(configurationKey);
      FIELD(unknownKey);
    }
  };
};

}  // namespace ocpp
