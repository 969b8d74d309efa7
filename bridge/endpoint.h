// SPDX-License-Identifier: GPL-2.0-or-later
// What stands behind the HTTP port: the SOAP service for chargers, the contracts, health, the embedded back-end's
// control.
#pragma once

#include <string>

#include "bridge/access.h"
#include "bridge/condition.h"
#include "bridge/embedded_central.h"
#include "bridge/http_server.h"
#include "bridge/listeners.h"
#include "bridge/shard.h"

namespace bridge {

/// Routes requests. SOAP: POST to /ocpp or anything below it; one URL for all versions, the body tells (G-2).
class Endpoint {
 public:
  /// `embedded` may be null. All outlive the endpoint.
  Endpoint(Shard& shard, Access& access, EmbeddedCentral* embedded);

  void handle(HttpRequest&& request, Responder responder);
  /// TLS has refused a client's certificate: counted and logged like other refusals.
  void certificateRefused(const std::string& peer, const std::string& reason);
  /// Whose counters /health shows; outlives the endpoint's last request.
  void setServer(const Listeners& server) { server_ = &server; }
  /// From now on /ready says no.
  void setDraining() { draining_ = true; }

 private:
  void soap(HttpRequest&& request, const Responder& responder);
  void refuse(const Responder& responder, const ocpp_s::ReadFailure& failure, std::string_view peer);
  void admit(HttpRequest&& request, ocpp_s::RequestMessage&& message, const Access::Arrival& arrival,
             const Responder& responder);
  void pass(const HttpRequest& request, ocpp_s::RequestMessage&& message, const Access::Arrival& arrival,
            Charger& charger, const Responder& responder);
  void logRefusal(const Refused& refused, std::string_view identity, std::string_view peer);
  void refuseSender(const Refused& refused, const Access::Arrival& arrival, const ocpp_s::RequestMessage& message,
                    const Responder& responder);
  /// `quirks` of a charger that has proved itself; others must not see whom they know.
  void fault(const Responder& responder, const ocpp_s::Incoming& to, const ocpp::Fault& fault,
             ocpp_s::Quirks quirks = ocpp_s::standardQuirks());
  void reject(const ocpp_s::RequestMessage& boot, const Responder& responder);
  void refuseForNow(const Responder& responder, const ocpp_s::RequestMessage& message, const Charger& charger,
                    const char* why, std::string_view peer);
  HttpResponse wsdl(const HttpRequest& request) const;
  HttpResponse health() const;
  Troubles look() const;
  void control(HttpRequest&& request, const Responder& responder);

  Shard& shard_;
  Access& access_;
  EmbeddedCentral* embedded_;
  const Listeners* server_ = nullptr;
  ocpp::Instant started_;
  bool draining_ = false;
  Condition condition_;
};

}  // namespace bridge
