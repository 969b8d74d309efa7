// SPDX-License-Identifier: GPL-2.0-or-later
// The table of options and its three readers: command line, config file, help.
#include "bridge/options.h"

#include <boost/program_options.hpp>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>

#include "bridge/charger_quirks.h"

namespace bridge {

namespace {

namespace po = boost::program_options;

std::uint32_t number(const std::string& text, std::uint32_t most) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value > most)
    throw BadConfiguration("'" + text + "' is not a whole number from 0 to " + std::to_string(most));
  return value;
}

ocpp::Duration seconds(const std::string& text) { return std::chrono::seconds(number(text, 86400)); }

template <class E>
struct Choice {
  const char* word;
  E value;
};
template <class E, std::size_t N>
E choose(const std::string& text, const Choice<E> (&choices)[N]) {
  std::string known;
  for (const auto& each : choices) {
    if (text == each.word) return each.value;
    known += std::string(known.empty() ? "" : ", ") + each.word;
  }
  throw BadConfiguration("'" + text + "' is none of " + known);
}

constexpr Choice<LogFormat> logFormats[] = {{"human", LogFormat::Human}, {"json", LogFormat::Json}};
constexpr Choice<CallbackPolicy> callbackPolicies[] = {
    {"peer-checked", CallbackPolicy::PeerChecked}, {"from", CallbackPolicy::From}, {"static", CallbackPolicy::Static}};
constexpr Choice<session::WsLifecycle> lifecycles[] = {{"charger-driven", session::WsLifecycle::ChargerDriven},
                                                       {"always-on", session::WsLifecycle::AlwaysOn}};
constexpr Choice<session::StartOffline> startPolicies[] = {
    {"fault", session::StartOffline::Fault},
    {"provisional-if-authorized", session::StartOffline::ProvisionalIfAuthorized},
    {"provisional", session::StartOffline::Provisional}};
constexpr Choice<session::PendingPolicy> pendingPolicies[] = {
    {"reject", session::PendingPolicy::Reject}, {"accept-and-hold", session::PendingPolicy::AcceptAndHold}};

using Apply = void (*)(Options&, const std::string&);
struct OptionRow {
  const char* name;
  const char* argument;  ///< "" = a switch.
  const char* standard;  ///< Default, as text.
  const char* help;
  Apply apply;
};

