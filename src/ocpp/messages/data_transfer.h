// SPDX-License-Identifier: GPL-2.0-or-later
// DataTransfer: data outside the specification, between vendors who agreed on it (sections 4.3 and 5.6).
#pragma once

#include <optional>
#include <string_view>

#include "ocpp/describe.h"
#include "ocpp/enums.h"
#include "ocpp/text.h"
#include "ocpp/version.h"

namespace ocpp {

/// Data outside the specification, between vendors who agreed on it (sections 4.3 and 5.6).
struct DataTransfer {
  static constexpr std::string_view action = "DataTransfer";
  static constexpr Role sender = Role::Any;
  static constexpr Profile profile = Profile::Core;
  static constexpr Delivery delivery = Delivery::Online;

  struct Request {
    Text<255> vendorId;
    std::optional<Text<50>> messageId;
    std::optional<Opaque<0>> data;  ///< Never re-encoded, trimmed or interpreted.

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(vendorId);
      FIELD(messageId);
      FIELD(data);
    }
  };

  struct Response {
    DataTransferStatus status{};
    std::optional<Opaque<0>> data;

    template <class Self, class Visit>
    static void describe(Self& m, Visit&& visit) {
      FIELD(status);
      FIELD(data);
    }
  };
};

}  // namespace ocpp
