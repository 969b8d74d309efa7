// SPDX-License-Identifier: GPL-2.0-or-later
// The HTTP/JSON API: what is known, and operations on request.
#pragma once

#include <memory>

#include "bridge/http_server.h"
#include "tests/tools/cs/central.h"
#include "tests/tools/cs/options.h"

namespace cs {

/// GET /chargers, GET /chargers/ID, POST /chargers/ID/ACTION. Serves until destroyed. Asks nobody who they are, so it
/// belongs on loopback; requests that a browser makes for another site are refused.
class Api {
 public:
  /// Throws std::runtime_error if the address cannot be used.
  Api(bridge::Loop& loop, const Options& options, Central& central);
  std::uint16_t port() const { return server_.port(); }

 private:
  void handle(bridge::HttpRequest&& request, const bridge::Responder& responder);
  void post(const bridge::HttpRequest& request, const std::string& id, const std::string& action,
            const bridge::Responder& responder);

  Central& central_;
  bridge::HttpServer server_;
};

}  // namespace cs
