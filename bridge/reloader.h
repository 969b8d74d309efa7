// SPDX-License-Identifier: GPL-2.0-or-later
// SIGHUP for the chargers file: thousands of entries are read and judged beside the loop, and taken over in slices, so
// that no charger waits for it.
#pragma once

#include <functional>
#include <memory>
#include <thread>

#include "bridge/access.h"
#include "bridge/chargers_source.h"
#include "bridge/log.h"
#include "bridge/loop.h"
#include "bridge/shard.h"

namespace bridge {

class Reloader {
 public:
  /// Everything outlives it, and nobody else calls `source` meanwhile.
  Reloader(Loop& loop, ChargersSource& source, Access& access, Shard& shard, Log& log, std::string name);
  /// Waits for the thread; what it has read is not taken over.
  ~Reloader();
  Reloader(const Reloader&) = delete;
  Reloader& operator=(const Reloader&) = delete;

  /// Reads the file, now or as soon as the reading under way is done. The log tells what came of it (`reloaded`,
  /// `reload-failed`, `insecure`), and `done` when it is set.
  void begin();
  void onDone(std::function<void()> done) { done_ = std::move(done); }

 private:
  struct Found;
  void read();
  void take(const std::shared_ptr<Found>& found);
  void finished(const Found& found, const Reloaded& did);

  Loop& loop_;
  ChargersSource& source_;
  Access& access_;
  Shard& shard_;
  Log& log_;
  const std::string name_;
  std::function<void()> done_;
  std::thread thread_;
  bool running_ = false, again_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace bridge
