// SPDX-License-Identifier: GPL-2.0-or-later
// What must outlive the process (section 5.0): the interface that the bridge keeps it through.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "bridge/store_records.h"
#include "ocpp/time.h"
#include "ocpp/version.h"

namespace bridge {

/// Names one change that was handed to the store. Grows by one with every change; 0 names none.
using Ticket = std::uint64_t;

/// What the bridge itself must remember of a charger.
struct ChargerRow {
  std::string identity;
  std::optional<ocpp::Version> version;
  std::string callback;             ///< "" = not known yet.
  std::string password;             ///< Bytes, set by the back-end (CK-4); "" = the configured one. Never log it.
  std::optional<int> pingInterval;  ///< Seconds; absent = the option.
  ocpp::Instant lastSeen{};         ///< SM-1, SM-6. Need not be exact: keep it when something else is kept.
  std::string backend{};            ///< backendName() of the one it belongs to now (TX-14); "" = not known.
  bool autoRegistered = false;      ///< Taken in because of --auto-register.
  bool unserved = false;            ///< Nothing is known of it: what it left is not delivered (TX-15).
  bool leaving = false;             ///< Removed, and something of it still waits (TX-15).
  /// Only while leaving: JSON of what is needed to deliver the rest (URL, identity, names of secret files, a password
  /// that stood in the chargers file). Never log it.
  std::string lastSettings{};
  std::string movingTo{};       ///< backendName() of the one it waits to move to, or "" (TX-14).
  ocpp::Instant movingSince{};  ///< With movingTo.
};

/// One charger, as load() gives it back: boot, connectors, settings, transactions that are open and the newest of the
/// others, authorizations, aliases, and last the first session::queueWindow queued messages in the order they must be
/// delivered, each behind the transactions that it names.
struct StoredCharger : ChargerRow {
  std::vector<StoredRecord> records;
  session::InStore rest;   ///< What is there besides.
  bool forgotten = false;  ///< Only its numbers, ids and what bills are left: who comes by that name is a stranger.
};

/// What can be looked for while the bridge runs.
using Wanted = std::variant<session::LoadQueued, session::FindTransaction>;

struct ReadResult {
  bool ok = false;                    ///< False: the database could not be read now.
  std::vector<StoredRecord> records;  ///< As session::GatewaySession wants them.
  std::vector<std::string> problems;  ///< Lines for the log, as of load().
};

/// What an operator asked for with `ocpp-soap-bridge queue` or `move`. Carry it out, then call commandDone().
struct OperatorCommand {
  enum class Kind {
    RetryDeadLetter,  ///< Queue `deadLetter` again: Keep a QueuedRecord and Forget the dead letter in one turn.
    RetryQueued,      ///< Do not wait any longer with the queued message `number`.
    DiscardQueued,    ///< Keep a DeadLetterRecord with `reason` and Forget the queued message `number` in one turn.
    Forget,           ///< Free the identity: Store::forgetCharger() with `reason`; without one only if nothing waits.
    MoveNow,          ///< Do not wait: what is left behind becomes dead letters of the former back-end (TX-14).
    MoveSame          ///< The new address is the same back-end: queue and transactions go along (TX-14).
  } kind = Kind::RetryDeadLetter;
  std::uint64_t id = 0;
  std::string identity;
  std::uint64_t number = 0;
  std::uint64_t key = 0;  ///< Of the dead letter or queued message.
  std::optional<session::DeadLetterRecord> deadLetter;
  std::optional<session::QueuedRecord> queued;  ///< With DiscardQueued: the message, unless it cannot be read.
  std::vector<StoredRecord> related;            ///< Transactions that the message names.
  std::string reason;
};

/// For the log: what the store has noticed by itself.
struct StoreEvent {
  session::Level level = session::Level::Error;
  std::string event;     ///< A fixed word: store, store-conflict, store-lost, degraded, recovered.
  std::string identity;  ///< "" = no charger in particular.
  std::string text;
};

/// For logs and /health. Numbers of rows are at most a second old.
struct StoreStatus {
  std::uint64_t commits = 0;      ///< Transactions that reached the disk: one fsync each.
  std::uint64_t operations = 0;   ///< Changes in them.
  std::uint64_t failed = 0;       ///< Changes that were refused.
  std::uint64_t conflicts = 0;    ///< Records that would have replaced another one, and were put beside it.
  std::uint64_t deadLetters = 0;  ///< Not resolved yet.
  std::uint64_t queued = 0;       ///< Transaction messages that wait for the back-end.
  std::uint64_t setAside = 0;     ///< Of those: refused by it, and tried again later (ER-3).
  ocpp::Instant oldestQueued{};   ///< When the oldest of them came.
  std::uint64_t internal = 0;     ///< Mistakes of ours, or a lack of memory, that were caught (C6).
  std::string lastError;          ///< Of the last transaction, "" when it succeeded.
  std::string degraded;           ///< Why nothing can be kept, or could not a moment ago; "" = all is well.
  /// The disk is full and the reserve is in use: take no new promises (refuse StartTransaction), so that running
  /// transactions can still be stopped. Ends by itself when space returns.
  bool spaceLow = false;
};

/// All calls on the loop's thread. Changes never block; those of one turn of the loop reach the disk together or, per
/// charger, not at all. Changes become durable in the order they were made.
class Store {
 public:
  /// `ok` false: nothing of the change was kept and `error` says why; the caller must not promise it.
  using Done = std::function<void(bool ok, const std::string& error)>;

