// SPDX-License-Identifier: GPL-2.0-or-later
// The table of options of ocpp-soap-cs.
#include "tests/tools/cs/options.h"

#include <iostream>

#include "bridge/options.h"
#include "bridge/url.h"
#include "tests/tools/common/values.h"

namespace cs {

namespace {

using bridge::BadConfiguration;

void readChargerUrl(Options& o, const std::string& value) {
  const std::size_t equals = value.rfind("=http");
  if (equals == std::string::npos || equals == 0)
    throw BadConfiguration("'" + value + "' is not ID=http://HOST:PORT/PATH");
  const std::string url = value.substr(equals + 1);
  if (!bridge::Url::parse(url)) throw BadConfiguration("'" + url + "' is no http or https address");
  o.chargerUrls[value.substr(0, equals)] = url;
}

void readVersion(Options& o, const std::string& value) {
  o.version = tool::versionOf(value);
  o.versionGiven = true;
}

tool::Program program() {
  return {
      "ocpp-soap-cs",
      "a central system for chargers that speak OCPP 1.2, 1.5 or 1.6 over SOAP, to try and test them",
      {"[options]", "conformance --charger ID [options]"},
      {"Chargers of all three versions use one address: http://ADDR:PORT/ocpp. They are answered by the rules of the "
       "config file, or accepted. Commands come from the prompt, from a script, or over HTTP as JSON.",
       "With the word conformance it waits for one charger and walks through test scenarios with it."},
      {{"PROMPT AND SCRIPTS",
        {"CHARGER ACTION [JSON]           send, and show the answer (payload as in OCPP 1.6-J)",
         "expect JSON                     the last answer must match: {\"status\":\"Accepted|Scheduled\"}",
         "expect fault [CODE]             the last answer must be a SOAP Fault, such as NotSupported",
         "expect none                     the charger must have given no answer",
         "wait CHARGER ACTION [JSON] [within SECONDS]",
         "                                until the charger sends such a message",
         "wait CHARGER connected          until it is heard",
         "list                            chargers, connectors, transactions",
         "help [VERSION]                  what can be sent", "quit [STATUS]                   end",
         "${transactionId} in JSON is the newest transaction of the charger; # begins a comment."}},
       {"HTTP API",
        {"GET /chargers, GET /chargers/ID          what is known", "POST /chargers/ID/ACTION with JSON       send"}},
       {"EXIT STATUS",
        {"0  everything expected happened", "1  an expectation of the script, or a scenario, failed; or an error",
         "2  a mistake in options, config file or script"}}}};
}

std::vector<tool::Option> options(Options& o) {
  using Text = const std::string&;
  return {
      {"listen", "ADDR:PORT", "127.0.0.1:8080", "where chargers reach us; port 0 takes any free one",
       [&](Text v) { bridge::parseListen(v, o.listenAddress, o.listenPort); }},
      {"tls-cert", "FILE", "none", "our certificate (PEM); with it chargers must use https",
       [&](Text v) { o.tlsCert = v; }},
      {"tls-key", "FILE", "none", "private key (PEM) of that certificate", [&](Text v) { o.tlsKey = v; }},
      {"charger-ca", "FILE", "system", "CA certificates (PEM) for chargers with https addresses",
       [&](Text v) { o.chargerCa = v; }},
      {"public-url", "URL", "http://ADDR:PORT/ocpp", "our address as chargers see it, told to them as wsa:From",
       [&](Text v) { o.publicUrl = v; }},
      {"charger-url", "ID=URL", "wsa:From", "where a charger is called, whatever it announces; may be repeated",
       [&](Text v) { readChargerUrl(o, v); }},
      {"charger-timeout", "SECONDS", "30", "longest wait for a charger's answer",
       [&](Text v) { o.chargerTimeout = tool::wholeNumber(v, 1, 3600); }},
      {"write", "QUIRK,...", "none", "habits of writing, such as milliseconds or no-from (docs/interop.md)",
       [&](Text v) { tool::setHabits(o.quirks, v, true); }},
      {"no-write", "QUIRK,...", "none", "habits to leave off, such as must-understand, which some chargers refuse",
       [&](Text v) { tool::setHabits(o.quirks, v, false); }},
      {"api", "ADDR:PORT", "127.0.0.1:8081", "where commands are taken over HTTP; `none` leaves it out",
       [&](Text v) { v == "none" ? o.apiAddress.clear() : bridge::parseListen(v, o.apiAddress, o.apiPort); }},
      {"config", "FILE", "none", "JSON file with the rules by which chargers are answered",
       [&](Text v) { o.configFile = v; }},
      {"state", "FILE", "none", "file that keeps transactions, their ids and callback addresses across restarts",
       [&](Text v) { o.stateFile = v; }},
      {"script", "FILE", "none", "commands to run, one per line; ends the program with their verdict",
       [&](Text v) { o.scriptFile = v; }},
      {"stay", "", "off", "go on after the script", [&](Text) { o.stay = true; }},
      {"patience", "SECONDS", "30", "longest wait for what a script or scenario waits for",
       [&](Text v) { o.run.patience = tool::wholeNumber(v, 1, 86400); }},
      {"log", "FILE", "none", "every message as a line of JSON; - is the standard output",
       [&](Text v) { o.logFile = v; }},
      {"raw", "", "off", "with the XML in the log", [&](Text) { o.raw = true; }},
      {"quiet", "", "off", "do not show messages on the terminal", [&](Text) { o.quiet = true; }},
      {"charger", "ID", "none", "conformance: the charger to test", [&](Text v) { o.charger = v; }},
      {"version", "V", "its own", "conformance: the version it must speak: 1.2, 1.5, 1.6",
       [&](Text v) { readVersion(o, v); }},
      {"connect", "SECONDS", "300", "conformance: longest wait for the charger to be heard",
       [&](Text v) { o.connect = tool::wholeNumber(v, 1, 86400); }},
      {"firmware", "URL", "none", "conformance: an image that the charger can install, for TC_044_1_CS",
       [&](Text v) { o.firmware = v; }},
  };
}

/// What single options cannot see.
void checkTogether(const Options& o) {
  if (o.tlsCert.empty() != o.tlsKey.empty())
    throw BadConfiguration("options tls-cert and tls-key: one needs the other");
  if (o.conformance && o.charger.empty() && !o.run.list)
    throw BadConfiguration("conformance: needs the option charger");
  if (o.conformance && !o.scriptFile.empty()) throw BadConfiguration("conformance: runs no script");
  if (!o.conformance && (!o.charger.empty() || !o.firmware.empty() || o.run.chosen()))
    throw BadConfiguration(
        "options charger, firmware, profile, only, operator, step, list, json, tap and junit: only with the word "
        "conformance");
}

}  // namespace

tool::OptionTable optionTable(Options& o) {
  std::vector<tool::Option> all = options(o);
  for (tool::Option& each : tool::runRows(
           o.run, "profile", "conformance: somebody is at the charger; also scenarios that need plug and tag"))
    all.push_back(std::move(each));
  return {program(), std::move(all)};
}

bool readOptions(int argc, const char* const* argv, Options& o) {
  const auto rest = optionTable(o).read(argc, argv, std::cout);
  if (!rest) return false;
  for (const std::string& word : *rest) {
    if (word != "conformance") throw BadConfiguration("'" + word + "' is no command; there is only conformance");
    o.conformance = true;
  }
  checkTogether(o);
  return true;
}

}  // namespace cs
