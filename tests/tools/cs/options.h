// SPDX-License-Identifier: GPL-2.0-or-later
// What the user of ocpp-soap-cs can choose: one table for command line, --help, README and man page.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "ocpp/version.h"
#include "ocpp_s/quirks.h"
#include "tests/tools/common/run_options.h"

namespace cs {

struct Options {
  std::string listenAddress = "127.0.0.1";
  std::uint16_t listenPort = 8080;
  std::string tlsCert, tlsKey, chargerCa;
  std::string apiAddress = "127.0.0.1";  ///< "" = no API.
  std::uint16_t apiPort = 8081;
  std::string publicUrl;  ///< "" = made of the listening address.
  std::string configFile, scriptFile, logFile, stateFile;
  std::map<std::string, std::string> chargerUrls;    ///< By identity; the others announce theirs.
  ocpp_s::Quirks quirks = ocpp_s::standardQuirks();  ///< How we write.
  bool raw = false, quiet = false, stay = false;
  int chargerTimeout = 30;  ///< Seconds for a charger's answer.

  bool conformance = false;  ///< The word `conformance` was given.
  std::string charger;       ///< Under test.
  ocpp::Version version{};   ///< Of chargerUrls that have not spoken yet, and which conformance demands.
  bool versionGiven = false;
  std::string firmware;  ///< URL of an image that the charger under test can install; "" = there is none.
  int connect = 300;     ///< Seconds to wait for the charger.
  tool::RunOptions run;
};

/// The table; its rows write into `options`, which outlives it.
tool::OptionTable optionTable(Options& options);

/// Reads the command line. False: what was asked for is printed. Throws bridge::BadConfiguration.
bool readOptions(int argc, const char* const* argv, Options& options);

}  // namespace cs
