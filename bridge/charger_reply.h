// SPDX-License-Identifier: GPL-2.0-or-later
// What an HTTP exchange with a charger means to its session (section 7.3).
#pragma once

#include <cstddef>
#include <string>

#include "bridge/http_client.h"
#include "ocpp_s/envelope.h"
#include "session/effect.h"

namespace bridge {

/// What came back, and what was peculiar about it.
struct ReadReply {
  session::ChargerReply reply;
  ocpp_s::Notes notes;
};

/// The body is looked at first, whatever the HTTP status (QUIRKS H8); only without an envelope does the status count.
/// `messageId` is that of our request. What `tolerated` lacks makes the reply unreadable.
ReadReply readChargerReply(ocpp_s::Codec& codec, std::size_t action, const std::string& messageId,
                           const HttpResult& result, ocpp_s::Quirks tolerated);

}  // namespace bridge
