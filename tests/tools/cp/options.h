// SPDX-License-Identifier: GPL-2.0-or-later
// What the user of ocpp-soap-cp can choose: one table for command line, --help, README and man page.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "ocpp/version.h"
#include "ocpp_s/quirks.h"
#include "tests/tools/common/run_options.h"
#include "tests/tools/cp/mischief.h"

namespace cp {

struct Options {
  ocpp::Version version = ocpp::Version::V16;
  std::string id = "CP1";
  std::string central;  ///< URL of the central system.
  std::string listenAddress = "127.0.0.1";
  std::uint16_t listenPort = 0;
  std::string publicUrl;  ///< "" = made of the listening address.
  std::string vendor = "ocpp-soap-gateway", model = "ocpp-soap-cp";

  int connectors = 1, amperes = 32, evAmperes = 16;
  int evStopMs = 0;  ///< An EV draws on so long after it was told to stop.
  bool fixedCable = false;
  std::vector<std::pair<std::string, std::string>> keys;  ///< Configuration at first start.
  std::string stateDir;                                   ///< "" = what is kept is lost with the process.

  std::string user, password, centralCa, tlsCert, tlsKey;
  std::string clientCa, callbackUser, callbackPassword;  ///< What the central system must show; "" = nothing.
  Misbehaviour misbehaviour;
  bool selfSigned = false, keepAlive = false;
  std::string source;                                ///< IPv4; "" = as the system routes.
  ocpp_s::Quirks quirks = ocpp_s::standardQuirks();  ///< How we write.
  int timeout = 60;                                  ///< Seconds for an answer.
  int retry = 10;                                    ///< Seconds until the first repetition; doubles.
  int rebootSeconds = 1;

  std::string sessionTag;  ///< "" = no sessions by themselves.
  int sessions = 1;        ///< 0 = without end.
  int sessionSeconds = 10, pauseSeconds = 0;
  int fleet = 0;    ///< 0 = one charge point with a prompt.
  int spread = 10;  ///< Seconds over which a fleet starts.
  int atOnce = 0;   ///< Charge points of a fleet that act at the same time, in turns; 0 = each by its own clock.
  int rate = 0;     ///< Requests per second of a fleet in turns; 0 = as asked for at the prompt.
  int reportEvery = 10;
  int duration = 0;  ///< Seconds; 0 = as long as there is something to do.

  std::string scriptFile, logFile;
  bool raw = false, quiet = false, stay = false;

  bool conformance = false;  ///< The word `conformance` was given.
  std::string tag = "TAG1", unknownTag = "OSGUNKNOWN";
  std::string blockedTag, expiredTag;  ///< "" = the central system knows none.
  tool::RunOptions run;
};

/// The table; its rows write into `options`, which outlives it.
tool::OptionTable optionTable(Options& options);

/// Reads the command line. False: what was asked for is printed. Throws bridge::BadConfiguration.
bool readOptions(int argc, const char* const* argv, Options& options);

/// Commands of prompt and scripts, for help.
const std::vector<const char*>& commandLines();

}  // namespace cp
