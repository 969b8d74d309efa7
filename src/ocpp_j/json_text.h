// SPDX-License-Identifier: GPL-2.0-or-later
// JSON strings: quoting, escaping of every control character, repair of bytes that are not UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace ocpp_j {

/// Appends `text` as a JSON string: at most `limit` code points (0 = all), bytes that are not UTF-8 as U+FFFD.
void appendText(std::string& out, std::string_view text, std::size_t limit);

}  // namespace ocpp_j
