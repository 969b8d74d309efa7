// SPDX-License-Identifier: GPL-2.0-or-later
// Which chargers there are.
#include "bridge/shard.h"

#include "bridge/charger.h"

namespace bridge {

Shard::Shard(Loop& loop, const Options& options, Log& log, std::string centralUrl)
    : loop_(loop),
      options_(options),
      log_(log),
      trace_(log, options.trace),
      http_(loop),
      ws_(loop),
      centralUrl_(std::move(centralUrl)) {
  if (!options.centralPasswordFile.empty()) {
    centralPassword_ = readFile(options.centralPasswordFile);
    centralPassword_.erase(centralPassword_.find_last_not_of("\r\n") + 1);
  }
}

Shard::~Shard() = default;

Charger* Shard::add(ChargerConfig config) {
  const std::string identity = config.identity;
  auto& slot = chargers_[identity];
  slot = std::make_unique<Charger>(*this, std::move(config));
  slot->begin();
  return slot.get();
}

Charger* Shard::find(std::string_view identity) {
  const std::string name(identity);
  if (const auto known = chargers_.find(name); known != chargers_.end()) return known->second.get();
  if (const auto configured = file_.find(name); configured != file_.end()) return add(configured->second);
  if (!options_.autoRegister || name.empty() || chargers_.size() >= options_.maxChargers) return nullptr;
  log_.line(Log::Level::Info, name, "registered", "unknown identity taken in");
  ChargerConfig config;
  config.identity = config.centralIdentity = name;
  return add(std::move(config));
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
      log_.line(Log::Level::Info, each->first, "removed", "not in the chargers file any more");
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

}  // namespace bridge
