// SPDX-License-Identifier: GPL-2.0-or-later
// How the operator's options reach the clients.
#include "bridge/outside.h"

#include "bridge/options.h"

namespace bridge {

HttpClientOptions callOptions(const Options& options) {
  HttpClientOptions calls;
  calls.caFile = options.chargerCa;
  calls.bindAddress = options.callbackBind;
  calls.nameLifetime = std::chrono::seconds(options.callbackNames);
  return calls;
}

}  // namespace bridge
