// SPDX-License-Identifier: GPL-2.0-or-later
// The operator's choices for one charger, and the few services a session needs from outside.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "ocpp/time.h"

namespace session {

/// When the WebSocket of a charger is opened (SM-1).
enum class WsLifecycle { ChargerDriven, AlwaysOn };
/// What a StartTransaction gets while the back-end cannot answer (TX-4). The provisional ones need durable storage.
enum class StartOffline { Fault, ProvisionalIfAuthorized, Provisional };
/// What 1.2 and 1.5 chargers are told when the back-end says Pending (SM-4).
enum class PendingPolicy { Reject, AcceptAndHold };

/// Policies and limits of one session. Defaults are the documented ones; names follow docs/translation.md.
struct Settings {
  std::string identity;
  std::string backend;                                 ///< Names the back-end in what is kept (TX-14).
  std::optional<int> connectors;                       ///< Known number of connectors (section 5.2), else learned.
  ocpp::Duration soapHold = std::chrono::seconds(20);  ///< Longest wait for the back-end before a charger is answered.
  ocpp::Duration heartbeatHold = std::chrono::seconds(5);   ///< The same for Heartbeat (SM-5).
  ocpp::Duration statusFill = std::chrono::seconds(30);     ///< ST-9.
  ocpp::Duration reconnectFirst = std::chrono::seconds(5);  ///< SM-2.
  ocpp::Duration reconnectMost = std::chrono::seconds(300);
  int retryAttempts = 3;      ///< ER-3, until the back-end sets TransactionMessageAttempts.
  int retryInterval = 60;     ///< Seconds; the same for TransactionMessageRetryInterval.
  int defaultInterval = 900;  ///< Seconds, where the back-end names none.
  int heartbeatMost = 0;      ///< Seconds: longest interval that a charger is told; 0 is no limit (SM-5).
  int rejectedInterval = 60;  ///< Seconds, for Rejected with interval 0 and while the back-end is away.
  int offlineFactor = 3;      ///< SM-6.
  WsLifecycle lifecycle = WsLifecycle::ChargerDriven;
  StartOffline startOffline = StartOffline::ProvisionalIfAuthorized;
  PendingPolicy pendingPolicy = PendingPolicy::Reject;
  bool durable = false;                   ///< A Keep survives the process; without it nothing is promised (TX-9).
  bool bootReplayAlways = false;          ///< SM-3 boot_replay=always.
  bool callErrorForUnsupported = false;   ///< 6.1 unsupported_reply=callerror.
  bool remoteStartProfileReject = false;  ///< RS-1 remote_start_profile=reject.
  bool triggerMeterValues = true;         ///< EM-4.
  bool alwaysSendReason = false;          ///< 4.3 item 9.
  bool authKeyPlain = false;              ///< CK-4 authkey_plain.
  bool strictStatus = false;              ///< ST-7 strict mode.
  bool inferPower = false;                ///< ST-4 infer_power.
  bool allowIdentityChange = false;       ///< CK-1 ChargePointId.
  bool nameTransaction = true;            ///< QUIRKS P2: a stop without number is that of the only open transaction.
  bool fillTransaction = false;           ///< QUIRKS P4: MeterValues without number belong to the open transaction.
  bool spellCelcius = false;              ///< MV-8 celsius_spelling=Celcius.
  int getConfigurationMaxKeys = 50;
  int webSocketPingInterval = 45;  ///< Seconds; proxies often cut at 60.
  int securityProfile = 0;         ///< Of the bridge's WebSocket (CK-4).
  std::string supportedFileTransferProtocols = "FTP";
  std::string bootVendor = "Unknown";  ///< For a synthesised BootNotification (SM-3).
  std::string bootModel = "Unknown";
};

/// What a session cannot know by itself. All are called synchronously.
struct Services {
  std::function<std::string()> newMessageId;                       ///< Fresh UUID, 36 characters (SM-10).
  std::function<double()> jitter;                                  ///< Uniform in [0, 1) (SM-2).
  std::function<std::string(std::string_view)> sha1Hex;            ///< Lower-case hex digits (L-8).
  std::function<ocpp::Instant(ocpp::Instant localReading)> toUtc;  ///< The charger's timezone (L-11); identity for UTC.
  std::function<std::uint64_t()> newKey;                           ///< Never the same twice: names records (SM-7).
};

}  // namespace session
