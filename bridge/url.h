// SPDX-License-Identifier: GPL-2.0-or-later
// Splits http, https, ws and wss addresses without changing a byte of their path.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace bridge {

struct Url {
  std::string scheme;      // lower case
  std::string host;        // without brackets
  std::uint16_t port = 0;  // the scheme's own if the text names none
  std::string target;      // path and query as written, at least "/"; the fragment is dropped
  bool secure() const { return scheme == "https" || scheme == "wss"; }
  /// For the Host header: brackets around IPv6, the port unless it is the scheme's own.
  std::string authority() const;

  /// Nothing if the text is not an absolute address of one of the four schemes, has user information (credentials
  /// belong into settings of their own), or contains blanks or control characters.
  static std::optional<Url> parse(const std::string& text);
};

/// What a back-end is called in everything that is kept (TX-14): the address that is dialled for the identity, without
/// what does not make it another one: query, case of scheme and host, the scheme's own port, `/` at the end.
std::string backendName(const std::string& url, const std::string& identity);

}  // namespace bridge
