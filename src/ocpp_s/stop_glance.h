// SPDX-License-Identifier: GPL-2.0-or-later
// What can be told of a StopTransaction that is too large to be read.
#pragma once

#include <string>
#include <string_view>

#include "ocpp/messages.h"

namespace ocpp_s {

struct StopGlance {
  ocpp::StopTransaction::Request stop;  ///< Fields that did not come are as they are by default.
  bool meterStop = false, timestamp = false;
  std::string missing;  ///< The names of the required fields that did not come, for people.
};

/// The fields of a stop that stand before or behind its transactionData. The document may end anywhere. No parser, no
/// guarantee.
StopGlance glanceAtStop(std::string_view document);

}  // namespace ocpp_s
