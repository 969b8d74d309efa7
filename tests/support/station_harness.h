// SPDX-License-Identifier: GPL-2.0-or-later
// A station between a simulated board and a simulated central system, in fake time; checks what must always hold.
#pragma once

#include <cppunit/TestAssert.h>

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "ocpp/literals.h"
#include "station/connector_status.h"
#include "station/journal.h"
#include "station/station.h"
#include "tests/support/station_zone.h"

namespace test {

using namespace ocpp;
using namespace station;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

/// What the central system knows of a transaction.
struct Billed {
  StartTransaction::Request start;
  std::vector<MeterValues::Request> values;
  std::optional<StopTransaction::Request> stop;
};

/// A central system that answers at once, or as told.
struct FakeCentral {
  bool up = true;
  RegistrationStatus registration = RegistrationStatus::Accepted;
  int interval = 300;
  std::map<std::string, IdTagInfo> tags;  ///< Others are Accepted.
  std::map<std::string, int> refuse;      ///< Action -> how many times it is answered with a fault.
  std::map<std::string, int> ignore;      ///< Action -> how many times it gets no answer.
  std::map<std::int64_t, Billed> transactions;
  std::int64_t nextId = 1000;
  Duration clockError{};

  IdTagInfo info(const std::string& tag) const {
    const auto found = tags.find(tag);
    return found == tags.end() ? IdTagInfo{AuthorizationStatus::Accepted, {}, {}} : found->second;
  }
};

inline Settings plain(Version version = Version::V16, std::size_t connectors = 1) {
  Settings s;
  s.version = version;
  s.identity.chargePointVendor = Text<20>("Maker");
  s.identity.chargePointModel = Text<20>("Model");
  s.connectors.assign(connectors, ConnectorHardware{});
  s.dataVendors = {"Maker"};
  s.local = LocalTime(europe);
  return s;
}

inline Reading reading(Measurand measurand, std::int64_t milli, UnitOfMeasure unit, std::optional<Phase> phase = {}) {
  Reading each;
  each.measurand = measurand;
  each.milli = milli;
  each.unit = unit;
  each.phase = phase;
  return each;
}
inline Reading energy(std::int64_t wattHours) {
  return reading(Measurand::EnergyActiveImportRegister, wattHours * 1000, UnitOfMeasure::Wh);
}

class StationHarness {
 public:
  explicit StationHarness(Settings given = plain(), bool clock = true) : settings(std::move(given)) { power(clock); }

  /// (Re)starts the station with what the journal kept.
  void power(bool clock = true, PowerUp state = {}) {
    box = std::make_unique<Station>(settings);
    outstanding.reset();
    statuses.clear();
    pending.clear();
    dead = false;
    base += now;
    now = Steady{};
    mayRepeat = mayRepeat || cutAt;
    cutAt.reset();
    journal.replay([&](const std::string& key, const std::string& value) { box->restore(key, value); });
    if (clock) state.clock = wall();
    if (state.connectors.empty()) {
      for (std::size_t i = 0; i < settings.connectors.size(); ++i) {
        const int c = static_cast<int>(i) + 1;
        state.connectors.push_back({plugs[c], false, {energy(registers[c])}});
      }
    }
    rebooted.reset();
    box->powerUp(state, now);
    drain();
  }
  void cutPower() { box.reset(); }

  Instant wall() const { return base + now; }

  /// Executes effects, answers what the central system answers, until nothing is left to do now.
  void drain() {
    for (;;) {
      while (auto effect = box->next()) execute(*effect);
      if (!dead) commit();
      if (dead || !outstanding || !respond()) return;
    }
  }

  /// Lets time pass, from deadline to deadline.
  void pass(Duration duration) {
    const Steady until = now + duration;
    for (int steps = 0;; ++steps) {
      CPPUNIT_ASSERT_MESSAGE("the station asks to be called without end", steps < 200000);
      const auto due = box->deadline();
      if (!due || *due > until) break;
      now = std::max(now, *due);
      box->tick(now);
      drain();
    }
    now = until;
    box->tick(now);
    drain();
  }

  // --- the board
  void plug(int c, Plug what = Plug::Connected) {
    plugs[c] = what;
    box->plugged(c, what, now);
    drain();
  }
  void draws(int c, bool on = true) {
    box->evDraws(c, on, now);
    drain();
  }
  void tag(const char* idTag, int c = 0) {
    box->tag(c, IdToken(idTag), now);
    drain();
  }
  void meter(int c, std::int64_t wattHours) {
    registers[c] = wattHours;
    box->metered(c,
                 {energy(wattHours), reading(Measurand::Voltage, 230100, UnitOfMeasure::V, Phase::L1_N),
                  reading(Measurand::CurrentImport, 16000, UnitOfMeasure::A, Phase::L1),
                  reading(Measurand::SoC, 55000, UnitOfMeasure::Percent)},
                 now);
    drain();
  }
  void unplug(int c) { plug(c, Plug::None); }
  template <class Do>
  void board(Do&& what) {
    what(*box);
    drain();
  }
  /// The usual: plug in, show the tag, the EV draws.
  void begin(int c = 1, const char* idTag = "TAG") {
    plug(c);
    tag(idTag, c);
    draws(c);
  }

