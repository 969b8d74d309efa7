// SPDX-License-Identifier: GPL-2.0-or-later
// A charge point whose board, users, central system and power supply do anything at any time, and that checks what it
// promises. Chance is handed in: a seed in unit tests, an input in fuzzing.
#pragma once

#include <utility>

#include "tests/support/random_message.h"
#include "tests/support/station_harness.h"
#include "tests/support/station_promises.h"

namespace test {

/// Law: every broken promise throws std::logic_error with the sentence that does not hold. Besides what StationHarness
/// and FakeCentral check (one request at a time, transitions of section 4.9, bills):
/// - energy flows in transactions only, of tags that the central system did not refuse, at 6 A or more;
/// - all that flows together stays within ChargePointMaxProfile;
/// - no plug is released under load, and no contactor closes before the lock holds the plug (A12);
/// - every request of the central system is answered once, in the end;
/// - configuration, availability and local list that were accepted are there after a power cut;
/// - every transaction that was kept reaches the central system, once, with its stop; then nothing is queued.
class StationChaos {
 public:
  /// A whole number of [0, most].
  using Dice = std::function<std::int64_t(std::int64_t most)>;

  /// Is told what happens to the station, for people who look for the reason of a failure.
  std::function<void(const std::string&)> tell = [](const std::string&) {};

  StationChaos(Dice dice, Version version, std::function<void(const Effect&)> watch = {})
      : dice_(std::move(dice)), h_(settings(version)) {
    h_.watch = std::move(watch);
    h_.keepLog = false;
    h_.checkTransitions = pick(3) != 0;
    h_.central.interval = 3600;
    h_.central.tags = {{"B", {AuthorizationStatus::Blocked, {}, {}}},
                       {"C", {AuthorizationStatus::Accepted, {}, IdToken("P")}},
                       {"D", {AuthorizationStatus::Accepted, {}, IdToken("P")}}};
    h_.set("TransactionMessageAttempts", "1000");
    h_.set("MeterValueSampleInterval", pick(3) == 0 ? "60" : "900");
  }

  void step() {
    if (pick(60) == 0) h_.cutAt = h_.executed + static_cast<int>(pick(20));
    event();
    check();
  }

  /// Everybody is patient and nothing fails any more: what was promised must come true.
  void finish() {
    calm();
    for (int c = 1; c <= connectors(); ++c) h_.board([&](Station& s) { s.stopButton(c, h_.now); });
    for (int c = 1; c <= connectors(); ++c) plug(c, Plug::None);
    pass(minutes(1));
    for (int i = 0; i < 40 && h_.box->view().queued > 0; ++i) {
      pass(hours(24));
      if (h_.rebooted) restart();
    }
    check();
    for (const CallId call : asked_) require(h_.answers.count(call) == 1, "a request was never answered");
    require(h_.box->view().queued == 0, "messages about transactions stay in the queue");
    for (const auto& [id, billed] : h_.central.transactions)
      require(billed.stop.has_value(), "a transaction without a stop");
    std::string begun = "0";
    h_.journal.replay([&](const std::string& key, const std::string& value) {
      require(key.find("queue/") != 0 && key.find("transaction/") != 0 && key.find("ending/") != 0 &&
                  key.find("stopData/") != 0,
              "kept for ever: " + key);
      if (key == "lastTransaction") begun = value;
    });
    require(begun == std::to_string(h_.central.transactions.size()), "transactions were lost or doubled");
  }

 private:
  static constexpr const char* tags[] = {"A", "B", "C", "D"};
  static constexpr const char* keys[] = {
      "StopTransactionOnEVSideDisconnect", "StopTransactionOnInvalidId", "LocalPreAuthorize",
      "AllowOfflineTxForUnknownId",        "AuthorizeRemoteTxRequests",  "UnlockConnectorOnEVSideDisconnect",
      "AuthorizationCacheEnabled",         "LocalAuthListEnabled"};

  std::int64_t pick(std::int64_t most) { return dice_(most); }
  int below(int end) { return static_cast<int>(pick(end - 1)); }
  int connectors() const { return static_cast<int>(h_.settings.connectors.size()); }
  int anyConnector() { return 1 + below(connectors()); }
  IdToken anyTag() { return IdToken(tags[below(4)]); }

