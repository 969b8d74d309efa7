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
  if (backend.away.size() == 1) backend.since = clock_.steady();
  backend.most = std::max(backend.most, backend.away.size());
  if (backend.outage) return;
  backend.untold.insert(identity);
  if (!armed()) deadlines_.arm(*this, gather);
}

void BackendWatch::left(const std::string& name, const std::string& identity) {
  const auto known = backends_.find(name);
  if (known == backends_.end()) return;
  Backend& backend = known->second;
  backend.up.erase(identity);
  backend.untold.erase(identity);
  if (backend.away.erase(identity) != 0 && backend.outage && backend.away.empty()) {
    tell_(Level::Info, "", "outage-over", "nobody wants " + name + " any more");
    backend.outage = false;
  }
  tidy(name);
}

void BackendWatch::onDeadline() {
  for (auto& [name, backend] : backends_) tellLosses(name, backend);
}

void BackendWatch::tellLosses(const std::string& name, Backend& backend) {
  const auto untold = std::exchange(backend.untold, {});
  if (untold.empty() || backend.outage) return;
  backend.outage = untold.size() > 1 || backend.up.empty();
  if (untold.size() == 1 && backend.away.size() == 1)
    return tell_(Level::Warning, *untold.begin(), "central-down", backend.reason);
  backend.outage = true;
  const std::size_t all = backend.up.size() + backend.away.size();
  tell_(Level::Warning, "", "outage",
        "back-end " + name + " is away for " + std::to_string(backend.away.size()) + " of " + chargers(all) + ": " +
            backend.reason);
}

void BackendWatch::tellReturn(const std::string& name, Backend& backend, const std::string& identity) {
  const bool wasAway = backend.away.erase(identity) != 0;
  const bool told = backend.untold.erase(identity) == 0;
  if (!wasAway || !backend.outage || backend.most == 1) {
    if (told) tell_(Level::Info, identity, "central-up", "");
    if (backend.away.empty()) backend.outage = false, backend.most = 0;
    return;
  }
  if (!backend.away.empty()) return;
  backend.outage = false;
  tell_(Level::Info, "", "outage-over",
        "back-end " + name + " is back for " + chargers(std::exchange(backend.most, 0)) + " after " +
            lasted(clock_.steady() - backend.since));
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
