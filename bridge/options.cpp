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
#include "bridge/net_address.h"
#include "ocpp/text.h"

namespace bridge {

namespace {

namespace po = boost::program_options;

std::uint32_t number(const std::string& text, std::uint32_t least, std::uint32_t most) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < least || value > most)
    throw BadConfiguration("'" + text + "' is not a whole number from " + std::to_string(least) + " to " +
                           std::to_string(most));
  return value;
}

std::uint32_t number(const std::string& text, std::uint32_t most) { return number(text, 0, most); }

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
constexpr Choice<CallbackPolicy> callbackPolicies[] = {{"peer-checked", CallbackPolicy::PeerChecked},
                                                       {"peer", CallbackPolicy::Peer},
                                                       {"from", CallbackPolicy::From},
                                                       {"static", CallbackPolicy::Static}};
constexpr Choice<bool> natPolicies[] = {{"none", false}, {"peer", true}};
constexpr Choice<ProxyHeader> proxyHeaders[] = {{"x-forwarded-for", ProxyHeader::XForwardedFor},
                                                {"forwarded", ProxyHeader::Forwarded}};
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
    {"listen", "ADDR:PORT", "127.0.0.1:8080",
     "where chargers reach us without TLS; port 0 takes any free one, `none` leaves it out",
     [](Options& o, const std::string& v) {
       v == "none" ? o.listenAddress.clear() : parseListen(v, o.listenAddress, o.listenPort);
     }},
    {"tls-listen", "ADDR:PORT", "none", "where chargers reach us with TLS 1.2 or later",
     [](Options& o, const std::string& v) { parseListen(v, o.tlsListenAddress, o.tlsListenPort); }},
    {"tls-cert", "FILE", "none",
     "our certificate for chargers and its chain (PEM); read again on SIGHUP, like the next two",
     [](Options& o, const std::string& v) { o.tlsCert = v; }},
    {"tls-key", "FILE", "none", "private key (PEM) of that certificate",
     [](Options& o, const std::string& v) { o.tlsKey = v; }},
    {"tls-client-ca", "FILE", "none", "CA certificates (PEM) of the certificates that chargers show",
     [](Options& o, const std::string& v) { o.tlsClientCa = v; }},
    {"require-certificate", "", "off",
     "chargers must show a certificate in their name, unless the chargers file says otherwise (AU-1)",
     [](Options& o, const std::string&) { o.access.requireCertificate = true; }},
    {"allow-from", "RANGES", "anywhere",
     "addresses of chargers for which the chargers file names none, such as 10.0.0.0/8,2001:db8::/32",
     [](Options& o, const std::string& v) { o.access.allowFrom.addList(v); }},
    {"trusted-proxies", "RANGES", "none", "addresses of proxies whose word for the sender's address is taken (AU-7)",
     [](Options& o, const std::string& v) { o.access.trustedProxies.addList(v); }},
    {"proxy-header", "NAME", "x-forwarded-for", "the header those proxies write: x-forwarded-for or forwarded",
     [](Options& o, const std::string& v) { o.access.proxyHeader = choose(v, proxyHeaders); }},
    {"auth-failures", "N", "20", "refusals per minute and address before it must wait; 0 is no limit (AU-8)",
     [](Options& o, const std::string& v) { o.access.failuresPerMinute = number(v, 6000); }},
    {"two-places", "SECONDS", "60",
     "an identity heard from two addresses within that time is an alarm; 0 is none (AU-9)",
     [](Options& o, const std::string& v) { o.access.twoPlaces = number(v, 86400); }},
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
    {"central-password-file", "FILE", "none",
     "password for Basic auth of chargers that have none of their own; read again on SIGHUP",
     [](Options& o, const std::string& v) { o.centralPasswordFile = v; }},
    {"chargers", "FILE", "none", "JSON file of the known chargers and their settings",
     [](Options& o, const std::string& v) { o.chargersFile = v; }},
    {"auto-register", "", "off",
     "serve identities that the chargers file does not name; kept when the back-end has accepted their boot (AU-1)",
     [](Options& o, const std::string&) { o.autoRegister = true; }},
    {"max-chargers", "N", "50000", "most identities that --auto-register takes in",
     [](Options& o, const std::string& v) { o.maxChargers = number(v, 1000000); }},
    {"callback-policy", "POLICY", "peer-checked",
     "trust in the address a charger announces: peer-checked, peer, from, static (WA-5)",
     [](Options& o, const std::string& v) { o.callbackPolicy = callbackPolicyOf(v); }},
    {"callback-allow", "CIDR,...", "none",
     "addresses that chargers may announce though they are not the sender's, or are of a refused range within which "
     "the CIDR lies",
     [](Options& o, const std::string& v) { o.callbackAllow = cidrsOf(v); }},
    {"callback-nat", "HOW", "none",
     "what a private address means that a sender behind a public one announces: none, or peer (the sender's)",
     [](Options& o, const std::string& v) { o.callbackNat = choose(v, natPolicies); }},
    {"callback-keep", "SECONDS", "900", "a callback address that worked is kept so long unless it fails",
     [](Options& o, const std::string& v) { o.callbackKeep = number(v, 86400); }},
    {"callback-names", "SECONDS", "300", "how long the resolved addresses of a charger's host name are used",
     [](Options& o, const std::string& v) { o.callbackNames = number(v, 86400); }},
    {"callback-bind", "ADDR", "none", "our own address on the chargers' network, from which they are called",
     [](Options& o, const std::string& v) {
       if (!NetAddress::parse(v)) throw BadConfiguration("'" + v + "' is not an IP address");
       o.callbackBind = v;
     }},
    {"charger-ca", "FILE", "system", "CA certificates (PEM) that the certificates of https:// chargers must chain to",
     [](Options& o, const std::string& v) { o.chargerCa = v; }},
    {"charger-connect-timeout", "SECONDS", "10", "longest wait for a connection to a charger, part of charger-timeout",
     [](Options& o, const std::string& v) { o.chargerConnectTimeout = number(v, 3600); }},
    {"profile", "NAME", "auto", "quirk profile of chargers without one of their own; auto recognises them",
     [](Options& o, const std::string& v) { o.profile = profileNamed(v); }},
    {"data-dir", "DIR", "none",
     "directory for what must outlive the process; without it nothing is promised while the back-end is away",
     [](Options& o, const std::string& v) { o.dataDir = v; }},
    {"accept-loss", "", "off",
     "begin anew when the database is missing and only its log (-wal) is there; the log is kept under another name",
     [](Options& o, const std::string&) { o.acceptLoss = true; }},
    {"log", "FORMAT", "human", "one line per event: human or json",
     [](Options& o, const std::string& v) { o.logFormat = choose(v, logFormats); }},
    {"log-limit", "N", "6",
     "lines a minute of each kind that strangers, chargers and back-ends can cause; the others are counted; 0 is no "
     "limit",
     [](Options& o, const std::string& v) { o.logLimit = number(v, 1000000); }},
    {"trace", "", "off", "log each message on both sides, next to each other",
     [](Options& o, const std::string&) { o.trace = true; }},
    {"core-dumps", "", "off", "let the process be dumped and debugged, passwords in its memory included",
     [](Options& o, const std::string&) { o.coreDumps = true; }},
    {"soap-hold", "SECONDS", "20", "longest wait for the back-end before a charger is answered",
     [](Options& o, const std::string& v) { o.session.soapHold = seconds(v); }},
    {"charger-timeout", "SECONDS", "25", "longest wait for a charger's response",
     [](Options& o, const std::string& v) { o.chargerTimeout = number(v, 3600); }},
    {"drain-timeout", "SECONDS", "30", "longest wait for open exchanges after SIGTERM",
     [](Options& o, const std::string& v) { o.drainTimeout = number(v, 3600); }},
    {"ws-ping-interval", "SECONDS", "45", "between WebSocket pings; 0 sends none",
     [](Options& o, const std::string& v) { o.session.webSocketPingInterval = static_cast<int>(number(v, 86400)); }},
    {"ws-lifecycle", "WHEN", "charger-driven", "when a charger's WebSocket is opened: charger-driven or always-on",
     [](Options& o, const std::string& v) { o.session.lifecycle = choose(v, lifecycles); }},
    {"reconnect-first", "SECONDS", "5", "first wait before a WebSocket is tried again; doubles each time",
     [](Options& o, const std::string& v) { o.session.reconnectFirst = seconds(v); }},
    {"reconnect-most", "SECONDS", "300", "longest wait before a WebSocket is tried again",
     [](Options& o, const std::string& v) { o.session.reconnectMost = seconds(v); }},
    {"retry-attempts", "N", "3",
     "attempts to deliver a message that the back-end refuses before others pass it or it is a dead letter, until the "
     "back-end sets TransactionMessageAttempts (ER-3)",
     [](Options& o, const std::string& v) { o.session.retryAttempts = static_cast<int>(number(v, 1, 1000)); }},
    {"retry-interval", "SECONDS", "60",
     "between those attempts, longer by as much each time, until the back-end sets TransactionMessageRetryInterval",
     [](Options& o, const std::string& v) { o.session.retryInterval = static_cast<int>(number(v, 21600)); }},
    {"heartbeat-interval", "SECONDS", "900", "interval for chargers when the back-end names none",
     [](Options& o, const std::string& v) { o.session.defaultInterval = static_cast<int>(number(v, 86400)); }},
    {"heartbeat-most", "SECONDS", "0",
     "longest interval that chargers are told though the back-end names a longer one; 0 is no limit (SM-5)",
     [](Options& o, const std::string& v) { o.session.heartbeatMost = static_cast<int>(number(v, 86400)); }},
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
    {"max-body", "BYTES", "1048576",
     "largest HTTP body, also after gzip or deflate is undone; more is answered 413, but for a StopTransaction of a "
     "charger that is served: up to 4 MiB are read, and what it reports in the end is kept without its readings",
     [](Options& o, const std::string& v) { o.limits.body = number(v, 1024, 16U << 20); }},
    {"max-header", "BYTES", "16384", "largest HTTP header; more, or more than 128 fields, is answered 431",
     [](Options& o, const std::string& v) { o.limits.header = number(v, 1024, 1U << 20); }},
    {"max-xml-depth", "N", "32", "deepest nesting of elements in an envelope",
     [](Options& o, const std::string& v) { o.limits.xmlDepth = number(v, 4, 64); }},
    {"max-xml-attributes", "N", "64", "most attributes of an element; of it and all around it twice as many",
     [](Options& o, const std::string& v) { o.limits.xmlAttributes = number(v, 8, 1024); }},
    {"max-xml-elements", "N", "16384",
     "most elements of an envelope; of a StopTransaction with more the transactionData is left out",
     [](Options& o, const std::string& v) { o.limits.xmlElements = number(v, 256, 1000000); }},
    {"max-message", "BYTES", "1048576", "largest WebSocket message of the back-end; more closes with 1009",
     [](Options& o, const std::string& v) { o.limits.message = number(v, 1024, 16U << 20); }},
    {"max-connections", "N", "derived",
     "most TCP connections of chargers; above it idle ones give way, or 503; by default what the limit of open files "
     "gives, at most 60000",
     [](Options& o, const std::string& v) { o.limits.connections = number(v, 1, 1000000); }},
    {"max-connections-per-address", "N", "1000", "the same for one IPv4 address or IPv6 /64; 0 is no limit",
     [](Options& o, const std::string& v) { o.limits.connectionsPerAddress = number(v, 1000000); }},
    {"max-unfinished", "MIB", "derived",
     "memory for requests that are not complete; beyond it the large ones get 503; by default an eighth of what there "
     "is, 16 to 256",
     [](Options& o, const std::string& v) { o.limits.unfinished = number(v, 1, 65536); }},
    {"max-backlog", "N", "100000", "changes that wait for the disk before requests of chargers get 503",
     [](Options& o, const std::string& v) { o.limits.backlog = number(v, 100, 100000000); }},
    {"charger-bytes", "BYTES", "1/16 of what is free at start, at least 16 MiB",
     "share of the data directory for one charger's waiting messages and open dead letters; over it MeterValues are "
     "refused, then starts",
     [](Options& o, const std::string& v) { o.limits.chargerBytes = number(v, 65536, 4294967295U); }},
    {"charger-requests", "N", "100",
     "requests per second of one charger, a minute's worth at once; more get 503; 0 is no limit",
     [](Options& o, const std::string& v) { o.limits.chargerRequests = number(v, 1000000); }},
    {"charger-input", "KIB", "2048", "the same for the bytes that it sends per second",
     [](Options& o, const std::string& v) { o.limits.chargerInput = number(v, 1000000); }},
    {"header-timeout", "SECONDS", "10", "for a whole HTTP header, from its first byte",
     [](Options& o, const std::string& v) { o.limits.headerTimeout = number(v, 1, 3600); }},
    {"body-timeout", "SECONDS", "30", "for a whole HTTP body, and for a charger to take an answer",
     [](Options& o, const std::string& v) { o.limits.bodyTimeout = number(v, 1, 3600); }},
    {"idle-timeout", "SECONDS", "900", "a charger's connection may rest before it is closed",
     [](Options& o, const std::string& v) { o.limits.idleTimeout = number(v, 1, 86400); }},
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

