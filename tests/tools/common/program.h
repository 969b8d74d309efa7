// SPDX-License-Identifier: GPL-2.0-or-later
// What surrounds the work of a tool: its log of messages, its exit status.
#pragma once

#include <fstream>
#include <functional>
#include <string>

#include "bridge/loop.h"
#include "tests/tools/common/message.h"

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

/// The verdict of a run, and its end.
struct Run {
  bridge::Loop& loop;
  int status = 0;

  void end(int theStatus) {
    status = theStatus;
    loop.stop();
  }
  /// Until end(); returns the exit status.
  int go() {
    loop.run();
    return status;
  }
};

/// Does the work of main(): returns what `work` returns, 2 for a mistake in options or files, 1 for other errors, which
/// are shown with the name of the program.
int runProgram(const char* name, const std::function<int()>& work);

}  // namespace tool
