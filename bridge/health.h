// SPDX-License-Identifier: GPL-2.0-or-later
// /health and /health/chargers: how the bridge is doing.
#pragma once

#include "bridge/access.h"
#include "bridge/condition.h"
#include "bridge/door.h"
#include "bridge/listeners.h"
#include "bridge/shared_report.h"

namespace bridge {

class Health {
 public:
  /// All outlive it.
  Health(Loop& loop, Shard& shard, const Access& access, const Door& door);

  /// Answers with the state of the whole; it is made at most once per second.
  void answer(const Responder& responder) { whole_.answer(responder); }
  /// Answers with where each charger is called and how that goes.
  void answerChargers(const Responder& responder) { chargers_.answer(responder); }
  /// Whose counters are shown; outlives it.
  void setServer(const Listeners& server) { server_ = &server; }
  void setDraining() { draining_ = true; }

 private:
  std::string report();
  Troubles look();

  Loop& loop_;
  Shard& shard_;
  const Access& access_;
  const Door& door_;
  const Listeners* server_ = nullptr;
  ocpp::Instant started_;
  bool draining_ = false;
  struct Sums {
    std::size_t known = 0, up = 0, online = 0, open = 0, waiting = 0, leaving = 0, moving = 0;
    std::size_t refused = 0, setAside = 0;
    std::uint64_t refusals = 0, lostReadings = 0;
  } sums_, counted_;  // being counted, and counted last
  std::uint64_t linesLost_ = 0;
  ocpp::Steady lostAt_{};
  std::string list_;  // of chargers, as far as it is made
  SharedReport whole_, chargers_;
  Condition condition_;
};

}  // namespace bridge
