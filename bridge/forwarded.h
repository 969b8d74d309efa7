// SPDX-License-Identifier: GPL-2.0-or-later
// Who a request comes from when trusted proxies stand before us (X-Forwarded-For, RFC 7239).
#pragma once

#include <optional>

#include "bridge/cidr.h"
#include "bridge/http_message.h"
#include "bridge/options.h"

namespace bridge {

struct Origin {
  IpAddress address;
  bool forwarded = false;      ///< Another address than the TCP peer's.
  bool headerIgnored = false;  ///< A sender that is no trusted proxy named somebody else.
};

/// The rightmost address that is no trusted proxy, starting with the TCP peer. Where a proxy names nobody that can be
/// read (`unknown`, `_hidden`), it counts as the sender itself. Nothing if the peer's own address cannot be read.
std::optional<Origin> originOf(const HttpRequest& request, const IpRanges& trusted, ProxyHeader header);

}  // namespace bridge
