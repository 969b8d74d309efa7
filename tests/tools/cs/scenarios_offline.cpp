// SPDX-License-Identifier: GPL-2.0-or-later
// Scenarios of the profile Core about tags that are known or refused, and about lost connections and lost power.
#include "tests/tools/cs/steps.h"

namespace cs {

namespace {

/// The answer to an unknown tag; nothing starts.
std::vector<Step> refusedTag(const char* config) {
  return {rules(config),
          plugIn(),
          presentStranger(),
          asked(),
          never("StartTransaction", 1, "4.1: no energy for a tag that is not accepted"),
          unplug(),
          freed()};
}

/// An offline start with a tag that the central system does not accept, once it is asked.
std::vector<Step> refusedLater(const char* stopOnInvalid, const Part& then) {
  return all({set(R"({"key":"AllowOfflineTxForUnknownId","value":"true"})"), set(stopOnInvalid),
              send("ClearCache", "{}", R"({"status":"Accepted|Rejected"})", "5.4: it is answered"), offline(),
              confirm("plug the cable of connector 1 into a vehicle, present a tag that this charger has never seen, "
                      "and wait until it charges"),
              rules(R"({"otherTags":"Invalid"})"),
              await("StartTransaction", R"({"connectorId":1,"idTag":"*"})",
                    "3.7: what happened offline is told when the connection is back"),
              then, set(R"({"key":"AllowOfflineTxForUnknownId","value":"false"})"), unplug(), freed()});
}

/// The tag is known after it; it stays with the operator.
Part learnTag() { return all({session(), endSession()}); }

Step startedOffline() {
  return await("StartTransaction", R"({"connectorId":1,"idTag":"${idTag}","meterStart":"*","timestamp":"*"})",
               "3.7: what happened offline is told when the connection is back");
}

}  // namespace

std::vector<Scenario> tagScenarios() {
  return {
      {"TC_007_CS", "Start with a tag of the cache", in16, Profile::Core, true,
       all({set(R"({"key":"AuthorizationCacheEnabled","value":"true"})"),
            set(R"({"key":"LocalPreAuthorize","value":"false"})"), session(), asked(), endSession(),
            set(R"({"key":"LocalPreAuthorize","value":"true"})"), session(),
            never("Authorize", 1, "4.1 and 3.5.1: a tag of the cache is not asked for (LocalPreAuthorize)"),
            endSession(), set(R"({"key":"LocalPreAuthorize","value":"false"})")})},
      {"TC_023_1_CS", "Authorize an invalid tag", everywhere, Profile::Core, true,
       refusedTag(R"({"otherTags":"Invalid"})")},
      {"TC_023_2_CS", "Authorize an expired tag", everywhere, Profile::Core, true,
       refusedTag(R"({"otherTags":"Expired"})")},
      {"TC_023_3_CS", "Authorize a blocked tag", everywhere, Profile::Core, true,
       refusedTag(R"({"otherTags":"Blocked"})")},
  };
}

std::vector<Scenario> offlineScenarios() {
  return {
      {"TC_032_1_CS", "Power failure while charging", everywhere, Profile::Core, true,
       all({remoteSession(), ask("switch the power off and on"), boot(),
            stopped(R"({"transactionId":${transactionId},"reason":"PowerLoss|Reboot|Other"})"), unplug(), freed()})},
      {"TC_036_CS", "Connection loss while charging", everywhere, Profile::Core, true,
       all({set(R"({"key":"MeterValueSampleInterval","value":"1"})"), remoteSession(), charge(), offline(),
            confirm("wait for two seconds"), online(),
            await("MeterValues", R"({"connectorId":1})", "3.7: the meter values go on when the connection is back"),
            set(R"({"key":"MeterValueSampleInterval","value":"60"})"), endRemoteSession()})},
      {"TC_037_1_CS", "Offline start with a valid tag", everywhere, Profile::Core, true,
       all({learnTag(), offline(),
            confirm("plug the cable of connector 1 into a vehicle, present the same tag, and wait until it charges"),
            online(), startedOffline(), endSession()})},
      {"TC_037_2_CS", "Offline start with an invalid tag, the transaction goes on", in16, Profile::Core, true,
       refusedLater(
           R"({"key":"StopTransactionOnInvalidId","value":"false"})",
           std::vector<Step>{never("StopTransaction", 1, "9.1.26: StopTransactionOnInvalidId is false"), remoteStop(),
                             await("StopTransaction", R"({"transactionId":${transactionId}})",
                                   "4.10: StopTransaction with the id of the transaction"),
                             set(R"({"key":"StopTransactionOnInvalidId","value":"true"})")})},
      {"TC_037_3_CS", "Offline start with an invalid tag, the transaction stops", in16, Profile::Core, true,
       refusedLater(R"({"key":"StopTransactionOnInvalidId","value":"true"})",
                    await("StopTransaction", R"({"transactionId":${transactionId},"reason":"DeAuthorized"})",
                          "4.8 and 9.1.26: it stops when the tag is refused"))},
      {"TC_038_CS", "Offline stop", everywhere, Profile::Core, true,
       all({session(), charge(), offline(), confirm("present the same tag again, then unplug"), online(),
            stoppedByTag(), freed()})},
      {"TC_039_CS", "Offline session", everywhere, Profile::Core, true,
       all({learnTag(), offline(),
            confirm("plug the cable of connector 1 into a vehicle, present the same tag, wait until it charges, "
                    "present the same tag again, then unplug"),
            online(), startedOffline(), stoppedByTag()})},
  };
}

}  // namespace cs
