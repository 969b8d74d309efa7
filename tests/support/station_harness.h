// SPDX-License-Identifier: GPL-2.0-or-later
// A station between a simulated board and a simulated central system, in fake time; checks what must always hold.
#pragma once

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
#include "tests/support/fake_central.h"
#include "tests/support/station_outlets.h"
#include "tests/support/station_zone.h"

namespace test {

using namespace ocpp;
using namespace station;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

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
  using Steady = station::Steady;  ///< Counts from power-up.
  explicit StationHarness(Settings given = plain(), bool clock = true) : settings(std::move(given)) { power(clock); }

  /// (Re)starts the station with what the journal kept.
  void power(bool clock = true, PowerUp state = {}) {
    outlets.restart();
    box = std::make_unique<Station>(settings);
    outstanding.reset();
    statuses.clear();
    pending.clear();
    dead = false;
    base += now;
    now = Steady{};
    central.mayRepeat = central.mayRepeat || cutAt;
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
  void cutPower() {
    box.reset();
    outlets.powerCut();
  }

  Instant wall() const { return base + now; }

  /// Executes effects, answers what the central system answers, until nothing is left to do now.
  void drain() {
    for (;;) {
      while (auto effect = box->next()) execute(*effect);
      if (!dead) commit();
      if (dead) return outlets.powerCut();
      if (tellOutlets()) continue;
      for (int c = 1; c <= static_cast<int>(settings.connectors.size()); ++c) outlets.check(c, charging(c));
      if (!outstanding || !respond()) return;
    }
  }

  /// Lets time pass, from deadline to deadline.
  void pass(Duration duration) {
    const Steady until = now + duration;
    for (int steps = 0;; ++steps) {
      require(steps < 200000, "the station asks to be called without end");
      auto due = box->deadline();
      if (const auto moves = outlets.nextAt(); moves && (!due || *moves < *due)) due = moves;
      if (!due || *due > until) break;
      now = std::max(now, *due);
      if (tellOutlets()) {
        drain();
        continue;
      }
      if (outstanding && now >= sentAt + settings.answerTimeout) forgetOutstanding();
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
    require(bool(result), std::string(A::action) + ": " + (result ? "" : result.fault().description));
    return std::get<typename A::Response>(*result);
  }
  Result<Response> ask(const Request& request) {
    box->fromCentral(++lastCall, request, now);
    drain();
    const auto found = answers.find(lastCall);
    require(found != answers.end(), "no answer yet");
    return found->second;
  }

  void set(const char* key, const char* value) {
    const auto status = call<ChangeConfiguration>({ocpp::Key<50>(key), Opaque<500>(value)}).status;
    require(status == ConfigurationStatus::Accepted, std::string(key) + " was not set");
  }
  AvailabilityStatus availability(int c, AvailabilityType type) { return call<ChangeAvailability>({c, type}).status; }

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
  /// The same for diagnostics and firmware, each word followed by a space.
  std::string heardOfFiles() const {
    std::string list;
    for (const Request& each : requests) {
      if (const auto* d = std::get_if<DiagnosticsStatusNotification::Request>(&each))
        list += std::string(write(d->status, Encoding::Json16)) + " ";
      if (const auto* f = std::get_if<FirmwareStatusNotification::Request>(&each))
        list += std::string(write(f->status, Encoding::Json16)) + " ";
    }
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
  StationOutlets outlets{settings};
  bool keepLog = true;
  std::optional<int> cutAt;  ///< The power goes after so many effects.
  int executed = 0;
  bool dead = false;                         ///< It has gone.
  Steady sentAt{};                           ///< The request that is outstanding.
  std::function<void(const Effect&)> watch;  ///< Sees each effect before it is executed.

 private:
  void execute(const Effect& effect) {
    dead = dead || (cutAt && executed >= *cutAt);
    ++executed;
    if (dead) return;
    if (watch) watch(effect);
    if (keepLog) log.push_back(effect);
    const bool change = std::holds_alternative<Keep>(effect) || std::holds_alternative<Forget>(effect);
    if (change) return pending.push_back(effect);
    commit();
    if (const auto* answer = std::get_if<Answer>(&effect))
      require(answers.emplace(answer->id, answer->result).second, "a second answer");
    if (const auto* lock = std::get_if<Lock>(&effect)) outlets.execute(*lock, now);
    if (const auto* unlock = std::get_if<Unlock>(&effect)) outlets.execute(*unlock, now);
    if (const auto* contactor = std::get_if<SetContactor>(&effect)) {
      require(!contactor->closed || plugs[contactor->connectorId] == Plug::Connected, "energy without an EV");
      outlets.execute(*contactor, now);
    }
    if (const auto* reboot = std::get_if<Reboot>(&effect)) rebooted = *reboot;
    if (const auto* said = std::get_if<Note>(&effect))
      if (said->text.find("dropped") != std::string::npos) statuses.clear();  // some of them are not told
    if (const auto* send = std::get_if<Send>(&effect)) {
      require(!outstanding, "two requests at a time");
      outstanding = *send;
      sentAt = now;
      if (keepLog) requests.push_back(send->request);
      checkStatus(send->request);
    }
  }

  /// True when a contactor or lock had something to say by now.
  bool tellOutlets() {
    const auto event = outlets.take(now);
    if (!event) return false;
    if (event->lock)
      box->lockState(event->connector, *event->lock, now);
    else
      box->powerOff(event->connector, now);
    return true;
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
      require(findTransition(before->second, report->status) != nullptr,
              "no transition: " + std::string(write(before->second, Encoding::Json16)) + " -> " +
                  std::string(write(report->status, Encoding::Json16)));
    statuses[report->connectorId] = report->status;
  }

  // Nobody answers: what happens meanwhile is not told.
  void forgetOutstanding() {
    outstanding.reset();
    statuses.clear();
  }

  /// False when no answer comes now.
  bool respond() {
    const Send send = *outstanding;
    const std::string action(actionName(send.request));
    if (central.ignore[action] > 0) {
      --central.ignore[action];
      forgetOutstanding();
      box->noResponse(send.id, {false, {FaultCode::InternalError, "ignored"}}, now);
      return true;
    }
    if (!central.up) {
      forgetOutstanding();
      box->noResponse(send.id, {false, {FaultCode::InternalError, "no route"}}, now);
      return true;
    }
    if (silent) return false;
    outstanding.reset();
    if (is<BootNotification>(send.request)) statuses.clear();  // before it little was told, behind it all is
    if (central.refuse[action] > 0) {
      --central.refuse[action];
      box->noResponse(send.id, {true, {FaultCode::InternalError, "refused"}}, now);
      return true;
    }
    const Response response = central.answer(send.request, wall());
    if (central.lose[action] > 0) {
      --central.lose[action];
      central.mayRepeat = true;
      statuses.clear();
      box->noResponse(send.id, {false, {FaultCode::InternalError, "its answer was lost"}}, now);
      return true;
    }
    box->response(send.id, response, now);
    return true;
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
