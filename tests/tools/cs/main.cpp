// SPDX-License-Identifier: GPL-2.0-or-later
// ocpp-soap-cs: wires the parts together and runs until quit, the end of the script or a signal.
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iostream>
#include <memory>

#include "bridge/loop.h"
#include "bridge/options.h"
#include "tests/tools/cs/api.h"
#include "tests/tools/cs/central.h"
#include "tests/tools/cs/commands.h"
#include "tests/tools/cs/conformance.h"
#include "tests/tools/cs/options.h"
#include "tests/tools/cs/prompt.h"
#include "tests/tools/cs/report.h"

namespace {

using namespace cs;
using bridge::BadConfiguration;

/// The JSON-lines log. Lines are complete when the message has passed.
class Journal {
 public:
  explicit Journal(const Options& options) : raw_(options.raw) {
    if (options.logFile.empty() || options.logFile == "-") return;
    file_.open(options.logFile, std::ios::binary | std::ios::app);
    if (!file_) throw BadConfiguration("option log: " + options.logFile + " cannot be written");
  }
  void add(const Message& message) {
    (file_.is_open() ? file_ : std::cout) << compact(logEntry(message, raw_)) << std::endl;
  }

 private:
  bool raw_;
  std::ofstream file_;
};

void greet(const Central& central, const Api* api, std::ostream& out) {
  out << "chargers: " << central.url() << std::endl;
  if (api != nullptr) out << "api: port " << api->port() << std::endl;
  if (isatty(STDIN_FILENO)) out << "`help` shows what can be sent, `list` who is there" << std::endl;
}

/// Everything that prompt, scripts and scenarios need.
struct Parts {
  const Options& options;
  bridge::Loop& loop;
  Central& central;
  std::ostream& people;
  int status = 0;

  void end(int theStatus) {
    status = theStatus;
    loop.stop();
  }
};

int testCharger(Parts& parts) {
  Conformance conformance(
      parts.loop, parts.options, parts.central, parts.people,
      [&](const std::vector<Result>& results) { parts.end(report(results, parts.options, parts.people) ? 0 : 1); });
  const Prompt enter(parts.loop, [&](const std::string&) { conformance.goOn(); });
  parts.loop.run();
  return parts.status;
}

int converse(Parts& parts, std::vector<Command> script) {
  const bool forever = script.empty() || parts.options.stay;
  Runner runner(parts.loop, parts.central, parts.options.patience, parts.people,
                [&](int status) { parts.end(status); });
  const Prompt prompt(parts.loop, [&](const std::string& line) {
    try {
      if (auto command = readCommand(line, "")) runner.add(std::move(*command));
    } catch (const BadConfiguration& bad) { parts.people << bad.what() << std::endl; }
    runner.run();
  });
  for (Command& command : script) runner.add(std::move(command));
  if (!forever) runner.setLast();
  parts.loop.post([&] { runner.run(); });
  parts.loop.run();
  return parts.status;
}

int serve(const Options& options) {
  Rules rules;
  if (!options.configFile.empty()) rules = parseRules(bridge::readFile(options.configFile), options.configFile);
  std::vector<Command> script;
  if (!options.scriptFile.empty()) script = readScript(bridge::readFile(options.scriptFile), options.scriptFile);
  Book book(options.stateFile);
  Journal journal(options);
  std::ostream& people = options.logFile == "-" ? std::cerr : std::cout;
  bridge::Loop loop;
  Central central(loop, options, book, std::move(rules));
  std::unique_ptr<Api> api;
  if (!options.apiAddress.empty()) api = std::make_unique<Api>(loop, options, central);
  if (!options.logFile.empty()) central.watch([&](const Message& message) { journal.add(message); });
  if (!options.quiet && !options.conformance)
    central.watch([&](const Message& message) { people << oneLine(message) << std::endl; });
  Parts parts{options, loop, central, people};
  const int unfinished = options.conformance || (!script.empty() && !options.stay) ? 1 : 0;
  const bridge::SignalWatch term(loop, SIGTERM, [&] { parts.end(unfinished); });
  const bridge::SignalWatch interrupt(loop, SIGINT, [&] { parts.end(unfinished); });
  greet(central, api.get(), people);
  return options.conformance ? testCharger(parts) : converse(parts, std::move(script));
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  try {
    Options options;
    if (!readOptions(argc, argv, options)) return 0;
    if (options.list) {
      std::cout << scenarioList();
      return 0;
    }
    return serve(options);
  } catch (const BadConfiguration& bad) {
    std::cerr << "ocpp-soap-cs: " << bad.what() << "\n";
    return 2;
  } catch (const std::exception& error) {
    std::cerr << "ocpp-soap-cs: " << error.what() << "\n";
    return 1;
  }
}
