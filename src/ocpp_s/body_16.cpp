// SPDX-License-Identifier: GPL-2.0-or-later
// The operations of OCPP 1.6: its column of wire.h over its generated classes.
#include <soapH.h>

#include "ocpp_s/operation.h"

namespace ocpp_s {

const Operations& operations16() {
  static const Operations column = [] {
    Operations all;
#define WIRE(action, in12, in15, in16) WIRE_##in16(action, 16)
#include "ocpp_s/wire.h"
#undef WIRE
    return all;
  }();
  return column;
}

}  // namespace ocpp_s
