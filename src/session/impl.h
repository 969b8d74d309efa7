// SPDX-License-Identifier: GPL-2.0-or-later
// The parts of a GatewaySession and the steps they take together; each group of methods has a .cpp of its own.
#pragma once

#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ocpp/messages.h"
#include "session/authorization_cache.h"
#include "session/backoff.h"
#include "session/effect.h"
#include "session/emulation.h"
#include "session/errors.h"
#include "session/evidence.h"
#include "session/fit.h"
#include "session/gateway_session.h"
#include "session/outbox.h"
#include "session/parked.h"
#include "session/parts.h"
#include "session/repeats.h"
#include "session/set_aside.h"
#include "session/settings.h"
#include "session/status.h"
#include "session/transactions.h"

namespace session {

class GatewaySession::Impl {
 public:
  Impl(Settings settings, Services services);

  // durability.cpp
  void restore(const Record& record, ocpp::Now now);
  void restore(const InStore& rest, ocpp::Now now);
  void wasSeen(std::optional<ocpp::Version> version, ocpp::Instant lastSeen, ocpp::Now now);
  bool redeliver(const DeadLetterRecord& letter, ocpp::Now now);
  bool retryNow(std::uint64_t number, ocpp::Now now);
  bool discard(std::uint64_t number, const std::string& reason, const QueuedRecord* stored, ocpp::Now now);

  // back_end.cpp
  Ties ties(ocpp::Now now) const;
  void moveTo(Settings settings, ocpp::Now now);
  void leaveBehind(const std::string& why, ocpp::Now now);
  void callBackEnd(Settings settings);
  void leave(ocpp::Now now);
  void reconnect(const std::string& why, ocpp::Now now);  // connection.cpp
  void stay() { leaving_ = false, leftBehind_.reset(); }

  // parking.cpp, looking_up.cpp
  void queuedLoaded(std::optional<std::vector<Record>> records, ocpp::Now now);
  void transactionFound(std::optional<std::vector<Record>> records, ocpp::Now now);

  // gateway_session.cpp
  void configure(Settings settings);
  void tick(ocpp::Now now);
  std::optional<ocpp::Steady> deadline() const;
  std::optional<Effect> next();
  void drain(ocpp::Now now);
  bool idle() const;
  bool wantsCentral() const { return link_ != Link::Closed; }
  Overview overview() const;
  std::size_t waitingForCentral() const { return outbox_.all().size() + parked_.count() + aside_.count(); }

  // charger_requests.cpp
  void fromCharger(ChargerRequest request, ocpp::Now now);
  void chargerLeft(Exchange exchange);

  // central_replies.cpp
  void fromCentral(CentralReply reply, ocpp::Now now);

  // central_calls.cpp
  void fromCentral(CentralCall call, ocpp::Now now);
  // charger_replies.cpp
  void fromCharger(ChargerReply reply, ocpp::Now now);
  void buryUnread(ChargerRequest request, const UnreadStop& unread, ocpp::Now now);  // burying.cpp

  // connection.cpp
  void centralReachable(ocpp::Now now);
  void centralIsUp(ocpp::Now now);
  void centralIsDown(const CentralDown& why, ocpp::Now now);
  // closed.cpp
  void wasOutage();

 private:
  enum class Link { Closed, Waiting, Opening, Up };
  using Version = ocpp::Version;
  using Instant = ocpp::Instant;
  using Now = ocpp::Now;
  using Steady = ocpp::Steady;
  using Duration = ocpp::Duration;

  // --- effects
  void emit(Effect effect) { effects_.push_back(std::move(effect)); }
  void note(Level level, std::string text, std::string_view quirk = {}) { emit(Note{level, std::move(text), quirk}); }
  void answer(const Waiter& waiter, ocpp::Result<ocpp::Response> result);
  /// Answers everyone who waits for the call, and remembers the answer for repeats.
  void answerAll(OutCall& call, const ocpp::Result<ocpp::Response>& result, Now now);
  void answerCentral(const std::string& id, ocpp::Result<ocpp::Response> result, bool own = false);
  void keepRecord(Record record) {
    if (settings_.durable) emit(Keep{std::move(record)});
  }
  void forgetRecord(Record record) {
    if (settings_.durable) emit(Forget{std::move(record)});
  }

