// SPDX-License-Identifier: GPL-2.0-or-later
// What stands behind the HTTP port: the SOAP service for chargers, the contracts, health, the embedded back-end's
// control.
#pragma once

#include <string>

#include "bridge/embedded_central.h"
#include "bridge/http_server.h"
#include "bridge/shard.h"

namespace bridge {

/// Routes requests. SOAP: POST to /ocpp or anything below it; one URL for all versions, the body tells (G-2).
class Endpoint {
 public:
  /// `embedded` may be null. All outlive the endpoint.
  Endpoint(Shard& shard, EmbeddedCentral* embedded);

  void handle(HttpRequest&& request, Responder responder);
  /// From now on /ready says no.
  void setDraining() { draining_ = true; }

 private:
  void soap(HttpRequest&& request, const Responder& responder);
  void refuse(const Responder& responder, const ocpp_s::ReadFailure& failure, std::string_view peer);
  void admit(HttpRequest&& request, ocpp_s::RequestMessage&& message, const Responder& responder);
  void refuseStranger(const ocpp_s::RequestMessage& message, const Responder& responder, std::string_view peer);
  HttpResponse wsdl(const HttpRequest& request) const;
  HttpResponse health(const HttpRequest& request) const;
  HttpResponse healthOf(std::string_view identity) const;
  void control(HttpRequest&& request, const Responder& responder);

  Shard& shard_;
  EmbeddedCentral* embedded_;
  ocpp::Instant started_;
  bool draining_ = false;
};

}  // namespace bridge