// One row each: --help, the config file and the README table come from here.
const OptionRow rows[] = {
    {"listen", "ADDR:PORT", "127.0.0.1:8080", "where chargers reach us; port 0 takes any free one",
     [](Options& o, const std::string& v) { parseListen(v, o.listenAddress, o.listenPort); }},
    {"public-url", "URL", "http://ADDR:PORT/ocpp", "our endpoint as chargers see it, told to them as wsa:From",
     [](Options& o, const std::string& v) { o.publicUrl = v; }},
    {"central-url", "URL", "embedded", "ws:// or wss:// address of the OCPP 1.6-J back-end; the identity is appended",
     [](Options& o, const std::string& v) { o.centralUrl = v; }},
    {"central-ca", "FILE", "system", "CA certificates (PEM) that the back-end's certificate must chain to",
     [](Options& o, const std::string& v) { o.centralCa = v; }},
    {"central-cert", "FILE", "none", "client certificate (PEM) shown to the back-end",
     [](Options& o, const std::string& v) { o.centralCert = v; }},
    {"central-key", "FILE", "none", "private key (PEM) of the client certificate",
     [](Options& o, const std::string& v) { o.centralKey = v; }},
    {"central-password-file", "FILE", "none", "password for Basic auth of chargers that have none of their own",
     [](Options& o, const std::string& v) { o.centralPasswordFile = v; }},
    {"chargers", "FILE", "none", "JSON file of the known chargers and their settings",
     [](Options& o, const std::string& v) { o.chargersFile = v; }},
    {"auto-register", "", "off", "serve identities that the chargers file does not name",
     [](Options& o, const std::string&) { o.autoRegister = true; }},
    {"max-chargers", "N", "50000", "most identities that --auto-register takes in",
     [](Options& o, const std::string& v) { o.maxChargers = number(v, 1000000); }},
    {"callback-policy", "POLICY", "peer-checked",
     "trust in the address a charger announces: peer-checked, from, static",
     [](Options& o, const std::string& v) { o.callbackPolicy = choose(v, callbackPolicies); }},
    {"profile", "NAME", "auto", "quirk profile of chargers without one of their own; auto recognises them",
     [](Options& o, const std::string& v) { o.profile = profileNamed(v); }},
    {"data-dir", "DIR", "none",
     "directory for what must outlive the process; without it nothing is promised while the back-end is away",
     [](Options& o, const std::string& v) { o.dataDir = v; }},
    {"log", "FORMAT", "human", "one line per event: human or json",
     [](Options& o, const std::string& v) { o.logFormat = choose(v, logFormats); }},
    {"trace", "", "off", "log each message on both sides, next to each other",
     [](Options& o, const std::string&) { o.trace = true; }},
    {"soap-hold", "SECONDS", "20", "longest wait for the back-end before a charger is answered",
     [](Options& o, const std::string& v) { o.session.soapHold = seconds(v); }},
    {"charger-timeout", "SECONDS", "30", "longest wait for a charger's response",
     [](Options& o, const std::string& v) { o.chargerTimeout = number(v, 3600); }},
    {"drain-timeout", "SECONDS", "30", "longest wait for open exchanges after SIGTERM",
     [](Options& o, const std::string& v) { o.drainTimeout = number(v, 3600); }},
    {"ws-ping-interval", "SECONDS", "60", "between WebSocket pings; 0 sends none",
     [](Options& o, const std::string& v) { o.session.webSocketPingInterval = static_cast<int>(number(v, 86400)); }},
    {"ws-lifecycle", "WHEN", "charger-driven", "when a charger's WebSocket is opened: charger-driven or always-on",
     [](Options& o, const std::string& v) { o.session.lifecycle = choose(v, lifecycles); }},
    {"reconnect-first", "SECONDS", "5", "first wait before a WebSocket is tried again; doubles each time",
     [](Options& o, const std::string& v) { o.session.reconnectFirst = seconds(v); }},
    {"reconnect-most", "SECONDS", "300", "longest wait before a WebSocket is tried again",
     [](Options& o, const std::string& v) { o.session.reconnectMost = seconds(v); }},
    {"heartbeat-interval", "SECONDS", "900", "interval for chargers when the back-end names none",
     [](Options& o, const std::string& v) { o.session.defaultInterval = static_cast<int>(number(v, 86400)); }},
    {"status-fill", "SECONDS", "30", "wait for a charger's own StatusNotifications after its boot (ST-9)",
     [](Options& o, const std::string& v) { o.session.statusFill = seconds(v); }},
    {"start-offline", "POLICY", "provisional-if-authorized",
     "StartTransaction while the back-end is away, with --data-dir: fault, provisional-if-authorized, provisional "
     "(TX-4)",
     [](Options& o, const std::string& v) { o.session.startOffline = choose(v, startPolicies); }},
    {"pending-policy", "POLICY", "reject", "what 1.2/1.5 chargers get for Pending: reject or accept-and-hold",
     [](Options& o, const std::string& v) { o.session.pendingPolicy = choose(v, pendingPolicies); }},
    {"boot-replay-always", "", "off", "repeat BootNotification on every reconnect without an open transaction (SM-3)",
     [](Options& o, const std::string&) { o.session.bootReplayAlways = true; }},
    {"unsupported-callerror", "", "off", "answer what a charger lacks with CALLERROR NotSupported (section 6.1)",
     [](Options& o, const std::string&) { o.session.callErrorForUnsupported = true; }},
    {"always-send-reason", "", "off", "send StopTransaction.reason=Local where it is absent",
     [](Options& o, const std::string&) { o.session.alwaysSendReason = true; }},
    {"celcius", "", "off", "spell Celsius as Celcius, for back-ends that know only that (MV-8)",
     [](Options& o, const std::string&) { o.session.spellCelcius = true; }},
    {"infer-power", "", "off", "call a transaction without power SuspendedEV (ST-4)",
     [](Options& o, const std::string&) { o.session.inferPower = true; }},
    {"strict-status", "", "off", "report a 1.5 Faulted with Mode3Error as OtherError (ST-7)",
     [](Options& o, const std::string&) { o.session.strictStatus = true; }},
    {"reject-remote-profile", "", "off", "reject remote starts whose charging profile the charger cannot keep (RS-1)",
     [](Options& o, const std::string&) { o.session.remoteStartProfileReject = true; }},
    {"auth-key-plain", "", "off", "take any text as AuthorizationKey, not only hex digits (CK-4)",
     [](Options& o, const std::string&) { o.session.authKeyPlain = true; }},
    {"no-trigger-meter-values", "", "off", "never answer TriggerMessage(MeterValues) from memory (EM-4)",
     [](Options& o, const std::string&) { o.session.triggerMeterValues = false; }},
    {"max-body", "BYTES", "1048576", "largest HTTP body accepted, at most 1 MiB",
     [](Options& o, const std::string& v) { o.maxBody = number(v, 1U << 20); }},
    {"max-connections", "N", "60000", "most TCP connections of chargers at once",
     [](Options& o, const std::string& v) { o.maxConnections = number(v, 1000000); }},
};

