// SPDX-License-Identifier: GPL-2.0-or-later
// What the operator can choose for the whole process: one table of options for command line, config file, --help and
// README.
#pragma once

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

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
  From,         ///< Taken as it is. For closed networks and tests.
  Static        ///< Never learned; only the chargers file counts.
};

enum class LogFormat { Human, Json };

struct Options {
  std::string listenAddress = "127.0.0.1";
  std::uint16_t listenPort = 8080;
  std::string centralUrl;  ///< "" = the embedded back-end.
  std::string chargersFile;
  bool autoRegister = false;
  std::string dataDir;
  LogFormat logFormat = LogFormat::Human;
  bool trace = false;
  std::string publicUrl;  ///< Our own endpoint as chargers see it (wsa:From of our requests).
  CallbackPolicy callbackPolicy = CallbackPolicy::PeerChecked;
  std::string centralCa, centralCert, centralKey;  ///< PEM files for wss.
  std::string centralPasswordFile;                 ///< One password for all chargers without their own.
  std::uint32_t chargerTimeout = 30;               ///< Seconds (soap_out_timeout).
  std::uint32_t drainTimeout = 30;                 ///< Seconds.
  std::uint32_t maxBody = 1024 * 1024;             ///< Bytes of one HTTP body.
  std::uint32_t maxConnections = 60000;
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

/// Splits `ADDRESS:PORT` (IPv6 in brackets). Throws BadConfiguration.
void parseListen(const std::string& text, std::string& address, std::uint16_t& port);

/// The content of a file. Throws BadConfiguration naming it and the reason.
std::string readFile(const std::string& path);

}  // namespace bridge
