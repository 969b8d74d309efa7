// SPDX-License-Identifier: GPL-2.0-or-later
// Outside: everything that chargers reach beyond their own memory. The chaos tests put another world in its place.
#pragma once

#include "bridge/clock.h"
#include "bridge/deadlines.h"
#include "bridge/http_client.h"
#include "bridge/log.h"
#include "bridge/store.h"
#include "bridge/ws_client.h"

namespace bridge {

struct Options;

/// References to what outlives the Shard that is given it.
struct Outside {
  const Clock& clock;
  Deadlines& deadlines;
  HttpCaller& calls;     ///< Requests to chargers.
  WsConnector& central;  ///< WebSockets to the back-end.
  Store* store;          ///< Null without --data-dir: nothing outlives the process.
  Log& log;
};

/// What the operator chose for requests to chargers.
HttpClientOptions callOptions(const Options& options);

}  // namespace bridge
