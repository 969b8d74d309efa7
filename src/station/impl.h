// SPDX-License-Identifier: GPL-2.0-or-later
// The parts of a Station and the steps they take together; each group of methods has a .cpp of its own.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "station/authorization.h"
#include "station/charging_profiles.h"
#include "station/configuration.h"
#include "station/connector_status.h"
#include "station/outlet.h"
#include "station/record.h"
#include "station/records.h"
#include "station/station.h"
#include "station/transaction_queue.h"

namespace station {

using Status = ocpp::ChargePointStatus;
using Instant = ocpp::Instant;

/// A tag that may charge and waits for the cable.
struct Grant {
  ocpp::IdToken idTag;
  std::optional<ocpp::IdToken> parentIdTag;
  std::optional<int> reservationId;
  std::optional<ocpp::ChargingProfile> profile;  ///< Of RemoteStartTransaction.
  Steady until{};
};

/// A tag that the central system was asked about.
enum class TagUse { Start, Stop };
struct PendingTag {
  std::uint64_t token = 0;
  int connectorId = 0;  ///< 0: none yet.
  ocpp::IdToken idTag;
  TagUse use = TagUse::Start;
  std::optional<ocpp::ChargingProfile> profile;
};

struct PendingUnlock {
  CallId id = 0;
  Steady until{};
};

/// A transaction that has ended, while its energy has not: it is reported when the contactor is open.
struct Ending {
  Transaction transaction;
  DecidedStop stop;
};

/// A connector; number 0 stands for the station.
struct Connector {
  int id = 0;
  ConnectorHardware hardware;
  Plug plug = Plug::None;
  bool evDraws = false;
  Readings readings;
  std::optional<Grant> grant;
  std::optional<Transaction> transaction;
  std::optional<Ending> ending;              ///< Then `transaction` is none.
  bool spent = false;                        ///< See Situation.
  std::optional<ocpp::IdToken> retainedFor;  ///< The plug stays locked until this tag is shown.
  std::optional<Steady> preparingUntil;      ///< ConnectionTimeOut of a cable without tag.
  bool operative = true;                     ///< As ChangeAvailability said; kept.
  bool scheduledInoperative = false;         ///< It said so during a transaction; kept.
  std::vector<BoardFault> faults;            ///< At most one per error code.
  std::optional<Steady> faultedSince;
  std::optional<PendingUnlock> unlock;

  Status status = Status::Available;
  std::optional<ocpp::StatusNotification::Request> announced;  ///< Last one handed to the outbox.
  std::optional<Steady> announceAt;                            ///< MinimumStatusDuration.
  bool unsaid = true;                                          ///< The central system does not know the last status.

  Outlet outlet;
  bool stuckTold = false;      ///< A fault says that the contactor did not open.
  std::optional<Limit> limit;  ///< As the board was told.
  std::optional<Steady> sampleAt, keepMeterAt;
  std::vector<std::pair<int, ocpp::MeterValue>> stopData;  ///< By the number they are kept under.

  /// The transaction whose stop is not in the queue yet, or nullptr.
  Transaction* unreported() { return transaction ? &*transaction : ending ? &ending->transaction : nullptr; }
};

/// What a message in the outbox is for.
enum class Purpose { Boot, Heartbeat, Authorize, Report, Transaction, Meter, Files, Data };
struct Outgoing {
  std::uint64_t order = 0;
  Purpose purpose = Purpose::Heartbeat;
  ocpp::Request request;
  int connectorId = 0;
  std::uint64_t token = 0;
  bool triggered = false;
};
struct InFlight {
  RequestId id = 0;
  Outgoing message;
  Steady since{};
};

using Reply = std::optional<ocpp::Result<ocpp::Response>>;

class Station::Impl : public Keeper {
 public:
  explicit Impl(Settings settings);

  // service.cpp
  void rebootFailed(Steady now);
  // station.cpp
  void restore(std::string_view key, std::string_view value);
  void powerUp(const PowerUp& state, Steady now);
  void tick(Steady now);
  std::optional<Steady> deadline() const;
  std::optional<Effect> next();
  View view() const;

