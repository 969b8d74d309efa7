// SPDX-License-Identifier: GPL-2.0-or-later
// Scenarios of the profiles RemoteTrigger and SmartCharging, which only OCPP 1.6 has.
#include "tests/tools/cs/steps.h"

namespace cs {

namespace {

constexpr const char* profile =
    R"({"connectorId":1,"csChargingProfiles":{"chargingProfileId":4711,"stackLevel":0,"chargingProfilePurpose":)"
    R"("TxDefaultProfile","chargingProfileKind":"Absolute","chargingSchedule":{"startSchedule":"${before}",)"
    R"("duration":3600,"chargingRateUnit":"A","chargingSchedulePeriod":[{"startPeriod":0,"limit":10}]}}})";
constexpr const char* higherProfile =
    R"({"connectorId":1,"csChargingProfiles":{"chargingProfileId":4712,"stackLevel":1,"chargingProfilePurpose":)"
    R"("TxDefaultProfile","chargingProfileKind":"Absolute","chargingSchedule":{"startSchedule":"${before}",)"
    R"("duration":3600,"chargingRateUnit":"A","chargingSchedulePeriod":[{"startPeriod":0,"limit":7}]}}})";
constexpr const char* transactionProfile =
    R"({"connectorId":1,"csChargingProfiles":{"chargingProfileId":4713,"transactionId":${transactionId},)"
    R"("stackLevel":0,"chargingProfilePurpose":"TxProfile","chargingProfileKind":"Absolute","chargingSchedule":)"
    R"({"startSchedule":"${before}","duration":3600,"chargingRateUnit":"A","chargingSchedulePeriod":[{"startPeriod":0,"limit":8}]}}})";
constexpr const char* strangeProfile =
    R"({"connectorId":1,"csChargingProfiles":{"chargingProfileId":4713,"transactionId":987654321,)"
    R"("stackLevel":0,"chargingProfilePurpose":"TxProfile","chargingProfileKind":"Relative","chargingSchedule":)"
    R"({"chargingRateUnit":"A","chargingSchedulePeriod":[{"startPeriod":0,"limit":8}]}}})";
constexpr const char* startWithProfile =
    R"({"connectorId":1,"idTag":"OSGTAG1","chargingProfile":{"chargingProfileId":4714,"stackLevel":0,)"
    R"("chargingProfilePurpose":"TxProfile","chargingProfileKind":"Absolute","chargingSchedule":)"
    R"({"startSchedule":"${before}","duration":3600,"chargingRateUnit":"A","chargingSchedulePeriod":[{"startPeriod":0,"limit":9}]}}})";
constexpr const char* startWithWrongProfile =
    R"({"connectorId":1,"idTag":"OSGTAG1","chargingProfile":{"chargingProfileId":4714,"stackLevel":0,)"
    R"("chargingProfilePurpose":"TxDefaultProfile","chargingProfileKind":"Relative","chargingSchedule":)"
    R"({"chargingRateUnit":"A","chargingSchedulePeriod":[{"startPeriod":0,"limit":9}]}}})";

Step setProfile(const char* payload) {
  return send("SetChargingProfile", payload, accepted, "5.16: the profile is taken", notSupported);
}
Step clearProfiles() {
  return send("ClearChargingProfile", "{}", R"({"status":"Accepted|Unknown"})", "5.5: all profiles are cleared");
}
/// `expected` has the limit at the start.
Step composite(const char* expected, const char* rule) {
  return send("GetCompositeSchedule", R"({"connectorId":1,"duration":300,"chargingRateUnit":"A"})", expected, rule);
}
constexpr const char* tenAmperes = R"({"status":"Accepted","connectorId":1,"chargingSchedule":)"
                                   R"({"chargingSchedulePeriod":[{"startPeriod":0,"limit":10}]}})";
constexpr const char* nineAmperes = R"({"status":"Accepted","connectorId":1,"chargingSchedule":)"
                                    R"({"chargingSchedulePeriod":[{"startPeriod":0,"limit":9}]}})";
constexpr const char* eightAmperes = R"({"status":"Accepted","connectorId":1,"chargingSchedule":)"
                                     R"({"chargingSchedulePeriod":[{"startPeriod":0,"limit":8}]}})";
constexpr const char* sevenAmperes = R"({"status":"Accepted","connectorId":1,"chargingSchedule":)"
                                     R"({"chargingSchedulePeriod":[{"startPeriod":0,"limit":7}]}})";

Step trigger(const char* payload, const char* lacks = "") {
  return send("TriggerMessage", payload, accepted, "5.17: accepted", lacks);
}

}  // namespace

std::vector<Scenario> triggerScenarios() {
  constexpr const char* sent = "5.17: and sent";
  return {
      {"TC_054_CS",
       "Trigger messages",
       in16,
       Profile::RemoteTrigger,
       false,
       {trigger(R"({"requestedMessage":"StatusNotification","connectorId":1})"),
        await("StatusNotification", R"({"connectorId":1})", sent), trigger(R"({"requestedMessage":"Heartbeat"})"),
        await("Heartbeat", "{}", sent),
        trigger(R"({"requestedMessage":"MeterValues","connectorId":1})", notImplemented),
        await("MeterValues", R"({"connectorId":1})", sent)}},
      {"OSG_TRIGGER_BOOT_CS",
       "Trigger a BootNotification",
       in16,
       Profile::RemoteTrigger,
       false,
       {trigger(R"({"requestedMessage":"BootNotification"})", notImplemented), await("BootNotification", "{}", sent)}},
      {"OSG_TRIGGER_FILES_CS",
       "Trigger the states of firmware and diagnostics",
       in16,
       Profile::RemoteTrigger,
       false,
       {trigger(R"({"requestedMessage":"FirmwareStatusNotification"})", notImplemented),
        await("FirmwareStatusNotification", R"({"status":"Idle|Installed|InstallationFailed|DownloadFailed"})", sent),
        trigger(R"({"requestedMessage":"DiagnosticsStatusNotification"})", notImplemented),
        await("DiagnosticsStatusNotification", R"({"status":"Idle"})", sent)}},
      {"TC_055_CS",
       "Trigger a message of an unknown connector",
       in16,
       Profile::RemoteTrigger,
       false,
       {send("TriggerMessage", R"({"requestedMessage":"StatusNotification","connectorId":99})", rejected,
             "5.17: there is no such connector")}},
  };
}

std::vector<Scenario> chargingProfileScenarios() {
  constexpr auto smart = Profile::SmartCharging;
  const auto refused = [](const char* action, const char* payload, const char* rule) {
    return send(action, payload, rejected, rule, notSupported);
  };
  return {
      {"TC_056_CS", "Set a TxDefaultProfile", in16, smart, false, {setProfile(profile), clearProfiles()}},
      {"TC_057_CS", "Set a TxProfile", in16, smart, true,
       all({setProfile(profile), clearProfiles(), remoteSession(), setProfile(transactionProfile),
            composite(eightAmperes, "5.7: the schedule has the limit of the TxProfile"), endRemoteSession()})},
      {"TC_058_1_CS",
       "Set a TxProfile without transaction",
       in16,
       smart,
       false,
       {refused("SetChargingProfile", strangeProfile, "5.16: a TxProfile needs a transaction")}},
      {"TC_058_2_CS", "Set a TxProfile for another transaction", in16, smart, true,
       all({setProfile(profile), clearProfiles(), remoteSession(),
            refused("SetChargingProfile", strangeProfile, "5.16: the transactionId is that of the connector"),
            endRemoteSession()})},
      {"TC_059_CS", "Remote start with a profile", in16, smart, true,
       all({plugIn(), send("RemoteStartTransaction", startWithProfile, accepted, "5.11: the start is accepted"),
            start(), composite(nineAmperes, "5.11: the profile of the remote start is used"), endRemoteSession()})},
      {"TC_060_CS",
       "Remote start with a wrong profile",
       in16,
       smart,
       false,
       {refused("RemoteStartTransaction", startWithWrongProfile, "5.11: the profile must be a TxProfile")}},
      {"TC_066_CS",
       "Composite schedule",
       in16,
       smart,
       false,
       {clearProfiles(), setProfile(profile),
        composite(tenAmperes, "5.7: the schedule has the limit of the only profile"), clearProfiles()}},
      {"TC_067_CS",
       "Clear a charging profile",
       in16,
       smart,
       false,
       {setProfile(profile),
        send("ClearChargingProfile", R"({"id":4711})", accepted, "5.5: a known profile is cleared"),
        send("ClearChargingProfile", R"({"id":4711})", R"({"status":"Unknown"})", "5.5: it is gone")}},
      {"TC_072_CS",
       "Stacked profiles",
       in16,
       smart,
       false,
       {clearProfiles(), setProfile(profile), setProfile(higherProfile),
        composite(sevenAmperes, "3.13.2: the profile of the highest stack level counts"),
        send("ClearChargingProfile", R"({"id":4712})", accepted, "5.5: a known profile is cleared"),
        composite(tenAmperes, "3.13.2: then the one below it"), clearProfiles()}},
  };
}

}  // namespace cs
