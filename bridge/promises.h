// SPDX-License-Identifier: GPL-2.0-or-later
// Promises: what a session wants said only after what it wants kept is on disk (section 5.0 column D, TX-9).
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "bridge/store.h"
#include "session/effect.h"

namespace bridge {

/// The one door for what is kept and what is promised. Keeps one charger's effects in order behind the store's commits.
/// Without a store everything is said at once. What the charger hears, what the back-end hears and what the store is
/// asked are each in order, and do not wait for each other.
///
/// When a commit fails, what waited for it and promises (session::promises()) is not said: answers to transaction
/// messages become a Fault, so that the charger keeps the message and repeats it; an accepted setting becomes Rejected;
/// a new password is not used. What was to be kept is handed to the store again before anything else is promised, and
/// when the owner says so.
///
/// What it holds when it is destroyed is not said: its owner answers whoever waits.
class Promises {
 public:
  using Execute = std::function<void(session::Effect&&)>;

  /// `store` may be null and otherwise outlives this. `execute` is called for each effect when its time has come, from
  /// take() or from the store's callback.
  Promises(Store* store, std::string identity, Execute execute);

  /// From now on things are kept: nothing has been yet.
  void keepIn(Store& store) { store_ = &store; }
  /// Keep and Forget go to the store; notes are executed at once; everything else in order, when it may be said. A CALL
  /// waits only for what the back-end calls a transaction (TX-1): what else is kept promises it nothing, and a
  /// delivered message that is still on disk after a crash is said again anyhow.
  void take(session::Effect&& effect);
  /// What the bridge itself remembers of the charger, instead of what it handed over before. `awaited`: what is said
  /// from now on rests on it.
  void keep(ChargerRow row, bool awaited);
  /// Called after effects were executed from the store's callback, so that the owner can go on.
  void onReleased(std::function<void()> released) { released_ = std::move(released); }
  /// Called instead of execute for a promise that has no answer to be turned into a refusal: NewPassword.
  void onRefused(std::function<void(const session::Effect&)> refused) { refused_ = std::move(refused); }
  /// Effects that wait for the disk.
  std::size_t held() const { return held_.size(); }
  /// Hands to the store again what it could not keep: nobody may say anything that would do it for a long time.
  void tryAgain();
  /// True while something that should have been kept could not be.
  bool failing() const { return !unkept_.empty(); }
  /// Everything that was to be kept is on disk, and everything was said.
  bool settled() const { return held_.empty() && pending_.empty() && unkept_.empty(); }

 private:
  struct Erase {
    StoredRecord record;
  };
  struct Change {
    std::variant<StoredRecord, Erase, ChargerRow> what;
    bool awaited = true;
    Ticket ticket = 0;
  };
  enum class Lane { Charger, Central, Store };
  struct Held {
    Lane lane;
    Ticket ticket;
    session::Effect effect;
    bool broken = false;  ///< Something that it rests on could not be kept.
  };
  static Lane laneOf(const session::Effect& effect);
  bool laneIsFree(Lane lane) const;

  static std::string nameOf(const Change& change);
  void change(Change change);
  void hand(Change change);
  void remember(Change&& unkept);
  void settled(Ticket ticket, bool ok, const std::string& error);
  void say(Held&& held);
  void refuse(session::Effect& effect);

  Store* store_;
  std::string identity_;
  Execute execute_;
  std::function<void()> released_;
  std::function<void(const session::Effect&)> refused_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::list<Change> pending_;   ///< Handed over, fate unknown.
  std::vector<Change> unkept_;  ///< Refused by the disk; to be handed over again.
  std::list<Held> held_;
  Ticket last_ = 0;   ///< Newest change that is waited for.
  Ticket named_ = 0;  ///< Newest change that says what the back-end calls an open transaction.
  std::string error_;
};

}  // namespace bridge
