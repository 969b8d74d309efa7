// SPDX-License-Identifier: GPL-2.0-or-later
// Targets chargers-file and options: what operators write. Mistakes are named, never survived silently.
#include <sys/mman.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "bridge/chargers_file.h"
#include "bridge/options.h"
#include "bridge/url.h"
#include "ocpp/text.h"
#include "tests/fuzz/targets.h"

namespace fuzz {

// --- chargers-file: JSON

void runChargersFile(std::string_view input) {
  try {
    const auto chargers = bridge::parseChargers(std::string(input), "chargers.json");
    for (const auto& [identity, charger] : chargers) {
      require(identity == charger.identity && !identity.empty(), "an identity is not its key", input);
      require(ocpp::trimmed(identity) == identity, "an identity is not trimmed", input);
      require(!charger.centralIdentity.empty(), "a charger without a name at the back-end", input);
      require(!charger.callback || bridge::Url::parse(*charger.callback), "a callback that cannot be called", input);
      require(!charger.centralUrl || bridge::Url::parse(*charger.centralUrl), "a back-end that cannot be called",
              input);
    }
  } catch (const bridge::BadConfiguration& bad) {
    require(std::string_view(bad.what()).substr(0, 13) == "chargers.json", "the file is not named", bad.what());
  }
}

Seeds chargersFileSeeds() {
  return {
      R"({"CP1": {}})",
      R"({"CP1": {"callback": "http://10.0.0.7:8082/", "connectors": 2, "timezone": "Europe/Amsterdam"}, // two
 "00:13:F6:01:91:26": {"centralIdentity": "DEPOT-3", "password": "secret", "centralUrl": "wss://csms.example/ocpp"}})",
      R"({"CP1": {"passwordFile": "/dev/null"}, " CP1 ": {"connectors": 99}})",
      R"({"CP1": [], "": 1})",
  };
}

// --- options: lines of a config file; those that begin with "--" stand on the command line

void runOptions(std::string_view input) {
  if (input.find('\0') != std::string_view::npos) return;  // no argv can have it
  static const int file = memfd_create("options", 0);
  std::string content;
  std::vector<std::string> words = {"ocpp-soap-bridge", "--config", "/proc/self/fd/" + std::to_string(file)};
  while (!input.empty()) {
    const std::size_t end = input.find('\n');
    const std::string line(input.substr(0, end));
    input.remove_prefix(end == std::string_view::npos ? input.size() : end + 1);
    if (line.substr(0, 2) == "--")
      words.push_back(line);
    else
      content += line + "\n";
  }
  if (::ftruncate(file, 0) != 0 || ::pwrite(file, content.data(), content.size(), 0) < 0) fail("no memory file");
  std::vector<const char*> argv;
  for (const std::string& word : words) argv.push_back(word.c_str());
  try {
    const auto read = bridge::readCommandLine(static_cast<int>(argv.size()), argv.data());
    require(read.options.limits.body <= 16U << 20, "a body larger than the limit");
    require(read.options.session.defaultInterval >= 0, "a negative interval");
  } catch (const bridge::BadConfiguration& bad) { require(bad.what()[0] != '\0', "refused without saying why"); }
}

Seeds optionsSeeds() {
  return {
      "listen=127.0.0.1:8080\ncentral-url=wss://csms.example/ocpp\nauto-register=true\n",
      "# comment\nlisten=[::1]:0\nsoap-hold=5\nlog=json\ntrace=yes\n--callback-policy=from\n--max-body=1000\n",
      "start-offline=provisional\npending-policy=accept-and-hold\nws-lifecycle=always-on\n--version\n",
      "--reconnect-first\n--listen\n--help\nnonsense\n[section]\nmax-connections=-1\n",
  };
}

}  // namespace fuzz
