// SPDX-License-Identifier: GPL-2.0-or-later
// Which address of a charger we call, from what it announces and where it connects from (WA-5).
#pragma once

#include <string>

#include "bridge/options.h"

namespace bridge {

/// What came out of looking at an announced address.
struct Callback {
  std::string url;     ///< "" = nothing usable, keep the old one.
  std::string remark;  ///< Why it was repaired or refused; "" when it was taken as it stood.
};

/// `from` is the text of wsa:From (or ReplyTo when there is no From), `peer` the TCP peer's numeric address.
/// An empty, loopback, unspecified or link-local host is replaced by the peer with the announced port and path; any
/// other host must equal the peer (SSRF guard), unless policy is From. Empty path means "/".
Callback callbackFrom(const std::string& from, const std::string& peer, CallbackPolicy policy);

/// True for the address that WS-Addressing uses to say "on this connection".
bool isAnonymous(std::string_view address);

}  // namespace bridge