  Settings settings(Version version) {
    Settings s = plain(version, static_cast<std::size_t>(1 + pick(2)));
    s.capacity.queue = 60;
    s.capacity.stopData = 8;
    if (pick(4) == 0) s.freeTag = IdToken("FREE");
    if (pick(4) == 0) s.connectors[0].fixedCable = true;
    if (pick(2) != 0) s.powerOffWait = seconds(8);
    return s;
  }

  // --- what happens

  void event() {
    const int c = anyConnector();
    const auto what = pick(31);
    tell("event " + std::to_string(what) + " at connector " + std::to_string(c));
    switch (what) {
      case 0: return begin(c);
      case 1: return plug(c, Plug::None);
      case 2: return plug(c, Plug(below(3)));
      case 3:
      case 4:
      case 5: return h_.tag(tags[below(4)], below(connectors() + 1));
      case 6:
      case 7: return draws(c, below(3) > 0);
      case 8: return meter(c);
      case 9: return fault();
      case 10: return faultsGone();
      case 11: return remoteStart();
      case 12: return ask(RemoteStopTransaction::Request{{h_.central.nextId - below(3)}});
      case 13: return availability();
      case 14: return reserve();
      case 15: return ask(CancelReservation::Request{below(4)});
      case 16: return ask(UnlockConnector::Request{c});
      case 17: return configure();
      case 18: return localList();
      case 19:
      case 20: return profile();
      case 21: return centralChanges();
      case 22: return troubles();
      case 23: return files();
      case 24: return anything();
      case 25: return rarely();
      default: return pass(seconds(pick(3) == 0 ? pick(7200) : pick(90)));
    }
  }

  void rarely() {
    switch (pick(8)) {
      case 0: return ask(Reset::Request{ResetType(below(2))});
      case 1: return cut();
      case 2: return h_.board([&](Station& s) { s.emergencyStop(below(connectors() + 1), h_.now); });
      case 3: return h_.board([&](Station& s) { s.powerFailing(h_.now); });
      case 4: return h_.board([&](Station& s) { s.stopButton(anyConnector(), h_.now); });
      case 5:
      case 7: return outlets();
      case 6:
        h_.board([&](Station& s) { s.restarting(h_.now); });
        if (h_.dead) return;
        return pick(1) == 0 ? boardStays() : restart();
      default: h_.central.clockError = pick(2) == 0 ? minutes(pick(240) - 120) : minutes(0);
    }
  }

  /// Contactors and locks: slow, silent, broken.
  void outlets() {
    StationOutlets& o = h_.outlets;
    const bool told = h_.settings.powerOffWait > Duration{};
    const int c = anyConnector();
    const LockState state = LockState(below(3));
    switch (pick(5)) {
      case 0: o.locksAnswer = pick(2) != 0; return;
      case 1: o.locksFail = pick(1) == 0; return;
      case 2: o.lockTime = seconds(pick(12)); return;
      case 3: o.contactorsStick = told && pick(2) == 0; return;
      case 4: o.openingTime = told ? seconds(pick(9)) : seconds(0); return;
      default: o.tell(c, state); return h_.board([&](Station& s) { s.lockState(c, state, h_.now); });
    }
  }

  /// The usual, so that there is something to go wrong.
  void begin(int c) {
    plug(c, Plug::Connected);
    h_.tag(tags[below(4)], c);
    draws(c, true);
  }
  void plug(int c, Plug what) {
    if (what != Plug::Connected) draws_[c] = false;
    h_.plug(c, what);
  }
  void draws(int c, bool on) {
    draws_[c] = on && h_.plugs[c] == Plug::Connected;
    h_.draws(c, draws_[c]);
  }
  void meter(int c) { h_.meter(c, h_.registers[c] + below(900)); }
  void fault() {
    BoardFault fault;
    fault.code = ChargePointErrorCode(below(16));
    fault.blocking = pick(3) == 0;
    h_.board([&](Station& s) { s.fault(below(connectors() + 1), fault, h_.now); });
  }
  void faultsGone() {
    for (int code = 0; code < 16; ++code)
      for (int c = 0; c <= connectors(); ++c)
        h_.board([&](Station& s) { s.faultGone(c, ChargePointErrorCode(code), h_.now); });
  }
  void pass(Duration time) {
    if (!h_.dead) h_.pass(time);
  }

