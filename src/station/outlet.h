// SPDX-License-Identifier: GPL-2.0-or-later
// Outlet: contactor and lock of one connector, and the order in which they may move.
#pragma once

#include <deque>
#include <optional>

#include "station/effect.h"

namespace station {

/// The only place that emits SetContactor, Lock and Unlock. So two laws hold at every end of an energy transfer,
/// whatever its reason (FIELD A12):
/// - the plug is released only when the contactor is open;
/// - the contactor closes only while the lock holds the plug, as the board said; and opens when it does not any more.
class Outlet {
 public:
  struct Timing {
    Steady powerOff{};  ///< Settings::powerOffWait.
    Steady lock{};      ///< Settings::lockTimeout.
  };
  Outlet() = default;
  /// `effects` outlives it.
  Outlet(int connectorId, bool hasLock, Timing timing, std::deque<Effect>& effects)
      : id_(connectorId), hasLock_(hasLock), timing_(timing), effects_(&effects) {}

  // --- what the station wants
  /// At power-up nothing is known of the contactor: it is opened.
  void powerUp(Steady now) { open(now); }
  /// Closes the contactor, or opens it. Closing is refused while the plug is not held, or about to be released.
  void supply(bool on, Steady now);
  /// The lock shall hold the plug.
  void lock(Steady now);
  /// The plug may go: at once, or when the contactor is open.
  void release();

  // --- what the board says, and the clock
  /// The contactor is open. Ignored while it shall be closed.
  void opened();
  void lockSays(LockState state);
  /// What the board did not say in time.
  enum class Overdue { Nothing, Contactor, Lock };
  Overdue tick(Steady now);
  std::optional<Steady> deadline() const;

  // --- how it stands
  bool closed() const { return contactor_ == Contactor::Closed; }
  bool isOpen() const { return contactor_ == Contactor::Open; }
  /// Told to open, and within its time.
  bool opening() const { return contactor_ == Contactor::Opening && openBy_; }
  /// Told to open, and its time is over: energy may flow still.
  bool stuck() const { return contactor_ == Contactor::Opening && !openBy_; }
  /// The plug cannot be pulled, or there is no lock that could hold it.
  bool holds() const { return !hasLock_ || locked_; }
  /// The lock was asked to hold the plug and has not answered yet.
  bool locking() const { return lockBy_.has_value(); }
  /// The plug goes as soon as the contactor is open.
  bool releasing() const { return releaseDue_; }
  bool hasLock() const { return hasLock_; }

 private:
  enum class Contactor { Open, Closed, Opening };
  void open(Steady now);
  void releaseIfOpen();

  int id_ = 0;
  bool hasLock_ = false;
  Timing timing_;
  std::deque<Effect>* effects_ = nullptr;
  Contactor contactor_ = Contactor::Open;
  std::optional<Steady> openBy_, lockBy_;
  bool locked_ = false, releaseDue_ = false;
};

}  // namespace station