  // traffic.cpp
  void response(RequestId id, const ocpp::Response& response, Steady now);
  void noResponse(RequestId id, const NoResponse& why, Steady now);
  void sendData(std::uint64_t token, const ocpp::DataTransfer::Request& request, Steady now);
  // central_calls.cpp
  void fromCentral(CallId id, const ocpp::Request& request, Steady now);
  void answerData(CallId id, const ocpp::DataTransfer::Response& response, Steady now);
  // board.cpp
  void plugged(int connectorId, Plug plug, Steady now);
  void evDraws(int connectorId, bool draws, Steady now);
  void fault(int connectorId, const BoardFault& fault, Steady now);
  void faultGone(int connectorId, ocpp::ChargePointErrorCode code, Steady now);
  void lockState(int connectorId, LockState state, Steady now);
  void powerOff(int connectorId, Steady now);
  void stopButton(int connectorId, Steady now);
  void emergencyStop(int connectorId, Steady now);
  void powerFailing(Steady now);
  void restarting(Steady now);
  // tags.cpp
  void tag(int connectorId, const ocpp::IdToken& idTag, Steady now);
  // metering.cpp
  void metered(int connectorId, Readings readings, Steady now);
  // files.cpp
  void uploaded(UploadProgress progress, Steady now);
  void firmware(FirmwareProgress progress, Steady now);

 private:
  enum class Link { Unknown, Up, Down };
  struct PendingReset {
    bool hard = false;
    Steady until{};
    int tries = 0;  ///< Beyond the first.
  };

  // --- effects
  void emit(Effect effect) { effects_.push_back(std::move(effect)); }
  // What holds a plug or releases it goes through Outlet, which knows the order.
  void emit(SetContactor) = delete;
  void emit(Lock) = delete;
  void emit(Unlock) = delete;
  void note(Level level, std::string text) { emit(Note{level, std::move(text)}); }
  void keep(std::string key, std::string value) override { emit(Keep{std::move(key), std::move(value)}); }
  void forget(std::string key) override { emit(Forget{std::move(key)}); }
  /// At the end of every event: statuses, limits, contactors, the next message, a reset that has become possible.
  void finish(Steady now);

  // --- small questions
  Connector* connector(int id) {
    return id >= 1 && id < static_cast<int>(connectors_.size()) ? &connectors_[static_cast<std::size_t>(id)] : nullptr;
  }
  Instant wall(Steady now) const { return Instant(now) + clockOffset_; }
  ocpp::DateTime stamp(Steady now) const { return {wall(now), true}; }
  bool registered() const { return registration_ == ocpp::RegistrationStatus::Accepted; }
  bool online() const { return registered() && link_ == Link::Up; }
  bool isV16() const { return settings_.version == ocpp::Version::V16; }
  Steady seconds(Key key) const { return std::chrono::seconds(configuration_.integer(key)); }
  bool hasFeature(ocpp::Profile profile) const;
  std::size_t running() const;
  std::size_t unreported() const;  ///< Transactions whose stop is not in the queue yet.
  bool contactorsOpening() const;  ///< One was told to, and has time still.

  // --- registration.cpp: boot, heartbeat, clock
  void booted(const ocpp::BootNotification::Response& response, Steady now);
  void bootUnanswered(Steady now);
  void setClock(const ocpp::DateTime& utc, Steady now);
  void recallClock(const PowerUp& state, Steady now);
  void keepClock(Steady now);
  void clockSetBack(Steady now);
  std::optional<Steady> heartbeatDue() const;
  void tickRegistration(Steady now);

  // --- traffic.cpp
  void enqueue(Purpose purpose, ocpp::Request request, int connectorId = 0, std::uint64_t token = 0,
               bool triggered = false);
  void pump(Steady now);
  bool choose(Outgoing& next, Steady now);
  bool chooseProbe(Outgoing& next, Steady now);
  void heard(Steady now);
  void lost(const Outgoing& message, Steady now);
  void dropFromOutbox(const Outgoing& message);
  void understood(const Outgoing& message, const ocpp::Response& response, Steady now);
  void refused(const Outgoing& message, const ocpp::Fault& fault, Steady now);
  void queueRefused(const ocpp::Fault& fault, Steady now);
  void giveUpFirst(const ocpp::Fault& fault);

