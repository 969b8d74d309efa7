// SPDX-License-Identifier: GPL-2.0-or-later
// Authorize: may this idTag charge? (section 4.1)
#pragma once

#include <string_view>

#include "ocpp/describe.h"
#include "ocpp/shared/id_tag_info.h"
#include "ocpp/text.h"
#include "ocpp/version.h"

namespace ocpp {

/// May this idTag charge? (section 4.1)
struct Authorize {
  static constexpr std::string_view action = "Authorize";
  static constexpr Role sender = Role::ChargePoint;
  static constexpr Profile profile = Profile::Core;
  static constexpr Delivery delivery = Delivery::Online;

  struct Request {
    IdToken idTag;

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(idTag);
    }
  };

  struct Response {
    IdTagInfo idTagInfo;

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(idTagInfo);
    }
  };
};

}  // namespace ocpp
