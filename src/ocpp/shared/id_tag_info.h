// SPDX-License-Identifier: GPL-2.0-or-later
// IdTagInfo: what a central system says about an idTag.
#pragma once

#include <optional>

#include "ocpp/describe.h"
#include "ocpp/enums.h"
#include "ocpp/text.h"
#include "ocpp/time.h"

namespace ocpp {

/// What the central system says about an idTag (section 7.27). Order: status, expiryDate, parentIdTag (G-5).
struct IdTagInfo {
  AuthorizationStatus status{};
  std::optional<DateTime> expiryDate;
  std::optional<IdToken> parentIdTag;

  template <class Self, class Visit>
  static void describe(Self& m, Visit&& visit) {
    FIELD(status);
    FIELD(expiryDate);
    FIELD(parentIdTag);
  }
};

}  // namespace ocpp
