// SPDX-License-Identifier: GPL-2.0-or-later
// What central systems and operators do in many scenarios, and what is demanded of chargers then. Sections are those of
// the OCPP 1.6 specification.
#pragma once

#include <vector>

#include "tests/tools/common/steps.h"
#include "tests/tools/cs/scenario.h"

namespace cs {

using namespace tool::steps;

constexpr const char* accepted = R"({"status":"Accepted"})";
constexpr const char* rejected = R"({"status":"Rejected"})";
constexpr const char* notSupported = R"({"status":"NotSupported"})";
constexpr const char* notImplemented = R"({"status":"NotImplemented"})";
constexpr const char* available = R"({"connectorId":1,"status":"Available"})";
constexpr const char* charging = R"({"connectorId":1,"status":"Charging|SuspendedEV|SuspendedEVSE|Occupied"})";
constexpr const char* remoteStart = R"({"connectorId":1,"idTag":"OSGTAG1"})";

// --- what the central system does

inline Step reset(const char* payload) { return send("Reset", payload, accepted, "5.14: the reset is accepted"); }
inline Step useRemoteStart() {
  return send("RemoteStartTransaction", remoteStart, accepted, "5.11: the start is accepted");
}
inline Step remoteStop() {
  return send("RemoteStopTransaction", R"({"transactionId":${transactionId}})", accepted, "5.12: it is stopped");
}
/// `payload` is {"key":..,"value":..}.
inline Step set(const char* payload) {
  return send("ChangeConfiguration", payload, R"({"status":"Accepted|RebootRequired"})",
              "5.3 and 9.1: a key that can be set is set", notSupported);
}
inline Step outOfService() {
  return send("ChangeAvailability", R"({"connectorId":1,"type":"Inoperative"})", accepted,
              "5.2: without transaction at once");
}
inline Step backInService() {
  return send("ChangeAvailability", R"({"connectorId":1,"type":"Operative"})", accepted, "5.2: and back");
}
/// No answer to anything; what was on its way before is not waited for any more.
inline Step offline() { return rules(R"({"failures":[{"kind":"reset"}]})"); }
inline Step online() { return rules("{}"); }

/// What may show that a charger lacks something comes before the session that it would leave behind.
inline Step canUnlock() {
  return send("UnlockConnector", R"({"connectorId":1})", R"({"status":"Unlocked"})", "5.18: the connector is unlocked",
              notSupported);
}
/// Before 1.6 there is no word for it but that of a failure.
inline Part cannotUnlock() {
  constexpr const char* request = R"({"connectorId":1})";
  constexpr const char* unlocked = R"({"status":"Unlocked"})";
  constexpr const char* rule = "5.18: a connector with its own cable cannot be unlocked";
  return std::vector<Step>{
      send("UnlockConnector", request, notSupported, rule, unlocked, in16),
      send("UnlockConnector", request, R"({"status":"UnlockFailed"})", rule, unlocked, in12 | in15)};
}

// --- what somebody at the charger does

inline Step plugIn() { return ask("plug the cable of connector 1 into a vehicle"); }
inline Step unplug() { return ask("unplug the cable of connector 1"); }
inline Step presentTag() { return ask("present a tag, so that charging starts"); }
inline Step presentStranger() { return ask("present a tag that this charger has never seen"); }

// --- what is demanded of the charger

inline Step boot() { return await("BootNotification", "{}", "4.2: a charge point that starts sends BootNotification"); }
inline Step ready() {
  return await("StatusNotification", available, "4.9: after the boot each connector's status is reported");
}
inline Step freed() { return await("StatusNotification", available, "4.9: the connector is available again"); }
inline Step charge() { return await("StatusNotification", charging, "4.9: the connector is in use"); }
inline Step status(const char* expected, const char* rule, unsigned versions = everywhere) {
  return await("StatusNotification", expected, rule, versions);
}
inline Step asked() { return await("Authorize", R"({"idTag":"*"})", "4.1: the central system is asked about the tag"); }
/// By the remote start.
inline Step start() {
  return await("StartTransaction", R"({"connectorId":1,"idTag":"OSGTAG1","meterStart":"*","timestamp":"*"})",
               "4.8: the transaction is started with connector, tag and meter");
}
/// By whatever tag.
inline Step startByTag() {
  return await("StartTransaction", R"({"connectorId":1,"idTag":"*","meterStart":"*","timestamp":"*"})",
               "4.8: the transaction is started with connector, tag and meter");
}
/// `expected` has the transactionId and the reason, which is new in 1.6.
inline Part stopped(const char* expected) {
  return std::vector<Step>{
      await("StopTransaction", expected, "4.10: StopTransaction with the id of the transaction and its reason", in16),
      await("StopTransaction", R"({"transactionId":${transactionId},"meterStop":"*"})",
            "4.10: StopTransaction with the id of the transaction", in12 | in15)};
}
/// The reason Local may be left out.
inline Part stoppedByTag() { return stopped(R"({"transactionId":${transactionId},"meterStop":"*"})"); }
inline Part stoppedFromAfar() { return stopped(R"({"transactionId":${transactionId},"reason":"Remote"})"); }

// --- sessions

inline Part remoteSession() { return std::vector<Step>{plugIn(), useRemoteStart(), start()}; }
inline Part endRemoteSession() { return all({remoteStop(), stoppedFromAfar(), unplug(), freed()}); }
inline Part session() { return std::vector<Step>{plugIn(), presentTag(), startByTag()}; }
inline Part endSession() { return all({ask("present the same tag again, then unplug"), stoppedByTag(), freed()}); }

// The parts of the table, by feature profile.
std::vector<Scenario> sessionScenarios();
std::vector<Scenario> tagScenarios();
std::vector<Scenario> offlineScenarios();
std::vector<Scenario> serviceScenarios();
std::vector<Scenario> localListScenarios();
std::vector<Scenario> fileScenarios();
std::vector<Scenario> reservationScenarios();
std::vector<Scenario> triggerScenarios();
std::vector<Scenario> chargingProfileScenarios();

}  // namespace cs
