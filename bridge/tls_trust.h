// SPDX-License-Identifier: GPL-2.0-or-later
// How the certificate of a peer that we call is judged (AU-2).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bridge {

/// Without anything set: the certificate must chain to the CA file (or the system's CAs), be valid today and name the
/// URL's host.
struct TlsTrust {
  /// SHA-256 of the certificate or of its public key (SubjectPublicKeyInfo), 32 bytes each. With pins nothing else
  /// counts: no chain, no name, no dates.
  std::vector<std::string> pins;
  /// A certificate that signed itself is taken as well, whatever its name and dates: encryption without identity.
  bool selfSigned = false;
  /// The name that the certificate must have instead of the URL's host; "" = the host.
  std::string name;

  /// The operator expects TLS here: an http:// address is not called instead.
  bool demanded() const { return !pins.empty() || selfSigned || !name.empty(); }
};

/// A pin as people write it: 64 hex digits, with colons or without, or `sha256/` and base64. Nothing for other text.
std::optional<std::string> parsePin(std::string_view text);

}  // namespace bridge