  void files() {
    switch (pick(5)) {
      case 0: return ask(GetDiagnostics::Request{Uri("ftp://x/"), {}, {}, below(3), below(100)});
      case 1: return h_.board([&](Station& s) { s.uploaded(UploadProgress(below(2)), h_.now); });
      case 2:
        return ask(UpdateFirmware::Request{{h_.wall() + minutes(below(60)), true}, Uri("http://x/"), below(3), 60});
      default: return h_.board([&](Station& s) { s.firmware(FirmwareProgress(below(4)), h_.now); });
    }
  }

  // --- the central system

  /// The answer, if there was one at once. Some take their time, and the power may go before.
  std::optional<Response> asks(const Request& request) {
    const CallId call = ++h_.lastCall;
    asked_.insert(call);
    h_.board([&](Station& s) { s.fromCentral(call, request, h_.now); });
    const auto found = h_.answers.find(call);
    if (found == h_.answers.end() || !found->second) return std::nullopt;
    return *found->second;
  }
  void ask(const Request& request) { asks(request); }

  /// What was promised by an answer; what was asked when the power went may be so or not.
  template <class A, class Status>
  void promise(const std::string& name, const std::string& value, const typename A::Request& request, Status status) {
    const auto answer = asks(request);
    if (answer && std::get<typename A::Response>(*answer).status == status) promises_.values[name] = value;
    if (!answer && h_.dead) promises_.values.erase(name);
  }

  void configure() {
    const std::string key = keys[below(8)], value = pick(1) == 0 ? "true" : "false";
    promise<ChangeConfiguration>(key, value, {ocpp::Key<50>(key), Opaque<500>(value)}, ConfigurationStatus::Accepted);
  }
  void localList() {
    SendLocalList::Request request;
    request.listVersion = 1 + below(100);
    request.updateType = UpdateType(below(2));
    for (int i = below(4); i >= 0; --i) {
      AuthorizationData entry{IdToken(tags[i]), IdTagInfo{}};
      if (i == 1) entry.idTagInfo->status = AuthorizationStatus::Blocked;
      request.localAuthorizationList.push_back(entry);
    }
    promise<SendLocalList>("list", std::to_string(request.listVersion), request, UpdateStatus::Accepted);
  }
  void availability() {
    const int c = below(connectors() + 1);
    const bool operative = pick(3) != 0;
    const auto answer =
        asks(ChangeAvailability::Request{c, operative ? AvailabilityType::Operative : AvailabilityType::Inoperative});
    for (int each = 1; each <= connectors(); ++each) {
      if (c != 0 && c != each) continue;
      if (answer && std::get<ChangeAvailability::Response>(*answer).status != AvailabilityStatus::Rejected &&
          !operative)
        promises_.outOfService.insert(each);
      else if (answer || h_.dead)
        promises_.outOfService.erase(each);
    }
  }
  void reserve() {
    ReserveNow::Request request;
    request.connectorId = below(connectors() + 1);
    request.expiryDate = {h_.wall() + minutes(below(60)), true};
    request.idTag = anyTag();
    request.reservationId = below(4);
    ask(request);
  }
  void remoteStart() {
    RemoteStartTransaction::Request request{below(connectors() + 1), anyTag(), {}};
    if (request.connectorId == 0) request.connectorId.reset();
    if (pick(2) == 0) request.chargingProfile = limited(ChargingProfilePurpose::TxProfile, 50 + below(4), below(330));
    ask(request);
  }
  static ChargingProfile limited(ChargingProfilePurpose purpose, int id, int tenths) {
    ChargingProfile made;
    made.chargingProfileId = id;
    made.stackLevel = id % 3;
    made.chargingProfilePurpose = purpose;
    made.chargingSchedule.chargingRateUnit = ChargingRateUnit::A;
    made.chargingSchedule.chargingSchedulePeriod.push_back({0, {tenths}, {}});
    return made;
  }
  /// Always the same ChargePointMaxProfile with another limit, so that it is known which one holds.
  void profile() {
    if (pick(2) == 0) {
      ClearChargingProfile::Request clear;
      clear.id = pick(1) == 0 ? 1 : 50 + below(4);
      const auto answer = asks(clear);
      if (clear.id == 1 && h_.settings.version == Version::V16) {
        const bool gone =
            answer && std::get<ClearChargingProfile::Response>(*answer).status == ClearChargingProfileStatus::Accepted;
        if (gone || h_.dead) most_ = unlimited;
      }
      return;
    }
    SetChargingProfile::Request request;
    const bool whole = pick(1) == 0;
    const int tenths = below(500);
    request.connectorId = whole ? 0 : anyConnector();
    request.csChargingProfiles =
        whole ? limited(ChargingProfilePurpose::ChargePointMaxProfile, 1, tenths)
              : limited(pick(1) == 0 ? ChargingProfilePurpose::TxDefaultProfile : ChargingProfilePurpose::TxProfile,
                        50 + below(4), tenths);
    const auto answer = asks(request);
    if (!whole) return;
    const bool set =
        answer && std::get<SetChargingProfile::Response>(*answer).status == ChargingProfileStatus::Accepted;
    if (set)
      most_ = tenths;
    else if (!answer && h_.dead)
      most_ = std::max<std::int64_t>(most_, tenths);
  }
  /// Any legal request that would not spoil what this class knows.
  void anything() {
    RandomMessages messages(static_cast<unsigned>(pick(65535)), soapEncoding(h_.settings.version));
    const Request request = messages.request(static_cast<std::size_t>(pick(actionCount - 1)));
    if (is<SetChargingProfile>(request) || is<ClearChargingProfile>(request) || is<RemoteStartTransaction>(request) ||
        is<SendLocalList>(request) || is<ChangeConfiguration>(request) || is<ChangeAvailability>(request))
      return;
    ask(request);
  }
  void centralChanges() {
    h_.central.up = pick(2) != 0;
    h_.silent = pick(5) == 0;
    h_.central.registration = pick(15) == 0 ? RegistrationStatus(below(3)) : RegistrationStatus::Accepted;
    if (!h_.silent && !h_.dead) h_.drain();
  }
  /// Few enough that no message is given up.
  void troubles() {
    const char* actions[] = {"StartTransaction",   "StopTransaction", "MeterValues",
                             "StatusNotification", "Authorize",       "BootNotification"};
    const std::string action = actions[below(6)];
    std::map<std::string, int>* kinds[] = {&h_.central.refuse, &h_.central.ignore, &h_.central.lose};
    auto& kind = *kinds[below(3)];
    if (&kind == &h_.central.refuse || ++silences_ < 15) kind[action] = 1 + below(2);
  }