  // --- the central system's requests
  template <class A>
  typename A::Response call(const typename A::Request& request) {
    const auto result = ask(request);
    CPPUNIT_ASSERT_MESSAGE(std::string(A::action) + ": " + (result ? "" : result.fault().description), bool(result));
    return std::get<typename A::Response>(*result);
  }
  Result<Response> ask(const Request& request) {
    box->fromCentral(++lastCall, request, now);
    drain();
    const auto found = answers.find(lastCall);
    CPPUNIT_ASSERT_MESSAGE("no answer yet", found != answers.end());
    return found->second;
  }

  // --- what happened
  template <class A>
  std::vector<typename A::Request> sent() const {
    std::vector<typename A::Request> found;
    for (const Request& each : requests)
      if (const auto* match = std::get_if<typename A::Request>(&each)) found.push_back(*match);
    return found;
  }
  template <class E>
  std::vector<E> effects() const {
    std::vector<E> found;
    for (const Effect& each : log)
      if (const auto* match = std::get_if<E>(&each)) found.push_back(*match);
    return found;
  }
  void clear() {
    requests.clear();
    log.clear();
  }
  /// The statuses of a connector that the central system heard of: "Preparing Charging".
  std::string heard(int c) const {
    std::string list;
    for (const auto& each : sent<StatusNotification>())
      if (each.connectorId == c)
        list += (list.empty() ? "" : " ") + std::string(write(each.status, soapEncoding(settings.version)));
    return list;
  }
  ChargePointStatus status(int c = 1) const { return box->view().connectors[std::size_t(c) - 1].status; }
  bool charging(int c = 1) const { return box->view().connectors[std::size_t(c) - 1].contactorClosed; }
  bool inTransaction(int c = 1) const { return box->view().connectors[std::size_t(c) - 1].transaction; }
  std::int64_t amps(int c = 1) const {
    return box->view().connectors[std::size_t(c) - 1].limit.in(ChargingRateUnit::A, settings.supply).tenths;
  }
  const Billed& last() const { return std::prev(central.transactions.end())->second; }

  Settings settings;
  FakeCentral central;
  MemoryJournal journal;
  std::unique_ptr<Station> box;
  Steady now{};
  Instant base = at("2026-05-04T08:00:00Z");
  std::vector<Request> requests;
  std::vector<Effect> log;
  std::map<CallId, Result<Response>> answers;
  std::map<int, Plug> plugs;
  std::map<int, std::int64_t> registers;
  std::optional<Reboot> rebooted;
  CallId lastCall = 0;
  bool locksWork = true;
  bool keepLog = true;
  std::optional<int> cutAt;  ///< The power goes after so many effects.
  int executed = 0;
  bool dead = false;       ///< It has gone.
  bool mayRepeat = false;  ///< What was said but not confirmed then is said again.

 private:
  void execute(const Effect& effect) {
    dead = dead || (cutAt && executed >= *cutAt);
    ++executed;
    if (dead) return;
    if (keepLog) log.push_back(effect);
    const bool change = std::holds_alternative<Keep>(effect) || std::holds_alternative<Forget>(effect);
    if (change) return pending.push_back(effect);
    commit();
    if (const auto* answer = std::get_if<Answer>(&effect))
      CPPUNIT_ASSERT_MESSAGE("a second answer", answers.emplace(answer->id, answer->result).second);
    if (const auto* lock = std::get_if<Lock>(&effect))
      if (locksWork) box->lockState(lock->connectorId, LockState::Locked, now);
    if (const auto* unlock = std::get_if<Unlock>(&effect))
      if (locksWork) box->lockState(unlock->connectorId, LockState::Unlocked, now);
    if (const auto* contactor = std::get_if<SetContactor>(&effect))
      CPPUNIT_ASSERT_MESSAGE("energy without an EV",
                             !contactor->closed || plugs[contactor->connectorId] == Plug::Connected);
    if (const auto* reboot = std::get_if<Reboot>(&effect)) rebooted = *reboot;
    if (const auto* send = std::get_if<Send>(&effect)) {
      CPPUNIT_ASSERT_MESSAGE("two requests at a time", !outstanding);
      outstanding = *send;
      if (keepLog) requests.push_back(send->request);
      checkStatus(send->request);
    }
  }

