// SPDX-License-Identifier: GPL-2.0-or-later
// GatewaySession: everything the bridge decides about one charger, without socket, file, thread or clock.
#pragma once

#include <memory>
#include <optional>
#include <string>

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
  std::size_t setAside = 0;            ///< Of those that wait: others pass them (ER-3).
  std::size_t refused = 0;             ///< Of those that wait in memory and are not set aside: refused already.
  std::uint64_t refusals = 0;          ///< Since the session began, of whatever message.
  std::optional<Refusal> lastRefusal;  ///< `next` counts from `refusedAt`.
  ocpp::Instant refusedAt{};
  std::uint64_t deadLetters = 0;   ///< Messages given up since the session began, also where nothing is kept of them.
  std::uint64_t lostReadings = 0;  ///< Messages since the session began of which readings do not reach the back-end.
};

/// Of a StopTransaction that could not be read whole: why, and which of its fields are known besides its id.
struct UnreadStop {
  std::string why;
  bool timestamp = false, meterStop = false;
};

/// What binds a charger to the back-end that it has (TX-14).
struct Ties {
  std::size_t queued = 0;  ///< Transaction messages that wait for it, those set aside included.
  std::size_t open = 0;    ///< Transactions that run and were heard of within 7 days.
  std::size_t old = 0;     ///< The same, not heard of for longer: nobody waits for them.
  bool busy = false;       ///< Something is under way just now.
  bool hold() const { return queued != 0 || open != 0 || busy; }
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
  /// The operator wants a dead letter delivered after all: it is queued again, behind what waits. False when it belongs
  /// to another back-end than the present one: it goes there or nowhere (TX-14).
  bool redeliver(const DeadLetterRecord& letter, ocpp::Now now);
  /// The operator does not want to wait for the next attempt of a kept message, also of one that is set aside, or gives
  /// it up for a reason (it becomes a dead letter). False when there is no kept message of that number.
  bool retryNow(std::uint64_t number, ocpp::Now now);
  /// `stored`: the message as the store has it, for when it is not in memory.
  bool discard(std::uint64_t number, const std::string& reason, ocpp::Now now, const QueuedRecord* stored = nullptr);
  /// The operator's settings changed (reload); takes effect for what follows. Not for another back-end: see moveTo().
  void configure(Settings settings);

  Ties ties(ocpp::Now now) const;
  /// From now on it belongs to the back-end of these settings, which hears boot and statuses first (SM-3, TX-14). What
  /// the former one has told it is forgotten. Only when no tie holds.
  void moveTo(Settings settings, ocpp::Now now);
  /// What waits for the back-end becomes dead letters of it, for that reason, at once or as soon as the store has told
  /// what they are; ask ties() (TX-14).
  void leaveBehind(const std::string& why, ocpp::Now now);
  /// The same back-end is called what these settings say: what is in memory is renamed with it (TX-14).
  void callBackEnd(Settings settings);
  /// The connection's address or password has changed: another one takes its place within seconds, spread.
  void reconnect(const std::string& why, ocpp::Now now);
  /// The charger was removed (TX-15): whoever waits is answered now, what is kept is still delivered, and nothing else
  /// is done any more. Until stay().
  void leave(ocpp::Now now);
  /// Neither leave() nor leaveBehind() holds any longer.
  void stay();

  void fromCharger(ChargerRequest request, ocpp::Now now);
  void fromCharger(ChargerReply reply, ocpp::Now now);
  /// A StopTransaction that could not be read: its fields, as far as they were, become a dead letter (FIELD C1).
  void buryUnread(ChargerRequest request, const UnreadStop& unread, ocpp::Now now);
  /// The HTTP exchange is gone: its answer is not wanted any more, what it asked for goes on (SM-13).
  void chargerLeft(Exchange exchange, ocpp::Now now);
  void fromCentral(CentralCall call, ocpp::Now now);
  void fromCentral(CentralReply reply, ocpp::Now now);
  /// What LoadQueued and FindTransaction brought: QueuedRecords in the order of their numbers and TransactionRecords;
  /// nothing when the store cannot be read now or has not kept everything it was given.
  void queuedLoaded(std::optional<std::vector<Record>> records, ocpp::Now now);
  void transactionFound(std::optional<std::vector<Record>> records, ocpp::Now now);
  /// Another charger's connection to the same back-end came up: one that waits is tried within seconds (SM-2).
  void centralReachable(ocpp::Now now);
  void centralIsUp(ocpp::Now now);
  void centralIsDown(const CentralDown& why, ocpp::Now now);
  /// The last centralIsDown() was of an outage, as has come out since: it counts as nobody's refusal (ER-3).
  void wasOutage();
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
  /// The same as there, for who asks often.
  std::size_t waitingForCentral() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace session