bool isSwitch(const OptionRow& row) { return row.argument[0] == '\0'; }

po::options_description describeAll() {
  po::options_description all;
  for (const OptionRow& row : rows) {
    if (isSwitch(row))
      all.add_options()(row.name, po::value<bool>()->implicit_value(true)->zero_tokens(), row.help);
    else
      all.add_options()(row.name, po::value<std::string>(), row.help);
  }
  return all;
}

void applyAll(const po::variables_map& values, Options& options) {
  for (const OptionRow& row : rows) {
    if (!values.count(row.name)) continue;
    if (isSwitch(row)) {
      if (values[row.name].as<bool>()) row.apply(options, "");
      continue;
    }
    try {
      row.apply(options, values[row.name].as<std::string>());
    } catch (const BadConfiguration& bad) {
      throw BadConfiguration(std::string("option ") + row.name + ": " + bad.what());
    }
  }
}

po::options_description fileDescription() {
  po::options_description all;
  for (const OptionRow& row : rows) {
    if (isSwitch(row))
      all.add_options()(row.name, po::value<bool>(), row.help);
    else
      all.add_options()(row.name, po::value<std::string>(), row.help);
  }
  return all;
}

}  // namespace

void parseListen(const std::string& text, std::string& address, std::uint16_t& port) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) throw BadConfiguration("'" + text + "' is not ADDRESS:PORT");
  port = static_cast<std::uint16_t>(number(text.substr(colon + 1), 65535));
  address = text.substr(0, colon);
  if (address.size() > 2 && address.front() == '[' && address.back() == ']')
    address = address.substr(1, address.size() - 2);
}

std::string readFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw BadConfiguration(path + ": cannot be opened (" + std::strerror(errno) + ")");
  return std::string(std::istreambuf_iterator<char>(in), {});
}

CommandLine readCommandLine(int argc, const char* const* argv) {
  po::options_description all = describeAll();
  all.add_options()("config", po::value<std::string>())("help", "")("help-table", "")("version", "");
  CommandLine result;
  try {
    po::variables_map values;
    po::store(po::command_line_parser(argc, argv).options(all).positional({}).run(), values);
    if (values.count("help")) result.action = CommandLine::Action::Help;
    if (values.count("help-table")) result.action = CommandLine::Action::HelpTable;
    if (values.count("version")) result.action = CommandLine::Action::Version;
    if (result.action != CommandLine::Action::Run) return result;
    if (values.count("config")) {
      const std::string path = values["config"].as<std::string>();
      std::istringstream file(readFile(path));
      po::variables_map fromFile;
      try {
        po::store(po::parse_config_file(file, fileDescription()), fromFile);
        applyAll(fromFile, result.options);
      } catch (const std::exception& e) { throw BadConfiguration(path + ": " + e.what()); }
    }
    applyAll(values, result.options);
  } catch (const po::error& e) { throw BadConfiguration(e.what()); }
  return result;
}

std::string helpText() {
  std::ostringstream out;
  out << "ocpp-soap-bridge: lets chargers that speak OCPP 1.2, 1.5 or 1.6 over SOAP work with an OCPP 1.6-J "
         "back-end.\n\n"
         "usage: ocpp-soap-bridge [options]\n\n";
  const auto line = [&](const std::string& name, const std::string& argument, const std::string& help,
                        const std::string& standard) {
    std::string left = "  --" + name + (argument.empty() ? "" : " " + argument);
    if (left.size() < 32) left.resize(32, ' ');
    out << left << "  " << help << (standard.empty() ? "" : " [" + standard + "]") << "\n";
  };
  line("config", "FILE", "read options from a file of name=value lines; the command line wins", "");
  for (const OptionRow& row : rows) line(row.name, row.argument, row.help, row.standard);
  line("version", "", "print the version", "");
  out << "\nSIGHUP reads the chargers file again, SIGTERM answers what is in flight and exits.\n";
  return out.str();
}

std::string helpTable() {
  std::ostringstream out;
  out << "| option | default | meaning |\n|---|---|---|\n";
  for (const OptionRow& row : rows) {
    out << "| `--" << row.name << (isSwitch(row) ? "" : std::string(" ") + row.argument) << "` | " << row.standard
        << " | " << row.help << " |\n";
  }
  return out.str();
}

}  // namespace bridge
