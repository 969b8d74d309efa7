// SPDX-License-Identifier: GPL-2.0-or-later
// What the operator can choose for the whole process: one table of options for command line, config file, --help and
// README.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "bridge/cidr.h"
#include "ocpp_s/profiles.h"
#include "session/settings.h"

namespace bridge {

/// An option, value or file that the operator must fix; `what()` names it. Exit status 2.
struct BadConfiguration : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// How far the address that a charger announces in wsa:From is trusted (WA-5).
enum class CallbackPolicy {
  PeerChecked,  ///< Its host must be the TCP peer of the message; repaired where it names no usable host.
  Peer,         ///< Only its port and path count: the host is always the TCP peer.
  From,         ///< Taken as it is. For closed networks and tests.
  Static        ///< Never learned; only the chargers file counts.
};

/// The header in which our proxies say whom they speak for. Only that one is read: a proxy passes the other on as a
/// client wrote it.
enum class ProxyHeader { XForwardedFor, Forwarded };

/// Who may speak, for the whole process (section 8.4); the chargers file has more for each charger.
struct AccessOptions {
  IpRanges allowFrom;               ///< Of chargers without addresses of their own; empty = anywhere.
  bool requireCertificate = false;  ///< Of chargers about whose certificate the chargers file says nothing.
  IpRanges trustedProxies;
  ProxyHeader proxyHeader = ProxyHeader::XForwardedFor;
  std::uint32_t failuresPerMinute = 20;  ///< Per address, and per name at an address; 0 = no limit.
  std::uint32_t twoPlaces = 60;          ///< Seconds in which two addresses of one identity are an alarm; 0 = never.
};

enum class LogFormat { Human, Json };

/// How much strangers may ask of us (docs/architecture.md has the list with what is fixed).
struct InputLimits {
  std::uint32_t body = 1024 * 1024;  ///< Bytes of one HTTP body, also after gzip or deflate is undone.
  std::uint32_t header = 16 * 1024;  ///< Bytes of one HTTP header.
  std::uint32_t xmlDepth = 32;
  std::uint32_t xmlAttributes = 64;  ///< Of one element, namespaces included; of all around it twice as many.
  std::uint32_t xmlElements = 16384;
  std::uint32_t message = 1024 * 1024;  ///< Bytes of one WebSocket message of the back-end.
  std::uint32_t headerTimeout = 10;     ///< Seconds, as the next ones.
  std::uint32_t bodyTimeout = 30;
  std::uint32_t idleTimeout = 900;  ///< Chargers keep a connection between heartbeats.
  std::uint32_t connections = 0;    ///< With this and `unfinished`, 0 = what the system gives: see fitToSystem().
  std::uint32_t connectionsPerAddress = 1000;
  std::uint32_t unfinished = 0;         ///< MiB of all incomplete requests.
  std::uint32_t backlog = 100000;       ///< Changes that wait for the disk before chargers are told to come again.
  std::uint64_t chargerBytes = 0;       ///< Of one charger's messages that wait in the data directory; 0 = derived.
  std::uint32_t chargerRequests = 100;  ///< Per second, of one charger; 0 = no limit.
  std::uint32_t chargerInput = 2048;    ///< KiB per second, of one charger; 0 = no limit.
  std::uint32_t calls = 10000;          ///< Requests to chargers under way. No option, as the next one: it follows.
  std::uint32_t webSockets = 0;         ///< To back-ends; 0 = no limit.
};

struct Options {
  std::string listenAddress = "127.0.0.1";  ///< "" = no port without TLS.
  std::uint16_t listenPort = 8080;
  std::string tlsListenAddress;  ///< "" = no port with TLS.
  std::uint16_t tlsListenPort = 0;
  std::string tlsCert, tlsKey, tlsClientCa;  ///< PEM files of the port with TLS.
  AccessOptions access;
  std::string centralUrl;  ///< "" = the embedded back-end.
  std::string chargersFile;
  bool autoRegister = false;
  std::string dataDir;
  bool acceptLoss = false;  ///< Begin anew when the database is missing and its log is there.
  LogFormat logFormat = LogFormat::Human;
  std::uint32_t logLimit = 6;  ///< Lines a minute of each kind that others can cause; 0 = no limit.
  bool trace = false;
  bool coreDumps = false;  ///< The process may be dumped and debugged.
  std::string publicUrl;   ///< Our own endpoint as chargers see it (wsa:From of our requests).
  CallbackPolicy callbackPolicy = CallbackPolicy::PeerChecked;
  bool callbackNat = false;                        ///< A private callback host behind a public peer means the peer.
  std::vector<Cidr> callbackAllow;                 ///< Hosts that may be announced, even in refused ranges.
  std::uint32_t callbackKeep = 900;                ///< Seconds that a callback address is kept after it worked.
  std::uint32_t callbackNames = 300;               ///< Seconds that resolved names of chargers are used.
  std::string callbackBind;                        ///< Our address for connections to chargers; "" = any.
  std::string chargerCa;                           ///< PEM file that chargers' certificates must chain to.
  std::string centralCa, centralCert, centralKey;  ///< PEM files for wss.
  std::string centralPasswordFile;                 ///< One password for all chargers without their own.
  std::uint32_t chargerTimeout = 25;               ///< Seconds (soap_out_timeout).
  std::uint32_t chargerConnectTimeout = 10;        ///< Seconds, part of chargerTimeout.
  std::uint32_t drainTimeout = 30;                 ///< Seconds.
  InputLimits limits;
  std::uint32_t maxChargers = 50000;         ///< Identities that --auto-register takes in.
  const ocpp_s::Profile* profile = nullptr;  ///< Of chargers without one of their own; null = recognised.
  session::Settings session;                 ///< Defaults of every charger.
};

/// What the command line asked for.
struct CommandLine {
  enum class Action { Run, Help, HelpTable, Version } action = Action::Run;
  Options options;
};

/// Reads argv and, if named there, the config file (`name=value` lines; the command line wins).
/// Throws BadConfiguration.
CommandLine readCommandLine(int argc, const char* const* argv);

/// The text of --help, made from the table.
std::string helpText();
/// The same as rows of a Markdown table, for the README.
std::string helpTable();

/// The word of --callback-policy. Throws BadConfiguration.
CallbackPolicy callbackPolicyOf(const std::string& word);

/// Splits `ADDRESS:PORT` (IPv6 in brackets). Throws BadConfiguration.
void parseListen(const std::string& text, std::string& address, std::uint16_t& port);

/// The content of a regular file, or of what was opened for us (/dev/fd/...). Throws BadConfiguration naming it and the
/// reason.
std::string readFile(const std::string& path);

}  // namespace bridge