  virtual ~Store() = default;

  /// Adds the record or replaces the one with its key. A transaction, a queued message or a dead letter is only ever
  /// replaced by what is the same one: another one of that key, or of that number, stays, and the new one is put beside
  /// it under the next free number (TX-15), which is told as an event `store-conflict`.
  virtual Ticket put(const std::string& identity, StoredRecord record) = 0;
  /// Only the record's key counts. A record that is not there is no error.
  virtual Ticket erase(const std::string& identity, StoredRecord record) = 0;
  /// What is of an unknown back-end gets that of the row (TX-14).
  virtual Ticket putCharger(ChargerRow row) = 0;
  /// Everything of the identity is forgotten but what bills: transactions, dead letters, and the messages that wait;
  /// Its numbers and ids are never given again (TX-15). With a reason `why` the next one of that name is another charge
  /// point: what waits becomes discarded dead letters, and open transactions are nobody's. Without, it may come back.
  virtual Ticket forgetCharger(const std::string& identity, const std::string& why) = 0;
  /// Everything of the identity that is of the back-end `former` is of `name` from now on: the same one has another
  /// address (TX-14).
  virtual Ticket renameBackend(const std::string& identity, const std::string& former, const std::string& name) = 0;
  virtual Ticket commandDone(std::uint64_t command) = 0;

  /// Calls `done` on the loop, never inside this call, as soon as the fate of the change is known. Callbacks come in
  /// the order of their tickets. A store that goes tells whoever still waits that nothing was kept (FIELD A4).
  virtual void whenDurable(Ticket ticket, Done done) = 0;
  /// False when the fate of the change is known already.
  virtual bool pending(Ticket ticket) const = 0;

  /// Before the first change: calls `each` for every charger. What cannot be read goes to `problem` as a line for the
  /// log; it stays where it is, but an unreadable queued message becomes a dead letter (SM-15).
  virtual void load(const std::function<void(StoredCharger&&)>& each,
                    const std::function<void(const std::string& line)>& problem) = 0;
  /// One charger as load() gives it, for one that is configured while the bridge runs (TX-15). Nothing: the store knows
  /// none of that identity; `ok` false: it could not be read now. Calls `done` on the loop, never inside this call.
  /// Sees every change that was made before. A store that goes first answers with `ok` false.
  struct ReadCharger {
    bool ok = false;
    std::optional<StoredCharger> charger;
    std::vector<std::string> problems;  ///< Lines for the log, as of load().
  };
  virtual void readCharger(const std::string& identity, std::function<void(ReadCharger&&)> done) = 0;
  /// Calls `done` on the loop, never inside this call. Sees every change that is durable when it is called. A
  /// store that goes first answers with `ok` false.
  virtual void read(const std::string& identity, Wanted wanted, std::function<void(ReadResult&&)> done) = 0;
  /// `carryOut` gets each command once per process, at most a second after it was given. Set it before the loop runs.
  virtual void onCommand(std::function<void(OperatorCommand&&)> carryOut) = 0;
  /// What the store notices by itself; what it has noticed already comes at once.
  virtual void onEvent(std::function<void(const StoreEvent&)> tell) = 0;
  virtual StoreStatus status() const = 0;
  /// Bytes that the charger's messages for the back-end take, as far as they are durable (C3).
  virtual std::uint64_t waitingBytes(const std::string& identity) const = 0;
  /// The same of its dead letters that the operator has not resolved: nothing else ends them (C3).
  virtual std::uint64_t deadBytes(const std::string& identity) const = 0;
  /// Changes whose fate is not known yet: grows while the disk does not keep up.
  virtual std::uint64_t backlog() const = 0;
};

}  // namespace bridge
