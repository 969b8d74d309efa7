// SPDX-License-Identifier: GPL-2.0-or-later
// Messages about transactions on their way to the central system: kept, in order, with attempts (OCPP 1.6 section 3.7).
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "ocpp/messages.h"
#include "station/effect.h"
#include "station/keeper.h"

namespace station {

/// What is known about a queued message besides its content.
struct QueueHead {
  std::int64_t transaction = 0;  ///< Our own number; the central system's id may not be known yet.
  int attempts = 0;              ///< Refusals so far.
  bool clockKnown = true;        ///< False: its times count from power-up and wait for the clock.

  template <class Self, class Visit>
  static void describe(Self& m, Visit&& visit) {
    FIELD(transaction);
    FIELD(attempts);
    FIELD(clockKnown);
  }
};

struct Queued {
  std::uint64_t number = 0;
  std::uint64_t order = 0;  ///< Among all messages of this run; 0 for those of an earlier one.
  QueueHead head;
  ocpp::Request request;
};

class TransactionQueue {
 public:
  TransactionQueue(std::size_t most, Keeper& keeper) : most_(most), keeper_(keeper) {}

  /// False when the message was dropped: readings, with the queue full. Starts and stops always find a place, since
  /// hasRoomForTransaction() was asked before. A stop or reading carries the id later, if `started` is to come.
  bool add(ocpp::Request request, const QueueHead& head, std::uint64_t order);
  /// Room for the start and the stop of one more transaction besides the stops of those that are running. Readings give
  /// way to them.
  bool hasRoomForTransaction(std::size_t running) const;

  /// The message that is due now; nullptr while there is none or the first waits for its next attempt.
  const Queued* due(Steady now) const;
  std::optional<Steady> retryAt() const;
  /// The first message was delivered, or is given up.
  void removeFront();
  /// The first message was refused. True when that was its last attempt; then the caller looks at it and removes it.
  bool refused(int mostAttempts, Steady interval, Steady now);

  /// The central system has given an id to the transaction, or (nothing) never will: its stop is sent with -1 then, its
  /// readings without.
  void identify(std::int64_t transaction, std::optional<ocpp::TransactionId> id);
  /// The clock is known now: times that counted from power-up become real.
  void shiftClock(ocpp::Duration by);
  /// The times of messages of an earlier run that never knew the clock stay what they are.
  void endOfRun();

  bool restore(std::string_view key, std::string_view value);
  std::size_t size() const { return queue_.size(); }
  std::size_t dropped() const { return dropped_; }  ///< Readings for which there was no place, since power-up.
  const Queued& front() const { return queue_.front(); }

 private:
  void keep(const Queued& each);
  bool dropReading();

  std::size_t most_;
  Keeper& keeper_;
  std::deque<Queued> queue_;
  std::uint64_t lastNumber_ = 0;
  Steady notBefore_{};
  std::size_t dropped_ = 0;
};

}  // namespace station
