// SPDX-License-Identifier: GPL-2.0-or-later
// What may be the name of a charger, wherever it comes from: header, URL, credentials, file, command line (C8).
#pragma once

#include <cstddef>
#include <string_view>

namespace bridge {

constexpr std::size_t longestIdentity = 255;  ///< Bytes; an identity becomes part of a URL and of every log line.

/// Why the name is none, as a clause ("is too long"), or null. Names are not trimmed or folded here.
const char* identityObjection(std::string_view name);

}  // namespace bridge
