// SPDX-License-Identifier: GPL-2.0-or-later
// Transactions: which transaction is called what on which side (TX-1..TX-3, TX-10, TX-13), and who repeats one (SM-7).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "ocpp/messages.h"
#include "session/effect.h"

namespace session {

using Transaction = std::shared_ptr<TransactionRecord>;

/// The transactions of one charger that are in memory, oldest first; bounded, what is over goes first. Those that
/// messages in memory need stay: they are as bounded as these.
class Transactions {
 public:
  static constexpr std::size_t mostFinished = 8;
  static constexpr std::size_t most = 32;
  static constexpr std::int64_t firstAlias = 1'500'000'000;
  static constexpr std::int64_t firstProvisional = 2'000'000'001;

  /// A new record for the start. An open transaction on the connector becomes Orphaned (TX-13); it is returned in
  /// `orphaned` so that the caller can keep it.
  Transaction begin(const ocpp::StartTransaction::Request& start, ocpp::Now now, Transaction& orphaned);
  /// Takes a record back from the store, at its place. One that is in memory already is newer and stays.
  void restore(const TransactionRecord& record);
  /// Names above these were given by an earlier process (TX-2).
  void restoreNames(std::optional<std::int64_t> lastAlias, std::optional<std::int64_t> lastProvisional);
  Transaction add(const TransactionRecord& record);
  void remove(const Transaction& transaction);

  /// The number that the charger gets for the back-end's (TX-2, TX-3): the same unless it does not fit int32 or is in
  /// use for another live transaction.
  std::int64_t nameForCharger(std::int64_t backendTxId, const Transaction& self);
  std::int64_t nextProvisional();

  Transaction bySoapId(std::int64_t id) const;
  Transaction byBackendId(std::int64_t id) const;
  /// SM-7 key 2: the one that this stop has ended.
  Transaction stoppedBy(const ocpp::StopTransaction::Request& stop) const;
  /// SM-7 key 2.
  Transaction sameStart(const ocpp::StartTransaction::Request& start) const;
  /// The record of a start that was restored apart from its message; the idTag may be an alias there (L-8).
  Transaction startedBy(const ocpp::StartTransaction::Request& start) const;
  /// Starting, Active or provisional on that connector: what ST-3..ST-6 call open.
  Transaction openOn(int connectorId) const;
  /// The transaction of the connector that a sample of that time belongs to (MV-2).
  Transaction covering(int connectorId, ocpp::Instant at) const;
  std::size_t open() const;
  const std::vector<Transaction>& all() const { return all_; }

  /// TX-1, TX-10: the number of the other side, unchanged when the transaction is unknown.
  std::int64_t toBackend(std::int64_t soapTxId) const;
  std::int64_t toCharger(std::int64_t backendTxId) const;

  /// Drops what is over the bounds and not needed otherwise; gives back what was dropped.
  std::vector<Transaction> trim(const std::function<bool(const TransactionRecord&)>& needed);

 private:
  bool nameTaken(std::int64_t name, const Transaction& self) const;

  std::vector<Transaction> all_;
  std::int64_t nextAlias_ = firstAlias;
  std::int64_t nextProvisional_ = firstProvisional;
};

bool isOpen(const TransactionRecord& record);
/// Its start was promised and has no answer of the back-end yet: only the record knows what it will be called (TX-6).
bool isUndelivered(const TransactionRecord& record);

}  // namespace session
