// SPDX-License-Identifier: GPL-2.0-or-later
// Losses are gathered for a moment; then they are an outage or the matter of one charger.
#include "bridge/backend_watch.h"

#include <algorithm>
#include <utility>

namespace bridge {

namespace {

using Level = session::Level;

std::string lasted(ocpp::Duration time) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time).count();
  if (seconds < 120) return std::to_string(seconds) + " s";
  if (seconds < 7200) return std::to_string(seconds / 60) + " min";
  return std::to_string(seconds / 3600) + " h";
}

std::string chargers(std::size_t count) { return std::to_string(count) + (count == 1 ? " charger" : " chargers"); }

}  // namespace

BackendWatch::BackendWatch(const Clock& clock, Deadlines& deadlines, Tell tell)
    : clock_(clock), deadlines_(deadlines), tell_(std::move(tell)) {}

void BackendWatch::up(const std::string& name, const std::string& identity) {
  Backend& backend = backends_[name];
  backend.up.insert(identity);
  tellReturn(name, backend, identity);
}

void BackendWatch::away(const std::string& name, const std::string& identity, const std::string& reason) {
  Backend& backend = backends_[name];
  backend.up.erase(identity);
  backend.reason = reason;
  if (!backend.away.insert(identity).second) return;
  if (backend.outage) {
    backend.most = std::max(backend.most, backend.away.size());
    return;
  }
  if (backend.untold.empty()) backend.lostAt = clock_.steady();
  backend.untold.insert(identity);
  if (!armed()) deadlines_.arm(*this, gather);
}

void BackendWatch::left(const std::string& name, const std::string& identity) {
  const auto known = backends_.find(name);
  if (known == backends_.end()) return;
  Backend& backend = known->second;
  backend.up.erase(identity);
  backend.untold.erase(identity);
  backend.away.erase(identity);
  if (backend.outage && backend.away.empty()) {
    const std::string linked = backend.up.empty() ? "" : "; it is back for " + chargers(backend.up.size());
    tell_(Level::Info, "", "outage-over", "nobody waits for back-end " + name + " any more" + linked);
    backend.outage = false;
  }
  if (mostAreBack(backend) && !armed()) deadlines_.arm(*this, gather);
  tidy(name);
}

void BackendWatch::onDeadline() {
  bool again = false;
  for (auto& [name, backend] : backends_) {
    tellLosses(name, backend);
    tellRest(name, backend);
    again = again || mostAreBack(backend);
  }
  if (again && !armed()) deadlines_.arm(*this, gather);
}

void BackendWatch::tellLosses(const std::string& name, Backend& backend) {
  const auto untold = std::exchange(backend.untold, {});
  if (untold.empty() || backend.outage) return;
  const bool single = untold.size() == 1 && (backend.away.size() == 1 || !backend.up.empty());
  backend.outage = !single || backend.up.empty();
  if (backend.outage) {
    backend.most = backend.away.size();
    backend.since = backend.returnedAt = backend.lostAt;
  }
  if (single) return tell_(Level::Warning, *untold.begin(), "central-down", backend.reason);
  const std::size_t all = backend.up.size() + backend.away.size();
  tell_(Level::Warning, "", "outage",
        "back-end " + name + " is away for " + std::to_string(backend.away.size()) + " of " + chargers(all) + ": " +
            backend.reason);
}

/// Who is still away then has a trouble of its own.
bool BackendWatch::mostAreBack(const Backend& backend) {
  const std::size_t away = backend.away.size();
  return backend.outage && away > 0 && !backend.up.empty() && (away == 1 || away * 3 <= backend.up.size());
}

/// An outage must end although somebody never comes back: else the next one would be told by nobody.
void BackendWatch::tellRest(const std::string& name, Backend& backend) {
  if (!mostAreBack(backend) || clock_.steady() - backend.returnedAt < patience) return;
  tellEnd(name, backend, "; " + chargers(backend.away.size()) + " still away");
  for (const std::string& each : backend.away) tell_(Level::Warning, each, "central-down", backend.reason);
}

void BackendWatch::tellEnd(const std::string& name, Backend& backend, const std::string& rest) {
  backend.outage = false;
  tell_(Level::Info, "", "outage-over",
        "back-end " + name + " is back for " + chargers(backend.most - std::min(backend.most, backend.away.size())) +
            " after " + lasted(clock_.steady() - backend.since) + rest);
}

void BackendWatch::tellReturn(const std::string& name, Backend& backend, const std::string& identity) {
  const bool wasAway = backend.away.erase(identity) != 0;
  const bool told = backend.untold.erase(identity) == 0;
  if (wasAway) backend.returnedAt = clock_.steady();
  if (!wasAway || !backend.outage || backend.most == 1) {
    if (told) tell_(Level::Info, identity, "central-up", "");
    if (backend.away.empty()) backend.outage = false;
    return;
  }
  if (backend.away.empty()) return tellEnd(name, backend, "");
  if (mostAreBack(backend) && !armed()) deadlines_.arm(*this, gather);
}

void BackendWatch::tidy(const std::string& name) {
  const auto known = backends_.find(name);
  if (known->second.up.empty() && known->second.away.empty()) backends_.erase(known);
}

std::map<std::string, BackendWatch::State> BackendWatch::states() const {
  std::map<std::string, State> all;
  for (const auto& [name, backend] : backends_)
    all[name] = {backend.up.size(), backend.away.size(), backend.reason, backend.outage, backend.since};
  return all;
}

}  // namespace bridge
