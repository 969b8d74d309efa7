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
};

/// One charger, as load() gives it back: boot, connectors, settings, transactions that are open and the newest of the
/// others, authorizations, aliases, and last the first session::queueWindow queued messages in the order they must be
/// delivered, each behind the transactions that it names.
struct StoredCharger : ChargerRow {
  std::vector<StoredRecord> records;
  session::InStore rest;  ///< What is there besides.
};

/// What can be looked for while the bridge runs.
using Wanted = std::variant<session::LoadQueued, session::FindTransaction>;

struct ReadResult {
  bool ok = false;                    ///< False: the database could not be read now.
  std::vector<StoredRecord> records;  ///< As session::GatewaySession wants them.
  std::vector<std::string> problems;  ///< Lines for the log, as of load().
};

/// What an operator asked for with `ocpp-soap-bridge queue`. Carry it out, then call commandDone().
struct OperatorCommand {
  enum class Kind {
    RetryDeadLetter,  ///< Queue `deadLetter` again: Keep a QueuedRecord and Forget the dead letter in one turn.
    RetryQueued,      ///< Do not wait any longer with the queued message `number`.
    DiscardQueued     ///< Keep a DeadLetterRecord with `reason` and Forget the queued message `number` in one turn.
  } kind = Kind::RetryDeadLetter;
  std::uint64_t id = 0;
  std::string identity;
  std::uint64_t number = 0;
  std::optional<session::DeadLetterRecord> deadLetter;
  std::optional<session::QueuedRecord> queued;  ///< With DiscardQueued: the message, unless it cannot be read.
  std::vector<StoredRecord> related;            ///< Transactions that the message names.
  std::string reason;
};

/// For logs and /health. Numbers of rows are at most a second old.
struct StoreStatus {
  std::uint64_t commits = 0;      ///< Transactions that reached the disk: one fsync each.
  std::uint64_t operations = 0;   ///< Changes in them.
  std::uint64_t failed = 0;       ///< Changes that were refused.
  std::uint64_t deadLetters = 0;  ///< Not resolved yet.
  std::uint64_t queued = 0;       ///< Transaction messages that wait for the back-end.
  ocpp::Instant oldestQueued{};   ///< When the oldest of them came.
  std::string lastError;          ///< Of the last transaction, "" when it succeeded.
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

  /// Adds the record or replaces the one with its key.
  virtual Ticket put(const std::string& identity, StoredRecord record) = 0;
  /// Only the record's key counts. A record that is not there is no error.
  virtual Ticket erase(const std::string& identity, StoredRecord record) = 0;
  virtual Ticket putCharger(ChargerRow row) = 0;
  virtual Ticket commandDone(std::uint64_t command) = 0;

  /// Calls `done` on the loop, never inside this call, as soon as the fate of the change is known. Callbacks come in
  /// the order of their tickets. None is called after the store is gone.
  virtual void whenDurable(Ticket ticket, Done done) = 0;
  /// False when the fate of the change is known already.
  virtual bool pending(Ticket ticket) const = 0;

  /// Before the first change: calls `each` for every charger. What cannot be read goes to `problem` as a line for the
  /// log; it stays where it is, but an unreadable queued message becomes a dead letter (SM-15).
  virtual void load(const std::function<void(StoredCharger&&)>& each,
                    const std::function<void(const std::string& line)>& problem) = 0;
  /// Calls `done` on the loop, never inside this call. Sees every change that is durable when it is called. Never
  /// called after the store is gone.
  virtual void read(const std::string& identity, Wanted wanted, std::function<void(ReadResult&&)> done) = 0;
  /// `carryOut` gets each command once per process, at most a second after it was given. Set it before the loop runs.
  virtual void onCommand(std::function<void(OperatorCommand&&)> carryOut) = 0;
  virtual StoreStatus status() const = 0;
  /// Changes whose fate is not known yet: grows while the disk does not keep up.
  virtual std::uint64_t backlog() const = 0;
};

}  // namespace bridge
