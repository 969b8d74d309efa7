// SPDX-License-Identifier: GPL-2.0-or-later
// The forgiving second reader: makes of an envelope that gSOAP refuses, or parts of which it cannot see, one it reads.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "ocpp/result.h"
#include "ocpp/version.h"
#include "ocpp_s/envelope.h"

namespace ocpp_s {

/// What the caller waits for. `action` only for replies; `service` only for requests.
struct Expected {
  ocpp::Half half = ocpp::Half::Request;
  std::optional<ocpp::Role> service;
  std::optional<std::size_t> action;
};

/// The facts of an envelope, and its body rewritten: canonical names, one namespace, no header, no nil elements.
struct Recovered {
  Incoming incoming;                     ///< `notes` tell what was repaired.
  std::optional<ocpp::Fault> refusal;    ///< Why there is no body to read.
  std::optional<ocpp::Fault> soapFault;  ///< The body is this fault.
  ocpp::Role service{};
  std::size_t action = 0;
  std::string xml;
};

/// `document` must have passed the guard (guard.h).
Recovered recover(std::string_view document, const Expected& expected);

}  // namespace ocpp_s
