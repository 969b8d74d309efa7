// SPDX-License-Identifier: GPL-2.0-or-later
// Promises: what a session wants said only after what it wants kept is on disk (section 5.0 column D, TX-9).
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include "bridge/store.h"
#include "session/effect.h"

namespace bridge {

/// Keeps one charger's effects in order behind the store's commits. Without a store everything is said at once. What
/// the charger hears, what the back-end hears and what the store is asked are each in order, and do not wait for each
/// other.
///
/// When a commit fails, answers to transaction messages that waited for it become a Fault, so that the charger keeps
/// the message and repeats it; what was to be kept is handed to the store again before anything else is promised.
class Promises {
 public:
  using Execute = std::function<void(session::Effect&&)>;

  /// `store` may be null and otherwise outlives this. `execute` is called for each effect when its time has come, from
  /// take() or from the store's callback.
  Promises(Store* store, std::string identity, Execute execute);

  /// Keep and Forget go to the store; notes are executed at once; everything else in order, when it may be said. A CALL
  /// waits only for what the back-end calls a transaction (TX-1): what else is kept promises it nothing, and a
  /// delivered message that is still on disk after a crash is said again anyhow.
  void take(session::Effect&& effect);
  /// Called after effects were executed from the store's callback, so that the owner can go on.
  void onReleased(std::function<void()> released) { released_ = std::move(released); }
  /// Effects that wait for the disk.
  std::size_t held() const { return held_.size(); }
  /// True while something that should have been kept could not be.
  bool failing() const { return !unkept_.empty(); }

 private:
  struct Change {
    bool erase = false;
    StoredRecord record;
    Ticket ticket = 0;
  };
  enum class Lane { Charger, Central, Store };
  struct Held {
    Lane lane;
    Ticket ticket;
    session::Effect effect;
  };
  static Lane laneOf(const session::Effect& effect);
  bool laneIsFree(Lane lane) const;

  void change(bool erase, const session::Record& record);
  void hand(Change change);
  void tryAgain();
  void remember(Change&& unkept);
  void settled(Ticket ticket, bool ok, const std::string& error);
  void say(Held&& held);

  Store* store_;
  std::string identity_;
  Execute execute_;
  std::function<void()> released_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::list<Change> pending_;   ///< Handed over, fate unknown.
  std::vector<Change> unkept_;  ///< Refused by the disk; to be handed over again.
  std::list<Held> held_;
  Ticket last_ = 0;   ///< Newest change.
  Ticket named_ = 0;  ///< Newest change that says what the back-end calls an open transaction.
  std::string error_;
};

/// True for the answers that promise a charger that a transaction message is safe.
bool promises(const session::Effect& effect);

}  // namespace bridge