  // --- charger_requests.cpp: requests of the charger
  void handle(ChargerRequest& request, Now now);
  void onBoot(ChargerRequest& request, Now now);
  void seen(Now now), measureCentralClock(Instant told, Now now);
  void mendCentralTime(ocpp::DateTime& told, Now now);
  Instant centralTime(Now now) const, bridgeTime(Now now) const;
  void onHeartbeat(const ChargerRequest& request, Now now);
  void onAuthorize(ChargerRequest& request, Now now);
  void onStatus(ChargerRequest& request, Now now);
  void onDiagnosticsStatus(ChargerRequest& request, Now now);
  void onFirmwareStatus(ChargerRequest& request, Now now);
  void onDataTransfer(ChargerRequest& request, Now now);
  OutCallPtr callFor(ChargerRequest& request, Now now) const;
  bool repeated(const ChargerRequest& request, Now now);
  void attach(OutCall& call, const ChargerRequest& request, Now now);
  void dropOlder(std::size_t action);

  // --- durability.cpp
  void takeBack(TransactionRecord record, Now now);
  OutCallPtr callOf(const QueuedRecord& queued, Now now) const;
  void pushKept(const QueuedRecord& queued, Now now);
  void rememberTag(const std::string& idTag, const ocpp::IdTagInfo& info, Now now);
  void forgetTags();
  void bury(OutCallPtr call, ocpp::Now now);
  void buryDiscarded(ocpp::Now now);

  // --- retry.cpp: attempts that failed (ER-3)
  static Verdict verdictOf(const ocpp::Fault& fault, const OutCall& call);
  void refused(OutCallPtr call, Verdict why, Now now);
  void refusedUnpromised(OutCallPtr call, const Verdict& why, const ocpp::Fault& told, Now now);
  void noteRefusal(std::string_view event, Level level, const OutCall& call, const Verdict& why, int of,
                   std::optional<Duration> next, Now now);
  int firstAttempts() const;
  Duration waitAfter(int attempts) const;
  bool promised(const OutCall& call) const;
  void unanswered(OutCall& call, Now now);
  bool answeredLate(CentralReply& reply, Now now);
  void deadLetter(OutCall& call, const Verdict& why, Now now);
  void keepDead(OutCall& call, const std::string& reason, Now now);
  void deadStart(const OutCall& call, const Verdict& why, Now now);

  // --- setting_aside.cpp: what others pass (ER-3)
  std::optional<SetAside::Id> laneOf(const OutCall& call) const;
  SetAside::Lane* laneFor(const OutCall& call);
  SetAside::Lane& openLane(const OutCall& call, Steady due);
  void setAside(OutCall& call, Now now);
  void keepWaiting(std::optional<SetAside::Id> lane, Now now);
  bool staysAside(const OutCall& call);
  void parkAside(Now now);
  void tidyAside(Now now);
  bool mayTryAside() const;
  void loadAside(Now now);
  void asideLoaded(std::optional<std::vector<Record>> records, Now now);
  OutCall* nextCall(Now now);
  void tried(const OutCall& call);

  // --- closed.cpp: the back-end closes the connection behind a CALL (ER-3)
  void closedBehind(const CentralDown& why, Now now);
  bool lighten(OutCall& call, Now now);
  void judgeClose(Now now);
  bool barred(const ocpp::StatusNotification::Request& status);

  // --- parking.cpp: what waits long waits in the store only
  void park();
  void evictParked();
  bool wantsMore() const;
  void loadMore(Now now);
  bool hasKept() const, queueHasKept() const;
  // --- looking_up.cpp: transactions that have left memory (SM-7)
  bool awaitsStore(ChargerRequest& request);
  bool lookUp(const ChargerRequest& request);
  std::optional<FindTransaction> unknownTransaction(const ChargerRequest& request) const;
  void evicted(const TransactionRecord& record);
  bool namedInQueue(const TransactionRecord& record) const;
  bool linkedInQueue(const TransactionRecord& record) const;
  void trimTransactions();
  void answerAwaiting(const ocpp::Fault& fault);

