// SPDX-License-Identifier: GPL-2.0-or-later
// KeyValue: one configuration key with its value.
#pragma once

#include <optional>

#include "ocpp/describe.h"
#include "ocpp/text.h"

namespace ocpp {

/// One configuration key (section 7.29).
struct KeyValue {
  Key<50> key;
  bool readonly = false;
  std::optional<Opaque<500>> value;

  template <class Self, class Visit>
  static void describe(Self& m, Visit&& visit) {
    FIELD(key);
    FIELD(readonly);
    FIELD(value);
  }
};

}  // namespace ocpp
