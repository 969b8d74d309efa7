// SPDX-License-Identifier: GPL-2.0-or-later
// ocpp-soap-bridge: wires the parts together, listens, reloads on SIGHUP, drains on SIGTERM.
#include <unistd.h>

#include <csignal>
#include <functional>
#include <iostream>
#include <memory>
#include <vector>

#include "bridge/access.h"
#include "bridge/backup_command.h"
#include "bridge/charger.h"
#include "bridge/chargers_source.h"
#include "bridge/embedded_central.h"
#include "bridge/endpoint.h"
#include "bridge/hardening.h"
#include "bridge/listeners.h"
#include "bridge/options.h"
#include "bridge/queue_command.h"
#include "bridge/quota.h"
#include "bridge/reloader.h"
#include "bridge/shard.h"
#include "bridge/sqlite_store.h"
#include "bridge/startup_checks.h"
#include "bridge/system_limits.h"
#include "bridge/url.h"

namespace {

using namespace bridge;

/// Stops in two steps: no new connections and every open exchange answered; then whoever still waits is told so.
class Drain {
 public:
  Drain(Loop& loop, Shard& shard, Listeners& server, Endpoint& endpoint, Log& log)
      : loop_(loop),
        shard_(shard),
        server_(server),
        endpoint_(endpoint),
        log_(log),
        poll_(loop),
        limit_(loop),
        grace_(loop) {}

  void begin() {
    if (begun_) return;
    begun_ = true;
    log_.line(Log::Level::Info, "", "draining", std::to_string(server_.inFlight()) + " exchanges open");
    endpoint_.setDraining();
    server_.stopListening();
    poll_.startEvery(std::chrono::milliseconds(20), [this] { look(); });
    limit_.start(std::chrono::seconds(shard_.options().drainTimeout), [this] { finish(); });
    grace_.start(std::chrono::seconds(5), [this] { patient_ = false; });
    look();
  }

 private:
  void look() {
    if (finishing_) {
      if (server_.flushed() && shard_.disconnected()) loop_.stop();
    } else if (server_.inFlight() == 0 && (patient_ ? shard_.quiet() : shard_.idle())) {
      finish();
    }
  }
  void finish() {
    if (finishing_) return;
    finishing_ = true;
    shard_.drain();
    limit_.start(std::chrono::seconds(1), [this] { loop_.stop(); });  // for a back-end that does not answer our close
  }