  // --- charger_transactions.cpp
  void onStart(ChargerRequest& request, Now now);
  void onStop(ChargerRequest& request, Now now);
  void onMeterValues(ChargerRequest& request, Now now);
  ocpp::StartTransaction::Request asMeant(ocpp::StartTransaction::Request start) const;
  ocpp::IdToken aliasFor(const std::string& idTag);
  void noteRemoteStart(const ocpp::StartTransaction::Request& start, Now now);
  void rememberReading(const ocpp::MeterValues::Request& request, Now now);
  void rememberRegister(const ocpp::MeterValues::Request& request);
  bool repeatedStart(const ChargerRequest& request, const ocpp::StartTransaction::Request& start, Now now);
  bool startsAgain(const ocpp::Request& request) const;
  void nameTransaction(ocpp::StopTransaction::Request& stop, Now now);
  bool mayBeOf(const TransactionRecord& open, const ocpp::StopTransaction::Request& stop, Now now) const;
  void nameTransaction(ocpp::MeterValues::Request& values);
  bool repeatedStop(const ChargerRequest& request, const ocpp::StopTransaction::Request& stop, Now now);
  void finish(TransactionRecord& record, const ocpp::StopTransaction::Request& stop, TransactionState state);

  // --- back_end.cpp: whose a transaction is (TX-14)
  void hear(const OutCall& call, Now now);
  bool isElsewhere(const TransactionRecord& record) const;
  std::optional<Steady> silenceDue() const;
  void countSilence(Now now);
  void dropUnkept();
  bool keptElsewhere(OutCall& call, Now now);

  // --- giving_up.cpp: CALLs to the back-end, and answers without it
  void submit(OutCallPtr call, Now now);
  void submitOwn(ocpp::Request request, Now now);
  void pump(Now now);
  void send(OutCall& call, Now now);
  void giveUp(OutCall& call, Why why, Now now);
  void giveUpAll(Why why, Now now);
  ocpp::Result<ocpp::Response> localAnswer(OutCall& call, Why why, Now now);
  ocpp::Result<ocpp::Response> localBoot(Why why, Now now);
  ocpp::Result<ocpp::Response> localAuthorize(const ocpp::IdToken& tag, Why why, Now now) const;
  ocpp::Result<ocpp::Response> localStart(OutCall& call, Why why, Now now);
  bool worthKeeping(const OutCall& call, Why why) const;
  static QueuedRecord queuedRecord(const OutCall& call, Now now);
  void keepQueued(OutCall& call, Now now);
  void forgetQueued(OutCall& call);
  void drop(OutCall& call);
  void forgetLate(OutCall& call);
  void giveUpWaiting(OutCallPtr call, Now now);
  void limitQueue();
  bool mayTalk() const;
  std::optional<Why> obstacle() const;
  MessageKind kindOf(const OutCall& call) const;

  // --- central_replies.cpp: outcomes of CALLs
  void settle(OutCallPtr call, ocpp::Result<ocpp::Response> result, Now now);
  void failed(OutCallPtr call, const ocpp::Fault& fault, Now now);
  bool tryAgain(OutCallPtr& call, const ocpp::Fault& fault);
  void link(OutCall& call, Now now);
  Transaction startedBy(const OutCall& call) const;
  void startAnswered(OutCall& call, ocpp::StartTransaction::Response response, Now now);
  void stopAnswered(OutCall& call, const ocpp::StopTransaction::Response& response, Now now);
  void rememberUnknownStop(OutCall& call, const ocpp::StopTransaction::Request& stop, Now now);
  void statusAnswered(const ocpp::StatusNotification::Request& request);

  // --- boot.cpp: registration (SM-3, SM-4)
  bool isTold(ocpp::RegistrationStatus status) const { return boot_ && boot_->status == status; }
  bool registered() const { return isTold(ocpp::RegistrationStatus::Accepted); }
  bool rejected() const { return isTold(ocpp::RegistrationStatus::Rejected); }
  bool pending() const { return isTold(ocpp::RegistrationStatus::Pending); }
  bool onHold() const;
  bool bootUnsent() const { return boot_ && boot_->unsent; }
  bool bootNeeded() const;
  void replayBoot();
  void bootAnswered(OutCall& call, ocpp::BootNotification::Response response, Now now);
  ocpp::BootNotification::Response bootForCharger(Version version, ocpp::BootNotification::Response response) const;
  void fillStatus(Now now);
  int heartbeatFor(int seconds) const;
  int handedOutInterval() const;

