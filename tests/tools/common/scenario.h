// SPDX-License-Identifier: GPL-2.0-or-later
// Test scenarios as data: names, versions, profile, steps. Chargers and central systems are tested by the same kind.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ocpp/version.h"

namespace tool {

/// Versions as a set of bits.
constexpr unsigned in12 = 1, in15 = 2, in16 = 4, since15 = in15 | in16, everywhere = in12 | in15 | in16;
constexpr unsigned versionBit(ocpp::Version version) { return 1U << static_cast<unsigned>(version); }

/// Texts may have ${now}, ${before} (a minute ago), ${halfHourAgo}, ${hourAgo}, ${soon} (in 3 s), ${later} (in an
/// hour), and the values of the peer such as ${transactionId}. Clocks of peers may be a second slow: currentTime has no
/// fraction.
struct Step {
  enum class Do {
    Send,    ///< `action` with `payload`, or one for each of a list, all at once; the last answer must be `expected`.
    Repeat,  ///< The last request once more, with the same MessageID.
    Raw,     ///< `payload` is the XML in the Body; for what no contract knows.
    Await,   ///< A message `action` of the peer that matches `expected`, whatever else comes.
    AwaitNext,  ///< The same, and nothing else before it.
    Never,      ///< No message `action` that matches `expected` for `seconds`.
    Rules,      ///< The peer is answered by `payload` from now on; what came before counts no more.
    Ask,        ///< The operator is to do what `payload` says.
    Confirm     ///< The same, and says when it is done.
  };
  Do what;
  const char* action;
  const char* payload;
  const char* expected;    ///< JSON pattern (message.h), or `fault` (with words of codes behind it: `fault A|B`).
  const char* rule;        ///< Section of OCPP 1.6 and what it demands.
  const char* lacks = "";  ///< Send: an answer that matches means that the peer has no such thing, rightly.
  unsigned versions = everywhere;
  int seconds = 0;  ///< 0 = --patience.
};

struct Scenario {
  const char* name;  ///< The OCA's public name of the test case (OCPP 1.6), or OSG_... of our own.
  const char* title;
  unsigned versions;
  ocpp::Profile profile;
  bool needsOperator;
  std::vector<Step> steps;
};

/// The scenarios for one kind of peer.
struct Course {
  const std::vector<Scenario>& scenarios;
  ocpp::Role peer;            ///< Who is tested.
  const char* profileOption;  ///< The option that chooses feature profiles.

  ocpp::Role we() const {
    return peer == ocpp::Role::ChargePoint ? ocpp::Role::CentralSystem : ocpp::Role::ChargePoint;
  }
  /// Of names, as the OCA has them: charging station, and its management system.
  const char* suffix() const { return peer == ocpp::Role::ChargePoint ? "CS" : "CSMS"; }
};

/// Its word in SupportedFeatureProfiles, and on the command line.
std::string_view profileName(ocpp::Profile profile);
std::string_view profileOption(ocpp::Profile profile);

/// Names, titles, versions and profiles, for --list.
std::string listOf(const Course& course);
/// The same and all steps, as JSON: for those who walk through the scenarios by other means.
std::string jsonOf(const Course& course);

}  // namespace tool
