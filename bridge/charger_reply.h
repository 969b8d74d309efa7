// SPDX-License-Identifier: GPL-2.0-or-later
// What an HTTP exchange with a charger means to its session (section 7.3).
#pragma once

#include <cstddef>

#include "bridge/http_client.h"
#include "ocpp_s/envelope.h"
#include "session/effect.h"

namespace bridge {

/// The body is looked at first, whatever the HTTP status (QUIRKS H8); only without an envelope does the status count.
session::ChargerReply readChargerReply(ocpp_s::Codec& codec, std::size_t action, const HttpResult& result);

}  // namespace bridge
