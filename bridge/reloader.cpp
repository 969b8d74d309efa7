// SPDX-License-Identifier: GPL-2.0-or-later
// One reading at a time; whoever asks meanwhile gets another one behind it.
#include "bridge/reloader.h"

#include <exception>
#include <utility>

namespace bridge {

struct Reloader::Found {
  ChargersFile chargers;
  Access::Table access;
  std::vector<std::string> problems, warnings;
  std::string failure;  ///< "" = it could be read.
};

Reloader::Reloader(Loop& loop, ChargersSource& source, Access& access, Shard& shard, Log& log, std::string name)
    : loop_(loop), source_(source), access_(access), shard_(shard), log_(log), name_(std::move(name)) {}

Reloader::~Reloader() {
  if (thread_.joinable()) thread_.join();
}

void Reloader::begin() {
  again_ = running_;
  if (running_) return;
  running_ = true;
  if (thread_.joinable()) thread_.join();  // it has ended long ago
  thread_ = std::thread([this] { read(); });
}

/// In the thread.
void Reloader::read() {
  const auto found = std::make_shared<Found>();
  try {
    found->chargers = source_.reload([&](const ChargersFile& chargers) { found->access = access_.compile(chargers); });
    found->problems = source_.problems();
    found->warnings = source_.warnings();
  } catch (const std::exception& bad) { found->failure = bad.what(); }
  loop_.post([this, found, alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired()) take(found);
  });
}

void Reloader::take(const std::shared_ptr<Found>& found) {
  if (!found->failure.empty()) {
    log_.line(Log::Level::Error, "", "reload-failed", found->failure + "; what was there before stays");
    return finished(*found, {});
  }
  access_.configure(std::move(found->access));
  shard_.configure(std::move(found->chargers), [this, found, alive = std::weak_ptr<bool>(alive_)](const Reloaded& did) {
    if (!alive.expired()) finished(*found, did);
  });
}

void Reloader::finished(const Found& found, const Reloaded& did) {
  if (found.failure.empty()) log_.line(Log::Level::Info, "", "reloaded", name_ + ": " + did.text());
  for (const std::string& wrong : found.problems)
    log_.line(Log::Level::Error, "", "reload-failed", wrong + "; this charger's former settings stay");
  for (const std::string& warning : found.warnings) log_.line(Log::Level::Warning, "", "insecure", warning);
  running_ = false;
  if (done_) done_();
  if (again_) begin();
}

}  // namespace bridge
