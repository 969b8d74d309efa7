// SPDX-License-Identifier: GPL-2.0-or-later
// Scenarios of the profile Core with charging: how sessions start and end, from near and from afar, and meter values.
#include "tests/tools/cs/steps.h"

namespace cs {

namespace {

constexpr const char* preparing = R"({"connectorId":1,"status":"Preparing"})";
constexpr const char* evGone = R"({"transactionId":${transactionId},"reason":"EVDisconnected"})";

Step evUnplug() { return ask("take the cable of connector 1 out of the vehicle, and leave it in the connector"); }

std::vector<Scenario> starts() {
  return {
      {"TC_003_CS", "Regular charging session, plug in first", everywhere, Profile::Core, true,
       all({session(), charge(), endSession()})},
      {"TC_004_1_CS", "Regular charging session, tag first", everywhere, Profile::Core, true,
       all({ask("present a tag, before the cable"), asked(), plugIn(), startByTag(), charge(), endSession()})},
      {"TC_004_2_CS", "The tag is presented, but nobody plugs in", everywhere, Profile::Core, true,
       all({set(R"({"key":"ConnectionTimeOut","value":"2"})"), ask("present a tag, before the cable"), asked(),
            status(preparing, "4.9: A2, the tag is accepted", in16),
            status(available, "4.9: B1, the connection timed out (2 s)", in16),
            never("StartTransaction", 3, "9.1.4: after ConnectionTimeOut the tag is forgotten"), plugIn(),
            never("StartTransaction", 1, "9.1.4: after ConnectionTimeOut the tag is forgotten"), unplug(), freed(),
            set(R"({"key":"ConnectionTimeOut","value":"60"})")})},
      {"TC_010_CS", "Remote start, cable plugged in first", everywhere, Profile::Core, true,
       all({remoteSession(), charge(), endRemoteSession()})},
      {"TC_011_1_CS", "Remote start first, then the cable", everywhere, Profile::Core, true,
       all({useRemoteStart(), plugIn(), start(), charge(), endRemoteSession()})},
      {"TC_011_2_CS",
       "Remote start, but nobody plugs in",
       in16,
       Profile::Core,
       false,
       {set(R"({"key":"ConnectionTimeOut","value":"2"})"), useRemoteStart(),
        status(preparing, "4.9: A2, the tag is accepted"), status(available, "4.9: B1, the connection timed out (2 s)"),
        set(R"({"key":"ConnectionTimeOut","value":"60"})")}},
      {"TC_026_CS", "Remote start on a connector in use", everywhere, Profile::Core, true,
       all({remoteSession(),
            send("RemoteStartTransaction", R"({"connectorId":1,"idTag":"OSGTAG2"})", rejected,
                 "5.11: a connector in use cannot be started"),
            endRemoteSession()})},
      {"TC_027_CS",
       "Remote start on connector 0",
       in16,
       Profile::Core,
       false,
       {send("RemoteStartTransaction", R"({"connectorId":0,"idTag":"OSGTAG1"})", rejected,
             "5.11: the connector of a remote start is greater than 0")}},
      {"OSG_REMOTE_START_UNKNOWN_CS",
       "Remote start on an unknown connector",
       everywhere,
       Profile::Core,
       false,
       {send("RemoteStartTransaction", R"({"connectorId":99,"idTag":"OSGTAG1"})", rejected,
             "5.11: there is no such connector")}},
  };
}

std::vector<Scenario> ends() {
  const auto byReset = [](const char* type, const char* reasons) {
    return all({remoteSession(), reset(type), stopped(reasons), boot(), unplug(), freed()});
  };
  return {
      {"TC_005_1_CS", "The cable is taken out of the vehicle: the transaction stops", in16, Profile::Core, true,
       all({set(R"({"key":"StopTransactionOnEVSideDisconnect","value":"true"})"), remoteSession(), evUnplug(),
            stopped(evGone), unplug(), freed()})},
      {"TC_005_2_CS", "The same, and the connector stays locked", in16, Profile::Core, true,
       all({set(R"({"key":"UnlockConnectorOnEVSideDisconnect","value":"false"})"), session(), evUnplug(),
            stopped(evGone),
            status(R"({"connectorId":1,"status":"Finishing"})", "4.9: C6, the cable is still in the connector"),
            ask("present the same tag again, then unplug"), freed(),
            set(R"({"key":"UnlockConnectorOnEVSideDisconnect","value":"true"})")})},
      {"TC_005_3_CS", "The cable is taken out of the vehicle: the transaction goes on", in16, Profile::Core, true,
       all({set(R"({"key":"StopTransactionOnEVSideDisconnect","value":"false"})"), remoteSession(),
            status(R"({"connectorId":1,"status":"Charging"})", "4.9: A3, the vehicle draws"), evUnplug(),
            status(R"({"connectorId":1,"status":"SuspendedEV"})", "4.9: C4, the vehicle does not draw"),
            never("StopTransaction", 1, "9.1.25: StopTransactionOnEVSideDisconnect is false"), remoteStop(),
            stoppedFromAfar(), unplug(), freed(),
            set(R"({"key":"StopTransactionOnEVSideDisconnect","value":"true"})")})},
      {"TC_012_CS", "Remote stop", everywhere, Profile::Core, true, all({remoteSession(), endRemoteSession()})},
      {"TC_015_CS", "Hard reset with transaction", everywhere, Profile::Core, true,
       byReset(R"({"type":"Hard"})", R"({"transactionId":${transactionId},"reason":"HardReset|PowerLoss|Reboot"})")},
      {"TC_016_CS", "Soft reset with transaction", everywhere, Profile::Core, true,
       byReset(R"({"type":"Soft"})", R"({"transactionId":${transactionId},"reason":"SoftReset"})")},
      {"TC_018_1_CS", "Unlock a connector with session", everywhere, Profile::Core, true,
       all({canUnlock(), remoteSession(), canUnlock(),
            stopped(R"({"transactionId":${transactionId},"reason":"UnlockCommand"})"), unplug(), freed()})},
      {"TC_018_2_CS", "Unlock a fixed cable with session", everywhere, Profile::Core, true,
       all({cannotUnlock(), remoteSession(), cannotUnlock(),
            never("StopTransaction", 1, "5.18: and the transaction goes on"), endRemoteSession()})},
      {"TC_024_CS", "The lock fails at the start", everywhere, Profile::Core, true,
       all({confirm("let the lock of connector 1 fail"), plugIn(), presentTag(),
            status(R"({"connectorId":1,"errorCode":"ConnectorLockFailure"})", "4.9: the failure is reported"),
            confirm("let the lock of connector 1 work again"), unplug(), freed()})},
      {"TC_028_CS",
       "Remote stop of an unknown transaction",
       everywhere,
       Profile::Core,
       false,
       {send("RemoteStopTransaction", R"({"transactionId":987654321})", rejected, "5.12: an unknown id is rejected")}},
      {"TC_068_CS", "Another tag does not stop the transaction, its own does", everywhere, Profile::Core, true,
       all({session(), presentStranger(), never("StopTransaction", 1, "4.10: only the tag of the start stops"),
            endSession()})},
      {"TC_069_CS", "A tag of the same group stops the transaction", everywhere, Profile::Core, true,
       all({rules(R"({"tags":[{"idTag":"*","status":"Accepted","parentIdTag":"OSGGROUP"}]})"), session(),
            presentStranger(), asked(), stoppedByTag(), unplug(), freed()})},
  };
}

std::vector<Scenario> meters() {
  return {
      {"TC_070_CS", "Sampled meter values", everywhere, Profile::Core, true,
       all({set(R"({"key":"MeterValueSampleInterval","value":"1"})"), remoteSession(),
            await("MeterValues", R"({"connectorId":1,"meterValue":[{"timestamp":"*","sampledValue":[{"value":"*"}]}]})",
                  "4.7: MeterValues at MeterValueSampleInterval (1 s)"),
            await("MeterValues", R"({"connectorId":1})", "4.7: and again"),
            set(R"({"key":"MeterValueSampleInterval","value":"60"})"), endRemoteSession()})},
      {"TC_071_CS",
       "Clock-aligned meter values",
       in16,
       Profile::Core,
       false,
       {set(R"({"key":"ClockAlignedDataInterval","value":"2"})"),
        await("MeterValues", R"({"connectorId":"*","meterValue":[{"sampledValue":[{"context":"Sample.Clock"}]}]})",
              "4.7: MeterValues at ClockAlignedDataInterval (2 s)"),
        set(R"({"key":"ClockAlignedDataInterval","value":"0"})")}},
  };
}

}  // namespace

std::vector<Scenario> sessionScenarios() {
  std::vector<Scenario> out = starts();
  for (auto part : {ends(), meters()}) out.insert(out.end(), part.begin(), part.end());
  return out;
}

}  // namespace cs
