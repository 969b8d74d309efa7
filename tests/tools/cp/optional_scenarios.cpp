// SPDX-License-Identifier: GPL-2.0-or-later
// Scenarios in which an operator has the central system speak: local list, reservation, smart charging, remote trigger.
#include "tests/tools/cp/said.h"

namespace cp {

namespace {

constexpr bool attended = true;
constexpr Profile list = Profile::LocalAuthListManagement, reservation = Profile::Reservation,
                  smart = Profile::SmartCharging, trigger = Profile::RemoteTrigger;

std::vector<Step> reserves() {
  return asked(R"(send ReserveNow {"connectorId":1,"expiryDate":"${later}","idTag":"${tag}","reservationId":4711})",
               "ReserveNow", R"({"connectorId":1,"expiryDate":"*","idTag":"*","reservationId":"*"})",
               "5.13: connector, tag, end and id of the reservation are named");
}
std::vector<Step> reservesInVain(const char* answer) {
  std::vector<Step> steps = {rules(answer)};
  for (const Step& each : reserves()) steps.push_back(each);
  return steps;
}
std::vector<Step> cancels() {
  return asked(R"(send CancelReservation {"reservationId":4711})", "CancelReservation", R"({"reservationId":4711})",
               "5.1: the reservation to cancel is named");
}
Step reserved() { return status(R"({"connectorId":1,"status":"Reserved","errorCode":"NoError"})"); }
std::vector<Step> triggers(const char* what, const char* pattern) {
  return asked(what, "TriggerMessage", pattern, "5.17: the message that is wanted is named");
}

const std::vector<Scenario> table = {
    {"TC_042_2_CSMS", "Read the version of the local list", since15, list, attended,
     asked("send GetLocalListVersion {}", "GetLocalListVersion", "{}", "5.10: the version is asked for")},
    {"TC_043_4_CSMS", "Send a full local list", since15, list, attended,
     asked(R"(send SendLocalList {"listVersion":1,"localAuthorizationList":)"
           R"([{"idTag":"${tag}","idTagInfo":{"status":"Accepted"}}],"updateType":"Full"})",
           "SendLocalList",
           R"({"listVersion":"*","updateType":"Full","localAuthorizationList":[{"idTag":"*","idTagInfo":"*"}]})",
           "5.15: a full list has a version, and what is known of each tag")},
    {"TC_043_5_CSMS", "Send a differential local list", since15, list, attended,
     asked(R"(send SendLocalList {"listVersion":2,"localAuthorizationList":)"
           R"([{"idTag":"${tag}","idTagInfo":{"status":"Accepted"}}],"updateType":"Differential"})",
           "SendLocalList",
           R"({"listVersion":"*","updateType":"Differential","localAuthorizationList":[{"idTag":"*"}]})",
           "5.15: a differential list has a version and the tags that change")},
    {"TC_043_2_CSMS", "Send a differential local list, which does not fit", since15, list, attended,
     all({rules(R"({"SendLocalList":{"status":"VersionMismatch"}})"),
          asked(R"(send SendLocalList {"listVersion":1,"localAuthorizationList":)"
                R"([{"idTag":"${tag}"}],"updateType":"Differential"})",
                "SendLocalList", R"({"listVersion":"*","updateType":"Differential"})",
                "5.15: a differential list has a version")})},
    {"TC_046_CSMS", "Reservation of a connector, used", since15, reservation, attended,
     all({reserves(), reserved(), preparing(),
          start(R"({"connectorId":1,"idTag":"${call.idTag}","meterStart":2008,"timestamp":"${now}",)"
                R"("reservationId":${call.reservationId}})"),
          charging(), stop(), available()})},
    {"TC_047_CSMS", "Reservation of a connector, expired", since15, reservation, attended,
     all({reserves(), reserved(), available()})},
    {"TC_048_1_CSMS", "Reservation of a faulted connector", since15, reservation, attended,
     reservesInVain(R"({"ReserveNow":{"status":"Faulted"}})")},
    {"TC_048_2_CSMS", "Reservation of an occupied connector", since15, reservation, attended,
     reservesInVain(R"({"ReserveNow":{"status":"Occupied"}})")},
    {"TC_048_3_CSMS", "Reservation of an unavailable connector", since15, reservation, attended,
     reservesInVain(R"({"ReserveNow":{"status":"Unavailable"}})")},
    {"TC_048_4_CSMS", "Reservation, rejected", since15, reservation, attended,
     reservesInVain(R"({"ReserveNow":{"status":"Rejected"}})")},
    {"TC_051_CSMS", "Cancel a reservation", since15, reservation, attended,
     all({reserves(), reserved(), cancels(), available()})},
    {"TC_052_CSMS", "Cancel a reservation, rejected", since15, reservation, attended,
     all({rules(R"({"CancelReservation":{"status":"Rejected"}})"), cancels()})},
    {"TC_054_CSMS", "Trigger messages", in16, trigger, attended,
     all({triggers(R"(send TriggerMessage {"requestedMessage":"Heartbeat"})", R"({"requestedMessage":"Heartbeat"})"),
          send("Heartbeat", "{}", anything, "4.6: a Heartbeat is answered"),
          triggers(R"(send TriggerMessage {"requestedMessage":"StatusNotification","connectorId":1})",
                   R"({"requestedMessage":"StatusNotification"})"),
          available(),
          triggers(R"(send TriggerMessage {"requestedMessage":"MeterValues","connectorId":1})",
                   R"({"requestedMessage":"MeterValues"})"),
          meter(R"({"connectorId":1,"meterValue":[{"timestamp":"${now}","sampledValue":)"
                R"([{"value":"1","context":"Trigger"}]}]})")})},
    {"TC_055_CSMS", "Trigger a message, rejected", in16, trigger, attended,
     all({rules(R"({"TriggerMessage":{"status":"Rejected"}})"),
          triggers(R"(send TriggerMessage {"requestedMessage":"MeterValues","connectorId":1})",
                   R"({"requestedMessage":"MeterValues"})")})},
    {"TC_056_CSMS", "Set a TxDefaultProfile", in16, smart, attended,
     asked(R"(send SetChargingProfile {"connectorId":1,"csChargingProfiles":{"chargingProfileId":1,"stackLevel":0,)"
           R"("chargingProfilePurpose":"TxDefaultProfile","chargingProfileKind":"Absolute","chargingSchedule":)"
           R"({"duration":3600,"startSchedule":"${now}","chargingRateUnit":"A","chargingSchedulePeriod":)"
           R"([{"startPeriod":0,"limit":10}]}}})",
           "SetChargingProfile",
           R"({"connectorId":"*","csChargingProfiles":{"chargingProfileId":"*","stackLevel":"*",)"
           R"("chargingProfilePurpose":"TxDefaultProfile","chargingSchedule":{"chargingRateUnit":"A|W",)"
           R"("chargingSchedulePeriod":[{"startPeriod":"*","limit":"*"}]}}})",
           "5.16: the profile is whole")},
    {"TC_057_CSMS", "Set a TxProfile during a transaction", in16, smart, attended,
     all({start(R"({"connectorId":1,"idTag":"${tag}","meterStart":2009,"timestamp":"${now}"})"), charging(),
          asked(
              R"(send SetChargingProfile {"connectorId":1,"csChargingProfiles":{"chargingProfileId":2,)"
              R"("transactionId":${transactionId},"stackLevel":0,"chargingProfilePurpose":"TxProfile","chargingProfileKind":"Relative",)"
              R"("chargingSchedule":{"chargingRateUnit":"A","chargingSchedulePeriod":[{"startPeriod":0,"limit":8}]}}})",
              "SetChargingProfile", R"({"connectorId":1,"csChargingProfiles":{"chargingProfilePurpose":"TxProfile"}})",
              "5.16.3: the profile of the transaction is set on its connector"),
          stop(), available()})},
    {"TC_059_CSMS", "Remote start with a charging profile", in16, smart, attended,
     all({preparing(),
          asked(R"(send RemoteStartTransaction {"connectorId":1,"idTag":"${tag}","chargingProfile":)"
                R"({"chargingProfileId":3,"stackLevel":0,"chargingProfilePurpose":"TxProfile","chargingProfileKind":)"
                R"("Relative","chargingSchedule":{"chargingRateUnit":"A","chargingSchedulePeriod":)"
                R"([{"startPeriod":0,"limit":9}]}}})",
                "RemoteStartTransaction", R"({"idTag":"*","chargingProfile":{"chargingProfilePurpose":"TxProfile"}})",
                "5.11 and 5.16.2: a profile of a remote start is a TxProfile"),
          start(R"({"connectorId":1,"idTag":"${call.idTag}","meterStart":2010,"timestamp":"${now}"})"), stop(),
          available()})},
    {"TC_066_CSMS", "Read a composite schedule", in16, smart, attended,
     asked(R"(send GetCompositeSchedule {"connectorId":1,"duration":300,"chargingRateUnit":"A"})",
           "GetCompositeSchedule", R"({"connectorId":1,"duration":">0"})", "5.7: connector and duration are named")},
    {"TC_067_CSMS", "Clear a charging profile", in16, smart, attended,
     asked(R"(send ClearChargingProfile {"id":1})", "ClearChargingProfile", R"({"id":1})",
           "5.5: the profile to clear is named")},
};

}  // namespace

std::vector<Scenario> optionalScenarios() { return table; }

}  // namespace cp