/// Boost 1.74 replaces these in its messages, and without end if what it puts there contains them.
void refusePlaceholders(const std::string& text) {
  for (const char* each :
       {"%canonical_option%", "%value%", "%prefix%", "%original_token%", "%option%", "%invalid_line%"})
    if (text.find(each) != std::string::npos) throw BadConfiguration(std::string("'") + each + "' cannot be used here");
}

/// What single options cannot see.
void checkTogether(const Options& o) {
  const bool tls = !o.tlsListenAddress.empty();
  if (tls && (o.tlsCert.empty() || o.tlsKey.empty()))
    throw BadConfiguration("option tls-listen: needs tls-cert and tls-key");
  if (!tls && !(o.tlsCert + o.tlsKey + o.tlsClientCa).empty())
    throw BadConfiguration("options tls-cert, tls-key and tls-client-ca: nothing without tls-listen");
  if (!tls && o.listenAddress.empty()) throw BadConfiguration("option listen: none, and no tls-listen either");
  if (o.access.requireCertificate && o.tlsClientCa.empty())
    throw BadConfiguration("option require-certificate: needs tls-client-ca");
}

}  // namespace

CallbackPolicy callbackPolicyOf(const std::string& word) { return choose(word, callbackPolicies); }

void parseListen(const std::string& text, std::string& address, std::uint16_t& port) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) throw BadConfiguration("'" + text + "' is not ADDRESS:PORT");
  port = static_cast<std::uint16_t>(number(text.substr(colon + 1), 65535));
  address = text.substr(0, colon);
  if (address.size() > 2 && address.front() == '[' && address.back() == ']')
    address = address.substr(1, address.size() - 2);
}

CommandLine readCommandLine(int argc, const char* const* argv) {
  po::options_description all = describeAll();
  all.add_options()("config", po::value<std::string>())("help", "")("help-table", "")("version", "");
  CommandLine result;
  for (int i = 1; i < argc; ++i) refusePlaceholders(argv[i]);
  try {
    po::variables_map values;
    po::store(po::command_line_parser(argc, argv).options(all).positional({}).run(), values);
    if (values.count("help")) result.action = CommandLine::Action::Help;
    if (values.count("help-table")) result.action = CommandLine::Action::HelpTable;
    if (values.count("version")) result.action = CommandLine::Action::Version;
    if (result.action != CommandLine::Action::Run) return result;
    if (values.count("config")) {
      const std::string path = values["config"].as<std::string>();
      const std::string text = readFile(path);
      std::istringstream file(text);
      po::variables_map fromFile;
      try {
        refusePlaceholders(text);
        po::store(po::parse_config_file(file, fileDescription()), fromFile);
        applyAll(fromFile, result.options);
      } catch (const std::exception& e) { throw BadConfiguration(path + ": " + e.what()); }
    }
    applyAll(values, result.options);
    checkTogether(result.options);
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
