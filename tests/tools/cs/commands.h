// SPDX-License-Identifier: GPL-2.0-or-later
// The language of prompt and scripts: reading a line, and running lines one after the other.
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "bridge/loop.h"
#include "tests/tools/cs/central.h"

namespace cs {

struct Command {
  enum class Verb { Send, Expect, ExpectFault, ExpectNone, Wait, WaitConnected, List, Help, Quit };
  Verb verb{};
  std::string charger, action;
  std::string json;           ///< Payload or pattern, with ${transactionId} in it.
  std::string word;           ///< Fault code, version of help.
  std::optional<int> number;  ///< Seconds of wait, status of quit.
  std::string place;          ///< `FILE:LINE`, "" at the prompt.
};

/// Nothing for empty lines and comments. Throws bridge::BadConfiguration that names `place`.
std::optional<Command> readCommand(const std::string& line, const std::string& place);

/// All commands of a script. Throws bridge::BadConfiguration naming file and line.
std::vector<Command> readScript(const std::string& text, const std::string& file);

/// The operations of a version (all versions without one), each with a payload to begin with.
std::string operationsHelp(const std::string& version);

/// Runs commands in their order; one that waits holds up those behind it.
class Runner {
 public:
  using Ended = std::function<void(int status)>;

  /// `ended` is called by quit, by the first failure of a script's command, and at the end of a script (setLast).
  Runner(bridge::Loop& loop, Central& central, int patience, std::ostream& out, Ended ended);

  void add(Command command);
  /// After the commands added so far there are no more.
  void setLast() { last_ = true; }
  /// Goes on with the next command, if none is waiting. Call it after add().
  void run();

 private:
  void start(const Command& command);
  void send(const Command& command);
  void expect(const Command& command);
  void wait(const Command& command);
  void onMessage(const Message& message);
  bool found(const Command& command);
  void done();
  void failed(const Command& command, const std::string& what);
  std::string filled(const std::string& json, const std::string& charger) const;

  Central& central_;
  int patience_;
  std::ostream& out_;
  Ended ended_;
  bridge::Timer timer_;
  std::deque<Command> commands_;
  std::deque<Message> unseen_;  ///< Requests of chargers that no wait has taken.
  std::optional<Command> waiting_;
  std::optional<Outcome> answer_;  ///< Of the last operation.
  bool busy_ = false, last_ = false, over_ = false;
};

}  // namespace cs