  // As with a Journal: what stands in a row is kept together, before the next other effect.
  void commit() {
    for (const Effect& each : pending) {
      if (const auto* kept = std::get_if<Keep>(&each))
        journal.put(kept->key, kept->value);
      else
        journal.erase(std::get<Forget>(each).key);
    }
    pending.clear();
  }

  // Every status the central system hears of follows from the one before by a transition of section 4.9.
  void checkStatus(const Request& request) {
    const auto* report = std::get_if<StatusNotification::Request>(&request);
    if (!report || settings.version != Version::V16 || !checkTransitions) return;
    const auto before = statuses.find(report->connectorId);
    if (before != statuses.end() && before->second != report->status)
      CPPUNIT_ASSERT_MESSAGE(std::string(write(before->second, Encoding::Json16)) + " -> " +
                                 std::string(write(report->status, Encoding::Json16)),
                             findTransition(before->second, report->status) != nullptr);
    statuses[report->connectorId] = report->status;
  }

  /// False when no answer comes now.
  bool respond() {
    const Send send = *outstanding;
    const std::string action(actionName(send.request));
    if (central.ignore[action] > 0) {
      --central.ignore[action];
      outstanding.reset();
      box->noResponse(send.id, {false, {FaultCode::InternalError, "ignored"}}, now);
      return true;
    }
    if (!central.up) {
      outstanding.reset();
      statuses.clear();  // what happens meanwhile is not told
      box->noResponse(send.id, {false, {FaultCode::InternalError, "no route"}}, now);
      return true;
    }
    if (silent) return false;
    outstanding.reset();
    if (central.refuse[action] > 0) {
      --central.refuse[action];
      box->noResponse(send.id, {true, {FaultCode::InternalError, "refused"}}, now);
      return true;
    }
    box->response(send.id,
                  std::visit([&](const auto& each) { return answer(each); },
                             static_cast<const Request::Alternatives&>(send.request)),
                  now);
    return true;
  }

  template <class R>
  Response answer(const R&) {
    CPPUNIT_FAIL("a request that charge points do not send");
    return {};
  }
  DateTime clock() const { return {wall() + central.clockError, true}; }
  Response answer(const BootNotification::Request&) {
    return BootNotification::Response{central.registration, clock(), central.interval};
  }
  Response answer(const Heartbeat::Request&) { return Heartbeat::Response{clock()}; }
  Response answer(const Authorize::Request& r) { return Authorize::Response{central.info(r.idTag)}; }
  Response answer(const StatusNotification::Request&) { return StatusNotification::Response{}; }
  Response answer(const DiagnosticsStatusNotification::Request&) { return DiagnosticsStatusNotification::Response{}; }
  Response answer(const FirmwareStatusNotification::Request&) { return FirmwareStatusNotification::Response{}; }
  Response answer(const DataTransfer::Request&) { return DataTransfer::Response{DataTransferStatus::Accepted, {}}; }
  Response answer(const StartTransaction::Request& r) {
    // A start whose answer was lost comes again; central systems know it by its content.
    for (const auto& [id, billed] : central.transactions)
      if (mayRepeat && billed.start.timestamp == r.timestamp && billed.start.connectorId == r.connectorId)
        return StartTransaction::Response{{id}, central.info(r.idTag)};
    central.transactions[++central.nextId].start = r;
    return StartTransaction::Response{{central.nextId}, central.info(r.idTag)};
  }
  Response answer(const MeterValues::Request& r) {
    if (r.transactionId) {
      CPPUNIT_ASSERT_MESSAGE("values of an unknown transaction", central.transactions.count(r.transactionId->value));
      central.transactions[r.transactionId->value].values.push_back(r);
    }
    return MeterValues::Response{};
  }
  Response answer(const StopTransaction::Request& r) {
    if (r.transactionId.value >= 0) {
      CPPUNIT_ASSERT_MESSAGE("a stop of an unknown transaction", central.transactions.count(r.transactionId.value));
      auto& billed = central.transactions[r.transactionId.value];
      CPPUNIT_ASSERT_MESSAGE("a second stop", !billed.stop || (mayRepeat && billed.stop->timestamp == r.timestamp));
      billed.stop = r;
    }
    StopTransaction::Response response;
    if (r.idTag) response.idTagInfo = central.info(*r.idTag);
    return response;
  }

 public:
  bool silent = false;  ///< Requests stay unanswered until their time is over.
  bool checkTransitions = true;
  std::optional<Send> outstanding;

 private:
  std::map<int, ChargePointStatus> statuses;
  std::vector<Effect> pending;
};

}  // namespace test
