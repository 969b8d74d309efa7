// SPDX-License-Identifier: GPL-2.0-or-later
// What stands behind the HTTP port: the SOAP service for chargers, the contracts, health, the embedded back-end's
// control.
#pragma once

#include <memory>
#include <string>

#include "bridge/access.h"
#include "bridge/contracts.h"
#include "bridge/door.h"
#include "bridge/embedded_central.h"
#include "bridge/health.h"
#include "bridge/http_server.h"
#include "bridge/listeners.h"
#include "bridge/password_hash.h"
#include "bridge/shard.h"
#include "ocpp_s/peek.h"

namespace bridge {

/// Routes requests. SOAP: POST to /ocpp or anything below it; one URL for all versions, the body tells (G-2).
class Endpoint {
 public:
  /// `embedded` may be null, and `hasher`: then passwords are hashed at once. All outlive the endpoint.
  Endpoint(Loop& loop, Shard& shard, Access& access, EmbeddedCentral* embedded, PasswordHasher* hasher = nullptr);

  void handle(HttpRequest&& request, Responder responder);
  /// How large the body of a request may be that is larger than --max-body: see HttpGrant (C1).
  HttpGranted grant(const HttpRequest& begun) const;
  /// Nothing of its body need be read: its sender is refused by his address (C2).
  bool refusesUnread(const HttpRequest& begun) const;
  /// TLS has refused a client's certificate: counted and logged like other refusals.
  void certificateRefused(const std::string& peer, const std::string& reason);
  /// Whose counters /health shows; outlives the endpoint's last request.
  void setServer(const Listeners& server) { health_.setServer(server); }
  /// From now on /ready says no.
  void setDraining() {
    draining_ = true;
    health_.setDraining();
  }
  /// What somebody got wrong before there was a request.
  Door& door() { return door_; }

 private:
  /// What has to be hashed is hashed before anything else is done with the request.
  void soap(HttpRequest&& request, const Responder& responder);
  void read(HttpRequest&& request, const Responder& responder);
  void refuse(const Responder& responder, const ocpp_s::ReadFailure& failure, std::string_view peer);
  static bool isSoapPath(std::string_view path);
  void refuse(const Responder& responder, const Refused& refused, std::string_view peer);
  std::string identityIn(const ocpp_s::Glance& seen, const Access::Arrival& arrival) const;
  ocpp_s::ReadRequest readBody(const HttpRequest& request);
  void unreadable(HttpRequest&& request, ocpp_s::ReadFailure&& failure, const Access::Arrival& arrival,
                  const Responder& responder);
  void admit(HttpRequest&& request, ocpp_s::RequestMessage&& message, const Access::Arrival& arrival,
             const Responder& responder);
  void await(HttpRequest&& request, ocpp_s::RequestMessage&& message, std::string&& trace,
             const Access::Arrival& arrival, const Responder& responder);
  void heard(const Access::Arrival& arrival, const std::string& identity, bool stranger, const std::string& peer);
  /// A request that was admitted: nothing of it is moved while its charger is here.
  struct Admitted {
    ocpp_s::RequestMessage& message;  ///< To be moved from.
    const std::string& body;
    std::string& trace;  ///< The body without what must not be shown; to be moved from.
    const std::string& peer;
    const Responder& responder;
  };
  /// The same while its charger is loaded.
  struct Waiting {
    ocpp_s::RequestMessage message;
    std::string body, trace, peer;
    Responder responder;
  };
  void pass(const Admitted& admitted, Charger* charger);
  void logRefusal(const Refused& refused, std::string_view identity, std::string_view peer);
  void refuseSender(const Refused& refused, const Access::Arrival& arrival, const ocpp_s::RequestMessage& message,
                    const Responder& responder);
  /// `quirks` of a charger that has proved itself; others must not see whom they know.
  void fault(const Responder& responder, const ocpp_s::Incoming& to, const ocpp::Fault& fault,
             ocpp_s::Quirks quirks = ocpp_s::standardQuirks());
  void reject(const ocpp_s::RequestMessage& boot, const Responder& responder);
  void refuseForNow(const Responder& responder, const ocpp_s::RequestMessage& message, ocpp_s::Quirks quirks,
                    const char* why, std::string_view peer);
  HttpResponse wsdl(const HttpRequest& request);
  void state(const HttpRequest& request, std::string_view path, const Responder& responder);
  void notAllowed(const HttpRequest& request, const char* text, const char* allowed, const Responder& responder);
  void control(HttpRequest&& request, const Responder& responder);

  Shard& shard_;
  Access& access_;
  EmbeddedCentral* embedded_;
  PasswordHasher* hasher_;
  Contracts contracts_;
  Door door_;
  Health health_;
  bool draining_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace bridge
