// SPDX-License-Identifier: GPL-2.0-or-later
// Transactions: which transaction is called what on which side (TX-1..TX-3, TX-10, TX-13), and who repeats one (SM-7).
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "ocpp/messages.h"
#include "session/effect.h"

namespace session {

/// A transaction in memory.
struct LiveTransaction : TransactionRecord {
  LiveTransaction() = default;
  LiveTransaction(const TransactionRecord& record, ocpp::Steady lately) : TransactionRecord(record), heardAt(lately) {}
  ocpp::Steady heardAt{};  ///< `heard` by the clock that nobody sets, as far as processes have counted.
};
using Transaction = std::shared_ptr<LiveTransaction>;

/// The transactions of one charger that are in memory, oldest first; bounded, what is over goes first. Those that
/// messages in memory need stay: they are as bounded as these.
class Transactions {
 public:
  static constexpr std::size_t mostFinished = 8;
  static constexpr std::size_t most = 32;
  static constexpr std::int64_t firstAlias = 1'500'000'000;
  static constexpr std::int64_t firstProvisional = 2'000'000'001;

  /// A new record for the start, named `key`. An open transaction on the connector becomes Orphaned (TX-13); it is
  /// returned in `orphaned` so that the caller can keep it.
  Transaction begin(const ocpp::StartTransaction::Request& start, std::uint64_t key, ocpp::Now now,
                    Transaction& orphaned);
  /// The same for a start of long ago of which nothing else is known: nobody says that it runs.
  Transaction adopt(const ocpp::StartTransaction::Request& start, std::uint64_t key, ocpp::Now now);
  /// Takes a record back from the store, at its place by `sequence`. One of that key in memory is newer and stays.
  void restore(const TransactionRecord& record, ocpp::Now now);
  /// Sequences up to this one were given by an earlier process.
  void restoreSequence(std::uint64_t last) { lastSequence_ = std::max(lastSequence_, last); }
  /// Names above these were given by an earlier process (TX-2).
  void restoreNames(std::optional<std::int64_t> lastAlias, std::optional<std::int64_t> lastProvisional);
  Transaction add(const TransactionRecord& record, ocpp::Now now);
  void remove(const Transaction& transaction);

  /// The number that the charger gets for the back-end's (TX-2, TX-3): the same unless it does not fit int32 or is in
  /// use for another live transaction, also for one that has left memory: `inUse` knows them.
  std::int64_t nameForCharger(std::int64_t backendTxId, const Transaction& self,
                              const std::function<bool(std::int64_t)>& inUse);
  std::int64_t nextProvisional();

  Transaction byKey(std::uint64_t key) const;
  Transaction bySoapId(std::int64_t id) const;
  /// False: no back-end has given that number to a transaction that is in memory (TX-3).
  bool given(std::int64_t soapTxId) const;
  /// The one that is open, if there is just one.
  Transaction onlyOpen() const;
  Transaction byBackendId(std::int64_t id) const;
  /// SM-7 key 2: the one that this stop has ended.
  Transaction stoppedBy(const ocpp::StopTransaction::Request& stop) const;
  /// The newest that was stopped with these words, whatever number they name (TX-3).
  Transaction stoppedThen(const ocpp::StopTransaction::Request& stop) const;
  /// SM-7 key 2: the newest.
  Transaction sameStart(const ocpp::StartTransaction::Request& start) const;
  /// The record of a start that an older database has kept without saying so: `isTag` compares its idTag, which may be
  /// an alias (L-8). Of several the one whose start is delivered next, else the newest.
  Transaction startedBy(const ocpp::StartTransaction::Request& start,
                        const std::function<bool(const std::string& idTag)>& isTag) const;
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

  std::vector<Transaction> all_;  ///< By `sequence`.
  std::uint64_t lastSequence_ = 0;
  std::int64_t nextAlias_ = firstAlias;
  std::int64_t nextProvisional_ = firstProvisional;
};

bool isOpen(const TransactionRecord& record);
/// The charger has a number for it.
bool isNamed(const TransactionRecord& record);
/// Made for the stop of a transaction that nobody knows: no back-end has given its number (TX-10).
bool isStrange(const TransactionRecord& record);
constexpr int strangeConnector = -1;
/// What a charger said at a time of ours was not said by a clock that is not set (TX-3, SM-7).
bool byClock(ocpp::Instant said, ocpp::Instant received);
/// Its start was promised and has no answer of the back-end yet: only the record knows what it will be called (TX-6).
bool isUndelivered(const TransactionRecord& record);

}  // namespace session
