// SPDX-License-Identifier: GPL-2.0-or-later
// Message ids, digests and encodings that need OpenSSL or are shared by the bridge's clients.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace bridge {

/// A random UUID (version 4), 36 characters.
std::string newUuid();

/// A random number of 63 bits, never 0: names a record for ever.
std::uint64_t newKey();

/// Uniform in [0, 1).
double uniform();

/// SHA-256 of the bytes, as bytes; for recognising repeated requests (SM-7).
std::string sha256(std::string_view bytes);
/// SHA-1 in lower-case hex digits; for idTag aliases (L-8), not for security.
std::string sha1Hex(std::string_view bytes);

/// One path segment of a URL (RFC 3986 unreserved characters stay, all others are percent-encoded; L-17).
std::string percentEncoded(std::string_view segment);
/// `%41` to `A`; malformed escapes stay as they are.
std::string percentDecoded(std::string_view segment);

}  // namespace bridge
