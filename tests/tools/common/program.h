// SPDX-License-Identifier: GPL-2.0-or-later
// What surrounds the work of a tool: its log of messages, its prompt, its runs, its exit status.
#pragma once

#include <csignal>
#include <fstream>
#include <functional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "bridge/loop.h"
#include "bridge/options.h"
#include "tests/tools/common/message.h"
#include "tests/tools/common/prompt.h"
#include "tests/tools/common/report.h"

namespace tool {

/// The JSON-lines log: each message on a line of its own, complete when the message has passed.
class MessageLog {
 public:
  /// "" writes none, "-" to the standard output. Throws bridge::BadConfiguration if the file cannot be written.
  MessageLog(const std::string& file, bool raw);

  bool wanted() const { return wanted_; }
  void add(const Message& message);

 private:
  bool wanted_, raw_;
  std::ofstream file_;
};

/// The verdict of a run, and its end. SIGTERM and SIGINT end it with `unfinished`.
class Run {
 public:
  Run(bridge::Loop& theLoop, int unfinished)
      : loop(theLoop),
        term_(loop, SIGTERM, [this, unfinished] { end(unfinished); }),
        interrupt_(loop, SIGINT, [this, unfinished] { end(unfinished); }) {}

  void end(int status) {
    status_ = status;
    loop.stop();
  }
  /// Until end(); returns the exit status.
  int go() {
    loop.run();
    return status_;
  }

  bridge::Loop& loop;

 private:
  int status_ = 0;
  bridge::SignalWatch term_, interrupt_;
};

/// Runs the commands of a script, and those of the prompt, each read by `read(line, place)`. Without `stay` the run
/// ends with a script. `begin` is called once, from the loop, before the first command.
template <class Runner, class Command, class Read>
int converse(Run& run, Runner& runner, std::vector<Command> script, bool stay, std::ostream& out, const Read& read,
             const std::function<void()>& begin) {
  const bool forever = script.empty() || stay;
  const Prompt prompt(run.loop, [&](const std::string& line) {
    try {
      if (auto command = read(line, "")) runner.add(std::move(*command));
    } catch (const bridge::BadConfiguration& bad) { out << bad.what() << std::endl; }
    runner.run();
  });
  for (Command& command : script) runner.add(std::move(command));
  if (!forever) runner.setLast();
  run.loop.post([&] {
    begin();
    runner.run();
  });
  return run.go();
}

/// A whole conformance run of `peer`, with its report; the prompt is the operator's. `subject` and `we` as in report().
int examine(Run& run, const RunOptions& options, const Course& course, Peer& peer, const std::string& subject,
            std::ostream& out);

/// Does the work of main(): returns what `work` returns, 2 for a mistake in options or files, 1 for other errors, which
/// are shown with the name of the program.
int runProgram(const char* name, const std::function<int()>& work);

}  // namespace tool
