// SPDX-License-Identifier: GPL-2.0-or-later
// Test scenarios for chargers as data: names, versions, profile, steps.
#pragma once

#include <string_view>
#include <vector>

#include "ocpp/version.h"

namespace cs {

/// Versions as a set of bits.
constexpr unsigned in12 = 1, in15 = 2, in16 = 4, since15 = in15 | in16, everywhere = in12 | in15 | in16;

/// Texts in JSON may have ${transactionId} (the newest one), ${now}, ${before} (a minute ago), ${soon} (in
/// 3 s), ${later} (in an hour). Clocks of chargers may be a second slow: currentTime has no fraction.
struct Step {
  enum class Do {
    Send,       ///< `action` with `payload`; the answer must match `expected`.
    Await,      ///< A message `action` of the charger that matches `expected`, whatever else comes.
    AwaitNext,  ///< The same, and nothing else before it.
    Never,      ///< No message `action` that matches `expected` for `seconds`.
    Rules,      ///< Chargers are answered by the config file `payload` from now on.
    Ask         ///< The operator is to do what `payload` says.
  };
  Do what;
  const char* action;
  const char* payload;
  const char* expected;    ///< JSON pattern (message.h).
  const char* rule;        ///< Section of OCPP 1.6 and what it demands.
  const char* lacks = "";  ///< Send: an answer that matches means that the charger has no such thing, rightly.
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

const std::vector<Scenario>& scenarios();

/// Its word in SupportedFeatureProfiles, and in --profile.
std::string_view profileName(ocpp::Profile profile);
std::string_view profileOption(ocpp::Profile profile);

}  // namespace cs
