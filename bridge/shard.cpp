// SPDX-License-Identifier: GPL-2.0-or-later
// Which chargers there are.
#include "bridge/shard.h"

#include <algorithm>

#include "bridge/charger.h"

namespace bridge {

namespace {
ocpp_s::GuardLimits guardLimits(const InputLimits& limits) {
  ocpp_s::GuardLimits guard;
  guard.bytes = limits.body;
  guard.depth = limits.xmlDepth;
  guard.attributes = limits.xmlAttributes;
  guard.elements = std::max(guard.elements, guard.bytes / 16);
  guard.openAttributes = 2 * std::size_t(limits.xmlAttributes);
  return guard;
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
                  outside_.log.line(level, identity, event, text);
                }),
      centralUrl_(std::move(centralUrl)) {
  if (!options.centralPasswordFile.empty()) {
    centralPassword_ = readFile(options.centralPasswordFile);
    centralPassword_.erase(centralPassword_.find_last_not_of("\r\n") + 1);
  }
}

Shard::~Shard() = default;

Charger* Shard::add(ChargerConfig config, StoredCharger* stored) {
  const std::string identity = config.identity;
  auto& slot = chargers_[identity];
  slot = std::make_unique<Charger>(*this, std::move(config));
  if (stored) slot->restore(std::move(*stored));
  slot->begin();
  return slot.get();
}

/// The settings of an identity that we serve: from the file, or none in particular because of --auto-register.
std::optional<ChargerConfig> Shard::configOf(const std::string& identity) const {
  if (const auto configured = file_.find(identity); configured != file_.end()) return configured->second;
  if (!options_.autoRegister || identity.empty() || chargers_.size() >= options_.maxChargers) return std::nullopt;
  ChargerConfig config;
  config.identity = config.centralIdentity = identity;
  return config;
}

Charger* Shard::find(std::string_view identity) {
  const std::string name(identity);
  if (const auto known = chargers_.find(name); known != chargers_.end()) return known->second.get();
  auto config = configOf(name);
  if (!config) return nullptr;
  if (!file_.count(name)) outside_.log.line(Log::Level::Info, name, "registered", "unknown identity taken in");
  return add(std::move(*config));
}

void Shard::restore() {
  if (!outside_.store) return;
  std::size_t restored = 0;
  outside_.store->load(
      [&](StoredCharger&& stored) {
        auto config = configOf(stored.identity);
        if (!config) {
          outside_.log.line(Log::Level::Warning, stored.identity, "not-restored",
                            "kept records of an identity that is not served");
          return;
        }
        ++restored;
        chargers_.erase(stored.identity);  // --ws-lifecycle always-on has made it already, without its past
        add(std::move(*config), &stored);
      },
      [&](const std::string& line) { outside_.log.line(Log::Level::Error, "", "store", line); });
  outside_.log.line(Log::Level::Info, "", "restored", std::to_string(restored) + " chargers");
  outside_.store->onCommand([this](OperatorCommand&& command) {
    if (Charger* charger = find(command.identity)) return charger->carryOut(command);
    outside_.log.line(Log::Level::Warning, command.identity, "queue",
                      "the operator's command is for an identity that is not served");
    outside_.store->commandDone(command.id);
  });
}

void Shard::configure(ChargersFile file) {
  file_ = std::move(file);
  for (auto each = chargers_.begin(); each != chargers_.end();) {
    if (const auto configured = file_.find(each->first); configured != file_.end()) {
      each->second->configure(configured->second);
      ++each;
    } else if (options_.autoRegister) {
      ++each;
    } else {
      outside_.log.line(Log::Level::Info, each->first, "removed", "not in the chargers file any more");
      each->second->drain();
      each = chargers_.erase(each);
    }
  }
  if (options_.session.lifecycle != session::WsLifecycle::AlwaysOn) return;
  for (const auto& [identity, config] : file_)
    if (!chargers_.count(identity)) add(config);
}

void Shard::drain() {
  for (auto& [identity, charger] : chargers_) charger->drain();
}

bool Shard::idle() const {
  for (const auto& [identity, charger] : chargers_)
    if (!charger->idle()) return false;
  return true;
}

bool Shard::disconnected() const {
  for (const auto& [identity, charger] : chargers_)
    if (charger->connected()) return false;
  return true;
}

}  // namespace bridge
