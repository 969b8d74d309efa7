// SPDX-License-Identifier: GPL-2.0-or-later
// What goes into a GatewaySession and what it wants done: events, effects, and the records it asks to be kept.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "ocpp/messages.h"
#include "ocpp/result.h"
#include "ocpp/time.h"
#include "ocpp/version.h"

namespace session {

/// Names one HTTP exchange that a charger has open with us; chosen by the bridge, unique per session.
using Exchange = std::uint64_t;
/// No exchange has this number.
constexpr Exchange nobody = 0;
/// Names one request that we sent to the charger; chosen by the session.
using ChargerRequestId = std::uint64_t;

// --- events

/// A request of the charger, already authenticated and read.
struct ChargerRequest {
  Exchange exchange = 0;
  ocpp::Version version = ocpp::Version::V15;
  std::string messageId;   ///< wsa:MessageID, "" when the charger sent none (vector 69).
  std::string bodyDigest;  ///< Digest of the bytes received, for SM-7.
  ocpp::Request request;
};

/// Why a request to the charger brought no response of its own (section 7.3).
enum class ChargerFailure {
  None,
  Faulted,        ///< A SOAP Fault; `fault` says which.
  Malformed,      ///< Not the response we asked for.
  Unreachable,    ///< Nothing was sent: refused, no route, no name.
  NoCallbackUrl,  ///< No address known yet.
  Timeout,        ///< Sent, no answer: outcome unknown.
  Broken,         ///< Connection lost after sending began: outcome unknown.
  WrongUrl,       ///< HTTP 404, 405, 3xx, or something that is not SOAP.
  Unauthorized,   ///< HTTP 401, 403.
  ServerError     ///< HTTP 5xx without an envelope.
};

/// The charger's answer to ToCharger `id`.
struct ChargerReply {
  ChargerRequestId id = 0;
  std::optional<ocpp::Response> response;
  ChargerFailure failure = ChargerFailure::None;
  ocpp::Fault fault;  ///< With Faulted: what it said; with others: what happened, for the description.
};

/// A CALL of the back-end, read and valid. Calls that could not be read are answered by the bridge itself.
struct CentralCall {
  std::string id;
  ocpp::Request request;
};

/// CALLRESULT or CALLERROR to ToCentral `id`. An unreadable CALLRESULT comes as Fault InternalError.
struct CentralReply {
  std::string id;
  ocpp::Result<ocpp::Response> result;
  bool unreadable = false;  ///< A CALLRESULT it was, though `result` is a fault.
};

/// Why there is no WebSocket.
struct CentralDown {
  bool wasOpen = false;        ///< False: the attempt to connect failed.
  int httpStatus = 0;          ///< Of a refused upgrade (401, 403, 404...), 0 otherwise.
  bool misconfigured = false;  ///< The server selected no or another subprotocol (SM-2).
  std::string reason;
  int closeCode = 0;    ///< RFC 6455, with wasOpen; 1006 for a connection that was lost.
  bool outage = false;  ///< Others to the same back-end were closed as well: no message is to blame (ER-3).
  bool ours = false;    ///< The bridge closed it for reasons of its own.
};

// --- records: what must outlive the process (section 5.0)

enum class TransactionState { Starting, Active, StopQueued, Closed, Orphaned };

/// One transaction as both sides know it (TX-1).
struct TransactionRecord {
  std::int64_t soapTxId = 0;                ///< What the charger says.
  std::optional<std::int64_t> backendTxId;  ///< What the back-end says; absent until it answered.
  int connectorId = 0;
  std::string idTag;
  ocpp::Instant start{};
  int meterStart = 0;
  std::optional<ocpp::Instant> stop;
  TransactionState state = TransactionState::Starting;
  bool provisional = false;                  ///< The charger got an id of ours before the back-end answered (TX-4).
  bool authorized = true;                    ///< idTagInfo.status of the start was Accepted or is not known yet.
  std::optional<ocpp::Reason> stopEvidence;  ///< TX-11.
  ocpp::Instant seen{};                      ///< Our time when the start arrived; `start` is the charger's clock.
  std::optional<ocpp::IdTagInfo> startInfo;  ///< What the back-end said to the start, for repeats (SM-7).
  std::optional<int> meterStop;              ///< With `stop`: of the accepted StopTransaction, for repeats (SM-7).
  std::optional<ocpp::IdTagInfo> stopInfo;
  std::uint64_t key = 0;            ///< Its identity, from Services::newKey: chargers say the same start twice (SM-7).
  std::string backend{};            ///< That has its start (TX-14); "" = not known, it is of an older database.
  ocpp::Instant heard{};            ///< When the charger last said something about it, for people (TX-14).
  std::optional<int> lastRegister;  ///< Wh: the last Energy.Active.Import.Register that came with it (TX-3).
  std::uint64_t sequence = 0;       ///< Grows with each of the charger's: no clock says which one is newer (SM-7).
  ocpp::Duration silent{};  ///< For so long nothing was heard of it when it was kept: no clock adds to it (TX-14).
};

struct BootRecord {
  ocpp::Version version = ocpp::Version::V15;
  ocpp::BootNotification::Request request;
  std::optional<ocpp::RegistrationStatus> status;  ///< The back-end's last answer.
  ocpp::Instant answeredAt{};
  int interval = 0;     ///< Seconds, as the back-end said.
  bool unsent = false;  ///< The charger has booted and the back-end does not know yet (SM-3, SM-8).
};

struct ConnectorRecord {
  int connectorId = 0;
  ocpp::StatusNotification::Request raw;                       ///< As the charger said it.
  std::optional<ocpp::StatusNotification::Request> delivered;  ///< Last one the back-end has acknowledged.
  bool releasePending = false;                                 ///< ST-6.
};

/// A configuration value that the bridge owns or has learned (CK-4, CK-6).
struct SettingRecord {
  std::string key;
  std::string value;
  bool readonly = false;
  bool own = false;  ///< The charger does not know the key: the bridge acts on it (CK-4).
};

/// A transaction message that the charger was told we keep (TX-9); delivered in the order of the numbers. What it says
/// never changes; it is known by its key, and the store gives it the next free number if another message has its number
/// already (TX-15).
struct QueuedRecord {
  std::uint64_t number = 0;
  ocpp::Request request;         ///< In 1.6 words, with the charger's own transaction id.
  int attempts = 0;              ///< CALLERRORs so far (ER-3).
  ocpp::Duration wait{};         ///< What remained until its next attempt when this was kept: no clock can lengthen it.
  std::uint64_t repeatKey = 0;   ///< Of MessageID and body, to know a repetition after a restart (SM-7); 0 = none.
  std::uint64_t key = 0;         ///< Its identity, from Services::newKey.
  std::string backend{};         ///< Where it goes (TX-14); "" = not known, it is of an older database.
  bool setAside = false;         ///< Others pass it (ER-3).
  std::string reason{};          ///< What the back-end said last.
  bool withoutReadings = false;  ///< Goes without transactionData: the back-end does not take it whole (ER-3).
  std::uint64_t starts = 0;      ///< Key of the transaction that it starts; 0 = none, or it is of an older database.
};

/// A transaction message that was given up after its last attempt (ER-3, SM-15). Its key is that of the QueuedRecord it
/// was. Forgetting one marks it as delivered again; nothing is deleted.
struct DeadLetterRecord {
  std::uint64_t number = 0;  ///< Of the QueuedRecord it was.
  ocpp::Request request;     ///< In 1.6 words, with the charger's own transaction id.
  int attempts = 0;
  std::string reason;       ///< What the back-end said last.
  ocpp::Instant created{};  ///< When it was queued.
  ocpp::Instant died{};
  std::uint64_t key = 0;
  std::string backend{};     ///< That refused it: delivered again it goes there (TX-14).
  std::uint64_t starts = 0;  ///< As in the QueuedRecord.
};

/// What the back-end said about an idTag (SM-9). Its key is the idTag without case (L-15).
struct AuthorizationRecord {
  std::string idTag;
  ocpp::IdTagInfo info;
  ocpp::Instant at{};
};

/// The short name that the back-end knows a long idTag by (L-8). Its key is the alias.
struct AliasRecord {
  std::string alias;
  std::string idTag;
};

using Record = std::variant<TransactionRecord, BootRecord, ConnectorRecord, SettingRecord, QueuedRecord,
                            DeadLetterRecord, AuthorizationRecord, AliasRecord>;

/// At most so many queued messages of a charger are in memory; the others wait in the store until their turn is near.
constexpr std::size_t queueWindow = 32;

/// What the store keeps of a charger beyond what restore() gets record by record.
struct InStore {
  std::uint64_t lastNumber = 0;                   ///< Highest number of any QueuedRecord or DeadLetterRecord.
  std::uint64_t firstQueued = 0, lastQueued = 0;  ///< Numbers of queued messages that were not loaded; 0 = none.
  std::uint64_t lastSequence = 0;                 ///< Highest one of any TransactionRecord.
  std::optional<std::int64_t> lastAlias, lastProvisional;  ///< Highest names that transactions have got (TX-2, TX-4).
  std::optional<ocpp::Instant> newestStart;                ///< Of all transactions, also of those not loaded (SM-7).
  struct Repeat {                                          ///< Of the newest queued messages, oldest first (SM-7).
    std::uint64_t key;
    ocpp::Instant at;  ///< When it was queued.
    std::string action;
  };
  std::vector<Repeat> repeats;
};

// --- effects, executed by the bridge in the order they come

struct ToCharger {
  ChargerRequestId id;
  ocpp::Version version;
  ocpp::Request request;
};
struct ToCentral {
  std::string id;  ///< Unique message id (SM-10).
  ocpp::Request request;
};
struct AnswerCharger {
  Exchange exchange;
  ocpp::Version version;
  ocpp::Result<ocpp::Response> result;
};
struct AnswerCentral {
  std::string id;
  ocpp::Result<ocpp::Response> result;
  bool own = false;  ///< The bridge itself answers for the charger: what it says rests on what it keeps.
};
/// Open the WebSocket now. The bridge answers with centralIsUp or centralIsDown.
struct OpenCentral {};
/// Close the WebSocket; centralIsDown is not reported for it.
struct CloseCentral {
  int code = 1000;
  std::string reason;
};
/// The back-end has set a new AuthorizationKey (CK-4): keep it, and once it is kept use it from the next connection on.
/// Comes before the answer that accepts it. Never log it.
struct NewPassword {
  std::string bytes;
};
struct SetPingInterval {
  int seconds;  ///< 0 = no pings.
};
struct Keep {
  Record record;
};
struct Forget {
  Record record;  ///< Only its key counts.
};
/// Look for queued messages in the store, oldest first, and for the transactions that they name. Sees what was kept
/// before. The bridge answers with queuedLoaded(); fewer than `most` messages mean that there are no others.
struct LoadQueued {
  std::uint64_t first, last;  ///< Numbers, inclusive.
  std::size_t most;
};
/// Look for a transaction that is no longer in memory (SM-7): the one that began so; or else, of those with that
/// number, the one that was stopped then, a live one or the newest. The bridge answers with transactionFound().
struct FindTransaction {
  std::optional<ocpp::StartTransaction::Request> start;
  std::int64_t soapTxId = 0;
  std::optional<ocpp::Instant> stop;
};
enum class Level { Debug, Info, Warning, Error };
/// An attempt to deliver a message that failed (ER-3).
struct Refusal {
  std::string_view action;
  std::string code;                      ///< Of the CALLERROR, `closed` with the close code, or `timeout`.
  std::string text;                      ///< What the back-end said, at most 255 bytes.
  int attempt = 0, of = 0;               ///< Which attempt it was, and of how many.
  std::optional<ocpp::Duration> next{};  ///< From now to the next attempt; nothing: there is none.
};
/// One line for the operator's log.
struct Note {
  Level level;
  std::string text;
  std::string_view quirk{};          ///< The switch of the charger that made it so, or "".
  std::string_view event{};          ///< central-refused, set-aside, dead-letter, lost-readings, or "" = a note.
  std::optional<Refusal> refusal{};  ///< What the text says of it, for programs.
};

using Effect = std::variant<ToCharger, ToCentral, AnswerCharger, AnswerCentral, OpenCentral, CloseCentral, NewPassword,
                            SetPingInterval, Keep, Forget, LoadQueued, FindTransaction, Note>;

// --- which of them promise

/// True when the effect says something that must be true after a power cut as well: it waits for what was kept before,
/// and is not carried out as it stands when that cannot be kept. An effect without an overload does not compile here.
constexpr bool promises(const ToCharger&) { return false; }
constexpr bool promises(const ToCentral&) { return false; }
bool promises(const AnswerCharger& effect);  // by what PromiseOf (promise.h) says of its action
bool promises(const AnswerCentral& effect);
constexpr bool promises(const OpenCentral&) { return false; }
constexpr bool promises(const CloseCentral&) { return false; }
constexpr bool promises(const NewPassword&) { return true; }
constexpr bool promises(const SetPingInterval&) { return false; }  // its SettingRecord is kept, and the answer promises
constexpr bool promises(const Keep&) { return false; }
constexpr bool promises(const Forget&) { return false; }
constexpr bool promises(const LoadQueued&) { return false; }
constexpr bool promises(const FindTransaction&) { return false; }
constexpr bool promises(const Note&) { return false; }
inline bool promises(const Effect& effect) {
  return std::visit([](const auto& each) { return promises(each); }, effect);
}

}  // namespace session
