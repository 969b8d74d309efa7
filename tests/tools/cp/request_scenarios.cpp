// SPDX-License-Identifier: GPL-2.0-or-later
// Scenarios in which the charge point speaks. Sections are those of the OCPP 1.6 specification.
#include "tests/tools/cp/said.h"

namespace cp {

namespace {

constexpr bool alone = false;  // nobody needs to be at the central system
constexpr Profile core = Profile::Core, firmware = Profile::FirmwareManagement;

Step firmwareStatus(const char* payload, unsigned versions = everywhere) {
  return send("FirmwareStatusNotification", payload, anything, "4.5: every status of an update is taken", versions);
}
Step diagnosticsStatus(const char* payload, unsigned versions = everywhere) {
  return send("DiagnosticsStatusNotification", payload, anything, "4.4: every status of an upload is taken", versions);
}

const std::vector<Scenario> sessions = {
    {"TC_001_CSMS",
     "Cold boot",
     everywhere,
     core,
     alone,
     {boot(),
      status(R"([{"connectorId":0,"status":"Available","errorCode":"NoError"},)"
             R"({"connectorId":1,"status":"Available","errorCode":"NoError"}])"),
      send("Heartbeat", "{}", R"({"currentTime":"~${now}"})", "4.6: a Heartbeat is answered with the time")}},
    {"TC_003_CSMS",
     "Regular charging session, plug in first",
     everywhere,
     core,
     alone,
     {preparing(), authorize(), start(), charging(),
      meter(R"({"connectorId":1,"transactionId":${transactionId},"meterValue":)"
            R"([{"timestamp":"${now}","sampledValue":[{"value":"1250"}]}]})"),
      stop(), finishing(), available()}},
    {"TC_004_1_CSMS",
     "Regular charging session, identification first",
     everywhere,
     core,
     alone,
     {authorize(), preparing(), start(R"({"connectorId":1,"idTag":"${tag}","meterStart":1001,"timestamp":"${now}"})"),
      charging(), stop(), finishing(), available()}},
    {"TC_005_1_CSMS",
     "The EV is unplugged while it charges",
     everywhere,
     core,
     alone,
     {start(R"({"connectorId":1,"idTag":"${tag}","meterStart":1002,"timestamp":"${now}"})"), charging(),
      stop(R"({"transactionId":${transactionId},"meterStop":1400,"timestamp":"${now}","reason":"EVDisconnected"})"),
      finishing(), available()}},
    {"TC_007_CSMS",
     "Regular start with a tag from the cache",
     everywhere,
     core,
     alone,
     {preparing(), start(R"({"connectorId":1,"idTag":"${tag}","meterStart":1003,"timestamp":"${now}"})"), stop(),
      available()}},
    {"TC_023_1_CSMS",
     "Authorize an unknown tag",
     everywhere,
     core,
     alone,
     {send("Authorize", R"({"idTag":"${unknownTag}"})", bad, "4.1: an unknown tag is not accepted (--unknown-tag)")}},
    {"TC_023_2_CSMS",
     "Authorize an expired tag",
     everywhere,
     core,
     alone,
     {send("Authorize", R"({"idTag":"${expiredTag}"})", R"({"idTagInfo":{"status":"Expired"}})",
           "4.1: an expired tag is called Expired (--expired-tag)")}},
    {"TC_023_3_CSMS",
     "Authorize a blocked tag",
     everywhere,
     core,
     alone,
     {send("Authorize", R"({"idTag":"${blockedTag}"})", R"({"idTagInfo":{"status":"Blocked"}})",
           "4.1: a blocked tag is called Blocked (--blocked-tag)")}},
    {"TC_032_1_CSMS",
     "Power failure during a transaction",
     everywhere,
     core,
     alone,
     {start(R"({"connectorId":1,"idTag":"${tag}","meterStart":1004,"timestamp":"${now}"})"), charging(), boot(),
      stop(R"({"transactionId":${transactionId},"meterStop":1300,"timestamp":"${now}","reason":"PowerLoss"})"),
      available()}},
    {"TC_036_CSMS",
     "Connection lost during a transaction, meter values come late",
     everywhere,
     core,
     alone,
     {start(R"({"connectorId":1,"idTag":"${tag}","meterStart":1005,"timestamp":"${hourAgo}"})"),
      meter(R"({"connectorId":1,"transactionId":${transactionId},"meterValue":)"
            R"([{"timestamp":"${halfHourAgo}","sampledValue":[{"value":"1100"}]},)"
            R"({"timestamp":"${before}","sampledValue":[{"value":"1200"}]}]})"),
      stop()}},
    {"TC_037_1_CSMS",
     "Started while offline, by a valid tag",
     everywhere,
     core,
     alone,
     {start(R"({"connectorId":1,"idTag":"${tag}","meterStart":1006,"timestamp":"${halfHourAgo}"})"), charging(),
      stop()}},
    {"TC_037_3_CSMS",
     "Started while offline, by an invalid tag; stopped therefore",
     everywhere,
     core,
     alone,
     {send("StartTransaction",
           R"({"connectorId":1,"idTag":"${unknownTag}","meterStart":1007,"timestamp":"${halfHourAgo}"})",
           R"({"transactionId":"*","idTagInfo":{"status":"Invalid|Blocked|Expired"}})",
           "4.8: a start that has happened is answered with a transactionId, and the tag is not accepted"),
      stop(R"({"transactionId":${transactionId},"meterStop":1100,"timestamp":"${now}","reason":"DeAuthorized"})")}},
    {"TC_038_CSMS",
     "Stopped while offline",
     everywhere,
     core,
     alone,
     {start(R"({"connectorId":1,"idTag":"${tag}","meterStart":1008,"timestamp":"${hourAgo}"})"),
      stop(R"({"transactionId":${transactionId},"idTag":"${tag}","meterStop":1600,"timestamp":"${halfHourAgo}"})"),
      available()}},
    {"TC_039_CSMS",
     "A whole transaction while offline",
     everywhere,
     core,
     alone,
     {boot(), start(R"({"connectorId":1,"idTag":"${tag}","meterStart":1009,"timestamp":"${hourAgo}"})"),
      meter(R"({"connectorId":1,"transactionId":${transactionId},"meterValue":)"
            R"([{"timestamp":"${halfHourAgo}","sampledValue":[{"value":"1300"}]}]})"),
      stop(R"({"transactionId":${transactionId},"idTag":"${tag}","meterStop":1700,"timestamp":"${before}"})")}},
    {"TC_064_CSMS",
     "Data transfer to the central system",
     since15,
     core,
     alone,
     {send("DataTransfer", R"({"vendorId":"org.example.osg","messageId":"nothing","data":"text"})",
           R"({"status":"UnknownVendorId|UnknownMessageId|Rejected"})", "4.3: unknown vendors are answered so")}},
};

const std::vector<Scenario> transactions = {
    {"OSG_TWO_STARTS_CSMS",
     "Two starts at the same moment",
     everywhere,
     core,
     alone,
     {send("StartTransaction",
           R"([{"connectorId":1,"idTag":"${tag}","meterStart":1010,"timestamp":"${now}"},)"
           R"({"connectorId":2,"idTag":"${tag}","meterStart":1010,"timestamp":"${now}"}])",
           R"({"transactionId":"!${previousTransactionId}"})", "4.8: each transaction has an id of its own"),
      stop(R"([{"transactionId":${transactionId},"meterStop":1011,"timestamp":"${now}"},)"
           R"({"transactionId":${previousTransactionId},"meterStop":1011,"timestamp":"${now}"}])")}},
    {"OSG_NEXT_START_CSMS",
     "The next transaction on the same connector",
     everywhere,
     core,
     alone,
     {start(R"({"connectorId":1,"idTag":"${tag}","meterStart":1012,"timestamp":"${now}"})"), stop(),
      send("StartTransaction", R"({"connectorId":1,"idTag":"${tag}","meterStart":1500,"timestamp":"${now}"})",
           R"({"transactionId":"!${previousTransactionId}"})", "4.8: each transaction has an id of its own"),
      stop()}},
    {"OSG_START_REPEATED_CSMS",
     "A start is said again, with the same MessageID",
     everywhere,
     core,
     alone,
     {start(R"({"connectorId":1,"idTag":"${tag}","meterStart":1013,"timestamp":"${now}"})"),
      repeat("StartTransaction", R"({"transactionId":${previousTransactionId}})",
             "3.6 and WS-Addressing: the same message is the same transaction; its answer had been lost"),
      stop()}},
    {"OSG_STOP_REPEATED_CSMS",
     "A stop is said again, with the same MessageID",
     everywhere,
     core,
     alone,
     {start(R"({"connectorId":1,"idTag":"${tag}","meterStart":1014,"timestamp":"${now}"})"), stop(),
      repeat("StopTransaction", anything, "3.6: a stop whose answer was lost is answered when it comes again")}},
    {"OSG_START_UNKNOWN_TAG_CSMS",
     "A start by an unknown tag",
     everywhere,
     core,
     alone,
     {send("StartTransaction", R"({"connectorId":1,"idTag":"${unknownTag}","meterStart":1015,"timestamp":"${now}"})",
           R"({"transactionId":"*","idTagInfo":{"status":"Invalid|Blocked|Expired"}})",
           "4.8: the tag is not accepted, but the start is answered (--unknown-tag)"),
      stop(R"({"transactionId":${transactionId},"meterStop":1015,"timestamp":"${now}","reason":"DeAuthorized"})")}},
    {"OSG_STOP_UNKNOWN_CSMS",
     "A stop of an unknown transaction",
     everywhere,
     core,
     alone,
     {stop(R"({"transactionId":987654321,"meterStop":1,"timestamp":"${now}"})")}},
    {"OSG_STOP_WITHOUT_TAG_CSMS",
     "A stop without a tag",
     everywhere,
     core,
     alone,
     {start(R"({"connectorId":1,"idTag":"${tag}","meterStart":1016,"timestamp":"${now}"})"),
      stop(R"({"transactionId":${transactionId},"meterStop":1017,"timestamp":"${now}"})")}},
    {"OSG_STOP_REASONS_CSMS",
     "Every reason for a stop",
     in16,
     core,
     alone,
     {start(R"({"connectorId":1,"idTag":"${tag}","meterStart":1018,"timestamp":"${now}"})"),
      stop(R"({"transactionId":${transactionId},"meterStop":1019,"timestamp":"${now}","reason":"EmergencyStop"})"),
      start(R"({"connectorId":1,"idTag":"${tag}","meterStart":1019,"timestamp":"${now}"})"),
      stop(R"({"transactionId":${transactionId},"meterStop":1020,"timestamp":"${now}","reason":"Reboot"})"),
      start(R"({"connectorId":1,"idTag":"${tag}","meterStart":1020,"timestamp":"${now}"})"),
      stop(R"({"transactionId":${transactionId},"meterStop":1021,"timestamp":"${now}","reason":"Other"})")}},
    {"OSG_TRANSACTION_DATA_CSMS",
     "A stop with transactionData",
     since15,
     core,
     alone,
     {start(R"({"connectorId":1,"idTag":"${tag}","meterStart":1022,"timestamp":"${now}"})"),
      stop(R"({"transactionId":${transactionId},"meterStop":1900,"timestamp":"${now}","transactionData":)"
           R"([{"timestamp":"${before}","sampledValue":[{"value":"1022","context":"Transaction.Begin"}]},)"
           R"({"timestamp":"${now}","sampledValue":[{"value":"1900","context":"Transaction.End"}]}]})")}},
};

const std::vector<Scenario> reports = {
    {"OSG_STATUSES_CSMS",
     "Every status of a connector",
     everywhere,
     core,
     alone,
     {preparing(), charging(),
      status(R"([{"connectorId":1,"status":"SuspendedEV","errorCode":"NoError"},)"
             R"({"connectorId":1,"status":"SuspendedEVSE","errorCode":"NoError"}])",
             in16),
      finishing(), status(R"({"connectorId":1,"status":"Reserved","errorCode":"NoError"})", since15),
      status(R"({"connectorId":1,"status":"Unavailable","errorCode":"NoError"})"),
      status(R"({"connectorId":1,"status":"Faulted","errorCode":"PowerMeterFailure","timestamp":"${now}"})"),
      status(R"({"connectorId":0,"status":"Unavailable","errorCode":"NoError"})"),
      status(R"({"connectorId":0,"status":"Available","errorCode":"NoError"})"), available()}},
    {"OSG_ERROR_CODES_CSMS",
     "Every error code",
     everywhere,
     core,
     alone,
     {status(R"({"connectorId":1,"status":"Faulted","errorCode":"ConnectorLockFailure"})"),
      status(R"({"connectorId":1,"status":"Faulted","errorCode":"EVCommunicationError"})"),
      status(R"({"connectorId":1,"status":"Faulted","errorCode":"HighTemperature"})"),
      status(R"({"connectorId":1,"status":"Faulted","errorCode":"PowerSwitchFailure"})"),
      status(R"({"connectorId":1,"status":"Faulted","errorCode":"ReaderFailure"})"),
      status(R"({"connectorId":1,"status":"Faulted","errorCode":"ResetFailure"})"),
      status(R"({"connectorId":1,"status":"Faulted","errorCode":"GroundFailure"})", since15),
      status(R"({"connectorId":1,"status":"Faulted","errorCode":"OverCurrentFailure"})", since15),
      status(R"({"connectorId":1,"status":"Faulted","errorCode":"UnderVoltage"})", since15),
      status(R"({"connectorId":1,"status":"Available","errorCode":"WeakSignal"})", since15),
      status(R"({"connectorId":1,"status":"Faulted","errorCode":"OtherError","info":"a door is open",)"
             R"("vendorId":"org.example.osg","vendorErrorCode":"D-1"})",
             since15),
      status(R"({"connectorId":1,"status":"Faulted","errorCode":"InternalError"})", in16),
      status(R"({"connectorId":1,"status":"Available","errorCode":"LocalListConflict"})", in16),
      status(R"({"connectorId":1,"status":"Faulted","errorCode":"OverVoltage"})", in16), available()}},
    {"OSG_METER_ALONE_CSMS",
     "Meter values without a transaction",
     everywhere,
     core,
     alone,
     {meter(R"({"connectorId":0,"meterValue":[{"timestamp":"${now}","sampledValue":[{"value":"4711"}]}]})"),
      meter(R"({"connectorId":1,"meterValue":[{"timestamp":"${now}","sampledValue":[{"value":"1000"}]}]})")}},
    {"OSG_METER_CONTEXTS_CSMS",
     "Meter values of every context, location and phase",
     since15,
     core,
     alone,
     {meter(R"({"connectorId":1,"meterValue":[{"timestamp":"${now}","sampledValue":[)"
            R"({"value":"1","context":"Interruption.Begin","format":"Raw","location":"Body"},)"
            R"({"value":"2","context":"Interruption.End","location":"Inlet"},)"
            R"({"value":"3","context":"Sample.Clock","location":"Outlet"},)"
            R"({"value":"4","context":"Sample.Periodic"},{"value":"5","context":"Transaction.Begin"},)"
            R"({"value":"6","context":"Transaction.End"}]}]})"),
      meter(R"({"connectorId":1,"meterValue":[{"timestamp":"${now}","sampledValue":[)"
            R"({"value":"7","context":"Trigger","location":"Cable","phase":"L1"},)"
            R"({"value":"8","context":"Other","location":"EV","phase":"L1-N"},)"
            R"({"value":"9","phase":"L1-L2"},{"value":"10","phase":"N"}]}]})",
            in16),
      meter(R"({"connectorId":1,"meterValue":[{"timestamp":"${now}","sampledValue":)"
            R"([{"value":"c2lnbmVk","format":"SignedData"}]}]})")}},
    {"OSG_MEASURANDS_CSMS",
     "Meter values of every measurand",
     since15,
     core,
     alone,
     {meter(R"({"connectorId":1,"meterValue":[{"timestamp":"${now}","sampledValue":[)"
            R"({"value":"1","measurand":"Energy.Active.Export.Register","unit":"Wh"},)"
            R"({"value":"2","measurand":"Energy.Active.Import.Register","unit":"kWh"},)"
            R"({"value":"3","measurand":"Energy.Reactive.Export.Register","unit":"varh"},)"
            R"({"value":"4","measurand":"Energy.Reactive.Import.Register","unit":"kvarh"},)"
            R"({"value":"5","measurand":"Energy.Active.Export.Interval","unit":"Wh"},)"
            R"({"value":"6","measurand":"Energy.Active.Import.Interval","unit":"Wh"},)"
            R"({"value":"7","measurand":"Energy.Reactive.Export.Interval","unit":"varh"},)"
            R"({"value":"8","measurand":"Energy.Reactive.Import.Interval","unit":"varh"},)"
            R"({"value":"9.5","measurand":"Power.Active.Export","unit":"W"},)"
            R"({"value":"10.5","measurand":"Power.Active.Import","unit":"kW"},)"
            R"({"value":"11","measurand":"Power.Reactive.Export","unit":"var"},)"
            R"({"value":"12","measurand":"Power.Reactive.Import","unit":"kvar"},)"
            R"({"value":"13","measurand":"Current.Export","unit":"A"},)"
            R"({"value":"14","measurand":"Current.Import","unit":"A"},)"
            R"({"value":"230.1","measurand":"Voltage","unit":"V"},)"
            R"({"value":"-5","measurand":"Temperature","unit":"Celsius"}]}]})"),
      meter(R"({"connectorId":1,"meterValue":[{"timestamp":"${now}","sampledValue":[)"
            R"({"value":"16","measurand":"Current.Offered","unit":"A"},)"
            R"({"value":"11000","measurand":"Power.Offered","unit":"VA"},)"
            R"({"value":"0.98","measurand":"Power.Factor"},{"value":"50","measurand":"Frequency"},)"
            R"({"value":"900","measurand":"RPM"},{"value":"80","measurand":"SoC","unit":"Percent"}]}]})",
            in16)}},
    {"OSG_FIRMWARE_STATUSES_CSMS",
     "Every status of a firmware update",
     everywhere,
     firmware,
     alone,
     {firmwareStatus(R"({"status":"Downloading"})", in16), firmwareStatus(R"({"status":"Downloaded"})"),
      firmwareStatus(R"({"status":"DownloadFailed"})"), firmwareStatus(R"({"status":"Installing"})", in16),
      firmwareStatus(R"({"status":"Installed"})"), firmwareStatus(R"({"status":"InstallationFailed"})"),
      firmwareStatus(R"({"status":"Idle"})", in16)}},
    {"OSG_DIAGNOSTICS_STATUSES_CSMS",
     "Every status of an upload of diagnostics",
     everywhere,
     firmware,
     alone,
     {diagnosticsStatus(R"({"status":"Uploading"})", in16), diagnosticsStatus(R"({"status":"Uploaded"})"),
      diagnosticsStatus(R"({"status":"UploadFailed"})"), diagnosticsStatus(R"({"status":"Idle"})", in16)}},
};

const std::vector<Scenario> refusals = {
    {"OSG_UNKNOWN_ACTION_CSMS",
     "An operation that does not exist",
     everywhere,
     core,
     alone,
     {raw("LaunchRocket", R"(<n:launchRocketRequest xmlns:n="${namespace}"/>)", "fault",
          "OCPP-S on faults: what is not understood gets a SOAP Fault"),
      send("Heartbeat", "{}", anything, "4.6: and nothing is broken by it")}},
    {"OSG_MISSING_VALUE_CSMS",
     "A request without what it must have",
     everywhere,
     core,
     alone,
     {raw("Authorize", R"(<n:authorizeRequest xmlns:n="${namespace}"/>)", "fault",
          "OCPP-S on faults: what breaks the schema gets a SOAP Fault"),
      send("Heartbeat", "{}", anything, "4.6: and nothing is broken by it")}},
    {"OSG_BAD_VALUE_CSMS",
     "A request with text where a number must be",
     everywhere,
     core,
     alone,
     {raw("StartTransaction",
          R"(<n:startTransactionRequest xmlns:n="${namespace}"><n:connectorId>one</n:connectorId>)"
          R"(<n:idTag>TAG1</n:idTag><n:timestamp>${now}</n:timestamp><n:meterStart>1</n:meterStart>)"
          R"(</n:startTransactionRequest>)",
          "fault", "OCPP-S on faults: what breaks the schema gets a SOAP Fault"),
      send("Heartbeat", "{}", anything, "4.6: and nothing is broken by it")}},
};

}  // namespace

std::vector<Scenario> requestScenarios() {
  std::vector<Scenario> out;
  for (const auto* part : {&sessions, &transactions, &reports, &refusals})
    out.insert(out.end(), part->begin(), part->end());
  return out;
}

}  // namespace cp
