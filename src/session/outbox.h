// SPDX-License-Identifier: GPL-2.0-or-later
// Outbox: the CALLs that wait for the back-end, one on the wire at a time, transaction messages in order (SM-10).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "session/effect.h"
#include "session/set_aside.h"
#include "session/transactions.h"

namespace session {

/// A charger's HTTP exchange that waits for a CALL.
struct Waiter {
  Exchange exchange;
  ocpp::Version version;
};

/// One message for the back-end, from the first wish to send it until its outcome is known.
struct OutCall {
  ocpp::Request request;  ///< In 1.6 words, with the charger's transaction ids: they are mapped when it is sent.
  ocpp::Version version = ocpp::Version::V16;  ///< Of the charger.
  std::vector<Waiter> waiters;                 ///< Empty: nobody waits (any more).
  std::optional<std::size_t> repeatKey;        ///< SM-7 key 1.
  ocpp::Steady holdUntil{};                    ///< When the waiters are answered without the back-end.
  std::string id;                              ///< On the wire under this id; "" = not on the wire.
  ocpp::Steady sentAt{};
  bool everSent = false;
  bool transactional = false;      ///< Keeps its place among its like (SM-10).
  bool repeatedAfterBoot = false;  ///< SM-3 (c): once only.
  bool otherCelsius = false;       ///< MV-8: once only.
  int attempts = 0;                ///< CALLERRORs so far (ER-3).
  ocpp::Steady notBefore{};        ///< Waits for its next attempt.
  std::uint64_t kept = 0;          ///< Number of its QueuedRecord, 0 = not kept.
  std::uint64_t key = 0;           ///< The following as in the QueuedRecord.
  std::string backend;
  std::uint64_t starts = 0;
  bool setAside = false;  ///< Neither held up by the queue nor holding it up (ER-3).
  std::string reason;
  bool withoutReadings = false;
  Silence silence;
  bool suspect = false;                  ///< The connection was closed behind it; judged on the next one (ER-3).
  bool stopsTried = false;               ///< A start: set-aside stops of its connector or tag have had their turn.
  bool waitsForStops = false;            ///< ... and are having it.
  std::string formerId;                  ///< Of the attempt before, whose answer may still come.
  std::optional<ocpp::Response> late;    ///< ... and came while this attempt is on the wire.
  std::optional<std::string> discarded;  ///< Why the operator gave it up: a dead letter once it is not on the wire.
  bool behindParked = false;             ///< Older transaction messages are in the store only (parking.cpp).
  Transaction transaction;               ///< That it starts or stops.

  bool onWire() const { return !id.empty(); }
};
using OutCallPtr = std::unique_ptr<OutCall>;

class Outbox {
 public:
  void push(OutCallPtr call) { calls_.push_back(std::move(call)); }
  void pushFront(OutCallPtr call, std::size_t place = 0);
  /// The call on the wire, or nullptr.
  OutCall* onWire() const { return onWire_; }
  /// What may be sent now: a transaction message only if no older one waits (SM-10).
  OutCall* next(ocpp::Now now) const;
  void sent(OutCall& call, std::string id, ocpp::Now now);
  /// Off the wire, back to waiting at its place.
  void unsend(OutCall& call);
  OutCallPtr take(OutCall& call);
  /// The connection is gone: nothing is on the wire.
  void disconnect();

  template <class Test>
  OutCall* find(Test test) const {
    for (const auto& call : calls_)
      if (test(*call)) return call.get();
    return nullptr;
  }
  std::vector<OutCallPtr>& all() { return calls_; }
  const std::vector<OutCallPtr>& all() const { return calls_; }
  bool empty() const { return calls_.empty(); }

 private:
  std::vector<OutCallPtr> calls_;
  OutCall* onWire_ = nullptr;
};

}  // namespace session
