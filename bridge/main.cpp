// SPDX-License-Identifier: GPL-2.0-or-later
// ocpp-soap-bridge: wires the parts together, listens, reloads on SIGHUP, drains on SIGTERM.
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <functional>
#include <iostream>
#include <memory>

#include "bridge/access.h"
#include "bridge/charger.h"
#include "bridge/embedded_central.h"
#include "bridge/endpoint.h"
#include "bridge/listeners.h"
#include "bridge/options.h"
#include "bridge/queue_command.h"
#include "bridge/shard.h"
#include "bridge/sqlite_store.h"
#include "bridge/url.h"

namespace {

using namespace bridge;

/// As many files as the system lets us have: a charger needs two.
void raiseFileLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

ChargersFile loadChargers(const Options& options) {
  if (options.chargersFile.empty()) return {};
  ChargersFile chargers = parseChargers(readFile(options.chargersFile), options.chargersFile);
  for (const auto& [identity, config] : chargers)
    if (config.access.needsCertificate.value_or(false) && options.tlsClientCa.empty())
      throw BadConfiguration(options.chargersFile + ": charger '" + identity +
                             "': clientCertificate: needs the option tls-client-ca");
  return chargers;
}

/// Stops in two steps: no new connections and every open exchange answered; then whoever still waits is told so.
class Drain {
 public:
  Drain(Loop& loop, Shard& shard, Listeners& server, Endpoint& endpoint, Log& log)
      : loop_(loop), shard_(shard), server_(server), endpoint_(endpoint), log_(log), poll_(loop), limit_(loop) {}

  void begin() {
    if (begun_) return;
    begun_ = true;
    log_.line(Log::Level::Info, "", "draining", std::to_string(server_.inFlight()) + " exchanges open");
    endpoint_.setDraining();
    server_.stopListening();
    poll_.startEvery(std::chrono::milliseconds(20), [this] { look(); });
    limit_.start(std::chrono::seconds(shard_.options().drainTimeout), [this] { finish(); });
    look();
  }

 private:
  void look() {
    if (finishing_) {
      if (server_.flushed() && shard_.disconnected()) loop_.stop();
    } else if (server_.inFlight() == 0 && shard_.idle()) {
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
  Timer poll_, limit_;
  bool begun_ = false, finishing_ = false;
};

/// One part of what SIGHUP asks for; the other parts do not suffer from its mistakes.
void reload(Log& log, const std::string& what, const std::function<void()>& part) {
  try {
    part();
    log.line(Log::Level::Info, "", "reloaded", what);
  } catch (const std::runtime_error& bad) {
    log.line(Log::Level::Error, "", "reload-failed", std::string(bad.what()) + "; what was there before stays");
  }
}

int serve(const Options& options) {
  raiseFileLimit();
  ChargersFile chargers = loadChargers(options);
  Log log(STDOUT_FILENO, {options.logFormat, Log::Level::Info, options.logLimit});
  Loop loop;
  Timer leftOut(loop);
  leftOut.startEvery(std::chrono::seconds(10), [&log] { log.tellLeftOut(); });
  std::unique_ptr<EmbeddedCentral> embedded;
  if (options.centralUrl.empty()) embedded = std::make_unique<EmbeddedCentral>(loop, log);
  std::unique_ptr<SqliteStore> store;
  if (!options.dataDir.empty()) {
    SqliteStoreOptions where;
    where.directory = options.dataDir;
    store = std::make_unique<SqliteStore>(loop, std::move(where));
  }
  HttpClient calls(loop, callOptions(options));
  const std::string problem = options.chargerCa.empty() ? "" : calls.tlsProblem();
  if (!problem.empty()) throw BadConfiguration("option charger-ca: " + problem);
  WsClient central(loop);
  const Outside outside{systemClock(), loop.deadlines(), calls, central, store.get(), log};
  Shard shard(outside, options, embedded ? embedded->url() : options.centralUrl);
  Access access(options.access, options.autoRegister);
  access.configure(chargers);
  Endpoint endpoint(shard, access, embedded.get());
  const auto serveOne = [&](HttpRequest&& request, Responder responder) {
    endpoint.handle(std::move(request), std::move(responder));
  };
  Listeners server(loop, options, serveOne,
                   [&](const std::string& peer, const std::string& why) { endpoint.certificateRefused(peer, why); });
  const std::string& soapUrl = server.plainUrl().empty() ? server.tlsUrl() : server.plainUrl();
  endpoint.setServer(server);
  shard.setPublicUrl(options.publicUrl.empty() ? soapUrl : options.publicUrl);
  for (const NetAddress& own : server.addresses()) shard.addresses().addListener(own);
  if (embedded) shard.addresses().addListener(*NetAddress::parse("127.0.0.1", Url::parse(embedded->url())->port));
  shard.configure(std::move(chargers));
  shard.restore();
  Drain drain(loop, shard, server, endpoint, log);
  const SignalWatch term(loop, SIGTERM, [&] { drain.begin(); });
  const SignalWatch interrupt(loop, SIGINT, [&] { drain.begin(); });
  const SignalWatch hangup(loop, SIGHUP, [&] {
    if (!server.tlsUrl().empty()) reload(log, options.tlsCert, [&] { server.renewCertificates(); });
    reload(log, options.chargersFile, [&] {
      ChargersFile fresh = loadChargers(options);
      access.configure(fresh);
      shard.configure(std::move(fresh));
    });
  });
  const std::string backEnd = embedded ? "embedded" : options.centralUrl;
  const std::string tls = server.tlsUrl().empty() ? "none" : server.tlsUrl();
  log.line(Log::Level::Info, "", "listening", "", {{"soap", soapUrl}, {"soapTls", tls}, {"central", backEnd}});
  loop.run();
  log.line(Log::Level::Info, "", "stopped", "");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  try {
    if (argc > 1 && std::string_view(argv[1]) == "queue") return queueCommand(argc, argv);
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
  } catch (const BadConfiguration& bad) {
    std::cerr << "ocpp-soap-bridge: " << bad.what() << "\n";
    return 2;
  } catch (const std::exception& error) {
    std::cerr << "ocpp-soap-bridge: " << error.what() << "\n";
    return 1;
  }
}
