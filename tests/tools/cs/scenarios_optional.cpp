// SPDX-License-Identifier: GPL-2.0-or-later
// Scenarios of the profiles for local lists, firmware and diagnostics, and reservations.
#include "tests/tools/cs/steps.h"

namespace cs {

namespace {

constexpr const char* reserve = R"({"connectorId":1,"expiryDate":"${later}","idTag":"OSGTAG1","reservationId":4711})";
constexpr const char* reserved = R"({"connectorId":1,"status":"Reserved"})";

Step fullList(const char* payload) {
  return send("SendLocalList", payload, accepted, "5.15: a full list replaces the former one", notSupported);
}
Step emptyList() { return fullList(R"({"listVersion":41,"updateType":"Full","localAuthorizationList":[]})"); }
Step listOfOne() {
  return fullList(R"({"listVersion":41,"updateType":"Full","localAuthorizationList":)"
                  R"([{"idTag":"OSGTAG1","idTagInfo":{"status":"Accepted"}}]})");
}
Step reserving() { return send("ReserveNow", reserve, accepted, "5.13: a free connector can be reserved"); }
Step reservedNow() { return status(reserved, "4.9: the connector is reserved"); }
Step refusedReservation(const char* status) {
  return send("ReserveNow", reserve, status, "5.13: why the connector cannot be reserved");
}
Step startReserved(const char* expected) {
  return await("StartTransaction", expected, "5.13: StartTransaction names the reservation that it uses up");
}

}  // namespace

std::vector<Scenario> localListScenarios() {
  constexpr auto authList = Profile::LocalAuthListManagement;
  return {
      {"TC_008_CS", "Start with a tag of the local list", in16, authList, true,
       all({set(R"({"key":"LocalPreAuthorize","value":"false"})"), session(), asked(), endSession(),
            send("ClearCache", "{}", R"({"status":"Accepted|Rejected"})", "5.4: it is answered"),
            fullList(R"({"listVersion":43,"updateType":"Full","localAuthorizationList":)"
                     R"([{"idTag":"${idTag}","idTagInfo":{"status":"Accepted"}}]})"),
            set(R"({"key":"LocalPreAuthorize","value":"true"})"), session(),
            never("Authorize", 1, "3.5.2: a tag of the local list is not asked for (LocalPreAuthorize)"), endSession(),
            set(R"({"key":"LocalPreAuthorize","value":"false"})"), emptyList()})},
      {"TC_043_4_CS",
       "Send a full local list, read its version",
       since15,
       authList,
       false,
       {listOfOne(),
        send("GetLocalListVersion", "{}", R"({"listVersion":41})", "5.10: the version of the list is told")}},
      {"TC_043_2_CS",
       "Send a differential list that is too old",
       since15,
       authList,
       false,
       {listOfOne(),
        send("SendLocalList", R"({"listVersion":40,"updateType":"Differential","localAuthorizationList":[]})",
             R"({"status":"VersionMismatch"})", "5.15: an older differential list does not fit"),
        send("GetLocalListVersion", "{}", R"({"listVersion":41})", "5.15: and changes nothing"), emptyList()}},
      {"TC_043_5_CS",
       "Send a differential list",
       since15,
       authList,
       false,
       {listOfOne(),
        send("SendLocalList",
             R"({"listVersion":42,"updateType":"Differential","localAuthorizationList":)"
             R"([{"idTag":"OSGTAG2","idTagInfo":{"status":"Accepted"}}]})",
             accepted, "5.15: a later differential list is taken"),
        send("GetLocalListVersion", "{}", R"({"listVersion":42})", "5.10: the version of the list is told"),
        emptyList()}},
      {"TC_042_2_CS",
       "Read the version of an empty list",
       since15,
       authList,
       false,
       {emptyList(),
        send("GetLocalListVersion", "{}", R"({"listVersion":0})", "5.10: 0 stands for a list without entries")}},
  };
}

std::vector<Scenario> fileScenarios() {
  constexpr auto firmware = Profile::FirmwareManagement;
  const auto update = [](const char* payload) { return send("UpdateFirmware", payload, "{}", "5.19: it is answered"); };
  const auto told = [](const char* status, const char* rule, unsigned versions = everywhere) {
    return await("FirmwareStatusNotification", status, rule, versions);
  };
  return {
      {"TC_044_1_CS",
       "Firmware update: download and installation",
       everywhere,
       firmware,
       false,
       {update(R"({"location":"${firmware}","retrieveDate":"${now}","retries":0})"),
        told(R"({"status":"Downloading"})", "4.5: the download is reported", in16),
        told(R"({"status":"Downloaded"})", "4.5: its end is reported"),
        told(R"({"status":"Installing"})", "4.5: the installation is reported", in16),
        told(R"({"status":"Installed"})", "4.5: its end is reported"), ready()}},
      {"TC_044_2_CS",
       "Firmware update: download fails",
       everywhere,
       firmware,
       false,
       {update(R"({"location":"http://127.0.0.1:9/no-firmware.bin","retrieveDate":"${now}","retries":0})"),
        told(R"({"status":"DownloadFailed"})", "4.5: the failed download is reported")}},
      {"TC_044_3_CS",
       "Firmware update: installation fails",
       everywhere,
       firmware,
       false,
       {update(R"({"location":"${files}no-firmware.bin","retrieveDate":"${now}","retries":0})"),
        told(R"({"status":"Downloaded"})", "4.5: the end of the download is reported"),
        told(R"({"status":"InstallationFailed"})", "4.5: a file that is no firmware cannot be installed")}},
      {"TC_045_1_CS",
       "Diagnostics: upload",
       everywhere,
       firmware,
       false,
       {send("GetDiagnostics", R"({"location":"${files}","retries":0})", R"({"fileName":"*"})",
             "5.9: the name of the file is told"),
        await("DiagnosticsStatusNotification", R"({"status":"Uploaded"})", "4.4: the end of the upload is reported")}},
      {"TC_045_2_CS",
       "Diagnostics: upload fails",
       everywhere,
       firmware,
       false,
       {send("GetDiagnostics", R"({"location":"http://127.0.0.1:9/upload/","retries":0})", R"({"fileName":"*"})",
             "5.9: the name of the file is told"),
        await("DiagnosticsStatusNotification", R"({"status":"UploadFailed"})", "4.4: the failed upload is reported")}},
  };
}

std::vector<Scenario> reservationScenarios() {
  constexpr auto reservation = Profile::Reservation;
  return {
      {"TC_046_CS", "A reservation is used", since15, reservation, true,
       all({reserving(), reservedNow(), useRemoteStart(), plugIn(),
            startReserved(R"({"connectorId":1,"idTag":"OSGTAG1","reservationId":4711})"), endRemoteSession()})},
      {"TC_047_CS",
       "A reservation expires",
       since15,
       reservation,
       false,
       {send("ReserveNow", R"({"connectorId":1,"expiryDate":"${soon}","idTag":"OSGTAG1","reservationId":4712})",
             accepted, "5.13: a free connector can be reserved"),
        reservedNow(), freed()}},
      {"TC_048_1_CS",
       "Reserve a connector with a fault",
       since15,
       reservation,
       true,
       {ask("make connector 1 report a fault"),
        status(R"({"connectorId":1,"status":"Faulted"})", "4.9: A9, the fault is reported"),
        refusedReservation(R"({"status":"Faulted"})"), ask("end the fault of connector 1"), freed()}},
      {"TC_048_2_CS", "Reserve a connector in use", since15, reservation, true,
       all({remoteSession(), charge(), refusedReservation(R"({"status":"Occupied"})"), endRemoteSession()})},
      {"TC_048_3_CS",
       "Reserve a connector out of service",
       since15,
       reservation,
       false,
       {outOfService(), status(R"({"connectorId":1,"status":"Unavailable"})", "5.2: the new status is reported"),
        refusedReservation(R"({"status":"Unavailable"})"), backInService(), freed()}},
      {"TC_049_CS", "Reserve any connector", since15, reservation, true,
       all({send("ReserveNow", R"({"connectorId":0,"expiryDate":"${later}","idTag":"OSGTAG1","reservationId":4713})",
                 accepted, "5.13: connector 0 is any of them, where ReserveConnectorZeroSupported", rejected),
            useRemoteStart(), plugIn(), startReserved(R"({"connectorId":1,"idTag":"OSGTAG1","reservationId":4713})"),
            endRemoteSession()})},
      {"TC_051_CS",
       "Cancel a reservation",
       since15,
       reservation,
       false,
       {reserving(), reservedNow(),
        send("CancelReservation", R"({"reservationId":4711})", accepted, "5.1: a known reservation is cancelled"),
        freed()}},
      {"TC_052_CS",
       "Cancel an unknown reservation",
       since15,
       reservation,
       false,
       {send("CancelReservation", R"({"reservationId":987654})", rejected, "5.1: an unknown reservation is rejected")}},
      {"TC_053_CS", "Use a reservation with a tag of the same group", since15, reservation, true,
       all({rules(R"({"tags":[{"idTag":"*","status":"Accepted","parentIdTag":"OSGGROUP"}]})"),
            send("ReserveNow",
                 R"({"connectorId":1,"expiryDate":"${later}","idTag":"OSGTAG9","parentIdTag":"OSGGROUP",)"
                 R"("reservationId":4711})",
                 accepted, "5.13: a free connector can be reserved"),
            reservedNow(), plugIn(), presentTag(), asked(),
            startReserved(R"({"connectorId":1,"idTag":"*","reservationId":4711})"), endSession()})},
  };
}

}  // namespace cs
