// SPDX-License-Identifier: GPL-2.0-or-later
// What a request shows of itself in header and URL.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bridge {

struct BasicCredentials {
  std::string user, password;
};

/// Nothing if the header's value is not `Basic` with well-formed content (RFC 7617).
std::optional<BasicCredentials> basicCredentials(std::string_view header);

/// The value of `token` in a query, "" if it has none.
std::string tokenIn(std::string_view query);

}  // namespace bridge
