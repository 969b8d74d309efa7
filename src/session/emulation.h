// SPDX-License-Identifier: GPL-2.0-or-later
// What chargers lack, and the schema's own negative answer for it (section 6).
#pragma once

#include <optional>

#include "ocpp/messages.h"
#include "ocpp/version.h"

namespace session {

/// True when this version of OCPP-S does not have the back-end's action, so that nothing can be sent (section 6.1).
bool lacks(ocpp::Version version, const ocpp::Request& request);

/// The negative answer of an action that the charger does not have (section 6.1); nothing where the schema has none.
std::optional<ocpp::Response> answerForLacking(const ocpp::Request& request);

/// The answer when the charger has the action but says Fault NotSupported (section 6.2); nothing: CALLERROR.
std::optional<ocpp::Response> answerForNotSupported(const ocpp::Request& request);

}  // namespace session
