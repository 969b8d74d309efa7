// SPDX-License-Identifier: GPL-2.0-or-later
// Runs the commands of prompt and scripts.
#include <algorithm>

#include "bridge/options.h"
#include "tests/tools/cs/commands.h"

namespace cs {

namespace {

using Verb = Command::Verb;
constexpr std::size_t mostUnseen = 10000;

}  // namespace

Runner::Runner(bridge::Loop& loop, Central& central, int patience, std::ostream& out, Ended ended)
    : central_(central), patience_(patience), out_(out), ended_(std::move(ended)), timer_(loop) {
  central_.watch([this](const Message& message) { onMessage(message); });
}

void Runner::add(Command command) { commands_.push_back(std::move(command)); }

void Runner::run() {
  while (!busy_ && !over_ && !commands_.empty()) {
    const Command command = std::move(commands_.front());
    commands_.pop_front();
    busy_ = true;
    start(command);
  }
  if (!busy_ && !over_ && last_ && commands_.empty()) {
    over_ = true;
    ended_(0);
  }
}

void Runner::done() { busy_ = false; }

void Runner::failed(const Command& command, const std::string& what) {
  out_ << (command.place.empty() ? "" : command.place + ": ") << what << std::endl;
  busy_ = false;
  if (command.place.empty()) return;  // at the prompt people go on
  over_ = true;
  ended_(1);
}

void Runner::start(const Command& command) {
  switch (command.verb) {
    case Verb::Send: return send(command);
    case Verb::Expect:
    case Verb::ExpectFault:
    case Verb::ExpectNone: return expect(command);
    case Verb::Wait:
    case Verb::WaitConnected: return wait(command);
    case Verb::List: out_ << central_.book().table() << std::flush; return done();
    case Verb::Help: out_ << operationsHelp(command.word) << std::flush; return done();
    case Verb::Quit: break;
  }
  over_ = true;
  ended_(command.number.value_or(0));
}

std::string Runner::filled(const std::string& json, const std::string& charger) const {
  constexpr std::string_view name = "${transactionId}";
  const Transaction* newest = central_.book().newest(charger);
  const std::string id = newest == nullptr ? "0" : std::to_string(newest->id);
  std::string out = json;
  for (std::size_t at; (at = out.find(name)) != std::string::npos;) out.replace(at, name.size(), id);
  return out;
}

void Runner::send(const Command& command) {
  central_.send(command.charger, command.action, filled(command.json, command.charger),
                [this, command](const Outcome& outcome) {
                  answer_ = outcome;
                  if (!outcome.sent) return failed(command, outcome.reply.text);
                  done();
                  run();
                });
}

void Runner::expect(const Command& command) {
  if (!answer_) return failed(command, "expect: nothing has been sent yet");
  const Message& reply = answer_->reply;
  const bool fault = reply.kind == Message::Kind::Fault;
  std::string wanted, where;
  bool good = false;
  if (command.verb == Verb::ExpectFault) {
    wanted = "a fault" + (command.word.empty() ? "" : " " + command.word);
    good = fault && (command.word.empty() || reply.text.rfind(command.word + ":", 0) == 0);
  } else if (command.verb == Verb::ExpectNone) {
    wanted = "no answer";
    good = reply.kind == Message::Kind::Trouble;
  } else {
    wanted = filled(command.json, reply.charger);
    good = reply.kind == Message::Kind::Response && matches(reply.payload, Json::parse(wanted, nullptr, false), where);
  }
  if (!good)
    return failed(command, "expected " + wanted + (where.empty() ? "" : " (differs at " + where + ")") + ", got " +
                               oneLine(reply, ocpp::Role::CentralSystem));
  done();
}

void Runner::wait(const Command& command) {
  waiting_ = command;
  if (found(command)) {
    waiting_.reset();
    return done();
  }
  timer_.start(std::chrono::seconds(command.number.value_or(patience_)), [this] {
    const Command late = *waiting_;
    waiting_.reset();
    failed(late, late.verb == Verb::WaitConnected ? "charger " + late.charger + " was not heard in time"
                                                  : "no " + late.action + " " + filled(late.json, late.charger) +
                                                        " of " + late.charger + " in time");
    run();
  });
}

/// True if what the command waits for is there; it is taken.
bool Runner::found(const Command& command) {
  if (command.verb == Verb::WaitConnected) {
    const KnownCharger* charger = central_.book().find(command.charger);
    return charger != nullptr && charger->lastSeen != ocpp::Instant{};
  }
  const Json wanted = Json::parse(filled(command.json, command.charger), nullptr, false);
  const auto place = std::find_if(unseen_.begin(), unseen_.end(), [&](const Message& message) {
    std::string ignored;
    return message.charger == command.charger && message.action == command.action &&
           matches(message.payload, wanted, ignored);
  });
  if (place == unseen_.end()) return false;
  unseen_.erase(place);
  return true;
}

void Runner::onMessage(const Message& message) {
  if (!message.incoming || message.kind != Message::Kind::Request) return;
  unseen_.push_back(message);
  if (unseen_.size() > mostUnseen) unseen_.pop_front();
  if (!waiting_ || !found(*waiting_)) return;
  waiting_.reset();
  // Later, so that the charger has its answer before the next command goes out.
  timer_.start(std::chrono::milliseconds(0), [this] {
    done();
    run();
  });
}

}  // namespace cs
