// SPDX-License-Identifier: GPL-2.0-or-later
// Contactors and locks of a simulated board: they take their time, stick or fail, and nobody may be hurt by them.
#pragma once

#include <map>
#include <string>

#include "station/settings.h"
#include "tests/support/fake_central.h"

namespace test {

/// Law (A12): no plug is released while its contactor is closed, and no contactor closes or stays closed unless the
/// lock has said that it holds the plug.
class StationOutlets {
 public:
  explicit StationOutlets(const station::Settings& settings) : settings_(settings) {}

  station::Steady openingTime{};  ///< From SetContactor{false} on; the EV draws on meanwhile.
  station::Steady lockTime{};
  bool contactorsStick = false;  ///< They do not open any more.
  bool locksAnswer = true;       ///< Otherwise nobody hears of them.
  bool locksFail = false;

  /// What the station must be told at a time.
  struct Event {
    int connector = 0;
    std::optional<station::LockState> lock;  ///< Nothing: the power is off.
  };

  void execute(const station::SetContactor& effect, station::Steady now) {
    Outlet& o = outlets_[effect.connectorId];
    o.wanted = effect.closed;
    o.opensAt.reset();
    if (effect.closed) {
      require(holds(effect.connectorId), "a contactor closes before the lock holds the plug");
      o.closed = true;
    } else if (!o.closed || !contactorsStick) {
      o.opensAt = now + (o.closed ? openingTime : station::Steady{});
    }
  }
  void execute(const station::Lock& effect, station::Steady now) {
    answer(effect.connectorId, station::LockState::Locked, now);
  }
  void execute(const station::Unlock& effect, station::Steady now) {
    const Outlet& o = outlets_[effect.connectorId];
    require(!o.wanted, "a plug is released while its contactor shall be closed");
    require(!o.closed || settings_.powerOffWait == station::Steady{}, "a plug is released under load");
    answer(effect.connectorId, station::LockState::Unlocked, now);
  }

  std::optional<station::Steady> nextAt() const {
    std::optional<station::Steady> found;
    for (const auto& [c, o] : outlets_)
      for (const auto& each : {o.opensAt, o.lockAt})
        if (each && (!found || *each < *found)) found = each;
    return found;
  }
  /// What has happened by then, once.
  std::optional<Event> take(station::Steady now) {
    for (auto& [c, o] : outlets_) {
      if (o.opensAt && *o.opensAt <= now) {
        o.opensAt.reset();
        o.closed = false;
        if (settings_.powerOffWait > station::Steady{}) return Event{c, {}};
      }
      if (o.lockAt && *o.lockAt <= now) {
        o.lockAt.reset();
        o.said = o.willSay;
        return Event{c, o.said};
      }
    }
    return std::nullopt;
  }
  bool closed(int c) const {
    const auto found = outlets_.find(c);
    return found != outlets_.end() && found->second.closed;
  }
  /// The board tells the lock's state without being asked.
  void tell(int c, station::LockState state) {
    Outlet& o = outlets_[c];
    if (o.said || state != station::LockState::Unlocked) o.said = state;  // else it answers something earlier
  }
  /// Closed in the eyes of the station.
  void check(int c, bool contactorClosed) const {
    require(!contactorClosed || holds(c), "a contactor stays closed though the lock does not hold the plug");
  }

  /// What the lock was asked last it has not answered.
  bool silent(int c) const {
    const auto found = outlets_.find(c);
    return found != outlets_.end() && !found->second.said;
  }

  /// A restart: what was asked for and said is forgotten, contactors and locks stay as they are.
  void restart() {
    for (auto& [c, o] : outlets_) {
      o.wanted = false;
      o.said.reset();
      o.opensAt.reset();
      o.lockAt.reset();
    }
  }
  /// Without power contactors fall open.
  void powerCut() {
    restart();
    for (auto& [c, o] : outlets_) o.closed = false;
  }
  /// What stuck opens, if it should.
  void repair(station::Steady now) {
    contactorsStick = false;
    locksFail = false;
    locksAnswer = true;
    for (auto& [c, o] : outlets_)
      if (o.closed && !o.wanted) o.opensAt = now;
  }

 private:
  struct Outlet {
    bool wanted = false, closed = false;
    std::optional<station::Steady> opensAt, lockAt;
    std::optional<station::LockState> said;  ///< What the station was told last.
    station::LockState willSay{};
  };

  bool holds(int c) const {
    const station::ConnectorHardware& hardware = settings_.connectors.at(static_cast<std::size_t>(c) - 1);
    const auto found = outlets_.find(c);
    return !hardware.lock || hardware.fixedCable ||
           (found != outlets_.end() && found->second.said == station::LockState::Locked);
  }
  void answer(int c, station::LockState state, station::Steady now) {
    Outlet& o = outlets_[c];
    o.said.reset();
    o.lockAt.reset();
    if (!locksAnswer) return;
    o.lockAt = now + lockTime;
    o.willSay = locksFail ? station::LockState::Failed : state;
  }

  const station::Settings& settings_;
  std::map<int, Outlet> outlets_;
};

}  // namespace test