  // --- connection.cpp (SM-1, SM-2, SM-6)
  void wantCentral(Now now);
  void open(Now now);
  void waitToOpen(std::optional<Steady> at, bool patient);
  Duration drawn(Duration within) const;
  void reopenWhenDue(Now now);
  void hurry(Duration within, Now now);
  void close(int code, std::string reason);
  void connectionLost();
  void reconnectWithNewPassword(Now now);
  bool mayFallSilent() const;
  bool online(Now now) const;
  Steady offlineAt() const;
  bool refused() const { return refusedStatus_ == 401 || refusedStatus_ == 403 || refusedStatus_ == 404; }

  // --- connectors.cpp: status of connectors (ST-n)
  Connector* findConnector(int connectorId);
  Connector* connector(int connectorId);
  std::optional<int> connectorCount() const;
  ConnectorSituation situation(const Connector& connector) const;
  ocpp::StatusNotification::Request derived(const Connector& connector) const;
  void synthesise(int connectorId, ocpp::DateTime at, Now now);
  void sendChangedStatus();
  void released(int connectorId);
  void inferPower(Connector& connector, const ocpp::MeterValue& reading, Now now);

  // --- central_calls.cpp, charger_replies.cpp: CALLs of the back-end
  bool answeredLocally(CentralCall& call, Now now);
  std::optional<ocpp::Fault> wrongCall(const ocpp::Request& request) const;
  std::optional<ocpp::Response> refusal(const ocpp::Request& request) const;
  void ask(ocpp::Request request);
  void pumpCharger();
  ocpp::Request translated(InCall& call);
  bool applied(InCall& call, ocpp::Response& response, Now now);
  void understood(const InCall& call, const ocpp::Response& response, Now now);
  void noteEvidence(const InCall& call, const ocpp::Response& response, Now now);
  void chargerFailed(InCall& call, const ChargerReply& reply, Now now);
  void finishInCall(ocpp::Result<ocpp::Response> result);

  // --- configuration.cpp (CK-n)
  bool configurationLocally(CentralCall& call, Now now);
  bool changedLocally(const std::string& id, ocpp::ChangeConfiguration::Request& request, Now now);
  ocpp::ConfigurationStatus changeOwned(const ocpp::ChangeConfiguration::Request& request, std::string& newPassword);
  bool readLocally(const std::string& id, const ocpp::GetConfiguration::Request& request);
  ocpp::GetConfiguration::Request nextKeys(InCall& call) const;
  bool changeAnswered(InCall& call, ocpp::ChangeConfiguration::Response& response);
  bool keysAnswered(InCall& call, ocpp::Response& response);
  ocpp::GetConfiguration::Response allKeys(const ocpp::GetConfiguration::Response& told) const;
  ocpp::GetConfiguration::Response namedKeys(const ocpp::GetConfiguration::Request& asked,
                                             const ocpp::GetConfiguration::Response& told) const;
  std::optional<std::string> ownValue(std::string_view key) const;
  std::optional<ocpp::KeyValue> ownEntry(std::string_view key, std::string_view spelling) const;
  const SettingRecord* setting(std::string_view key) const;
  void learn(std::string_view key, const std::string& value, bool readonly, bool own = false);
  void forgetLearned();
  void applySetting(std::string_view key, const std::string& value);
  int numberSetting(std::string_view key, int otherwise) const;
  Version version() const { return version_.value_or(Version::V15); }

  // --- triggers.cpp (EM-0..EM-6, EM-11)
  ocpp::TriggerMessageStatus triggered(Trigger trigger, std::optional<int> connectorId,
                                       std::vector<ocpp::Request>& then, Now now);
  bool triggeredStatus(std::optional<int> connectorId, std::vector<ocpp::Request>& then, Now now);
  bool triggeredReadings(std::optional<int> connectorId, std::vector<ocpp::Request>& then, Now now) const;
  void triggeredProgress(Trigger trigger, std::vector<ocpp::Request>& then) const;
  bool triggerLocally(const CentralCall& call, Now now);
  static ocpp::LogStatusNotification::Request logStatus(ocpp::DiagnosticsStatus status, int requestId);
  ocpp::GetLog::Response logStarted(const ocpp::GetLog::Request& request, const ocpp::GetDiagnostics::Response& answer);

