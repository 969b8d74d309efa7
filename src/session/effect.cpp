// SPDX-License-Identifier: GPL-2.0-or-later
// Which answers promise.
#include "session/effect.h"

#include "session/promise.h"

namespace session {

bool promises(const AnswerCharger& effect) { return effect.result && promiseOf(*effect.result) == Promise::Message; }

/// The charger's own keys are the charger's promise: only what the bridge answers itself is ours.
bool promises(const AnswerCentral& effect) {
  if (!effect.own || !effect.result || promiseOf(*effect.result) != Promise::Setting) return false;
  return std::get<ocpp::ChangeConfiguration::Response>(*effect.result).status == ocpp::ConfigurationStatus::Accepted;
}

}  // namespace session
