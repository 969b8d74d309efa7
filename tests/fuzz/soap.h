// SPDX-License-Identifier: GPL-2.0-or-later
// What the targets that read or write SOAP share: one codec, versions by digit, messages that seeds are made of.
#pragma once

#include <string>
#include <string_view>

#include "ocpp/messages.h"
#include "ocpp_s/envelope.h"

namespace fuzz {

/// As in production: one for all messages, so that what one leaves behind would be seen in the next.
ocpp_s::Codec& codec();

constexpr ocpp::Version allVersions[] = {ocpp::Version::V12, ocpp::Version::V15, ocpp::Version::V16};

ocpp_s::Header someHeader();
std::string requestText(ocpp::Version version, ocpp::Role service, const ocpp::Request& request);
std::string replyText(ocpp::Version version, ocpp::Role service, const ocpp::Response& response);

/// Some texts are read whole though they are too long, for the session to judge (L-7, L-8).
enum class TooLong { No, Allowed };
/// Fails unless our own reader takes it in strict mode and without a note; gives back what it read.
ocpp::Request readOwnRequest(const std::string& xml, ocpp::Role service, TooLong tooLong = TooLong::No);
ocpp::Response readOwnReply(const std::string& xml, std::size_t action, TooLong tooLong = TooLong::No);
/// The same for a fault.
void readOwnFault(const std::string& xml, const ocpp::Fault& fault);

}  // namespace fuzz
