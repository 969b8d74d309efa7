// SPDX-License-Identifier: GPL-2.0-or-later
// A glance at an envelope, for log lines and early refusal: no parser, no guarantee.
#pragma once

#include <optional>
#include <string_view>

#include "ocpp/version.h"

namespace ocpp_s {

/// Views into the document; "" when not found.
struct Glance {
  std::optional<ocpp::Version> version;  ///< By the first namespace of OCPP that the body, or else the head, names.
  std::string_view operation;            ///< Local name of the body element: `bootNotificationRequest`.
  std::string_view chargeBoxIdentity;    ///< Trimmed; not unescaped.
};

Glance peek(std::string_view document);

/// The text of the first element of that local name in the body, trimmed and not unescaped; "" when there is none.
std::string_view textIn(std::string_view document, std::string_view local);

}  // namespace ocpp_s
