// SPDX-License-Identifier: GPL-2.0-or-later
// GatewaySession: everything the bridge decides about one charger, without socket, file, thread or clock.
#pragma once

#include <memory>
#include <optional>

#include "session/effect.h"
#include "session/settings.h"

namespace session {

/// What an operator sees of a session (logs, /health, dashboard).
struct Overview {
  bool centralUp = false;
  bool chargerOnline = false;
  std::optional<ocpp::Version> version;
  std::optional<ocpp::RegistrationStatus> registration;
  ocpp::Instant lastSeen{};
  std::size_t openTransactions = 0;
  std::size_t waitingForCentral = 0;
};

/// One charger between its SOAP side and its OCPP-J side (docs/translation.md).
/// Every event is given with the moment it happened; after every call drain next() until it is empty and execute the
/// effects in that order. Each ChargerRequest gets exactly one AnswerCharger, each CentralCall exactly one
/// AnswerCentral (unless the WebSocket went away), at most one ToCentral and one ToCharger are unanswered at a time
/// (SM-10, SM-11).
class GatewaySession {
 public:
  GatewaySession(Settings settings, Services services);
  ~GatewaySession();
  GatewaySession(GatewaySession&&) noexcept;
  GatewaySession& operator=(GatewaySession&&) noexcept;

  /// Gives back what an earlier process kept; before the first event.
  void restore(const Record& record, ocpp::Now now);
  /// What stays in the store; after the records.
  void restore(const InStore& rest, ocpp::Now now);
  /// The charger was last heard of by an earlier process; after restore(). If that is not long ago its WebSocket is
  /// opened by the next tick() (SM-1).
  void wasSeen(std::optional<ocpp::Version> version, ocpp::Instant lastSeen, ocpp::Now now);
  /// The operator wants a dead letter delivered after all: it is queued again, behind what waits.
  void redeliver(const DeadLetterRecord& letter, ocpp::Now now);
  /// The operator does not want to wait for the next attempt of a kept message, or gives it up for a reason (it becomes
  /// a dead letter). False when there is no kept message of that number.
  bool retryNow(std::uint64_t number, ocpp::Now now);
  /// `stored`: the message as the store has it, for when it is not in memory.
  bool discard(std::uint64_t number, const std::string& reason, ocpp::Now now, const QueuedRecord* stored = nullptr);
  /// The operator's settings changed (reload); takes effect for what follows.
  void configure(Settings settings);

  void fromCharger(ChargerRequest request, ocpp::Now now);
  void fromCharger(ChargerReply reply, ocpp::Now now);
  /// The HTTP exchange is gone: its answer is not wanted any more, what it asked for goes on (SM-13).
  void chargerLeft(Exchange exchange, ocpp::Now now);
  void fromCentral(CentralCall call, ocpp::Now now);
  void fromCentral(CentralReply reply, ocpp::Now now);
  /// What LoadQueued and FindTransaction brought: QueuedRecords in the order of their numbers and TransactionRecords;
  /// nothing when the store cannot be read now or has not kept everything it was given.
  void queuedLoaded(std::optional<std::vector<Record>> records, ocpp::Now now);
  void transactionFound(std::optional<std::vector<Record>> records, ocpp::Now now);
  void centralIsUp(ocpp::Now now);
  void centralIsDown(const CentralDown& why, ocpp::Now now);
  /// To be called at or after deadline(), which counts on the steady clock only (B1).
  void tick(ocpp::Now now);
  std::optional<ocpp::Steady> deadline() const;
  std::optional<Effect> next();
  /// Answers every waiting charger with what can be said now; nothing new is forwarded (SIGTERM).
  void drain(ocpp::Now now);
  bool idle() const;  ///< Nothing in flight in either direction.
  /// Its WebSocket is open, or will be as soon as that is possible; false for a silent charger (SM-6).
  bool wantsCentral() const;

  Overview overview() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace session
