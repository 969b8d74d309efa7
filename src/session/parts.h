// SPDX-License-Identifier: GPL-2.0-or-later
// Small things that a GatewaySession is made of.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ocpp/messages.h"
#include "session/effect.h"

namespace session {

/// Why a charger is answered without the back-end (SM-8, section 7.2).
enum class Why {
  Slow,      ///< It did not answer within soap_hold.
  Down,      ///< There is no connection.
  Refused,   ///< It refused the connection (HTTP 401, 403, 404).
  Rejected,  ///< It rejected the charger's registration (SM-4).
  OnHold     ///< It has not accepted the charger yet (SM-4 accept_and_hold).
};

/// A CALL of the back-end, or (id "") a wish of our own, on its way to the charger.
struct InCall {
  std::string id;
  ocpp::Request request;                    ///< As the back-end said it.
  ChargerRequestId sent = 0;                ///< 0 = the charger has not been asked yet.
  bool answerable = true;                   ///< False when the back-end that asked is gone.
  bool secondSpelling = false;              ///< CK-1: the second try of a renamed key.
  std::vector<ocpp::Key<50>> remaining;     ///< GetConfiguration: keys not asked yet (CK-3).
  ocpp::GetConfiguration::Response merged;  ///< GetConfiguration: answers so far.
};

/// The last reading of a connector (EM-4).
struct LastReading {
  ocpp::Steady received{};
  std::optional<ocpp::TransactionId> transactionId;
  ocpp::MeterValue value;
};

/// A remote start that was accepted and not followed by a start yet (RS-3).
struct RemoteStart {
  std::optional<int> connectorId;
  std::string idTag;
  ocpp::Steady at;
};

/// What is said against a message (ER-3).
struct Verdict {
  std::string code, text;
  bool never = false;    ///< Such a message is never taken.
  bool unheard = false;  ///< ... which is no alarm: readings that the back-end does not want.
};

/// What the back-end closed the connection behind (ER-3).
struct Suspect {
  std::size_t action = 0;
  int closeCode = 0;
  std::string reason;
  std::optional<ocpp::StatusNotification::Request> status;
};

/// After this long without an answer the next CALL is sent; a later answer is still understood (TX-5).
constexpr ocpp::Duration callTimeout = std::chrono::seconds(30);

/// What the back-end has refused, and what follows of that (ER-3).
struct Refusals {
  std::uint64_t answers = 0;  ///< CALLs that it has answered.
  std::optional<Suspect> suspect;
  int bootCloses = 0;                        ///< In a row, behind a boot.
  bool bootBarred = false;                   ///< No boot until bootAgainAt_ or the charger boots.
  bool readingsUnheard = false;              ///< It has said often enough that it does not support MeterValues.
  std::vector<DeadLetterRecord> deadStarts;  ///< The last ones that nobody was promised: each is kept once.
  std::uint64_t count = 0, lostReadings = 0, deadLetters = 0;
  std::unique_ptr<Refusal> last;
  ocpp::Instant at{};  ///< Of the last one.
  /// The one with the words of that start (SM-7 key 2), or deadStarts.end().
  std::vector<DeadLetterRecord>::iterator deadStart(const ocpp::StartTransaction::Request& start) {
    return std::find_if(deadStarts.begin(), deadStarts.end(), [&](const DeadLetterRecord& each) {
      const auto& other = std::get<ocpp::StartTransaction::Request>(each.request);
      return other.connectorId == start.connectorId && other.timestamp == start.timestamp &&
             other.meterStart == start.meterStart && other.idTag == start.idTag;
    });
  }
  /// Another back-end may think otherwise (TX-14).
  void startAnew() {
    suspect.reset();
    bootCloses = 0;
    bootBarred = readingsUnheard = false;
  }
};

/// What a back-end may ask a charger to say again (EM-0).
enum class Trigger {
  Boot,
  DiagnosticsStatus,
  FirmwareStatus,
  Heartbeat,
  MeterValues,
  Status,
  LogStatus,
  SignedFirmwareStatus,
  Unknown
};

/// A StatusNotification behind which the back-end has closed the connection (ER-3).
struct ClosedStatus {
  ocpp::StatusNotification::Request request;
  int times = 0;
};

struct Connector {
  ConnectorRecord record;
  bool reported = false;   ///< Since the last boot (ST-9).
  bool unsaid = false;     ///< The charger's last words about it have not reached the back-end.
  bool zeroPower = false;  ///< ST-4.
  std::unique_ptr<LastReading> reading;
  std::unique_ptr<ClosedStatus> closed;
};

}  // namespace session