  Loop& loop_;
  Shard& shard_;
  Listeners& server_;
  Endpoint& endpoint_;
  Log& log_;
  Timer poll_, limit_, grace_;
  bool begun_ = false, finishing_ = false;
  bool patient_ = true;  // for a short while also for answers that nobody needs: else they are asked for again
};

void tell(Log& log, Log::Level level, const char* event, const std::vector<std::string>& sentences) {
  for (const std::string& each : sentences) log.line(level, "", event, each);
}

/// One part of what SIGHUP asks for; the other parts do not suffer from its mistakes.
void reload(Log& log, const std::string& what, const std::function<void()>& part) {
  try {
    part();
    log.line(Log::Level::Info, "", "reloaded", what);
  } catch (const std::runtime_error& bad) {
    log.line(Log::Level::Error, "", "reload-failed", std::string(bad.what()) + "; what was there before stays");
  }
}

/// What the loop itself tells: mistakes of ours that the firewall stopped (C6), and turns that were too long (C4).
void watch(Loop& loop, Log& log) {
  loop.firewall().onCaught([&log](const Firewall::Caught& caught) {
    const std::string_view source = eventSourceName(caught.source);
    log.line(Log::Level::Error, "", "internal", caught.what, {{"source", source}, {"leg", caught.leg}});
  });
  loop.turns().onTooLong([&log](TurnMeter::Time took) {
    log.line(Log::Level::Warning, "", "slow-turn", "one turn of the loop kept everybody waiting",
             {{"cpuMs", std::to_string(took.count() / 1000)}});
  });
}

void tellDescriptors(Log& log, bool none) {
  if (none)
    log.line(Log::Level::Error, "", "no-descriptors", "no descriptor is left for who connects; idle ones give way");
  else
    log.line(Log::Level::Info, "", "descriptors", "there are descriptors again");
}

/// The options, within what the system gives.
Options fitted(Options options, Log& log) {
  for (const std::string& each : fitToSystem(options.limits, takeSystemLimits(), options.centralUrl.empty()))
    log.line(Log::Level::Warning, "", "limit", each);
  return options;
}

/// What the program does besides running as a bridge; a word in front of all options.
struct Command {
  const char* name;
  int (*run)(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err);
};
constexpr Command commands[] = {
    {"queue", queueCommand}, {"move", moveCommand}, {"backup", backupCommand}, {"restore", restoreCommand}};

/// Null without --data-dir. The share of each charger, if nobody has chosen one, follows from the disk.
std::unique_ptr<SqliteStore> openStore(Loop& loop, Options& options) {
  if (options.dataDir.empty()) return nullptr;
  SqliteStoreOptions where;
  where.directory = options.dataDir;
  where.acceptLoss = options.acceptLoss;
  auto store = std::make_unique<SqliteStore>(loop, std::move(where));
  if (options.limits.chargerBytes == 0)
    options.limits.chargerBytes = usualShare(freeBytes(databasePath(options.dataDir)));
  return store;
}

/// SIGHUP, but for the chargers file.
void renewSecrets(Log& log, const Options& options, Listeners& server, Shard& shard) {
  try {
    tell(log, Log::Level::Warning, "insecure", setupWarnings(options));
  } catch (const std::runtime_error& bad) { log.line(Log::Level::Error, "", "insecure", bad.what()); }
  if (!server.tlsUrl().empty()) reload(log, options.tlsCert, [&] { server.renewCertificates(); });
  if (!options.centralPasswordFile.empty())
    reload(log, options.centralPasswordFile, [&] { shard.renewCentralPassword(); });
}

void tellFewWebSockets(Log& log, std::size_t chargers, std::size_t webSockets) {
  if (chargers <= webSockets) return;
  log.line(Log::Level::Warning, "", "limit",
           std::to_string(chargers) + " chargers, and descriptors for " + std::to_string(webSockets) +
               " WebSockets: raise the limit of open files");
}

const std::string& soapUrlOf(const Listeners& server) {
  return server.plainUrl().empty() ? server.tlsUrl() : server.plainUrl();
}

void tellListening(Log& log, const Options& options, const Listeners& server, const std::string& backEnd) {
  const InputLimits& limits = options.limits;
  log.line(Log::Level::Info, "", "listening", "",
           {{"soap", soapUrlOf(server)},
            {"soapTls", server.tlsUrl().empty() ? "none" : server.tlsUrl()},
            {"central", backEnd},
            {"maxConnections", std::to_string(limits.connections)},
            {"maxWebSockets", std::to_string(limits.webSockets)},
            {"maxCalls", std::to_string(limits.calls)},
            {"maxUnfinishedMib", std::to_string(limits.unfinished)}});
}

int serve(const Options& chosen) {
  if (!chosen.coreDumps) makeUndumpable();
  ChargersSource source(chosen);
  ChargersFile chargers = source.load();
  const std::vector<std::string> warnings = setupWarnings(chosen);
  Log log(STDOUT_FILENO, {chosen.logFormat, Log::Level::Info, chosen.logLimit});
  Options options = fitted(chosen, log);
  tellFewWebSockets(log, chargers.size(), options.limits.webSockets);
  Loop loop;
  watch(loop, log);
  Timer leftOut(loop);
  leftOut.startEvery(std::chrono::seconds(10), [&log] { log.tellLeftOut(); });
  std::unique_ptr<EmbeddedCentral> embedded;
  if (options.centralUrl.empty()) embedded = std::make_unique<EmbeddedCentral>(loop, log);
  const std::unique_ptr<SqliteStore> store = openStore(loop, options);
  HttpClient calls(loop, callOptions(options));
  const std::string problem = options.chargerCa.empty() ? "" : calls.tlsProblem();
  if (!problem.empty()) throw BadConfiguration("option charger-ca: " + problem);
  WsClient central(loop);
  if (options.limits.webSockets != 0) central.setMost(options.limits.webSockets);
  const Outside outside{systemClock(), loop.deadlines(), calls, central, store.get(), log};
  Shard shard(outside, options, embedded ? embedded->url() : options.centralUrl);
  Access access(options.access, options.autoRegister);
  access.configure(chargers);
  PasswordHasher hasher(loop);
  Endpoint endpoint(loop, shard, access, embedded.get(), &hasher);
  const auto serveOne = [&](HttpRequest&& request, Responder responder) {
    endpoint.handle(std::move(request), std::move(responder));
  };
  Listeners server(
      loop, options, serveOne,
      {[&](const std::string& peer, const std::string& why) { endpoint.certificateRefused(peer, why); },
       [&](const std::string& peer, DoorMistake what) { endpoint.door().tell(what, peer); },
       [&](bool none) { tellDescriptors(log, none); }, [&](const HttpRequest& begun) { return endpoint.grant(begun); },
       [&](const HttpRequest& begun) { return endpoint.refusesUnread(begun); }});
  endpoint.setServer(server);
  shard.setPublicUrl(options.publicUrl.empty() ? soapUrlOf(server) : options.publicUrl);
  for (const NetAddress& own : server.addresses()) shard.addresses().addListener(own);
  if (embedded) shard.addresses().addListener(*NetAddress::parse("127.0.0.1", Url::parse(embedded->url())->port));
  shard.configure(std::move(chargers));
  shard.restore();
  Drain drain(loop, shard, server, endpoint, log);
  const SignalWatch term(loop, SIGTERM, [&] { drain.begin(); });
  const SignalWatch interrupt(loop, SIGINT, [&] { drain.begin(); });
  Reloader chargersAgain(loop, source, access, shard, log, options.chargersFile);
  const SignalWatch hangup(loop, SIGHUP, [&] {
    renewSecrets(log, options, server, shard);
    chargersAgain.begin();
  });
  tellListening(log, options, server, embedded ? "embedded" : options.centralUrl);
  tell(log, Log::Level::Warning, "insecure", warnings);
  tell(log, Log::Level::Warning, "insecure", source.warnings());
  loop.run();
  log.line(Log::Level::Info, "", "stopped", "");
  return 0;
}

/// Says why, if somebody reads it: a reader that stalls does not keep the process (C7).
int fail(int status, const std::string& why) {
  LogWriter errors(STDERR_FILENO, [](std::uint64_t) { return std::string(); });
  errors.write("ocpp-soap-bridge: " + why + "\n");
  return status;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  try {
    for (const auto& [name, run] : commands)
      if (argc > 1 && std::string_view(argv[1]) == name) {
        makeUndumpable();
        return run(std::vector<std::string>(argv + 2, argv + argc), std::cout, std::cerr);
      }
    const CommandLine command = readCommandLine(argc, argv);
    switch (command.action) {
      case CommandLine::Action::Help: std::cout << helpText(); return 0;
      case CommandLine::Action::HelpTable: std::cout << helpTable(); return 0;
      case CommandLine::Action::Version:
        std::cout << "ocpp-soap-bridge " << OCPP_SOAP_GATEWAY_VERSION << "\n";
        return 0;
      case CommandLine::Action::Run: break;
    }
    return serve(command.options);
  } catch (const BadConfiguration& bad) { return fail(2, bad.what()); } catch (const std::exception& error) {
    return fail(1, error.what());
  }
}
