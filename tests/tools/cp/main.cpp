// SPDX-License-Identifier: GPL-2.0-or-later
// ocpp-soap-cp: wires the parts together and runs until quit, the end of script or sessions, or a signal.
#include <sys/resource.h>
#include <unistd.h>

#include <iostream>
#include <memory>

#include "bridge/data_dir.h"
#include "bridge/loop.h"
#include "bridge/options.h"
#include "tests/tools/common/program.h"
#include "tests/tools/common/prompt.h"
#include "tests/tools/cp/central_peer.h"
#include "tests/tools/cp/commands.h"
#include "tests/tools/cp/fleet.h"
#include "tests/tools/cp/options.h"
#include "tests/tools/cp/scenario.h"

namespace {

using namespace cp;

/// A fleet needs a socket for each charge point that speaks.
void allowManySockets() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

/// Everything that fleets, prompt, scripts and scenarios need.
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

int atTheBoard(Parts& parts, std::vector<Command> script) {
  const Options& options = parts.options;
  Point point(parts.wire, options.id, journalFor(options, options.id));
  Runner runner(parts.wire, point, parts.people, [&](int status) { parts.run.end(status); });
  bridge::Timer timer(parts.run.loop);
  const int early = script.empty() ? 0 : 1;
  if (options.duration > 0) timer.start(std::chrono::seconds(options.duration), [&] { parts.run.end(early); });
  if (isatty(STDIN_FILENO))
    parts.people << "`help` shows what can happen at the board, `status` how it is" << std::endl;
  const auto read = [&](const std::string& line, const char* place) {
    return readCommand(line, place, options.connectors);
  };
  return tool::converse(parts.run, runner, std::move(script), options.stay, parts.people, read,
                        [&] { point.switchOn(); });
}

int testCentral(Parts& parts) {
  CentralPeer peer(parts.wire);
  const std::string subject = "ocpp-soap-cp conformance of " + parts.options.central;
  return tool::examine(parts.run, parts.options.run, course(), peer, subject, parts.people);
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
  const int unfinished = options.conformance || !script.empty() || (automatic && options.sessions > 0) ? 1 : 0;
  Parts parts{options, wire, people, {loop, unfinished}};
  people << "called at: " << wire.url(options.fleet > 0 ? options.id + "-1" : options.id) << std::endl;
  if (options.conformance) return testCentral(parts);
  return automatic ? runFleet(parts) : atTheBoard(parts, std::move(script));
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
