// SPDX-License-Identifier: GPL-2.0-or-later
// ocpp-soap-cp: wires the parts together and runs until quit, the end of script or sessions, or a signal.
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <iostream>
#include <memory>

#include "bridge/data_dir.h"
#include "bridge/loop.h"
#include "bridge/options.h"
#include "tests/tools/common/program.h"
#include "tests/tools/common/prompt.h"
#include "tests/tools/common/report.h"
#include "tests/tools/cp/central_peer.h"
#include "tests/tools/cp/commands.h"
#include "tests/tools/cp/fleet.h"
#include "tests/tools/cp/options.h"
#include "tests/tools/cp/scenario.h"

namespace {

using namespace cp;
using bridge::BadConfiguration;

/// A fleet needs a socket for each charge point that speaks.
void allowManySockets() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

struct Parts {
  const Options& options;
  Wire& wire;
  std::ostream& people;
  tool::Run run;
};

int runFleet(Parts& parts) {
  Fleet fleet(parts.wire, parts.people, [&](int status) {
    if (!parts.options.stay) parts.run.end(status);
  });
  bridge::Timer timer(parts.run.loop);
  if (parts.options.duration > 0)
    timer.start(std::chrono::seconds(parts.options.duration), [&] { parts.run.end(fleet.summary()); });
  const tool::Prompt prompt(parts.run.loop, [&](const std::string& line) { fleet.command(line); });
  return parts.run.go();
}

int converse(Parts& parts, std::vector<Command> script) {
  const bool forever = script.empty() || parts.options.stay;
  Point point(parts.wire, parts.options.id, journalFor(parts.options, parts.options.id));
  Runner runner(parts.wire, point, parts.people, [&](int status) { parts.run.end(status); });
  bridge::Timer timer(parts.run.loop);
  if (parts.options.duration > 0)
    timer.start(std::chrono::seconds(parts.options.duration), [&] { parts.run.end(script.empty() ? 0 : 1); });
  const tool::Prompt prompt(parts.run.loop, [&](const std::string& line) {
    try {
      if (auto command = readCommand(line, "", parts.options.connectors)) runner.add(std::move(*command));
    } catch (const BadConfiguration& bad) { parts.people << bad.what() << std::endl; }
    runner.run();
  });
  for (Command& command : script) runner.add(std::move(command));
  if (!forever) runner.setLast();
  parts.run.loop.post([&] {
    point.switchOn();
    runner.run();
  });
  if (isatty(STDIN_FILENO))
    parts.people << "`help` shows what can happen at the board, `status` how it is" << std::endl;
  return parts.run.go();
}

int testCentral(Parts& parts) {
  const Options& options = parts.options;
  CentralPeer peer(parts.wire);
  tool::Conformance conformance(
      parts.run.loop, options.run, course(), peer, parts.people, [&](const std::vector<tool::Result>& results) {
        const std::string subject = "ocpp-soap-cp conformance of " + options.central;
        const bool good = tool::report(results, options.run, subject, ocpp::Role::ChargePoint, parts.people);
        parts.run.end(good ? 0 : 1);
      });
  const tool::Prompt line(parts.run.loop, [&](const std::string& said) { conformance.hear(said); });
  return parts.run.go();
}

int serve(const Options& options) {
  std::vector<Command> script;
  if (!options.scriptFile.empty())
    script = readScript(bridge::readFile(options.scriptFile), options.scriptFile, options.connectors);
  std::unique_ptr<bridge::DataDirLock> lock;
  if (!options.stateDir.empty()) lock = std::make_unique<bridge::DataDirLock>(options.stateDir);
  tool::MessageLog log(options.logFile, options.raw);
  std::ostream& people = options.logFile == "-" ? std::cerr : std::cout;
  const bool automatic = options.fleet > 0 || !options.sessionTag.empty();
  allowManySockets();
  bridge::Loop loop;
  Wire wire(loop, options);
  if (log.wanted()) wire.watch([&](const Message& message) { log.add(message); });
  if (!options.quiet && options.fleet == 0 && !options.conformance)
    wire.watch([&](const Message& message) { people << tool::oneLine(message, ocpp::Role::ChargePoint) << std::endl; });
  Parts parts{options, wire, people, {loop}};
  const int unfinished = options.conformance || !script.empty() || (automatic && options.sessions > 0) ? 1 : 0;
  const bridge::SignalWatch term(loop, SIGTERM, [&] { parts.run.end(unfinished); });
  const bridge::SignalWatch interrupt(loop, SIGINT, [&] { parts.run.end(unfinished); });
  people << "called at: " << wire.url(options.fleet > 0 ? options.id + "-1" : options.id) << std::endl;
  if (options.conformance) return testCentral(parts);
  return automatic ? runFleet(parts) : converse(parts, std::move(script));
}

}  // namespace

int main(int argc, char** argv) {
  return tool::runProgram("ocpp-soap-cp", [&] {
    Options options;
    if (!readOptions(argc, argv, options)) return 0;
    if (options.run.list) {
      std::cout << (options.run.json ? tool::jsonOf(course()) : tool::listOf(course()));
      return 0;
    }
    return serve(options);
  });
}
