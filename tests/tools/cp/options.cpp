// SPDX-License-Identifier: GPL-2.0-or-later
// The table of options of ocpp-soap-cp.
#include "tests/tools/cp/options.h"

#include <arpa/inet.h>

#include <iostream>

#include "bridge/options.h"
#include "bridge/url.h"
#include "ocpp/text.h"
#include "ocpp_s/profiles.h"
#include "tests/tools/common/values.h"

namespace cp {

namespace {

using bridge::BadConfiguration;

std::string address(const std::string& value) {
  const auto url = bridge::Url::parse(value);
  if (!url || (url->scheme != "http" && url->scheme != "https"))
    throw BadConfiguration("'" + value + "' is no http:// or https:// address (credentials: user, password-file)");
  return value;
}

void readKey(Options& o, const std::string& value) {
  const std::size_t equals = value.find('=');
  if (equals == std::string::npos || equals == 0) throw BadConfiguration("'" + value + "' is not KEY=VALUE");
  o.keys.emplace_back(value.substr(0, equals), value.substr(equals + 1));
}

void setProfile(Options& o, const std::string& name) {
  const ocpp_s::Profile* profile = ocpp_s::findProfile(name);
  if (profile == nullptr) throw BadConfiguration("'" + name + "' is none of " + ocpp_s::profileNames());
  o.quirks = profile->quirks() | ocpp_s::standardQuirks().without(profile->off);
}

std::string tagText(const std::string& value) {
  if (ocpp::trimmed(value).empty() || ocpp::codePoints(value) > ocpp::IdToken::limit)
    throw BadConfiguration("'" + value + "' is no idTag: 1 to 20 characters");
  return value;
}

std::string passwordIn(const std::string& file) { return std::string(ocpp::trimmed(bridge::readFile(file))); }

Misbehaviour misbehaviour(const std::string& value) {
  const std::string place;
  tool::Line line(value, place);
  Misbehaviour out = readMisbehaviour(line);
  line.end();
  return out;
}

tool::Program program() {
  return {
      "ocpp-soap-cp",
      "a charge point on a simulated board that speaks OCPP 1.2, 1.5 or 1.6 over SOAP, to try and test central "
      "systems",
      {"--central URL [options]", "conformance URL [options]"},
      {"It boots, announces its connectors, and answers what the central system asks. Commands come from the prompt "
       "or a script: they are what happens at the board. With --session it charges by itself, and with --fleet it is "
       "thousands of charge points.",
       "The meter counts what the simulated EV draws, in real time. Uploads and downloads are simulated as well: "
       "no file is transferred.",
       "With the word conformance it walks through test scenarios with a central system, and judges what it answers "
       "and sends."},
      {{"PROMPT AND SCRIPTS", commandLines()},
       {"FLEETS",
        {"With --at-once or --rate a charge point whose turn it is lives through the time until something is due,",
         "says what there is to say, and when all is answered it is the next one's turn. So the load is steady, and",
         "the reading of a meter does not take a minute. With --rate it goes on until --duration or a signal;",
         "without, `requests N` at the prompt begins about N of them. Numbers are told as a line of JSON."}},
       {"EXIT STATUS",
        {"0  everything expected happened",
         "1  an expectation of the script, a session or a scenario failed; or an error",
         "2  a mistake in options or script"}}}};
}

using Text = const std::string&;

std::vector<tool::Option> connection(Options& o) {
  return {
      {"central", "URL", "none", "address of the central system; must be given",
       [&](Text v) { o.central = address(v); }},
      {"version", "V", "1.6", "OCPP 1.2, 1.5 or 1.6", [&](Text v) { o.version = tool::versionOf(v); }},
      {"id", "ID", "CP1", "chargeBoxIdentity; those of a fleet get -1, -2, ... behind it", [&](Text v) { o.id = v; }},
      {"listen", "ADDR:PORT", "127.0.0.1:0", "where the central system calls us; port 0 takes any free one",
       [&](Text v) { bridge::parseListen(v, o.listenAddress, o.listenPort); }},
      {"public-url", "URL", "http://ADDR:PORT", "our address as the central system sees it; the identity is added",
       [&](Text v) { o.publicUrl = address(v); }},
      {"user", "NAME", "none", "HTTP Basic: the user; needs password-file", [&](Text v) { o.user = v; }},
      {"password-file", "FILE", "none", "HTTP Basic: file with the password",
       [&](Text v) { o.password = passwordIn(v); }},
      {"central-ca", "FILE", "system", "CA certificates (PEM) for an https:// central system",
       [&](Text v) { o.centralCa = v; }},
      {"self-signed", "", "off", "take a certificate that signed itself", [&](Text) { o.selfSigned = true; }},
      {"tls-cert", "FILE", "none", "our certificate (PEM); with it we are called by https",
       [&](Text v) { o.tlsCert = v; }},
      {"tls-key", "FILE", "none", "private key (PEM) of that certificate", [&](Text v) { o.tlsKey = v; }},
      {"client-ca", "FILE", "none", "CA (PEM) of the certificate that the central system must show; needs tls-cert",
       [&](Text v) { o.clientCa = v; }},
      {"callback-user", "NAME", "none", "HTTP Basic that the central system must send; needs callback-password-file",
       [&](Text v) { o.callbackUser = v; }},
      {"callback-password-file", "FILE", "none", "file with the password of callback-user",
       [&](Text v) { o.callbackPassword = passwordIn(v); }},
      {"misbehave", "HOW", "none", "give bad answers from the start, as the command misbehave does: html, \"late 5\"",
       [&](Text v) { o.misbehaviour = misbehaviour(v); }},
      {"keep-alive", "", "off", "one connection for all requests of a charge point, instead of one for each",
       [&](Text) { o.keepAlive = true; }},
      {"source", "ADDRESS", "none", "IPv4 address that our requests come from; each of a fleet has the next one",
       [&](Text v) { o.source = v; }},
      {"timeout", "SECONDS", "60", "longest wait for an answer",
       [&](Text v) { o.timeout = tool::wholeNumber(v, 1, 3600); }},
      {"retry", "SECONDS", "10", "until the first repetition while the central system is away; doubles, up to 5 min",
       [&](Text v) { o.retry = tool::wholeNumber(v, 1, 300); }},
      {"profile", "NAME", "oca", "write like such a peer: javaoca, cxf, gsoap, apostol, ... (docs/interop.md)",
       [&](Text v) { setProfile(o, v); }},
      {"write", "QUIRK,...", "none", "single habits of writing, such as milliseconds or no-from",
       [&](Text v) { tool::setHabits(o.quirks, v, true); }},
      {"no-write", "QUIRK,...", "none", "habits to leave off, such as must-understand",
       [&](Text v) { tool::setHabits(o.quirks, v, false); }},
  };
}

std::vector<tool::Option> board(Options& o) {
  return {
      {"connectors", "N", "1", "how many", [&](Text v) { o.connectors = tool::wholeNumber(v, 1, 64); }},
      {"fixed-cable", "", "off", "connectors have their own cable, which cannot be unlocked",
       [&](Text) { o.fixedCable = true; }},
      {"amperes", "N", "32", "most that a connector carries, per phase (230 V, 3 phases)",
       [&](Text v) { o.amperes = tool::wholeNumber(v, 6, 500); }},
      {"ev-amperes", "N", "16", "most that an EV draws, per phase",
       [&](Text v) { o.evAmperes = tool::wholeNumber(v, 1, 500); }},
      {"ev-stop", "MS", "0", "how long an EV draws on after it was told to draw less, and the contactor waits for it",
       [&](Text v) { o.evStopMs = tool::wholeNumber(v, 0, 6000); }},
      {"vendor", "NAME", "ocpp-soap-gateway", "chargePointVendor; its DataTransfer is answered",
       [&](Text v) { o.vendor = v; }},
      {"model", "NAME", "ocpp-soap-cp", "chargePointModel", [&](Text v) { o.model = v; }},
      {"set", "KEY=VALUE", "none", "configuration key at the first start; may be repeated",
       [&](Text v) { readKey(o, v); }},
      {"state", "DIR", "none", "directory of what a charge point keeps over a power cut; without it, it forgets",
       [&](Text v) { o.stateDir = v; }},
      {"reboot", "SECONDS", "1", "how long a restart takes",
       [&](Text v) { o.rebootSeconds = tool::wholeNumber(v, 0, 3600); }},
  };
}

std::vector<tool::Option> work(Options& o) {
  return {
      {"session", "TAG", "none", "plug in, charge as TAG, stop and unplug, by itself; then end",
       [&](Text v) { o.sessionTag = tagText(v); }},
      {"sessions", "N", "1", "so many of them; 0 is without end",
       [&](Text v) { o.sessions = tool::wholeNumber(v, 0, 1000000); }},
      {"session-seconds", "SECONDS", "10", "how long one charges",
       [&](Text v) { o.sessionSeconds = tool::wholeNumber(v, 0, 86400); }},
      {"pause-seconds", "SECONDS", "0", "between sessions",
       [&](Text v) { o.pauseSeconds = tool::wholeNumber(v, 0, 86400); }},
      {"fleet", "N", "off", "so many charge points in this process",
       [&](Text v) { o.fleet = tool::wholeNumber(v, 1, 50000); }},
      {"spread", "SECONDS", "10", "fleet: over which they are switched on",
       [&](Text v) { o.spread = tool::wholeNumber(v, 0, 86400); }},
      {"at-once", "N", "off", "fleet: so many act at a time, in turns; between them time flies (see FLEETS)",
       [&](Text v) { o.atOnce = tool::wholeNumber(v, 1, 50000); }},
      {"rate", "N", "off", "fleet: so many requests a second; implies at-once 64",
       [&](Text v) { o.rate = tool::wholeNumber(v, 1, 1000000); }},
      {"report", "SECONDS", "10", "fleet: how often numbers are shown",
       [&](Text v) { o.reportEvery = tool::wholeNumber(v, 1, 86400); }},
      {"duration", "SECONDS", "none", "end after this time",
       [&](Text v) { o.duration = tool::wholeNumber(v, 1, 1000000); }},
      {"script", "FILE", "none", "commands to run, one per line; ends the program with their verdict",
       [&](Text v) { o.scriptFile = v; }},
      {"stay", "", "off", "go on after script or sessions", [&](Text) { o.stay = true; }},
      {"patience", "SECONDS", "30", "longest wait for what a script, session or scenario waits for",
       [&](Text v) { o.run.patience = tool::wholeNumber(v, 1, 86400); }},
      {"log", "FILE", "none", "every message as a line of JSON; - is the standard output",
       [&](Text v) { o.logFile = v; }},
      {"raw", "", "off", "with the XML in the log", [&](Text) { o.raw = true; }},
      {"quiet", "", "off", "do not show messages on the terminal", [&](Text) { o.quiet = true; }},
  };
}

std::vector<tool::Option> conformance(Options& o) {
  std::vector<tool::Option> rows = {
      {"tag", "TAG", "TAG1", "conformance: an idTag that the central system accepts",
       [&](Text v) { o.tag = tagText(v); }},
      {"unknown-tag", "TAG", "OSGUNKNOWN", "conformance: an idTag that it does not know",
       [&](Text v) { o.unknownTag = tagText(v); }},
      {"blocked-tag", "TAG", "none", "conformance: an idTag that it has blocked",
       [&](Text v) { o.blockedTag = tagText(v); }},
      {"expired-tag", "TAG", "none", "conformance: an idTag that has expired",
       [&](Text v) { o.expiredTag = tagText(v); }},
  };
  for (tool::Option& each :
       tool::runRows(o.run, "features", "conformance: somebody is at the central system and sends what is asked for"))
    rows.push_back(std::move(each));
  return rows;
}

/// What single options cannot see.
void checkTogether(const Options& o) {
  if (o.conformance && (!o.scriptFile.empty() || o.fleet > 0 || !o.sessionTag.empty()))
    throw BadConfiguration("conformance: not together with script, fleet or session");
  if (!o.conformance && o.run.chosen())
    throw BadConfiguration(
        "options features, only, operator, step, list, tap and junit: only with the word conformance");
  if (o.run.list) return;
  if (o.central.empty()) throw BadConfiguration("option central: the address of the central system must be given");
  if (o.tlsCert.empty() != o.tlsKey.empty())
    throw BadConfiguration("options tls-cert and tls-key: one needs the other");
  if (o.user.empty() != o.password.empty())
    throw BadConfiguration("options user and password-file: one needs the other");
  if (o.callbackUser.empty() != o.callbackPassword.empty())
    throw BadConfiguration("options callback-user and callback-password-file: one needs the other");
  if (!o.clientCa.empty() && o.tlsCert.empty())
    throw BadConfiguration("option client-ca: without tls-cert nobody shows a certificate");
  if (!o.scriptFile.empty() && (o.fleet > 0 || !o.sessionTag.empty()))
    throw BadConfiguration("option script: not together with fleet or session");
  if ((o.atOnce > 0 || o.rate > 0) && (o.fleet == 0 || o.sessionTag.empty() || o.sessions != 0))
    throw BadConfiguration("options at-once and rate: only with fleet, session and sessions 0");
  in_addr ignored{};
  if (!o.source.empty() && inet_pton(AF_INET, o.source.c_str(), &ignored) != 1)
    throw BadConfiguration("option source: '" + o.source + "' is no IPv4 address");
  const bool everywhere = o.listenAddress == "0.0.0.0" || o.listenAddress == "::";
  if (everywhere && o.publicUrl.empty())
    throw BadConfiguration("option listen: with " + o.listenAddress + " the option public-url must name our address");
}

}  // namespace

tool::OptionTable optionTable(Options& o) {
  std::vector<tool::Option> all = connection(o);
  for (auto& part : {board(o), work(o), conformance(o)}) all.insert(all.end(), part.begin(), part.end());
  return {program(), std::move(all)};
}

bool readOptions(int argc, const char* const* argv, Options& o) {
  const auto rest = optionTable(o).read(argc, argv, std::cout);
  if (!rest) return false;
  for (const std::string& word : *rest) {
    if (word == "conformance" && !o.conformance)
      o.conformance = true;
    else if (o.conformance && o.central.empty())
      o.central = address(word);
    else
      throw BadConfiguration("'" + word + "' is neither an option nor conformance URL");
  }
  checkTogether(o);
  if (o.rate > 0 && o.atOnce == 0) o.atOnce = 64;
  return true;
}

}  // namespace cp
