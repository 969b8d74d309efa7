// SPDX-License-Identifier: GPL-2.0-or-later
// ocpp-soap-cs: wires the parts together and runs until quit, the end of the script or a signal.
#include <unistd.h>

#include <iostream>
#include <memory>

#include "bridge/loop.h"
#include "bridge/options.h"
#include "tests/tools/common/program.h"
#include "tests/tools/cs/api.h"
#include "tests/tools/cs/central.h"
#include "tests/tools/cs/charger_peer.h"
#include "tests/tools/cs/commands.h"
#include "tests/tools/cs/options.h"
#include "tests/tools/cs/scenario.h"

namespace {

using namespace cs;

void greet(const Central& central, const Api* api, std::ostream& out) {
  out << "chargers: " << central.url() << std::endl;
  if (api != nullptr) out << "api: port " << api->port() << std::endl;
  if (isatty(STDIN_FILENO)) out << "`help` shows what can be sent, `list` who is there" << std::endl;
}

/// Everything that prompt, scripts and scenarios need.
struct Parts {
  const Options& options;
  Central& central;
  std::ostream& people;
  tool::Run run;
};

int testCharger(Parts& parts) {
  ChargerPeer peer(parts.run.loop, parts.options, parts.central, parts.people);
  const std::string subject = "ocpp-soap-cs conformance of " + parts.options.charger;
  return tool::examine(parts.run, parts.options.run, course(), peer, subject, parts.people);
}

int converse(Parts& parts, std::vector<Command> script) {
  Runner runner(parts.run.loop, parts.central, parts.options.run.patience, parts.people,
                [&](int status) { parts.run.end(status); });
  return tool::converse(parts.run, runner, std::move(script), parts.options.stay, parts.people, readCommand, [] {});
}

int serve(const Options& options) {
  Rules rules;
  if (!options.configFile.empty()) rules = parseRules(bridge::readFile(options.configFile), options.configFile);
  std::vector<Command> script;
  if (!options.scriptFile.empty()) script = readScript(bridge::readFile(options.scriptFile), options.scriptFile);
  Book book(options.stateFile);
  tool::MessageLog log(options.logFile, options.raw);
  std::ostream& people = options.logFile == "-" ? std::cerr : std::cout;
  bridge::Loop loop;
  Central central(loop, options, book, std::move(rules));
  std::unique_ptr<Api> api;
  if (!options.apiAddress.empty()) api = std::make_unique<Api>(loop, options, central);
  if (log.wanted()) central.watch([&](const Message& message) { log.add(message); });
  if (!options.quiet && !options.conformance)
    central.watch(
        [&](const Message& message) { people << tool::oneLine(message, ocpp::Role::CentralSystem) << std::endl; });
  const int unfinished = options.conformance || (!script.empty() && !options.stay) ? 1 : 0;
  Parts parts{options, central, people, {loop, unfinished}};
  greet(central, api.get(), people);
  return options.conformance ? testCharger(parts) : converse(parts, std::move(script));
}

}  // namespace

int main(int argc, char** argv) {
  return tool::runProgram("ocpp-soap-cs", [&] {
    Options options;
    if (!readOptions(argc, argv, options)) return 0;
    if (options.run.list) {
      std::cout << (options.run.json ? tool::jsonOf(course()) : tool::listOf(course()));
      return 0;
    }
    return serve(options);
  });
}
