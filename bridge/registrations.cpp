// SPDX-License-Identifier: GPL-2.0-or-later
// Two sets of identities: a small one that gives way, and a large one that does not.
#include "bridge/registrations.h"

#include <algorithm>
#include <iterator>

namespace bridge {

Registrations::Verdict Registrations::heard(const std::string& identity, ocpp::Steady now) {
  if (const auto known = known_.find(identity); known != known_.end()) {
    if (!known->second) return {Standing::Registered, {}};
    const Trials::iterator trial = *known->second;
    trial->heard = now;
    trials_.splice(trials_.end(), trials_, trial);
    return {Standing::Trial, {}};
  }
  const std::size_t room = limits_.registered - std::min(limits_.registered, registered());
  Verdict verdict{Standing::Trial, {}};
  if (trials_.size() >= std::min(limits_.trial, room)) {
    if (trials_.empty() || now - trials_.front().heard < limits_.rest) return {};
    verdict.givesWay = trials_.front().identity;
    forget(verdict.givesWay);
  }
  trials_.push_back({identity, now});
  known_[identity] = std::prev(trials_.end());
  return verdict;
}

bool Registrations::accepted(const std::string& identity) {
  const auto known = known_.find(identity);
  if (known == known_.end() || !known->second) return false;
  trials_.erase(*known->second);
  known->second.reset();
  return true;
}

bool Registrations::restored(const std::string& identity) {
  if (known_.count(identity) != 0) {
    accepted(identity);
    return true;
  }
  if (known_.size() >= limits_.registered) return false;
  known_.emplace(identity, std::nullopt);
  return true;
}

void Registrations::forget(const std::string& identity) {
  const auto known = known_.find(identity);
  if (known == known_.end()) return;
  if (known->second) trials_.erase(*known->second);
  known_.erase(known);
}

std::optional<Registrations::Standing> Registrations::standing(const std::string& identity) const {
  const auto known = known_.find(identity);
  if (known == known_.end()) return std::nullopt;
  return known->second ? Standing::Trial : Standing::Registered;
}

}  // namespace bridge
