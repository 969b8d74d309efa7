// SPDX-License-Identifier: GPL-2.0-or-later
// SendLocalList: replace or change the local authorization list (section 5.15).
#pragma once

#include <string_view>
#include <vector>

#include "ocpp/describe.h"
#include "ocpp/enums.h"
#include "ocpp/shared/authorization_data.h"
#include "ocpp/version.h"

namespace ocpp {

/// Replace or change the local authorization list (section 5.15).
struct SendLocalList {
  static constexpr std::string_view action = "SendLocalList";
  static constexpr Role sender = Role::CentralSystem;
  static constexpr Profile profile = Profile::LocalAuthListManagement;
  static constexpr Delivery delivery = Delivery::Online;

  struct Request {
    int listVersion = 0;
    std::vector<AuthorizationData> localAuthorizationList;
    UpdateType updateType{};

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(listVersion);
      FIELD_OR(localAuthorizationList, localAuthorisationList);
      FIELD(updateType);
    }
  };

  struct Response {
    UpdateStatus status{};

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(status);
    }
  };
};

}  // namespace ocpp