  // --- connectors.cpp
  Situation situation(const Connector& c) const;
  bool blocks(const Connector& c, const BoardFault& fault) const;
  bool isFaulted(const Connector& c) const;
  bool isOperative(const Connector& c) const;
  void settle(Connector& c, Steady now);
  void announce(Connector& c, Steady now, bool triggered = false);
  void announceAll(bool onlyUnsaid, Steady now);
  void updatePower(Steady now);
  void power(Connector& c, const Limit& limit, bool giving, Steady now);
  void tickConnector(Connector& c, Steady now);
  void tickOutlet(Connector& c, Steady now);
  void keepAvailability(const Connector& c);
  bool usable(const Connector& c) const;
  void raise(Connector& c, const BoardFault& fault);

  // --- tags.cpp
  int connectorFor(const ocpp::IdToken& idTag) const;
  void tagForStart(int connectorId, const ocpp::IdToken& idTag, std::optional<ocpp::ChargingProfile> profile,
                   Steady now);
  void tagForStop(Connector& c, const ocpp::IdToken& idTag, Steady now);
  void ask(PendingTag pending);
  void tagDecided(const PendingTag& pending, const ocpp::IdTagInfo& info, Steady now);
  void tagUnanswered(const PendingTag& pending, Steady now);
  std::optional<PendingTag> takePending(std::uint64_t token);
  bool grant(int connectorId, const ocpp::IdToken& idTag, const ocpp::IdTagInfo& info,
             std::optional<ocpp::ChargingProfile> profile, Steady now);
  void learn(const ocpp::IdToken& idTag, const ocpp::IdTagInfo& info, Steady now);

  // --- transactions.cpp
  void serve(Connector& c, Steady now);
  void startIfReady(Connector& c, Steady now);
  void start(Connector& c, const Grant& grant, Steady now);
  void started(std::int64_t number, const ocpp::StartTransaction::Request& request,
               const ocpp::StartTransaction::Response& response, Steady now);
  void startGivenUp(std::int64_t number);
  void stop(Connector& c, ocpp::Reason reason, std::optional<ocpp::IdToken> idTag, Steady now);
  void stopAll(ocpp::Reason reason, Steady now);
  void end(Connector& c, DecidedStop stop);
  void report(Connector& c, const Ending& ending);
  void reportIfOff(Connector& c);
  void checkInvalid(Connector& c, Steady now);
  bool mayDeliver(const Connector& c) const;
  void keepTransaction(Connector& c);
  void endAfterPowerLoss(Connector& c);

  // --- metering.cpp
  void addStopData(Connector& c, Key list, ocpp::ReadingContext context, Instant at);
  void sampleTransaction(Connector& c, Key list, ocpp::ReadingContext context, Steady now);
  void sampleAligned(Steady now);
  void planAligned(Steady now);
  void forgetStopData(Connector& c);
  bool triggerMeterValues(const Connector& c, Steady now);

  // --- central_calls.cpp, remote.cpp, service.cpp, files.cpp: one overload per request
  template <class Request>
  Reply on(CallId, const Request&, Steady) {
    return ocpp::Result<ocpp::Response>(ocpp::Fault{ocpp::FaultCode::NotImplemented, "not an action of charge points"});
  }
  Reply on(CallId id, const ocpp::CancelReservation::Request& request, Steady now);
  Reply on(CallId id, const ocpp::ChangeAvailability::Request& request, Steady now);
  Reply on(CallId id, const ocpp::ChangeConfiguration::Request& request, Steady now);
  Reply on(CallId id, const ocpp::ClearCache::Request& request, Steady now);
  Reply on(CallId id, const ocpp::ClearChargingProfile::Request& request, Steady now);
  Reply on(CallId id, const ocpp::DataTransfer::Request& request, Steady now);
  Reply on(CallId id, const ocpp::GetCompositeSchedule::Request& request, Steady now);
  Reply on(CallId id, const ocpp::GetConfiguration::Request& request, Steady now);
  Reply on(CallId id, const ocpp::GetDiagnostics::Request& request, Steady now);
  Reply on(CallId id, const ocpp::GetLocalListVersion::Request& request, Steady now);
  Reply on(CallId id, const ocpp::RemoteStartTransaction::Request& request, Steady now);
  Reply on(CallId id, const ocpp::RemoteStopTransaction::Request& request, Steady now);
  Reply on(CallId id, const ocpp::ReserveNow::Request& request, Steady now);
  Reply on(CallId id, const ocpp::Reset::Request& request, Steady now);
  Reply on(CallId id, const ocpp::SendLocalList::Request& request, Steady now);
  Reply on(CallId id, const ocpp::SetChargingProfile::Request& request, Steady now);
  Reply on(CallId id, const ocpp::TriggerMessage::Request& request, Steady now);
  Reply on(CallId id, const ocpp::UnlockConnector::Request& request, Steady now);
  Reply on(CallId id, const ocpp::UpdateFirmware::Request& request, Steady now);
  std::optional<ocpp::Fault> notForUs(const ocpp::Request& request) const;
  void tickReset(Steady now);
  void configured(Key key, Steady now);

