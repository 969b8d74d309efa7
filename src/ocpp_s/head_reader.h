// SPDX-License-Identifier: GPL-2.0-or-later
// The headers of an envelope, found by local name, and what is peculiar about them (WA-4).
#pragma once

#include <pugixml.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "ocpp_s/envelope.h"
#include "ocpp_s/guard.h"

namespace ocpp_s {

/// Takes the headers and the edition of WS-Addressing from the envelope, whatever their namespace and case (QUIRKS A2,
/// A9), with notes.
void readHead(const pugi::xml_node& envelope, Incoming& to);
/// The same of a document that passed the guard.
void readHead(std::string_view document, Incoming& to);

/// Another chargeBoxIdentity of the header; the first one counts.
void addIdentity(Header& header, std::string identity);

/// Notes what concerns the message as a whole: headers that are missing (not the identity, which may be known
/// otherwise) or contradict the body, the manner of the envelope, the order of elements.
void noteWhole(const Guarded& guarded, const std::vector<Tag>& tags, ocpp::Half half, std::size_t action,
               Incoming& incoming);

}  // namespace ocpp_s
