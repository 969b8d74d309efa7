// SPDX-License-Identifier: GPL-2.0-or-later
// AuthorizationData: one entry of a local authorization list.
#pragma once

#include <optional>

#include "ocpp/describe.h"
#include "ocpp/shared/id_tag_info.h"
#include "ocpp/text.h"

namespace ocpp {

/// One entry of the local authorization list (section 7.1).
struct AuthorizationData {
  IdToken idTag;
  std::optional<IdTagInfo> idTagInfo;  ///< Absent in a Differential update: delete the entry.

  template <class Self, class Visit>
  static void describe(Self& m, Visit&& visit) {
    FIELD(idTag);
    FIELD(idTagInfo);
  }
};

}  // namespace ocpp
