// SPDX-License-Identifier: GPL-2.0-or-later
// Reads lines of prompt and scripts; the operations with examples.
#include "tests/tools/cs/commands.h"

#include <sstream>

#include "tests/tools/common/line.h"

namespace cs {

namespace {

using tool::Line;
using Verb = Command::Verb;

struct Example {
  const char* action;
  const char* payload;
};
// Something harmless to begin with, for every operation.
constexpr Example examples[] = {
    {"CancelReservation", R"({"reservationId":1})"},
    {"ChangeAvailability", R"({"connectorId":1,"type":"Operative"})"},
    {"ChangeConfiguration", R"({"key":"HeartbeatInterval","value":"300"})"},
    {"ClearCache", "{}"},
    {"ClearChargingProfile", "{}"},
    {"DataTransfer", R"({"vendorId":"com.example","messageId":"hello","data":"text"})"},
    {"GetCompositeSchedule", R"({"connectorId":1,"duration":3600,"chargingRateUnit":"A"})"},
    {"GetConfiguration", R"({"key":["HeartbeatInterval"]})"},
    {"GetDiagnostics", R"({"location":"ftp://192.0.2.1/"})"},
    {"GetLocalListVersion", "{}"},
    {"RemoteStartTransaction", R"({"connectorId":1,"idTag":"TAG1"})"},
    {"RemoteStopTransaction", R"({"transactionId":${transactionId}})"},
    {"ReserveNow", R"({"connectorId":1,"expiryDate":"2030-01-01T00:00:00Z","idTag":"TAG1","reservationId":1})"},
    {"Reset", R"({"type":"Soft"})"},
    {"SendLocalList", R"({"listVersion":1,"updateType":"Full","localAuthorizationList":[]})"},
    {"SetChargingProfile",
     R"({"connectorId":1,"csChargingProfiles":{"chargingProfileId":1,"stackLevel":0,"chargingProfilePurpose":)"
     R"("TxDefaultProfile","chargingProfileKind":"Relative","chargingSchedule":{"chargingRateUnit":"A",)"
     R"("chargingSchedulePeriod":[{"startPeriod":0,"limit":16}]}}})"},
    {"TriggerMessage", R"({"requestedMessage":"StatusNotification","connectorId":1})"},
    {"UnlockConnector", R"({"connectorId":1})"},
    {"UpdateFirmware", R"({"location":"ftp://192.0.2.1/fw.bin","retrieveDate":"2030-01-01T00:00:00Z"})"},
};

std::string actionOf(Line& line, ocpp::Role sender) {
  const std::string action = line.word("an action");
  const auto index = ocpp::findAction(action);
  const bool known =
      index && (ocpp::Actions::senders[*index] == sender || ocpp::Actions::senders[*index] == ocpp::Role::Any);
  if (!known || ocpp::Actions::profiles[*index] == ocpp::Profile::Security)
    line.wrong("'" + action + "' is no message of " +
               (sender == ocpp::Role::CentralSystem ? "central systems; `help` lists them" : "charge points"));
  return action;
}

void readExpect(Line& line, Command& command) {
  if (line.next() == '{') {
    command.verb = Verb::Expect;
    command.json = line.json();
    return;
  }
  const std::string what = line.word("JSON, fault or none");
  if (what != "fault" && what != "none") line.wrong("expect: JSON in braces, fault or none, not '" + what + "'");
  command.verb = what == "none" ? Verb::ExpectNone : Verb::ExpectFault;
  if (what == "fault" && !line.empty()) command.word = line.word("a code");
}

void readWait(Line& line, Command& command) {
  command.charger = line.word("a charger");
  if (line.next() == 'c') {
    if (line.word("connected") != "connected") line.wrong("wait: an action or `connected`");
    command.verb = Verb::WaitConnected;
  } else {
    command.verb = Verb::Wait;
    command.action = actionOf(line, ocpp::Role::ChargePoint);
    command.json = line.next() == '{' ? line.json() : "{}";
  }
  if (line.empty()) return;
  if (line.word("within") != "within") line.wrong("wait: only `within SECONDS` may follow");
  command.number = line.number("seconds", 0, 86400);
}

}  // namespace

std::optional<Command> readCommand(const std::string& text, const std::string& place) {
  Line line(text, place);
  if (line.idle()) return std::nullopt;
  Command command;
  command.place = place;
  const std::string first = line.word("a command");
  if (first == "list") {
    command.verb = Verb::List;
  } else if (first == "help") {
    command.verb = Verb::Help;
    if (!line.empty()) command.word = line.word("a version");
  } else if (first == "quit") {
    command.verb = Verb::Quit;
    if (!line.empty()) command.number = line.number("status", 0, 255);
  } else if (first == "expect") {
    readExpect(line, command);
  } else if (first == "wait") {
    readWait(line, command);
  } else {
    command.verb = Verb::Send;
    command.charger = first == "send" ? line.word("a charger") : first;
    command.action = actionOf(line, ocpp::Role::CentralSystem);
    command.json = line.empty() ? "{}" : line.json();
  }
  line.end();
  return command;
}

std::vector<Command> readScript(const std::string& text, const std::string& file) {
  return tool::readLines<Command>(text, file, readCommand);
}

std::string operationsHelp(const std::string& version) {
  std::ostringstream out;
  for (const auto each : {ocpp::Version::V12, ocpp::Version::V15, ocpp::Version::V16}) {
    if (!version.empty() && version != ocpp::name(each)) continue;
    out << "OCPP " << ocpp::name(each) << ":\n";
    for (const Example& example : examples)
      if (ocpp_s::offers(each, ocpp::Role::ChargePoint, *ocpp::findAction(example.action)))
        out << "  CHARGER " << example.action << " " << example.payload << "\n";
  }
  if (out.str().empty()) return "versions are 1.2, 1.5, 1.6\n";
  return out.str() +
         "also: expect JSON | expect fault [CODE] | expect none | wait CHARGER ACTION [JSON] [within SECONDS] | "
         "wait CHARGER connected | list | quit\n";
}

}  // namespace cs
