// SPDX-License-Identifier: GPL-2.0-or-later
// The language of prompt and scripts: what happens at the board, and what is waited for.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "bridge/loop.h"
#include "tests/tools/cp/point.h"

namespace cp {

/// Something that is so or not: of the charge point, or about the messages since the last wait.
struct Condition {
  enum class What {
    Registered,
    Status,
    Transaction,
    NoTransaction,
    Quiet,
    Sent,
    Received,
    Answered,
    Refused,
    Accepted
  };
  What what{};
  std::string word;  ///< Status, or action.
  int connector = 1;
  std::string json = "{}";  ///< Pattern for the payload.
};

struct Command {
  enum class Verb { Board, Wait, Expect, Pause, Status, Help, Quit };
  Verb verb{};
  std::function<void(Point&)> board;
  Condition condition;
  bool negated = false;
  std::optional<int> number;  ///< Seconds, or exit status.
  std::string text;           ///< The line, for messages.
  std::string place;          ///< `FILE:LINE`, "" at the prompt.
};

/// Nothing for empty lines and comments. Throws bridge::BadConfiguration that names `place`.
std::optional<Command> readCommand(const std::string& line, const std::string& place, int connectors);
/// All commands of a script. Throws bridge::BadConfiguration naming file and line.
std::vector<Command> readScript(const std::string& text, const std::string& file, int connectors);

/// Runs commands in their order; one that waits holds up those behind it.
class Runner {
 public:
  using Ended = std::function<void(int status)>;

  /// Watches wire and charge point, which outlive it. `ended` is called by quit, by the first failure of a script, and
  /// at its end (setLast).
  Runner(Wire& wire, Point& point, std::ostream& out, Ended ended);

  void add(Command command) { commands_.push_back(std::move(command)); }
  /// After the commands added so far there are no more.
  void setLast() { last_ = true; }
  /// Goes on with the next command, if none is waiting. Call it after add().
  void run();

 private:
  void start(const Command& command);
  void onMessage(const Message& message);
  void look();
  bool holds(const Condition& condition);
  /// The messages of that kind that match.
  bool seen(const Condition& condition) const;
  void failed(const Command& command, const std::string& what);
  void showStatus();

  Point& point_;
  std::ostream& out_;
  Ended ended_;
  int patience_;
  bridge::Timer timer_;
  std::deque<Command> commands_;
  std::deque<Message> messages_;  ///< Since the last wait.
  std::optional<Command> waiting_;
  std::optional<station::TagOutcome> shown_;
  bool busy_ = false, last_ = false, over_ = false, running_ = false;
};

}  // namespace cp
