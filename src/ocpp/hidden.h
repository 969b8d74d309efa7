// SPDX-License-Identifier: GPL-2.0-or-later
// Characters that are not seen but change what is: names with them look like others, and lines like other lines (C8).
#pragma once

#include <string>
#include <string_view>

namespace ocpp {

/// True when the text holds a control or format character (Unicode Cc and Cf, thus bidi controls) or a line or
/// paragraph separator.
bool hasHidden(std::string_view s);

/// The text with every such character written as `\u202e` (line feed: `\n`), and bytes that are not UTF-8 as U+FFFD.
std::string shown(std::string_view s);

}  // namespace ocpp
