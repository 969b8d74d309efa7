// SPDX-License-Identifier: GPL-2.0-or-later
// Scenarios of the profile Core without charging: boot, reset, configuration, locks, availability, faults, data.
#include "tests/tools/cs/steps.h"

namespace cs {

namespace {

constexpr const char* unlock = R"({"connectorId":1})";
constexpr const char* unavailable = R"({"connectorId":1,"status":"Unavailable"})";

std::vector<Scenario> boots() {
  return {
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
        next("BootNotification", "{}", "4.2: while Pending only BootNotification is sent, after the interval"),
        ready()}},
      {"OSG_REJECTED_CS",
       "Cold boot, Rejected first",
       everywhere,
       Profile::Core,
       false,
       {rules(R"({"boot":{"statuses":["Rejected","Accepted"],"retryInterval":2}})"), reset(R"({"type":"Soft"})"),
        boot(),
        next("BootNotification", "{}", "4.2: while Rejected nothing but BootNotification is sent, after the interval"),
        ready()}},
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
      {"TC_034_CS",
       "Power failure while out of service",
       everywhere,
       Profile::Core,
       true,
       {outOfService(), status(unavailable, "5.2: the new status is reported"), ask("switch the power off and on"),
        boot(), status(unavailable, "5.2: the availability is kept across a power failure"), backInService(), freed()}},
  };
}

std::vector<Scenario> configuration() {
  return {
      {"TC_019_1_CS",
       "Read the whole configuration",
       since15,
       Profile::Core,
       false,
       {send("GetConfiguration", "{}", R"({"configurationKey":[{"key":"*","readonly":"*"}]})",
             "5.8: without keys all of them are told")}},
      {"TC_019_2_CS",
       "Read single keys",
       since15,
       Profile::Core,
       false,
       {send("GetConfiguration", R"({"key":["HeartbeatInterval"]})",
             R"({"configurationKey":[{"key":"HeartbeatInterval"}]})",
             "5.8 and 9.1: HeartbeatInterval is a required key", "", in16),
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
  };
}

std::vector<Scenario> hardware() {
  return {
      {"TC_017_1_CS", "Unlock a connector without session", everywhere, Profile::Core, false, {canUnlock()}},
      {"TC_017_2_CS", "Unlock a fixed cable without session", everywhere, Profile::Core, false, all({cannotUnlock()})},
      {"TC_030_CS",
       "Unlocking fails",
       everywhere,
       Profile::Core,
       true,
       {confirm("let the lock of connector 1 fail"),
        send("UnlockConnector", unlock, R"({"status":"UnlockFailed"})", "5.18: the failure is told", notSupported),
        confirm("let the lock of connector 1 work again")}},
      {"TC_031_CS",
       "Unlock an unknown connector",
       everywhere,
       Profile::Core,
       false,
       {send("UnlockConnector", R"({"connectorId":99})", R"({"status":"NotSupported|UnlockFailed"})",
             "5.18: there is no such connector")}},
      {"TC_041_CS",
       "A fault, and its end",
       everywhere,
       Profile::Core,
       true,
       {ask("make connector 1 report a fault"),
        status(R"({"connectorId":1,"status":"Faulted"})", "4.9: A9, the fault is reported"),
        ask("end the fault of connector 1"), freed()}},
      {"OSG_AVAILABILITY_CS",
       "Take a connector out of service and back",
       everywhere,
       Profile::Core,
       false,
       {outOfService(), status(unavailable, "5.2: the new status is reported"), backInService(), freed()}},
      {"OSG_AVAILABILITY_SCHEDULED_CS", "Take a connector out of service while it charges", everywhere, Profile::Core,
       true,
       all({remoteSession(),
            send("ChangeAvailability", R"({"connectorId":1,"type":"Inoperative"})", R"({"status":"Scheduled"})",
                 "5.2: with a transaction when that has ended"),
            remoteStop(), stoppedFromAfar(), status(unavailable, "5.2: then the connector is out of service"), unplug(),
            backInService(), freed()})},
  };
}

}  // namespace

std::vector<Scenario> serviceScenarios() {
  std::vector<Scenario> out = boots();
  for (auto part : {configuration(), hardware()}) out.insert(out.end(), part.begin(), part.end());
  return out;
}

}  // namespace cs