  // --- the power supply

  void cut() {
    h_.cutPower();
    h_.now += minutes(pick(3) == 0 ? pick(600) : 0);
    restart();
  }
  void restart() {
    tell("power-up");
    draws_.clear();
    asked_.clear();
    PowerUp state;
    if (pick(3) == 0) state.firmwareInstalled = pick(1) == 0;
    h_.power(pick(2) != 0, state);
    if (!h_.dead) promises_.check(h_, [this](const Request& request) { return asks(request); });
  }
  /// It could not restart; it says how things are, as it is asked to.
  void boardStays() {
    h_.rebooted.reset();
    h_.board([&](Station& s) { s.rebootFailed(h_.now); });
    for (int c = 1; c <= connectors(); ++c) {
      h_.board([&](Station& s) { s.plugged(c, h_.plugs[c], h_.now); });
      h_.board([&](Station& s) { s.evDraws(c, draws_[c], h_.now); });
    }
  }

  void calm() {
    h_.central.up = true;
    h_.silent = false;
    h_.outlets.repair(h_.now);
    h_.central.registration = RegistrationStatus::Accepted;
    for (auto* kind : {&h_.central.refuse, &h_.central.ignore, &h_.central.lose}) kind->clear();
    h_.cutAt.reset();
    if (h_.dead || h_.rebooted) restart();
    h_.drain();
    h_.pass(hours(1));
    if (h_.rebooted) restart();
    faultsGone();
  }

  // --- what is checked

  void check() {
    if (h_.dead) restart();
    if (h_.rebooted) pick(5) == 0 ? boardStays() : restart();
    if (h_.dead || h_.rebooted) return;
    StationLaws{h_, most_}.check();
  }

  static constexpr std::int64_t unlimited = 1'000'000;

  Dice dice_;
  StationHarness h_;
  std::set<CallId> asked_;  ///< In this life.
  std::map<int, bool> draws_;
  StationPromises promises_;
  std::int64_t most_ = unlimited;  ///< Tenths of amperes.
  int silences_ = 0;
};

}  // namespace test