  // --- reservations.cpp
  std::optional<int> reservationFor(int connectorId, const ocpp::IdToken& idTag,
                                    const std::optional<ocpp::IdToken>& parent) const;
  bool blockedByReservation(int connectorId, const ocpp::IdToken& idTag,
                            const std::optional<ocpp::IdToken>& parent) const;
  std::size_t freeConnectors() const;
  ocpp::ReservationStatus reservable(const ocpp::ReserveNow::Request& request, Steady now) const;
  void removeReservation(int reservationId);
  template <class Ends>
  void removeReservations(Ends&& ends);
  void endReservations(const Connector& c);
  void tickReservations(Steady now);

  // --- files.cpp
  void notifyDiagnostics(ocpp::DiagnosticsStatus status, bool triggered = false);
  void notifyFirmware(ocpp::FirmwareStatus status, bool triggered = false);
  void notifyFiles(ocpp::Request request, bool triggered);
  bool restoreNews(std::string_view kind, std::string_view value);
  void newsTold(const ocpp::Request& request);
  void tickFiles(Steady now);
  void keepFirmware();
  void keepUpload();
  void emitUpload();
  void filesAfterBoot(const PowerUp& state, Steady now);

  // --- limits.cpp
  LimitRules rulesFor(const Connector& c) const;
  std::vector<Limit> currentLimits(Steady now) const;
  std::vector<Limit> shared(const std::vector<Limit>& limits, std::vector<std::size_t> drawing) const;
  std::optional<Instant> nextLimitChange(Instant at) const;
  void keepProfiles(const Profiles& before);

  Settings settings_;
  Configuration configuration_;
  Authorization authorization_;
  TransactionQueue queue_;
  ChargingProfiles profiles_;
  std::vector<Connector> connectors_;  ///< [0] is the station.
  std::map<int, Reservation> reservations_;
  std::vector<PendingTag> pendingTags_;
  std::optional<Grant> floatingGrant_;  ///< Of a shared reader: for the next cable.
  std::int64_t lastTransaction_ = 0;
  std::uint64_t lastOrder_ = 0, lastToken_ = 0;

  std::optional<ocpp::RegistrationStatus> registration_;
  std::optional<Steady> bootAt_;
  Steady bootBackoff_{};
  ocpp::Duration clockOffset_{};
  bool clockKnown_ = false;
  std::optional<Steady> clockSetAt_;
  std::optional<Instant> keptClock_;

  Link link_ = Link::Unknown;
  Steady lastHeard_{}, probeAt_{}, offlineBackoff_{};
  bool heardSinceAttempt_ = false;  ///< Something got through since the first queued message was tried last.
  bool triedInVain_ = false;        ///< That try got no answer, though something had got through before it.
  int silentAttempts_ = 0;          ///< How often that was so, and something got through after it too.
  std::deque<Outgoing> outbox_;
  std::optional<InFlight> inFlight_;
  RequestId lastRequest_ = 0;
  std::map<CallId, Steady> dataCalls_;  ///< DataTransfers that the board has to answer, and until when.

  std::optional<Instant> alignedAt_;
  std::optional<Steady> limitsAt_;  ///< When limits change by themselves.
  std::optional<PendingReset> reset_;
  bool rebooting_ = false;
  FirmwareUpdate firmware_;
  std::optional<Steady> firmwareRetryAt_;
  std::optional<DiagnosticsUpload> upload_;
  std::optional<Steady> uploadRetryAt_;
  std::deque<Effect> effects_;
};

}  // namespace station
