// SPDX-License-Identifier: GPL-2.0-or-later
// What a chargers file changes: who is new, who is told other settings, and who leaves (TX-15).
#include "bridge/shard_reload.h"

#include "bridge/charger.h"
#include "bridge/shard_loading.h"

namespace bridge {

std::string Reloaded::text() const {
  std::string text;
  const auto add = [&](std::size_t count, const char* what) {
    if (count != 0) text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + what;
  };
  add(added, "added");
  add(changed, "changed");
  add(removed, "removed");
  add(leaving, "leaving");
  add(moving, "moving");
  return text.empty() ? "no charger changed" : text;
}

Shard::Reload::Reload(Shard& shard, Reloaded report, ReloadDone done)
    : shard_(shard), report_(report), done_(std::move(done)) {
  order_.reserve(shard_.chargers_.size());
  for (const auto& [identity, charger] : shard_.chargers_) order_.push_back(identity);
  left_.insert(order_.begin(), order_.end());
}

void Shard::Reload::begin() { shard_.deadlines().arm(*this, std::chrono::milliseconds(0)); }

void Shard::Reload::bring(const std::string& identity) {
  if (left_.erase(identity) == 0) return;
  const auto found = shard_.chargers_.find(identity);
  if (found != shard_.chargers_.end()) shard_.bring(*found->second, report_);
}

void Shard::Reload::onDeadline() {
  for (std::size_t i = 0; i < slice && !order_.empty(); ++i) {
    const std::string identity = std::move(order_.back());
    order_.pop_back();
    bring(identity);
  }
  if (order_.empty()) return end();
  begin();
}

void Shard::Reload::finish() {
  Deadlines::disarm(*this);
  while (!order_.empty()) {
    const std::string identity = std::move(order_.back());
    order_.pop_back();
    bring(identity);
  }
  if (!over_) end();
}

void Shard::Reload::end() {
  over_ = true;
  shard_.endReload();
  if (const ReloadDone done = std::exchange(done_, {})) done(report_);  // last line: it may begin the next one
}

/// Of the files alone: what changes.
Reloaded Shard::compare(const ChargersFile& file) const {
  Reloaded report;
  for (const auto& [identity, config] : file) {
    const auto former = file_.find(identity);
    if (former == file_.end())
      ++report.added;
    else
      report.changed += former->second.digest != config.digest;
  }
  for (const auto& [identity, config] : file_) {
    const bool gone = file.find(identity) == file.end();
    if (gone && (options_.autoRegister || chargers_.find(identity) == chargers_.end())) ++report.removed;
  }
  return report;
}

void Shard::configure(ChargersFile file, ReloadDone done) {
  if (reload_ && !reload_->over()) reload_->finish();
  const Reloaded report = compare(file);
  file_ = std::move(file);
  reload_ = std::make_unique<Reload>(*this, report, std::move(done));
  reload_->begin();
}

Reloaded Shard::configure(ChargersFile file) {
  Reloaded report;
  configure(std::move(file), [&](const Reloaded& did) { report = did; });
  reload_->finish();
  return report;
}

void Shard::bring(Charger& charger, Reloaded& report) {
  const std::string identity = charger.config().identity;
  if (auto config = configOf(identity)) {
    const bool named = !config->digest.empty();
    if (named) registrations_.forget(identity);
    if (!named && !registrations_.standing(identity)) registrations_.restored(identity);
    charger.configure(std::move(*config));
    if (named) charger.settle();
  } else if (!charger.leaving()) {
    remove(charger, report);
  }
  charger.renewFormerPassword();
  report.moving += charger.next().has_value();
}

void Shard::remove(Charger& charger, Reloaded& report) {
  const std::string identity = charger.config().identity;
  outside_.log.line(Log::Level::Info, identity, "removed", "not in the chargers file any more");
  ++report.removed;
  charger.leave();
  report.leaving += !charger.finished();
}

/// The chargers that are here have had their turn: those that are not.
void Shard::endReload() {
  std::vector<std::string> gone;
  for (const auto& [identity, waiting] : loading_)
    if (!configOf(identity)) gone.push_back(identity);
  for (const std::string& identity : gone) release(identity, nullptr);
  if (!restored_) return;
  std::vector<std::string> wanted;  // TX-15: delivered as soon as they are configured again
  for (const auto& [identity, messages] : unserved_)
    if (configOf(identity)) wanted.push_back(identity);
  if (options_.session.lifecycle == session::WsLifecycle::AlwaysOn)
    for (const auto& [identity, config] : file_) wanted.push_back(identity);
  for (const std::string& identity : wanted) load(identity);
}

}  // namespace bridge