  Settings settings_;
  Services services_;
  std::list<Effect> effects_;

  // the charger
  std::optional<Version> version_;
  Instant lastSeen_{};   ///< For people and the database.
  Steady seenAt_{};      ///< The same moment, for SM-6.
  Steady graceUntil_{};  ///< No offline alarm before (Reset).
  std::vector<Connector> connectors_;
  Transactions transactions_;
  TagAliases aliases_;
  AuthorizationCache authorized_;
  Repeats repeats_;
  std::vector<SettingRecord> learned_;
  std::vector<RemoteStart> remoteStarts_;                     ///< RS-3.
  Evidence evidence_;                                         ///< TX-11.
  std::optional<ocpp::FirmwareStatus> firmwareStatus_;        ///< EM-5; only while an update runs.
  std::optional<ocpp::DiagnosticsStatus> diagnosticsStatus_;  ///< EM-5; only while an upload runs.
  bool firmwareRuns_ = false, diagnosticsRun_ = false;
  std::optional<int> logRequestId_;  ///< EM-11: of the running GetLog.

  // the back-end
  Link link_ = Link::Closed;
  std::optional<Steady> reopenAt_;  ///< With Waiting; see waitToOpen().
  bool patient_ = false;            ///< With Waiting.
  Steady openedAt_{};               ///< The last attempt.
  Steady upSince_{};
  Backoff backoff_;
  int refusedStatus_ = 0;  ///< HTTP status of the last refused connection.
  bool draining_ = false;
  bool leaving_ = false;                   ///< Removed: only what is kept still goes out (TX-15).
  std::optional<std::string> leftBehind_;  ///< Why all that is kept becomes dead letters (TX-14).
  std::optional<BootRecord> boot_;
  bool everAccepted_ = false;
  int lastInterval_ = 0;                  ///< Seconds between heartbeats that the charger was given or accepted.
  bool otherKeySpelling_ = false;         ///< CK-1: the charger wants HeartbeatInterval as the other versions spell it.
  std::optional<int> heartbeatOverride_;  ///< HeartbeatInterval that the charger does not know (CK-4).
  std::optional<Steady> bootAgainAt_, fillStatusAt_;
  std::optional<Duration> centralClock_;  ///< Back-end's calendar (since 1970) minus our steady clock (SM-5).
  bool centralClockMended_ = false;       ///< The back-end's last currentTime was none (SM-5).
  std::optional<Steady> heartbeatAt_;     ///< Last one forwarded.
  ocpp::UnitOfMeasure celsius_;           ///< MV-8: how the back-end wants it spelled.
  ocpp::UnitOfMeasure otherCelsius() const {
    return celsius_ == ocpp::UnitOfMeasure::Celsius ? ocpp::UnitOfMeasure::Celcius : ocpp::UnitOfMeasure::Celsius;
  }
  Outbox outbox_;
  std::vector<OutCallPtr> late_;  ///< Given up, but an answer may still come (TX-5).
  std::uint64_t queueNumber_ = 0;
  ParkedNumbers parked_;
  std::optional<LoadQueued> loading_;
  Steady loadAgainAt_{};  ///< After the store could not be read.
  SetAside aside_;
  bool startWaits_ = false;    ///< ... for set-aside stops to be tried.
  bool loadingAside_ = false;  ///< `loading_` is for a message of aside_.
  Refusals refusals_;

  // transactions that have left memory
  std::optional<Instant> newestStart_;   ///< No transaction in the store began later; nothing: there is none.
  std::optional<std::int64_t> strange_;  ///< The last number that was looked for in vain.
  std::deque<ChargerRequest> awaiting_;  ///< The first waits for the store, the others behind it.

  // CALLs of the back-end
  std::vector<std::unique_ptr<InCall>> inCalls_;
  std::unique_ptr<InCall> timedOut_;  ///< Its response may still come (section 7.3).
  ChargerRequestId chargerRequestId_ = 0;
};

}  // namespace session
