// SPDX-License-Identifier: GPL-2.0-or-later
// Evidence: what may have ended a transaction, for the reason of its StopTransaction (TX-11).
#pragma once

#include <optional>
#include <vector>

#include "ocpp/messages.h"
#include "session/effect.h"
#include "session/transactions.h"

namespace session {

/// What the charger was asked, what became of it, and its boots. Each counts for those transactions only that were open
/// when the bridge learned of it, never for later ones; no clock is compared for that. Nothing is kept over a restart.
/// An accepted RemoteStopTransaction is kept in the TransactionRecord.
class Evidence {
 public:
  /// The charger is being asked: until it answers this counts as accepted, since simple chargers stop first and answer
  /// then. Of no account unless it is RemoteStopTransaction, UnlockConnector or Reset.
  void asked(ChargerRequestId id, const ocpp::Request& request, const Transactions& transactions);
  /// It did what it was asked; also when it says so late. Gives the transaction whose record has changed, or null.
  Transaction accepted(ChargerRequestId id, const Transactions& transactions, ocpp::Steady now);
  /// It did not, or was never reached.
  void refused(ChargerRequestId id);
  /// It was asked and nobody knows what became of it (timeout, connection lost).
  void unanswered(ChargerRequestId id, ocpp::Steady now);
  void booted(const Transactions& transactions);

  /// The reason of a stop that comes now without one; nothing without evidence. `byTag`: it has an idTag.
  std::optional<ocpp::Reason> reasonOf(const TransactionRecord& record, bool byTag, ocpp::Steady now) const;

 private:
  using Concerned = std::vector<std::weak_ptr<LiveTransaction>>;
  enum class State { Outstanding, Accepted, Unanswered };
  struct Command {
    ChargerRequestId id = 0;
    ocpp::Reason reason{};
    int connectorId = 0;  ///< Of UnlockConnector.
    State state = State::Outstanding;
    ocpp::Steady since{};  ///< Unless outstanding.
    Concerned concerned;
  };

  Command* find(ChargerRequestId id);
  static bool isReset(ocpp::Reason reason);
  static bool counts(const Command& command, ocpp::Steady now);
  static void addConcerned(Command& command, const Transactions& transactions);
  bool explains(ocpp::Reason reason, const TransactionRecord& record, ocpp::Steady now) const;

  std::vector<Command> commands_;  ///< Oldest first; bounded.
  Concerned rebooted_;
};

}  // namespace session
