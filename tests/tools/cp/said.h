// SPDX-License-Identifier: GPL-2.0-or-later
// What charge points say in many scenarios, and what they must be answered.
#pragma once

#include "tests/tools/common/steps.h"
#include "tests/tools/cp/scenario.h"

namespace cp {

using namespace tool::steps;

constexpr const char* anything = "{}";
constexpr const char* good = R"({"idTagInfo":{"status":"Accepted"}})";
constexpr const char* bad = R"({"idTagInfo":{"status":"Invalid|Blocked|Expired"}})";
constexpr const char* started = R"({"transactionId":"*","idTagInfo":{"status":"Accepted"}})";

inline Step boot() {
  return send("BootNotification", R"({"chargePointVendor":"ocpp-soap-gateway","chargePointModel":"conformance"})",
              R"({"status":"Accepted","currentTime":"~${now}","interval":">0"})",
              "4.2: a known charge point is accepted, and told time and interval of heartbeats");
}
/// `payload` is one StatusNotification or a list of them.
inline Step status(const char* payload, unsigned versions = everywhere) {
  return send("StatusNotification", payload, anything, "4.9: every status is taken", versions);
}
inline Step available() { return status(R"({"connectorId":1,"status":"Available","errorCode":"NoError"})"); }
inline Step preparing() { return status(R"({"connectorId":1,"status":"Preparing","errorCode":"NoError"})"); }
inline Step charging() { return status(R"({"connectorId":1,"status":"Charging","errorCode":"NoError"})"); }
inline Step finishing() { return status(R"({"connectorId":1,"status":"Finishing","errorCode":"NoError"})", in16); }
inline Step authorize() {
  return send("Authorize", R"({"idTag":"${tag}"})", good, "4.1: a known tag is accepted (option --tag)");
}
inline Step start(const char* payload) {
  return send("StartTransaction", payload, started,
              "4.8: a start by a known tag is accepted and gets a transactionId (option --tag)");
}
inline Step start() { return start(R"({"connectorId":1,"idTag":"${tag}","meterStart":1000,"timestamp":"${now}"})"); }
inline Step stop(const char* payload) { return send("StopTransaction", payload, anything, "4.10: a stop is answered"); }
inline Step stop() {
  return stop(R"({"transactionId":${transactionId},"idTag":"${tag}","meterStop":1500,"timestamp":"${now}"})");
}
inline Step meter(const char* payload, unsigned versions = everywhere) {
  return send("MeterValues", payload, anything, "4.7: meter values are taken", versions);
}

/// What the operator has the central system send, and what then must come.
inline std::vector<Step> asked(const char* what, const char* action, const char* pattern, const char* rule) {
  return {ask(what), await(action, pattern, rule)};
}

}  // namespace cp
