// SPDX-License-Identifier: GPL-2.0-or-later
// For tests of who may speak: fleets, and what the endpoint asks of Access.
#pragma once

#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bridge/access.h"
#include "tests/support/basic_credentials.h"
#include "tests/support/cheap_hash.h"
#include "tests/support/test.h"

namespace test {

using namespace bridge;

inline const ocpp::Steady start{std::chrono::hours(500000)};
using std::chrono::seconds;

struct Fleet {
  const char* chargers;
  bool autoRegister = false;
  bool requireCertificate = false;
  const char* allowFrom = "";
  const char* proxies = "";
};

// Something of everything, open chargers too.
inline const Fleet mixed{R"({
  "OPEN": {}, "NEAR": {"allowFrom": ["10.0.0.0/8", "2001:db8::/64"]},
  "BASIC": {"soapPassword": "pass:word"}, "00:13:F6": {"soapUser": "mac", "soapPassword": "p2"},
  "SECRET": {"urlSecret": "secret-of-the-charger"}, "CERT": {"clientCertificate": true},
  "NAMED": {"clientCertificate": "site-7"}, "SITE": {"clientCertificate": "site-7"},
  "ALL": {"allowFrom": ["10.0.0.9"], "soapPassword": "p3", "urlSecret": "secret-number-three",
          "clientCertificate": true}})"};
inline const Fleet basicOnly{
    R"({"CP1": {"soapPassword": "p1"}, "CP2": {"soapPassword": "p2", "allowFrom": ["10.0.0.2"]}})"};
inline const Fleet secretOnly{
    R"({"CP1": {"urlSecret": "secret-of-charger-1"}, "CP2": {"urlSecret": "secret-of-charger-2"}})"};
inline const Fleet sharedSecret{
    R"({"CP1": {"urlSecret": "secret-of-the-fleet"}, "CP2": {"urlSecret": "secret-of-the-fleet"}})"};
inline const Fleet certificateOnly{R"({"CP1": {}, "CP2": {"clientCertificate": false, "allowFrom": ["10.0.0.2"]}})",
                                   false, true};
inline const Fleet near{R"({"CP1": {}, "CP2": {"allowFrom": ["192.0.2.2"]}})", false, false, "10.0.0.0/8"};
inline const Fleet everybody{R"({"CP1": {"soapPassword": "p1"}})", true};
inline const Fleet certified{"{}", true, true, "10.0.0.0/8"};
inline const Fleet nobody{"{}"};

struct Case {
  const Fleet& fleet;
  const char* identity;  ///< In the XML; "" = none.
  const char* from;
  const char* target;
  const char* credentials;  ///< user:password, or "" for none; what begins with "!" is the whole header.
  std::vector<std::string> certificate;
  const char* answer;  ///< "ok", or `before` or `after` the XML is read, and why.
};

inline std::unique_ptr<Access> accessOf(const Fleet& fleet, unsigned failures = 20) {
  AccessOptions options;
  options.requireCertificate = fleet.requireCertificate;
  options.failuresPerMinute = failures;
  if (*fleet.allowFrom) options.allowFrom.addList(fleet.allowFrom);
  if (*fleet.proxies) options.trustedProxies.addList(fleet.proxies);
  auto access = std::make_unique<Access>(options, fleet.autoRegister);
  access->configure(parseChargers(fleet.chargers, "test"));
  return access;
}

inline std::string yescryptOf(const std::string& password) {
  crypt_data work{};
  return crypt_rn(password.c_str(), "$y$j75$saltsaltsaltsalt$", &work, sizeof work);
}

/// What the endpoint does, without XML.
struct Asked {
  std::string outcome;
  std::optional<Refused> refused;
  Access::Arrival arrival;
  std::string identity;
  std::optional<std::string> alarm;
};

inline Asked ask(Access& access, const Case& each, ocpp::Steady now = start) {
  Asked asked;
  HttpRequest request;
  request.peerAddress = each.from;
  request.target = each.target;
  request.certificateNames = each.certificate;
  const std::string credentials = each.credentials;
  if (!credentials.empty())
    request.headers.add("Authorization", credentials[0] == '!' ? credentials.substr(1) : basicOf(credentials));
  asked.refused = access.arrive(request, asked.arrival, now);
  if (asked.refused) {
    asked.outcome = "before " + std::string(refusalName(asked.refused->why));
    return asked;
  }
  asked.identity = each.identity;
  if (asked.identity.empty()) asked.identity = access.identityOf(asked.arrival);
  asked.refused = access.admit(asked.arrival, asked.identity, now);
  asked.outcome = asked.refused ? "after " + std::string(refusalName(asked.refused->why)) : "ok";
  if (!asked.refused) asked.alarm = access.heard(asked.arrival, asked.identity, false, now);
  return asked;
}

inline int times(Access& access, const Case& each, int n, ocpp::Steady now = start) {
  int answered = 0;
  for (int i = 0; i < n; ++i) answered += ask(access, each, now).outcome != "before too-often";
  return answered;
}

}  // namespace test
