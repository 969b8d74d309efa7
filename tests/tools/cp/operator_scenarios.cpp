// SPDX-License-Identifier: GPL-2.0-or-later
// Scenarios in which an operator has the central system speak: core and firmware profiles.
#include "tests/tools/cp/said.h"

namespace cp {

namespace {

constexpr bool attended = true;
constexpr Profile core = Profile::Core, firmware = Profile::FirmwareManagement;

Step remoteStart() { return ask(R"(send RemoteStartTransaction {"connectorId":1,"idTag":"${tag}"})"); }
Step remoteStarts() {
  return await("RemoteStartTransaction", R"({"idTag":"*"})", "5.11: the start is asked for, with a tag");
}
std::vector<Step> remoteStops() {
  return {ask(R"(send RemoteStopTransaction {"transactionId":${transactionId}})"),
          await("RemoteStopTransaction", R"({"transactionId":${transactionId}})",
                "5.12: the stop is asked for, with the id that the start was given")};
}
std::vector<Step> resets(const char* kind, const char* pattern) {
  return asked(kind, "Reset", pattern, "5.14: the reset is asked for, with its type");
}
std::vector<Step> unlocks() {
  return asked(R"(send UnlockConnector {"connectorId":1})", "UnlockConnector", R"({"connectorId":1})",
               "5.18: the connector to unlock is named");
}

const std::vector<Scenario> sessions = {
    {"TC_010_CSMS",
     "Remote start, cable plugged in first",
     everywhere,
     core,
     attended,
     {preparing(), remoteStart(), remoteStarts(),
      start(R"({"connectorId":1,"idTag":"${call.idTag}","meterStart":2000,"timestamp":"${now}"})"), charging(), stop(),
      finishing(), available()}},
    {"TC_011_1_CSMS",
     "Remote start first, then the cable",
     everywhere,
     core,
     attended,
     {remoteStart(), remoteStarts(), preparing(),
      start(R"({"connectorId":1,"idTag":"${call.idTag}","meterStart":2001,"timestamp":"${now}"})"), charging(), stop(),
      available()}},
    {"TC_011_2_CSMS",
     "Remote start, but nobody plugs in",
     everywhere,
     core,
     attended,
     {remoteStart(), remoteStarts(), preparing(), available()}},
    {"TC_012_CSMS", "Remote stop", everywhere, core, attended,
     all({start(R"({"connectorId":1,"idTag":"${tag}","meterStart":2002,"timestamp":"${now}"})"), charging(),
          remoteStops(),
          stop(R"({"transactionId":${call.transactionId},"meterStop":2100,"timestamp":"${now}","reason":"Remote"})"),
          finishing(), available()})},
    {"TC_013_CSMS", "Hard reset without transaction", everywhere, core, attended,
     all({resets(R"(send Reset {"type":"Hard"})", R"({"type":"Hard"})"), boot(), available()})},
    {"TC_014_CSMS", "Soft reset without transaction", everywhere, core, attended,
     all({resets(R"(send Reset {"type":"Soft"})", R"({"type":"Soft"})"), boot(), available()})},
    {"TC_015_CSMS", "Hard reset with transaction", everywhere, core, attended,
     all({start(R"({"connectorId":1,"idTag":"${tag}","meterStart":2003,"timestamp":"${now}"})"), charging(),
          resets(R"(send Reset {"type":"Hard"})", R"({"type":"Hard"})"),
          stop(R"({"transactionId":${transactionId},"meterStop":2100,"timestamp":"${now}","reason":"HardReset"})"),
          boot(), available()})},
    {"TC_016_CSMS", "Soft reset with transaction", everywhere, core, attended,
     all({start(R"({"connectorId":1,"idTag":"${tag}","meterStart":2004,"timestamp":"${now}"})"), charging(),
          resets(R"(send Reset {"type":"Soft"})", R"({"type":"Soft"})"),
          stop(R"({"transactionId":${transactionId},"meterStop":2100,"timestamp":"${now}","reason":"SoftReset"})"),
          boot(), available()})},
    {"TC_017_1_CSMS", "Unlock a connector without session", everywhere, core, attended, unlocks()},
    {"TC_018_1_CSMS", "Unlock a connector with session", everywhere, core, attended,
     all({start(R"({"connectorId":1,"idTag":"${tag}","meterStart":2005,"timestamp":"${now}"})"), charging(), unlocks(),
          stop(R"({"transactionId":${transactionId},"meterStop":2100,"timestamp":"${now}","reason":"UnlockCommand"})"),
          finishing(), available()})},
    {"TC_026_CSMS",
     "Remote start, rejected",
     everywhere,
     core,
     attended,
     {rules(R"({"RemoteStartTransaction":{"status":"Rejected"}})"), remoteStart(), remoteStarts()}},
    {"TC_028_CSMS", "Remote stop, rejected", everywhere, core, attended,
     all({start(R"({"connectorId":1,"idTag":"${tag}","meterStart":2006,"timestamp":"${now}"})"),
          rules(R"({"RemoteStopTransaction":{"status":"Rejected"}})"), remoteStops(), stop()})},
    {"TC_030_CSMS", "Unlock a connector, which fails", everywhere, core, attended,
     all({rules(R"({"UnlockConnector":{"status":"UnlockFailed"}})"), unlocks()})},
};

const std::vector<Scenario> service = {
    {"TC_019_1_CSMS", "Read the whole configuration", since15, core, attended,
     asked("send GetConfiguration {}", "GetConfiguration", "{}", "5.8: the configuration is asked for")},
    {"TC_019_2_CSMS", "Read a key of the configuration", since15, core, attended,
     asked(R"(send GetConfiguration {"key":["MeterValueSampleInterval"]})", "GetConfiguration",
           R"({"key":["MeterValueSampleInterval"]})", "5.8: the key that is asked for is named")},
    {"TC_021_CSMS", "Change the configuration", everywhere, core, attended,
     asked(R"(send ChangeConfiguration {"key":"MeterValueSampleInterval","value":"60"})", "ChangeConfiguration",
           R"({"key":"MeterValueSampleInterval","value":"60"})", "5.3: key and value are named")},
    {"TC_040_1_CSMS", "Change a key that the charge point does not know", everywhere, core, attended,
     all({rules(R"({"ChangeConfiguration":{"status":"NotSupported"}})"),
          asked(R"(send ChangeConfiguration {"key":"OSGNoSuchKey","value":"1"})", "ChangeConfiguration",
                R"({"key":"OSGNoSuchKey"})", "5.3: key and value are named")})},
    {"TC_040_2_CSMS", "Change a key to a value that is rejected", everywhere, core, attended,
     all({rules(R"({"ChangeConfiguration":{"status":"Rejected"}})"),
          asked(R"(send ChangeConfiguration {"key":"MeterValueSampleInterval","value":"-1"})", "ChangeConfiguration",
                R"({"key":"MeterValueSampleInterval","value":"-1"})", "5.3: key and value are named")})},
    {"OSG_AVAILABILITY_CSMS", "Take a connector out of service and back", everywhere, core, attended,
     all({asked(R"(send ChangeAvailability {"connectorId":1,"type":"Inoperative"})", "ChangeAvailability",
                R"({"connectorId":1,"type":"Inoperative"})", "5.2: connector and availability are named"),
          status(R"({"connectorId":1,"status":"Unavailable","errorCode":"NoError"})"),
          asked(R"(send ChangeAvailability {"connectorId":1,"type":"Operative"})", "ChangeAvailability",
                R"({"connectorId":1,"type":"Operative"})", "5.2: connector and availability are named"),
          available()})},
    {"OSG_AVAILABILITY_SCHEDULED_CSMS", "Take a connector out of service during a transaction", everywhere, core,
     attended,
     all({start(R"({"connectorId":1,"idTag":"${tag}","meterStart":2007,"timestamp":"${now}"})"),
          rules(R"({"ChangeAvailability":{"status":"Scheduled"}})"),
          asked(R"(send ChangeAvailability {"connectorId":1,"type":"Inoperative"})", "ChangeAvailability",
                R"({"connectorId":1,"type":"Inoperative"})", "5.2: connector and availability are named"),
          stop(), status(R"({"connectorId":1,"status":"Unavailable","errorCode":"NoError"})"), available()})},
    {"TC_061_CSMS", "Clear the authorization cache", everywhere, core, attended,
     asked("send ClearCache {}", "ClearCache", "{}", "5.4: the cache is to be cleared")},
    {"TC_062_CSMS", "Data transfer to a charge point", since15, core, attended,
     asked(R"(send DataTransfer {"vendorId":"org.example.osg","messageId":"nothing","data":"text"})", "DataTransfer",
           R"({"vendorId":"org.example.osg","messageId":"nothing","data":"text"})",
           "5.6: data arrives as it was sent")},
};

std::vector<Step> updates() {
  return asked(R"(send UpdateFirmware {"retrieveDate":"${now}","location":"http://127.0.0.1:9/firmware.bin"})",
               "UpdateFirmware", R"({"location":"*","retrieveDate":"*"})",
               "5.19: where the firmware is, and from when on");
}
std::vector<Step> uploads() {
  return asked(R"(send GetDiagnostics {"location":"http://127.0.0.1:9/upload/"})", "GetDiagnostics",
               R"({"location":"*"})", "5.9: where diagnostics are to be put");
}
Step updating(const char* status, unsigned versions = everywhere) {
  return send("FirmwareStatusNotification", status, anything, "4.5: every status of an update is taken", versions);
}
Step uploading(const char* status, unsigned versions = everywhere) {
  return send("DiagnosticsStatusNotification", status, anything, "4.4: every status of an upload is taken", versions);
}

const std::vector<Scenario> files = {
    {"TC_044_1_CSMS", "Firmware update, installed", everywhere, firmware, attended,
     all({updates(), updating(R"({"status":"Downloading"})", in16), updating(R"({"status":"Downloaded"})"),
          updating(R"({"status":"Installing"})", in16), boot(), updating(R"({"status":"Installed"})")})},
    {"TC_044_2_CSMS", "Firmware update, download fails", everywhere, firmware, attended,
     all({updates(), updating(R"({"status":"Downloading"})", in16), updating(R"({"status":"DownloadFailed"})")})},
    {"TC_044_3_CSMS", "Firmware update, installation fails", everywhere, firmware, attended,
     all({updates(), updating(R"({"status":"Downloaded"})"), updating(R"({"status":"Installing"})", in16),
          updating(R"({"status":"InstallationFailed"})")})},
    {"TC_045_1_CSMS", "Diagnostics, uploaded", everywhere, firmware, attended,
     all({uploads(), uploading(R"({"status":"Uploading"})", in16), uploading(R"({"status":"Uploaded"})")})},
    {"TC_045_2_CSMS", "Diagnostics, upload fails", everywhere, firmware, attended,
     all({uploads(), uploading(R"({"status":"Uploading"})", in16), uploading(R"({"status":"UploadFailed"})")})},
};

}  // namespace

std::vector<Scenario> operatorScenarios() {
  std::vector<Scenario> out;
  for (const auto* part : {&sessions, &service, &files}) out.insert(out.end(), part->begin(), part->end());
  return out;
}

}  // namespace cp
