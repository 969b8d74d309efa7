// SPDX-License-Identifier: GPL-2.0-or-later
// Messages as text for the database and back, without loss: JSON whose words are those of any version.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "ocpp/messages.h"
#include "ocpp/shared/id_tag_info.h"

namespace bridge {

/// The payload as a JSON object. Unlike OCPP-J it carries raw words of older versions (Occupied), milliseconds, local
/// readings (no `Z`), 64-bit transaction ids, empty texts and empty lists. Bytes that are not UTF-8 become U+FFFD.
std::string recordText(const ocpp::Request& request);
std::string recordText(const ocpp::IdTagInfo& info);
std::string recordText(const ocpp::StatusNotification::Request& status);
std::string recordText(const ocpp::BootNotification::Request& boot);

/// Throws std::runtime_error naming the place when the text is not what recordText writes.
ocpp::Request readRequestText(std::string_view action, std::string_view text);
void readRecordText(std::string_view text, ocpp::IdTagInfo& info);
void readRecordText(std::string_view text, ocpp::StatusNotification::Request& status);
void readRecordText(std::string_view text, ocpp::BootNotification::Request& boot);

}  // namespace bridge
