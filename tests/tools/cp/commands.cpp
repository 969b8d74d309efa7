// SPDX-License-Identifier: GPL-2.0-or-later
// Reads lines of prompt and scripts.
#include "tests/tools/cp/commands.h"

#include "ocpp/literals.h"
#include "ocpp/text.h"
#include "tests/tools/common/line.h"

namespace cp {

using namespace station;

namespace {

using Verb = Command::Verb;
using What = Condition::What;

/// A line that may name connectors.
class Line : public tool::Line {
 public:
  Line(std::string_view text, const std::string& place, int connectors)
      : tool::Line(text, place), connectors_(connectors) {}

  /// The connector if one is named; `least` 0 allows the whole charge point.
  int connector(int least = 1, int standard = 1) {
    const bool there = next() >= '0' && next() <= '9';
    return there ? number("a connector", least, connectors_) : standard;
  }

 private:
  int connectors_;
};

template <class E>
E wordOf(Line& line, const char* what) {
  const std::string text = line.word(what);
  const auto read = ocpp::read<E>(text, ocpp::Encoding::Json16);
  if (!read) line.wrong("'" + text + "' is not " + what);
  return read->value;
}

ocpp::IdToken tagOf(Line& line) {
  const std::string text = line.word("an idTag");
  if (ocpp::trimmed(text).empty() || ocpp::codePoints(text) > ocpp::IdToken::limit)
    line.wrong("'" + text + "' is no idTag: 1 to 20 characters");
  return ocpp::IdToken(text);
}

using Act = std::function<void(Point&)>;

/// Something that the station is told, with fresh meters.
template <class Do>
Act board(Do act) {
  return [act](Point& point) { point.board([&](Station& station, Steady at) { act(station, at); }); };
}

Act onPlug(Line& line) {
  const int c = line.connector();
  const Plug plug = line.takes("cable") ? Plug::Cable : Plug::Connected;
  return [=](Point& point) { point.plug(c, plug); };
}
Act onUnplug(Line& line) {
  const int c = line.connector();
  return [=](Point& point) { point.plug(c, Plug::None); };
}
Act onTag(Line& line) {
  const auto tag = tagOf(line);
  const int c = line.connector(0, 0);
  return board([=](Station& station, Steady at) { station.tag(c, tag, at); });
}
Act onStart(Line& line) {
  const auto tag = tagOf(line);
  const int c = line.connector();
  return [=](Point& point) {
    point.plug(c, Plug::Connected);
    point.board([&](Station& station, Steady at) { station.tag(c, tag, at); });
  };
}
Act onStop(Line& line) {
  const int c = line.connector();
  return board([=](Station& station, Steady at) { station.stopButton(c, at); });
}
Act onEmergency(Line& line) {
  const int c = line.connector(0, 0);
  return board([=](Station& station, Steady at) { station.emergencyStop(c, at); });
}
Act onEv(Line& line) {
  const bool draws = line.takes("draws");
  if (!draws && !line.takes("pauses")) line.wrong("ev: `draws` or `pauses`");
  const int c = line.connector();
  return [=](Point& point) { point.evDraws(c, draws); };
}
Act faultOf(Line& line, bool blocking) {
  BoardFault fault;
  fault.code = wordOf<ocpp::ChargePointErrorCode>(line, "an error code such as GroundFailure");
  fault.blocking = blocking;
  const int c = line.connector(0);
  return board([=](Station& station, Steady at) { station.fault(c, fault, at); });
}
Act onFault(Line& line) { return faultOf(line, true); }
Act onWarn(Line& line) { return faultOf(line, false); }
Act onClear(Line& line) {
  const auto code = wordOf<ocpp::ChargePointErrorCode>(line, "an error code such as GroundFailure");
  const int c = line.connector(0);
  return board([=](Station& station, Steady at) { station.faultGone(c, code, at); });
}
Act onMeter(Line& line) {
  const int wattHours = line.number("Wh", 0, 2000000000);
  const int c = line.connector();
  return [=](Point& point) { point.setRegister(c, wattHours); };
}
Act onLock(Line& line) {
  const bool works = line.takes("works");
  if (!works && !line.takes("fails")) line.wrong("lock: `works` or `fails`");
  return [=](Point& point) { point.hardware().locksWork = works; };
}
Act onFiles(Line& line) {
  const bool work = line.takes("work");
  if (!work && !line.takes("fail")) line.wrong("files: `work` or `fail`");
  return [=](Point& point) { point.hardware().filesWork = work; };
}
Act onPower(Line& line) {
  const bool on = line.takes("on");
  if (!on && !line.takes("off")) line.wrong("power: `on` or `off`");
  return [=](Point& point) { on ? point.switchOn() : point.switchOff(); };
}
Act onData(Line& line) {
  ocpp::DataTransfer::Request request;
  request.vendorId = ocpp::Text<255>(line.word("a vendorId"));
  if (!line.empty()) request.messageId = ocpp::Text<50>(line.word("a messageId"));
  if (!line.empty()) request.data.emplace(line.word("data"));
  return board([=](Station& station, Steady at) { station.sendData(1, request, at); });
}

Act onMisbehave(Line& line) {
  const Misbehaviour how = readMisbehaviour(line);
  return [=](Point& point) { point.misbehave(how); };
}
Act onBehave(Line&) {
  return [](Point& point) { point.misbehave({}); };
}

struct BoardRow {
  const char* name;
  Act (*read)(Line&);
};
constexpr BoardRow boardRows[] = {
    {"plug", onPlug},           {"unplug", onUnplug}, {"tag", onTag},
    {"start", onStart},         {"stop", onStop},     {"ev", onEv},
    {"emergency", onEmergency}, {"fault", onFault},   {"warn", onWarn},
    {"clear", onClear},         {"meter", onMeter},   {"lock", onLock},
    {"files", onFiles},         {"power", onPower},   {"data", onData},
    {"misbehave", onMisbehave}, {"behave", onBehave},
};

std::string actionOf(Line& line, ocpp::Role sender) {
  const std::string action = line.word("an action");
  const auto index = ocpp::findAction(action);
  if (!index || (ocpp::Actions::senders[*index] != sender && ocpp::Actions::senders[*index] != ocpp::Role::Any))
    line.wrong("'" + action + "' is no message of " +
               (sender == ocpp::Role::CentralSystem ? "central systems" : "charge points"));
  return action;
}

struct ConditionRow {
  const char* name;
  What what;
  bool message;
};
constexpr ConditionRow conditionRows[] = {
    {"registered", What::Registered, false},
    {"transaction", What::Transaction, false},
    {"idle", What::NoTransaction, false},
    {"quiet", What::Quiet, false},
    {"accepted", What::Accepted, false},
    {"refused-tag", What::Refused, false},
    {"sent", What::Sent, true},
    {"received", What::Received, true},
    {"answered", What::Answered, true},
};

Condition conditionOf(Line& line) {
  Condition condition;
  for (const ConditionRow& row : conditionRows) {
    if (!line.takes(row.name)) continue;
    condition.what = row.what;
    if (!row.message) {
      condition.connector = line.connector();
      return condition;
    }
    const auto sender = row.what == What::Received ? ocpp::Role::CentralSystem : ocpp::Role::ChargePoint;
    condition.word = actionOf(line, sender);
    if (line.next() == '{') condition.json = line.json();
    return condition;
  }
  condition.what = What::Status;
  condition.word = ocpp::word(wordOf<ocpp::ChargePointStatus>(line, "a condition or a status; `help` lists them"));
  condition.connector = line.connector();
  return condition;
}

void readRest(Line& line, Command& command, const std::string& verb) {
  if (verb == "wait" || verb == "expect") {
    command.verb = verb == "wait" ? Verb::Wait : Verb::Expect;
    command.negated = command.verb == Verb::Expect && line.takes("not");
    command.condition = conditionOf(line);
    if (command.verb == Verb::Wait && line.takes("within")) command.number = line.number("seconds", 0, 86400);
  } else if (verb == "pause") {
    command.verb = Verb::Pause;
    command.number = line.number("seconds", 0, 86400);
  } else if (verb == "status") {
    command.verb = Verb::Status;
  } else if (verb == "help") {
    command.verb = Verb::Help;
  } else if (verb == "quit") {
    command.verb = Verb::Quit;
    if (!line.empty()) command.number = line.number("status", 0, 255);
  } else {
    line.wrong("'" + verb + "' is no command; `help` lists them");
  }
}

}  // namespace

const std::vector<const char*>& commandLines() {
  static const std::vector<const char*> lines{
      "plug [C] [cable], unplug [C]        connector C is 1 if none is named",
      "tag TAG [C]                         at the reader of all connectors, or of one",
      "start TAG [C], stop [C]             plug in and show the tag; the stop button",
      "ev draws|pauses [C]                 the EV takes energy, or not",
      "fault CODE [C], warn CODE [C], clear CODE [C]",
      "                                    such as GroundFailure; C 0 is the whole charge point",
      "meter WH [C]                        sets the register",
      "lock works|fails, files work|fail   of plugs; of uploads and downloads",
      "emergency [C], power off|on         emergency stop; the supply",
      "data VENDOR [ID [DATA]]             DataTransfer",
      "misbehave HOW [ACTION], behave      how the central system is answered, all or this action: late SECONDS,",
      "                                    soap11, other-relates-to, no-relates-to, broken-xml, html, empty,",
      "                                    truncated, reset, silence",
      "wait CONDITION [within SECONDS]     registered, STATUS [C], transaction [C], idle [C], quiet,",
      "                                    accepted or refused-tag (the last tag), sent ACTION [JSON],",
      "                                    received ACTION [JSON], answered ACTION [JSON]",
      "expect [not] CONDITION              it must (not) be so now; messages: since the last wait for one",
      "pause SECONDS, status, help, quit [STATUS]",
      "JSON is a pattern in the words of OCPP 1.6-J: {\"status\":\"Charging|SuspendedEV\"}; # begins a comment."};
  return lines;
}

std::optional<Command> readCommand(const std::string& text, const std::string& place, int connectors) {
  Line line(text, place, connectors);
  if (line.idle()) return std::nullopt;
  Command command;
  command.place = place;
  command.text = std::string(ocpp::trimmed(text));
  const std::string verb = line.word("a command");
  for (const BoardRow& row : boardRows)
    if (verb == row.name) command.board = row.read(line);
  if (!command.board) readRest(line, command, verb);
  line.end();
  return command;
}

std::vector<Command> readScript(const std::string& text, const std::string& file, int connectors) {
  return tool::readLines<Command>(text, file, [&](const std::string& line, const std::string& place) {
    return readCommand(line, place, connectors);
  });
}

}  // namespace cp
