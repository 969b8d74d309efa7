// SPDX-License-Identifier: GPL-2.0-or-later
// The table of scenarios. Sections are those of the OCPP 1.6 specification.
#include "tests/tools/cs/scenario.h"

namespace cs {

namespace {

using ocpp::Profile;
using Do = Step::Do;

Step send(const char* action, const char* payload, const char* expected, const char* rule, const char* lacks = "",
          unsigned versions = everywhere) {
  return {Do::Send, action, payload, expected, rule, lacks, versions, 0};
}
Step await(const char* action, const char* expected, const char* rule, unsigned versions = everywhere) {
  return {Do::Await, action, "", expected, rule, "", versions, 0};
}
Step next(const char* action, const char* expected, const char* rule) {
  return {Do::AwaitNext, action, "", expected, rule, "", everywhere, 0};
}
Step never(const char* action, const char* expected, int seconds, const char* rule) {
  return {Do::Never, action, "", expected, rule, "", everywhere, seconds};
}
Step rules(const char* config) { return {Do::Rules, "", config, "", "", "", everywhere, 0}; }
Step ask(const char* what) { return {Do::Ask, "", what, "", "", "", everywhere, 0}; }

constexpr const char* accepted = R"({"status":"Accepted"})";
constexpr const char* rejected = R"({"status":"Rejected"})";
constexpr const char* notSupported = R"({"status":"NotSupported"})";
constexpr const char* available = R"({"connectorId":1,"status":"Available"})";
constexpr const char* charging = R"({"connectorId":1,"status":"Charging|SuspendedEV|SuspendedEVSE|Occupied"})";
constexpr const char* remoteStart = R"({"connectorId":1,"idTag":"OSGTAG1"})";
constexpr const char* reserve = R"({"connectorId":1,"expiryDate":"${later}","idTag":"OSGTAG1","reservationId":4711})";
constexpr const char* profile =
    R"({"connectorId":1,"csChargingProfiles":{"chargingProfileId":4711,"stackLevel":0,"chargingProfilePurpose":)"
    R"("TxDefaultProfile","chargingProfileKind":"Absolute","chargingSchedule":{"startSchedule":"${before}",)"
    R"("duration":3600,"chargingRateUnit":"A","chargingSchedulePeriod":[{"startPeriod":0,"limit":10}]}}})";

Step reset(const char* payload) { return send("Reset", payload, accepted, "5.14: the reset is accepted"); }
Step boot() { return await("BootNotification", "{}", "4.2: a charge point that starts sends BootNotification"); }
Step ready() {
  return await("StatusNotification", available, "4.9: after the boot each connector's status is reported");
}
Step plugIn() { return ask("plug the cable of connector 1 into a vehicle"); }
Step start() {
  return await("StartTransaction", R"({"connectorId":1,"idTag":"OSGTAG1","meterStart":"*","timestamp":"*"})",
               "4.8: the transaction is started with connector, tag and meter");
}
Step charge() { return await("StatusNotification", charging, "4.9: the connector is in use"); }
Step remoteStop() {
  return send("RemoteStopTransaction", R"({"transactionId":${transactionId}})", accepted, "5.12: it is stopped");
}
Step stopped(const char* reason) {  // the reason is new in 1.6
  return await("StopTransaction", reason, "4.10: StopTransaction with the id of the transaction and its reason", in16);
}
Step stoppedBefore16() {
  return await("StopTransaction", R"({"transactionId":${transactionId},"meterStop":"*"})",
               "4.10: StopTransaction with the id of the transaction", in12 | in15);
}
Step unplug() { return ask("unplug the cable of connector 1"); }
Step freed() { return await("StatusNotification", available, "4.9: the connector is available again"); }
Step useRemoteStart() { return send("RemoteStartTransaction", remoteStart, accepted, "5.11: the start is accepted"); }

const std::vector<Scenario> table = {
    {"TC_001_CS",
     "Cold boot, by a hard reset",
     everywhere,
     Profile::Core,
     false,
     {rules(R"({"boot":{"interval":2}})"), reset(R"({"type":"Hard"})"), boot(), ready(),
      await("Heartbeat", "{}", "4.2 and 4.6: a Heartbeat at the interval of BootNotification.conf (2 s)")}},
    {"TC_002_CS",
     "Cold boot, Pending first",
     in16,
     Profile::Core,
     false,
     {rules(R"({"boot":{"statuses":["Pending","Accepted"],"retryInterval":2}})"), reset(R"({"type":"Soft"})"), boot(),
      next("BootNotification", "{}", "4.2: while Pending only BootNotification is sent, after the interval"), ready()}},
    {"OSG_REJECTED_CS",
     "Cold boot, Rejected first",
     everywhere,
     Profile::Core,
     false,
     {rules(R"({"boot":{"statuses":["Rejected","Accepted"],"retryInterval":2}})"), reset(R"({"type":"Soft"})"), boot(),
      next("BootNotification", "{}", "4.2: while Rejected nothing but BootNotification is sent, after the interval"),
      ready()}},
    {"TC_003_CS",
     "Regular charging session, plug in first",
     everywhere,
     Profile::Core,
     true,
     {plugIn(), ask("present a tag, so that charging starts"),
      await("StartTransaction", R"({"connectorId":1,"idTag":"*","meterStart":"*","timestamp":"*"})",
            "4.8: the transaction is started with connector, tag and meter"),
      charge(), ask("present the same tag again, then unplug"),
      stopped(R"({"transactionId":${transactionId},"meterStop":"*"})"), stoppedBefore16(), freed()}},
    {"TC_010_CS",
     "Remote start, cable plugged in first",
     everywhere,
     Profile::Core,
     true,
     {plugIn(), useRemoteStart(), start(), charge(), remoteStop(), unplug(), freed()}},
    {"TC_011_1_CS",
     "Remote start first, then the cable",
     everywhere,
     Profile::Core,
     true,
     {useRemoteStart(), plugIn(), start(), charge(), remoteStop(), unplug(), freed()}},
    {"TC_011_2_CS",
     "Remote start, but nobody plugs in",
     in16,
     Profile::Core,
     false,
     {send("ChangeConfiguration", R"({"key":"ConnectionTimeOut","value":"3"})", accepted,
           "9.1.4: ConnectionTimeOut is a key that can be set"),
      useRemoteStart(),
      await("StatusNotification", R"({"connectorId":1,"status":"Preparing"})", "4.9: A2, the tag is accepted"),
      await("StatusNotification", available, "4.9: B1, the connection timed out (3 s)")}},
    {"TC_012_CS",
     "Remote stop",
     everywhere,
     Profile::Core,
     true,
     {plugIn(), useRemoteStart(), start(), remoteStop(),
      stopped(R"({"transactionId":${transactionId},"reason":"Remote"})"), stoppedBefore16(), unplug(), freed()}},
    {"TC_013_CS",
     "Hard reset without transaction",
     everywhere,
     Profile::Core,
     false,
     {reset(R"({"type":"Hard"})"), boot(), ready()}},
    {"TC_014_CS",
     "Soft reset without transaction",
     everywhere,
     Profile::Core,
     false,
     {reset(R"({"type":"Soft"})"), boot(), ready()}},
    {"TC_015_CS",
     "Hard reset with transaction",
     everywhere,
     Profile::Core,
     true,
     {plugIn(), useRemoteStart(), start(), reset(R"({"type":"Hard"})"),
      stopped(R"({"transactionId":${transactionId},"reason":"HardReset|PowerLoss|Reboot"})"), stoppedBefore16(), boot(),
      unplug()}},
    {"TC_016_CS",
     "Soft reset with transaction",
     everywhere,
     Profile::Core,
     true,
     {plugIn(), useRemoteStart(), start(), reset(R"({"type":"Soft"})"),
      stopped(R"({"transactionId":${transactionId},"reason":"SoftReset"})"), stoppedBefore16(), boot(), unplug()}},
    {"TC_017_1_CS",
     "Unlock a connector without session",
     everywhere,
     Profile::Core,
     false,
     {send("UnlockConnector", R"({"connectorId":1})", R"({"status":"Unlocked"})", "5.18: the connector is unlocked",
           notSupported)}},
    {"TC_018_1_CS",
     "Unlock a connector with session",
     everywhere,
     Profile::Core,
     true,
     {plugIn(), useRemoteStart(), start(),
      send("UnlockConnector", R"({"connectorId":1})", R"({"status":"Unlocked"})", "5.18: the connector is unlocked",
           notSupported),
      stopped(R"({"transactionId":${transactionId},"reason":"UnlockCommand"})"), stoppedBefore16(), unplug(), freed()}},
    {"TC_019_CS",
     "Read the configuration",
     since15,
     Profile::Core,
     false,
     {send("GetConfiguration", "{}", R"({"configurationKey":[{"key":"*","readonly":"*"}]})",
           "5.8: without keys all of them are told"),
      send("GetConfiguration", R"({"key":["HeartbeatInterval"]})",
           R"({"configurationKey":[{"key":"HeartbeatInterval"}]})", "5.8 and 9.1: HeartbeatInterval is a required key",
           "", in16),
      send("GetConfiguration", R"({"key":["OSGNoSuchKey"]})", R"({"unknownKey":["OSGNoSuchKey"]})",
           "5.8: unknown keys are listed as such")}},
    {"TC_021_CS",
     "Change the configuration",
     everywhere,
     Profile::Core,
     false,
     {send("ChangeConfiguration", R"({"key":"MeterValueSampleInterval","value":"61"})",
           R"({"status":"Accepted|RebootRequired"})", "5.3: a key that can be set is set"),
      send("GetConfiguration", R"({"key":["MeterValueSampleInterval"]})",
           R"({"configurationKey":[{"key":"MeterValueSampleInterval","value":"61"}]})",
           "5.3: and it has the value then", "", since15)}},
    {"TC_023_1_CS",
     "Authorize an invalid tag",
     everywhere,
     Profile::Core,
     true,
     {rules(R"({"otherTags":"Invalid"})"), plugIn(), ask("present a tag that this charger has never seen"),
      await("Authorize", R"({"idTag":"*"})", "4.1: an unknown tag is asked for"),
      never("StartTransaction", "{}", 3, "4.1: no energy for a tag that is not accepted"), unplug()}},
    {"TC_027_CS",
     "Remote start on connector 0",
     in16,
     Profile::Core,
     false,
     {send("RemoteStartTransaction", R"({"connectorId":0,"idTag":"OSGTAG1"})", rejected,
           "5.11: the connector of a remote start is greater than 0")}},
    {"TC_028_CS",
     "Remote stop of an unknown transaction",
     everywhere,
     Profile::Core,
     false,
     {send("RemoteStopTransaction", R"({"transactionId":987654321})", rejected, "5.12: an unknown id is rejected")}},
    {"TC_031_CS",
     "Unlock an unknown connector",
     everywhere,
     Profile::Core,
     false,
     {send("UnlockConnector", R"({"connectorId":99})", R"({"status":"NotSupported|UnlockFailed"})",
           "5.18: there is no such connector")}},
    {"TC_040_1_CS",
     "Change an unknown key",
     everywhere,
     Profile::Core,
     false,
     {send("ChangeConfiguration", R"({"key":"OSGNoSuchKey","value":"1"})", notSupported,
           "5.3: unknown keys are NotSupported")}},
    {"TC_040_2_CS",
     "Change a key to an illegal value",
     everywhere,
     Profile::Core,
     false,
     {send("ChangeConfiguration", R"({"key":"MeterValueSampleInterval","value":"-1"})", rejected,
           "5.3: illegal values are rejected")}},
    {"OSG_AVAILABILITY_CS",
     "Take a connector out of service and back",
     everywhere,
     Profile::Core,
     false,
     {send("ChangeAvailability", R"({"connectorId":1,"type":"Inoperative"})", accepted,
           "5.2: without transaction at once"),
      await("StatusNotification", R"({"connectorId":1,"status":"Unavailable"})", "5.2: the new status is reported"),
      send("ChangeAvailability", R"({"connectorId":1,"type":"Operative"})", accepted, "5.2: and back"), freed()}},
    {"OSG_REMOTE_START_UNKNOWN_CS",
     "Remote start on an unknown connector",
     everywhere,
     Profile::Core,
     false,
     {send("RemoteStartTransaction", R"({"connectorId":99,"idTag":"OSGTAG1"})", rejected,
           "5.11: there is no such connector")}},
    {"TC_061_CS",
     "Clear the authorization cache",
     everywhere,
     Profile::Core,
     false,
     {send("ClearCache", "{}", accepted, "5.4: the cache is cleared", rejected)}},
    {"TC_062_CS",
     "Data transfer to a charge point",
     since15,
     Profile::Core,
     false,
     {send("DataTransfer", R"({"vendorId":"org.example.osg","messageId":"nothing","data":"text"})",
           R"({"status":"UnknownVendorId|UnknownMessageId|Rejected"})", "5.6: unknown vendors are answered so")}},
    {"OSG_LOCAL_LIST_FULL_CS",
     "Send a full local list, read its version",
     since15,
     Profile::LocalAuthListManagement,
     false,
     {send("SendLocalList",
           R"({"listVersion":41,"updateType":"Full","localAuthorizationList":)"
           R"([{"idTag":"OSGTAG1","idTagInfo":{"status":"Accepted"}}]})",
           accepted, "5.15: a full list replaces the former one", notSupported),
      send("GetLocalListVersion", "{}", R"({"listVersion":41})", "5.10: the version of the list is told")}},
    {"OSG_LOCAL_LIST_DIFFERENTIAL_CS",
     "Send a differential list, then an older one",
     since15,
     Profile::LocalAuthListManagement,
     false,
     {send("SendLocalList", R"({"listVersion":41,"updateType":"Full","localAuthorizationList":[]})", accepted,
           "5.15: a full list replaces the former one", notSupported),
      send("SendLocalList",
           R"({"listVersion":42,"updateType":"Differential","localAuthorizationList":)"
           R"([{"idTag":"OSGTAG1","idTagInfo":{"status":"Accepted"}}]})",
           accepted, "5.15: a later differential list is taken"),
      send("GetLocalListVersion", "{}", R"({"listVersion":42})", "5.10: the version of the list is told"),
      send("SendLocalList", R"({"listVersion":40,"updateType":"Differential","localAuthorizationList":[]})",
           R"({"status":"VersionMismatch"})", "5.15: an older differential list does not fit")}},
    {"TC_044_2_CS",
     "Firmware update, download fails",
     everywhere,
     Profile::FirmwareManagement,
     false,
     {send("UpdateFirmware", R"({"location":"http://127.0.0.1:9/no-firmware.bin","retrieveDate":"${now}","retries":0})",
           "{}", "5.19: it is answered"),
      await("FirmwareStatusNotification", R"({"status":"DownloadFailed"})", "4.5: the failed download is reported")}},
    {"TC_045_2_CS",
     "Diagnostics, upload fails",
     everywhere,
     Profile::FirmwareManagement,
     false,
     {send("GetDiagnostics", R"({"location":"http://127.0.0.1:9/upload/","retries":0})", R"({"fileName":"*"})",
           "5.9: the name of the file is told"),
      await("DiagnosticsStatusNotification", R"({"status":"UploadFailed"})", "4.4: the failed upload is reported")}},
    {"TC_047_CS",
     "A reservation expires",
     since15,
     Profile::Reservation,
     false,
     {send("ReserveNow", R"({"connectorId":1,"expiryDate":"${soon}","idTag":"OSGTAG1","reservationId":4712})", accepted,
           "5.13: a free connector can be reserved"),
      await("StatusNotification", R"({"connectorId":1,"status":"Reserved"})", "4.9: the connector is reserved"),
      freed()}},
    {"TC_051_CS",
     "Cancel a reservation",
     since15,
     Profile::Reservation,
     false,
     {send("ReserveNow", reserve, accepted, "5.13: a free connector can be reserved"),
      await("StatusNotification", R"({"connectorId":1,"status":"Reserved"})", "4.9: the connector is reserved"),
      send("CancelReservation", R"({"reservationId":4711})", accepted, "5.1: a known reservation is cancelled"),
      freed()}},
    {"TC_052_CS",
     "Cancel an unknown reservation",
     since15,
     Profile::Reservation,
     false,
     {send("CancelReservation", R"({"reservationId":987654})", rejected, "5.1: an unknown reservation is rejected")}},
    {"TC_054_CS",
     "Trigger messages",
     in16,
     Profile::RemoteTrigger,
     false,
     {send("TriggerMessage", R"({"requestedMessage":"StatusNotification","connectorId":1})", accepted,
           "5.17: accepted"),
      await("StatusNotification", R"({"connectorId":1})", "5.17: and sent"),
      send("TriggerMessage", R"({"requestedMessage":"Heartbeat"})", accepted, "5.17: accepted"),
      await("Heartbeat", "{}", "5.17: and sent"),
      send("TriggerMessage", R"({"requestedMessage":"MeterValues","connectorId":1})", accepted, "5.17: accepted",
           R"({"status":"NotImplemented"})"),
      await("MeterValues", R"({"connectorId":1})", "5.17: and sent")}},
    {"TC_055_CS",
     "Trigger a message of an unknown connector",
     in16,
     Profile::RemoteTrigger,
     false,
     {send("TriggerMessage", R"({"requestedMessage":"StatusNotification","connectorId":99})", rejected,
           "5.17: there is no such connector")}},
    {"TC_056_CS",
     "Set a TxDefaultProfile",
     in16,
     Profile::SmartCharging,
     false,
     {send("SetChargingProfile", profile, accepted, "5.16: the profile is taken", notSupported)}},
    {"TC_066_CS",
     "Composite schedule",
     in16,
     Profile::SmartCharging,
     false,
     {send("SetChargingProfile", profile, accepted, "5.16: the profile is taken", notSupported),
      send("GetCompositeSchedule", R"({"connectorId":1,"duration":300,"chargingRateUnit":"A"})",
           R"({"status":"Accepted","connectorId":1,"chargingSchedule":)"
           R"({"chargingSchedulePeriod":[{"startPeriod":0,"limit":10}]}})",
           "5.7: the schedule has the limit of the only profile")}},
    {"TC_067_CS",
     "Clear a charging profile",
     in16,
     Profile::SmartCharging,
     false,
     {send("SetChargingProfile", profile, accepted, "5.16: the profile is taken", notSupported),
      send("ClearChargingProfile", R"({"id":4711})", accepted, "5.5: a known profile is cleared"),
      send("ClearChargingProfile", R"({"id":4711})", R"({"status":"Unknown"})", "5.5: it is gone")}},
};

struct ProfileRow {
  Profile profile;
  std::string_view name, option;
};
constexpr ProfileRow profiles[] = {
    {Profile::Core, "Core", "core"},
    {Profile::FirmwareManagement, "FirmwareManagement", "firmware"},
    {Profile::LocalAuthListManagement, "LocalAuthListManagement", "authlist"},
    {Profile::Reservation, "Reservation", "reservation"},
    {Profile::SmartCharging, "SmartCharging", "smartcharging"},
    {Profile::RemoteTrigger, "RemoteTrigger", "trigger"},
    {Profile::Security, "Security", "security"},
};

}  // namespace

const std::vector<Scenario>& scenarios() { return table; }
std::string_view profileName(Profile which) { return profiles[static_cast<std::size_t>(which)].name; }
std::string_view profileOption(Profile which) { return profiles[static_cast<std::size_t>(which)].option; }

}  // namespace cs
