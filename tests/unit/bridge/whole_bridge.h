// SPDX-License-Identifier: GPL-2.0-or-later
// For tests of the bridge as a whole: behind its HTTP port, with a disk in memory.
#pragma once

#include <sstream>
#include <string>

#include "bridge/charger.h"
#include "bridge/endpoint.h"
#include "bridge/http_server.h"
#include "bridge/memory_store.h"
#include "tests/unit/bridge/io_fixture.h"

namespace test {

/// A request of OCPP 1.6 with its HTTP header; "o" is the prefix of OCPP in `body`.
inline std::string post(const std::string& body, const std::string& identity = "CP1") {
  const std::string envelope =
      "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" xmlns:o=\"urn://Ocpp/Cs/2015/10/\"><s:Header>"
      "<o:chargeBoxIdentity>" +
      identity + "</o:chargeBoxIdentity></s:Header><s:Body>" + body + "</s:Body></s:Envelope>";
  return "POST /ocpp HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(envelope.size()) + "\r\n\r\n" + envelope;
}

inline std::string meterValues(int value) {
  return post(
      "<o:meterValuesRequest><o:connectorId>1</o:connectorId><o:transactionId>7</o:transactionId><o:meterValue>"
      "<o:timestamp>2026-01-01T00:00:00Z</o:timestamp><o:sampledValue><o:value>" +
      std::to_string(value) + "</o:value></o:sampledValue></o:meterValue></o:meterValuesRequest>");
}

/// The whole bridge behind its HTTP port, with a disk in memory. `hashes`: passwords are hashed on threads.
struct WholeBridge {
  explicit WholeBridge(const bridge::Options& chosen, const char* chargers = "{}", bool hashes = false)
      : options(chosen),
        log(lines, bridge::LogFormat::Human),
        store([this](std::function<void()> task) { loop.post(std::move(task)); }),
        calls(loop),
        central(loop),
        shard({bridge::systemClock(), loop.deadlines(), calls, central, &store, log}, options, options.centralUrl),
        access(options.access, options.autoRegister),
        hasher(loop),
        endpoint(loop, shard, access, nullptr, hashes ? &hasher : nullptr),
        server(loop, grants(), [this](bridge::HttpRequest&& request, bridge::Responder responder) {
          endpoint.handle(std::move(request), std::move(responder));
        }) {
    bridge::ChargersFile file = bridge::parseChargers(chargers, "chargers");
    access.configure(file);
    shard.configure(std::move(file));
  }
  bridge::HttpServerOptions grants() {
    bridge::HttpServerOptions chosen;
    chosen.refusesUnread = [this](const bridge::HttpRequest& begun) { return endpoint.refusesUnread(begun); };
    chosen.grantBody = [this](const bridge::HttpRequest& begun) { return endpoint.grant(begun); };
    return chosen;
  }
  bool told(const std::string& text) const { return lines.str().find(text) != std::string::npos; }

  std::ostringstream lines;
  bridge::Options options;
  bridge::Loop loop;
  bridge::Log log;
  bridge::MemoryStore store;
  bridge::HttpClient calls;
  bridge::WsClient central;
  bridge::Shard shard;
  bridge::Access access;
  bridge::PasswordHasher hasher;
  bridge::Endpoint endpoint;
  bridge::HttpServer server;
};

}  // namespace test
