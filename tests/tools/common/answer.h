// SPDX-License-Identifier: GPL-2.0-or-later
// Our requests and the peer's answers as messages, judged against the contract.
#pragma once

#include <cstddef>

#include "bridge/http_client.h"
#include "ocpp_s/envelope.h"
#include "tests/tools/common/message.h"

namespace tool {

/// Payload and XML of `request`, which we are about to send as `xml`: it is read again, so that the payload is what the
/// version can say; if that is less than what was meant a note says so.
void showAsWritten(ocpp_s::Codec& codec, ocpp::Role service, const ocpp::Request& meant, const std::string& xml,
                   Message& request);

/// What the HTTP answer to `request` says. `action` is its place in ocpp::Actions. What breaks contract, WS-Addressing
/// or HTTP binding is in the notes; Trouble = nothing that could be read.
Message readAnswer(ocpp_s::Codec& codec, std::size_t action, const Message& request, bridge::HttpResult&& result);

}  // namespace tool
