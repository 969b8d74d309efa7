// SPDX-License-Identifier: GPL-2.0-or-later
// Which chargers there are.
#include "bridge/shard.h"

#include <algorithm>

#include "bridge/charger.h"
#include "bridge/identity.h"
#include "bridge/secret_file.h"
#include "bridge/shard_loading.h"
#include "bridge/shard_reload.h"

namespace bridge {

namespace {
ocpp_s::GuardLimits guardLimits(const InputLimits& limits) {
  ocpp_s::GuardLimits guard;
  guard.bytes = limits.body;
  guard.depth = limits.xmlDepth;
  guard.attributes = limits.xmlAttributes;
  guard.elements = limits.xmlElements;
  guard.openAttributes = 2 * std::size_t(limits.xmlAttributes);
  return guard;
}

/// Without --data-dir nothing is kept of anybody, so there is nothing to be proved first (AU-1); when there is no more
/// room who was not heard for a while and whose boot nobody has accepted gives way all the same (C8).
Registrations::Limits registrationLimits(const Options& options, bool kept) {
  Registrations::Limits limits;
  limits.registered = options.maxChargers;
  if (!kept) limits.trial = options.maxChargers;
  return limits;
}

}  // namespace

Shard::Shard(const Outside& outside, const Options& options, std::string centralUrl)
    : outside_(outside),
      options_(options),
      trace_(outside.log, options.trace),
      addresses_(options.callbackAllow),
      soap_(guardLimits(options.limits)),
      backends_(outside.clock, outside.deadlines,
                [this](session::Level level, const std::string& identity, const char* event, const std::string& text) {
                  if (onTrial(identity)) return outside_.log.lineOfStranger(level, identity, event, text);
                  outside_.log.line(level, identity, event, text);
                }),
      reachable_(
          outside.deadlines, outside.clock, [this](const std::string& backend) { return identitiesOf(backend); },
          [this](const std::string& identity) {
            if (Charger* known = find(identity)) known->centralReachable();
          }),
      centralUrl_(std::move(centralUrl)),
      registrations_(registrationLimits(options, outside.store != nullptr)),
      reaper_(std::make_unique<Reaper>(*this)) {
  renewCentralPassword();
}

Shard::~Shard() = default;

void Shard::renewCentralPassword() {
  if (options_.centralPasswordFile.empty()) return;
  std::string password = readSecret(options_.centralPasswordFile);
  if (password == centralPassword_) return;
  centralPassword_ = std::move(password);
  for (auto& [identity, charger] : chargers_) charger->commonPasswordChanged();
}

/// The only place where a charger is made, whatever led to it (FIELD A1).
Charger* Shard::create(ChargerConfig config, StoredCharger* stored, bool onTrial) {
  const std::string identity = config.identity;
  auto& slot = chargers_[identity];
  slot = std::make_unique<Charger>(*this, std::move(config), stored, onTrial);
  unserved_.erase(identity);
  return slot.get();
}

std::vector<std::string> Shard::identitiesOf(const std::string& backend) const {
  std::vector<std::string> found;
  for (const auto& [identity, charger] : chargers_)
    if (charger->backend().url == backend) found.push_back(identity);
  return found;
}

/// The settings of an identity that we serve: from the file, or none in particular because of --auto-register.
std::optional<ChargerConfig> Shard::configOf(const std::string& identity) const {
  if (const auto configured = file_.find(identity); configured != file_.end()) return configured->second;
  if (!options_.autoRegister || identityObjection(identity)) return std::nullopt;
  ChargerConfig config;
  config.identity = config.centralIdentity = identity;
  return config;
}

Charger* Shard::find(const std::string& identity) const {
  const auto known = chargers_.find(identity);
  return known == chargers_.end() || known->second->leaving() ? nullptr : known->second.get();
}

Charger* Shard::serving(const std::string& identity) {
  if (reload_) reload_->bring(identity);
  Charger* known = find(identity);
  if (known && known->onTrial() && registrations_.standing(identity)) registrations_.heard(identity, clock().steady());
  return known;
}

Shard::Service Shard::serve(const std::string& identity, Use use) {
  if (Charger* known = serving(identity)) {
    use(known);
    return Service::Served;
  }
  auto config = configOf(identity);
  if (!config) return Service::Unknown;
  if (const auto asked = loading_.find(identity); asked != loading_.end()) {
    if (!asked->second->wait(use)) use(nullptr);
    return Service::Served;
  }
  if (config->digest.empty() && !takeIn(identity)) return Service::Full;
  if (!outside_.store) {
    Charger* made = create(std::move(*config), nullptr, config->digest.empty());
    made->begin();
    use(made);
    return Service::Served;
  }
  load(identity);
  const auto asked = loading_.find(identity);
  if (asked == loading_.end() || !asked->second->wait(use)) use(nullptr);
  return Service::Served;
}

/// AU-1: a stranger is served at once, and kept when the back-end has accepted it. False: there is no room.
bool Shard::takeIn(const std::string& stranger) {
  const Registrations::Verdict verdict = registrations_.heard(stranger, clock().steady());
  if (!verdict.standing) return false;
  if (!verdict.givesWay.empty()) {
    log().line(Log::Level::Info, verdict.givesWay, "stranger-gone", "another one takes its place");
    if (Charger* leaving = find(verdict.givesWay)) leaving->leave();
  }
  log().line(Log::Level::Info, stranger, "stranger", "unknown identity served; kept when its boot is accepted");
  return true;
}

void Shard::registered(const std::string& identity) {
  if (registrations_.accepted(identity))
    log().line(Log::Level::Info, identity, "registered", "the back-end has accepted its boot");
}

void Shard::finished(const std::string&) { reaper_->wake(); }

/// TX-15: nothing of them waits any more; their AuthorizationKeys go with them.
void Shard::reap() {
  for (auto each = chargers_.begin(); each != chargers_.end();) {
    if (!each->second->finished()) {
      ++each;
      continue;
    }
    if (outside_.store) outside_.store->forgetCharger(each->first, "");
    outside_.log.line(Log::Level::Info, each->first, "left", "nothing of it waits any more");
    each = chargers_.erase(each);
  }
}

bool Shard::lostInOutage(const std::string& backend, const Charger& charger) {
  bool itself = false;
  for (const std::string& hit : outages_.lost(backend, charger.config().identity, clock().now().steady)) {
    const auto known = chargers_.find(hit);
    if (hit == charger.config().identity)
      itself = true;
    else if (known != chargers_.end())
      known->second->wasOutage();
  }
  return itself;
}

void Shard::drain() {
  draining_ = true;
  loading_.clear();  // whoever waits there gets 503
  for (auto& [identity, charger] : chargers_) charger->drain();
}

bool Shard::idle() const {
  for (const auto& [identity, charger] : chargers_)
    if (!charger->idle()) return false;
  return true;
}

bool Shard::quiet() const {
  for (const auto& [identity, charger] : chargers_)
    if (!charger->quiet()) return false;
  return true;
}

bool Shard::disconnected() const {
  for (const auto& [identity, charger] : chargers_)
    if (charger->connected()) return false;
  return true;
}

}  // namespace bridge
