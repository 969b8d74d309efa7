// SPDX-License-Identifier: GPL-2.0-or-later
// Log file and exit status.
#include "tests/tools/common/program.h"

#include <iostream>

namespace tool {

using bridge::BadConfiguration;

MessageLog::MessageLog(const std::string& file, bool raw) : wanted_(!file.empty()), raw_(raw) {
  if (!wanted_ || file == "-") return;
  file_.open(file, std::ios::binary | std::ios::app);
  if (!file_) throw BadConfiguration("option log: " + file + " cannot be written");
}

void MessageLog::add(const Message& message) {
  (file_.is_open() ? file_ : std::cout) << compact(logEntry(message, raw_)) << std::endl;
}

int examine(Run& run, const RunOptions& options, const Course& course, Peer& peer, const std::string& subject,
            std::ostream& out) {
  Conformance conformance(run.loop, options, course, peer, out, [&](const std::vector<Result>& results) {
    run.end(report(results, options, subject, course.we(), out) ? 0 : 1);
  });
  const Prompt line(run.loop, [&](const std::string& said) { conformance.hear(said); });
  return run.go();
}

int runProgram(const char* name, const std::function<int()>& work) {
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return work();
  } catch (const BadConfiguration& bad) {
    std::cerr << name << ": " << bad.what() << "\n";
    return 2;
  } catch (const std::exception& error) {
    std::cerr << name << ": " << error.what() << "\n";
    return 1;
  }
}

}  // namespace tool
