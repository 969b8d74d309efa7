// SPDX-License-Identifier: GPL-2.0-or-later
// Runs the commands of prompt and scripts.
#include <algorithm>

#include "ocpp/literals.h"
#include "tests/tools/cp/commands.h"

namespace cp {

using namespace station;

namespace {

using Verb = Command::Verb;
using What = Condition::What;
constexpr std::size_t mostMessages = 10000;

constexpr const char* outcomes[] = {"accepted", "refused", "stopped", "waiting"};

bool fits(const Message& message, const Condition& condition) {
  const bool request = message.kind == Message::Kind::Request;
  if (message.action != condition.word) return false;
  if (condition.what == What::Sent && (message.incoming || !request)) return false;
  if (condition.what == What::Received && (!message.incoming || !request)) return false;
  if (condition.what == What::Answered && (!message.incoming || message.kind != Message::Kind::Response)) return false;
  std::string ignored;
  return tool::matches(message.payload, Json::parse(condition.json, nullptr, false), ignored);
}

bool isOfMessages(What what) { return what == What::Sent || what == What::Received || what == What::Answered; }

}  // namespace

Runner::Runner(Wire& wire, Point& point, std::ostream& out, Ended ended)
    : point_(point), out_(out), ended_(std::move(ended)), patience_(wire.options().run.patience), timer_(wire.loop()) {
  wire.watch([this](const Message& message) { onMessage(message); });
  Point::Events events;
  events.changed = [this] { look(); };
  events.shown = [this](int connector, TagOutcome outcome) {
    shown_ = outcome;
    out_ << "* tag " << outcomes[static_cast<std::size_t>(outcome)]
         << (connector > 0 ? " at connector " + std::to_string(connector) : "") << std::endl;
  };
  events.noted = [this](Level level, const std::string& text) {
    if (level != Level::Debug) out_ << "* " << text << std::endl;
  };
  point_.watch(std::move(events));
}

void Runner::run() {
  if (running_) return;
  running_ = true;
  while (!busy_ && !over_ && !commands_.empty()) {
    const Command command = std::move(commands_.front());
    commands_.pop_front();
    start(command);
  }
  running_ = false;
  if (!busy_ && !over_ && last_ && commands_.empty()) {
    over_ = true;
    ended_(0);
  }
}

void Runner::failed(const Command& command, const std::string& what) {
  out_ << (command.place.empty() ? "" : command.place + ": ") << what << std::endl;
  if (command.place.empty()) return;  // at the prompt people go on
  showStatus();
  over_ = true;
  ended_(1);
}

void Runner::start(const Command& command) {
  switch (command.verb) {
    case Verb::Board: return command.board(point_);
    case Verb::Expect:
      if (holds(command.condition) == command.negated) failed(command, "not so: " + command.text);
      return;
    case Verb::Pause:
      busy_ = true;
      return timer_.start(std::chrono::seconds(*command.number), [this] {
        busy_ = false;
        run();
      });
    case Verb::Status: return showStatus();
    case Verb::Help:
      for (const char* line : commandLines()) out_ << line << "\n";
      out_ << std::flush;
      return;
    case Verb::Quit: over_ = true; return ended_(command.number.value_or(0));
    case Verb::Wait: break;
  }
  busy_ = true;
  waiting_ = command;
  timer_.start(std::chrono::seconds(command.number.value_or(patience_)), [this] {
    const Command late = *waiting_;
    waiting_.reset();
    busy_ = false;
    failed(late, "not in time: " + late.text);
    run();
  });
  look();
}

// Goes on later: the station is still telling us things.
void Runner::look() {
  if (!waiting_ || !holds(waiting_->condition)) return;
  if (isOfMessages(waiting_->condition.what)) {
    const auto place = std::find_if(messages_.begin(), messages_.end(),
                                    [this](const Message& each) { return fits(each, waiting_->condition); });
    messages_.erase(messages_.begin(), place + 1);
  }
  waiting_.reset();
  timer_.start(std::chrono::milliseconds(0), [this] {
    busy_ = false;
    run();
  });
}

void Runner::onMessage(const Message& message) {
  messages_.push_back(message);
  messages_.back().xml.clear();
  if (messages_.size() > mostMessages) messages_.pop_front();
  if (waiting_ && isOfMessages(waiting_->condition.what)) look();
}

bool Runner::seen(const Condition& condition) const {
  return std::any_of(messages_.begin(), messages_.end(), [&](const Message& each) { return fits(each, condition); });
}

bool Runner::holds(const Condition& condition) {
  if (isOfMessages(condition.what)) return seen(condition);
  if (condition.what == What::Accepted) return shown_ == TagOutcome::Accepted;
  if (condition.what == What::Refused) return shown_ == TagOutcome::Refused;
  if (!point_.isOn()) return false;
  const View view = point_.view();
  const ConnectorView& connector = view.connectors[static_cast<std::size_t>(condition.connector) - 1];
  switch (condition.what) {
    case What::Registered: return view.registration == ocpp::RegistrationStatus::Accepted && view.online;
    case What::Status: return ocpp::word(connector.status) == condition.word;
    case What::Transaction: return connector.transaction && connector.transactionId;
    case What::NoTransaction: return !connector.transaction;
    default: return point_.quiet();
  }
}

void Runner::showStatus() {
  if (!point_.isOn()) {
    out_ << "switched off" << std::endl;
    return;
  }
  const View view = point_.view();
  out_ << (view.registration ? ocpp::word(*view.registration) : "not registered")
       << (view.online ? ", online" : ", offline") << ", " << view.queued << " messages wait\n";
  for (int c = 1; c <= point_.hardware().size(); ++c) {
    const ConnectorView& each = view.connectors[static_cast<std::size_t>(c) - 1];
    const Board::Connector& board = point_.hardware().at(c);
    out_ << "connector " << c << ": " << ocpp::word(each.status);
    if (each.transaction)
      out_ << ", transaction " << (each.transactionId ? std::to_string(each.transactionId->value) : "without id yet");
    out_ << ", " << board.microWh / 1000000 << " Wh, " << point_.hardware().watts(c) << " W"
         << (board.locked ? ", locked" : "") << "\n";
  }
  out_ << std::flush;
}

}  // namespace cp
