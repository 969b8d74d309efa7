// SPDX-License-Identifier: GPL-2.0-or-later
// The operations of OCPP 1.2: its column of wire.h over its generated classes.
#include <soapH.h>

#include "ocpp_s/operation.h"

namespace ocpp_s {

const Operations& operations12() {
  static const Operations column = [] {
    Operations all;
#define WIRE(action, in12, in15, in16) WIRE_##in12(action, 12)
#include "ocpp_s/wire.h"
#undef WIRE
    return all;
  }();
  return column;
}

}  // namespace ocpp_s
