// SPDX-License-Identifier: GPL-2.0-or-later
// A whole bridge, honest chargers and back-ends that do anything, in a world where operators reload, clocks jump,
// processes die, disks fill and connections break at any time. Chance is handed in.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/bridge_chaos_books.h"
#include "tests/support/bridge_chaos_charger.h"
#include "tests/support/bridge_chaos_file.h"
#include "tests/support/bridge_chaos_operator.h"
#include "tests/support/bridge_chaos_store.h"
#include "tests/support/fake_outside.h"

namespace test {

/// Law: every broken promise throws std::logic_error with the sentence that does not hold.
/// - every exchange is answered while the process lives;
/// - a back-end hears of a transaction only what its own id belongs to (TX-1, TX-14), whatever is configured;
/// - in the end every acknowledged start, reading and stop is at one back-end once, or is a dead letter (SM-15), and
///   nothing is there that no charger believes in; nothing waits, nothing is unserved;
/// - an AuthorizationKey that was answered Accepted is used from then on (CK-4), until the operator says another.
class BridgeChaos {
 public:
  using Dice = std::function<std::int64_t(std::int64_t most)>;
  /// Is told what happens, for people who look for the reason of a failure.
  std::function<void(const std::string&)> tell = [](const std::string&) {};

  BridgeChaos(Dice dice, ChaosCounts& counts, FakeOutside::Disk disk = FakeOutside::Disk::Memory,
              const std::string& directory = "")
      : counts_(counts), dice_(std::move(dice)), world_(disk), file_(dice_), operator_(world_, dice_) {
    ++counts_.sessions;
    world_.directory = directory;
    world_.options.drainTimeout = 5;
    world_.options.access.failuresPerMinute = 0;
    world_.options.autoRegister = chance(5);
    for (const char* identity : {"C0", "C1", "C2"}) {
      ModelCharger charger;
      charger.identity = identity;
      charger.clock = world_.loop.calendar();
      charger.clockless = chance(4);
      chargers_.push_back(std::move(charger));
    }
    for (const ChaosFile::Place& place : ChaosFile::places) haunt(place.url, place.backend);
    world_.chargers.onPost = [this](const bridge::HttpPost&) { return onPost(); };
    world_.start(file_.text());
  }

  std::string log() const { return world_.log.str(); }

  void step() {
    static constexpr void (BridgeChaos::*rows[])() = {
        &BridgeChaos::chargerActs, &BridgeChaos::chargerActs, &BridgeChaos::chargerActs, &BridgeChaos::chargerActs,
        &BridgeChaos::chargerActs, &BridgeChaos::chargerActs, &BridgeChaos::chargerActs, &BridgeChaos::timePasses,
        &BridgeChaos::timePasses,  &BridgeChaos::timePasses,  &BridgeChaos::reload,      &BridgeChaos::jump,
        &BridgeChaos::rarely,      &BridgeChaos::commands};
    (this->*rows[pick(std::size(rows) - 1)])();
    watch();
  }

  /// Everything heals, everybody is served again, and the books must balance.
  void finish() {
    evil_ = false;
    for (const ChaosFile::Place& place : ChaosFile::places) world_.backends.at(place.url).up = true;
    file_.healed();
    keys_.clear();
    reloadNow();
    for (int round = 0; round < 400 && !saidAll(); ++round) {
      for (ModelCharger& each : chargers_) act(each, true);
      pass(std::chrono::seconds(20));
    }
    require(saidAll(), "a charger is not taken although everything works");
    // Set aside for at most 6 hours (ER-3); then whoever moves does so, and what waited there is delivered.
    for (int round = 0; round < 40 && waits() != 0; ++round) pass(std::chrono::hours(1));
    require(waits() == 0, std::to_string(waits()) + " messages wait for ever: " + world_.health());
    for (const ModelCharger& each : chargers_) {
      const auto dead = deadOf(each.identity);
      counts_.deadLetters += dead.size();
      auto gone = dead;
      gone.insert(operator_.givenUp[each.identity].begin(), operator_.givenUp[each.identity].end());
      books_.balance(each.identity, each.beliefs, gone);
    }
  }

 private:
  std::int64_t pick(std::int64_t most) { return dice_(most); }
  bool chance(std::int64_t oneIn) { return pick(oneIn - 1) == 0; }

  void pass(ocpp::Duration time) {
    world_.loop.pass(time);
    for (ModelCharger& each : chargers_) each.clock += time;
  }
  void timePasses() {
    const bool long_ = chance(12);
    pass(long_ ? ocpp::Duration(std::chrono::minutes(pick(300))) : ocpp::Duration(pick(40'000)));
  }

  // --- operators, clocks, power, disks

  void reload() {
    tell("reload: " + file_.mutate());
    keys_.clear();  // the operator's word is newer
    reloadNow();
  }
  void reloadNow() {
    ++counts_.reloads;
    for (ModelCharger& each : chargers_)
      if (!file_.has(each.identity)) each.mayBeHeardOf();
    world_.reload(file_.text());
  }
  void commands() {
    ModelCharger& charger = chargers_[static_cast<std::size_t>(pick(2))];
    const std::string& identity = charger.identity;
    const std::string did = operator_.act(identity, file_.has(identity));
    if (did.empty()) return;
    if (operator_.givenUp.count(identity)) charger.strayIn(books_), charger.mayBeHeardOf();
    tell(did);
    ++counts_.commands;
    if (!file_.has(identity)) keys_.clear();
  }
  void jump() {
    static constexpr ocpp::Duration far = std::chrono::hours(24) * 400;
    const ocpp::Duration by = chance(2) ? ocpp::Duration(pick(7'200'000) - 3'600'000)
                                        : ocpp::Duration((pick(2) - 1) * (far.count() / (1 + pick(1000))));
    tell("clock jumps by " + std::to_string(by.count()) + " ms");
    ++counts_.jumps;
    world_.loop.jump(by);
  }
  void kill() {
    tell("kill");
    ++counts_.kills;
    for (ModelCharger& each : chargers_) {
      each.mayBeHeardOf();
      if (!file_.has(each.identity)) each.strayIn(books_);
      each.exchange.reset();
    }
    world_.start(file_.text());
  }
  void rarely() {
    switch (pick(6)) {
      case 0: return kill();
      case 1: evil_ = !evil_; return tell(evil_ ? "back-ends turn evil" : "back-ends are good");
      case 2:
        if (!world_.memory) return;
        ++counts_.fullDisks;
        tell("the next commit fails");
        return world_.memory->failNext("disk full");
      case 3: {
        ModelCharger& each = chargers_[static_cast<std::size_t>(pick(2))];
        if (each.exchange) each.exchange->leave();
        return each.exchange.reset();
      }
      case 4: return centralCalls();
      default: return outage();
    }
  }
  void outage() {
    const std::string which = ChaosFile::places[1 + pick(1)].backend;
    bool up = false;
    for (const ChaosFile::Place& place : ChaosFile::places) {
      if (place.backend != which) continue;
      FakeBackend& backend = world_.backends.at(place.url);
      up = backend.up = !backend.up;
      for (const BackendLinkPtr& link : world_.backends.links)
        if (!up && link->open && link->target.url.rfind(place.url, 0) == 0) link->close(1006);
    }
    tell(which + (up ? " is back" : " is away"));
    counts_.outages += !up;
    world_.loop.run();
    if (!up) world_.backends.links.clear();
  }

  // --- chargers

  void chargerActs() { act(chargers_[static_cast<std::size_t>(pick(2))], false); }

  void act(ModelCharger& charger, bool ending) {
    hear(charger);
    if (charger.exchange) return;
    if (!charger.saying) charger.saying = next(charger, ending);
    if (!charger.saying) return;
    if (charger.messageId.empty() || chance(3)) charger.messageId = "m" + std::to_string(++messages_);
    world_.manner = file_.mannerOf(charger.identity);
    world_.manner.messageId = charger.messageId;
    charger.asked = world_.loop.steady();
    ++counts_.messages;
    tell(charger.identity + " says " + std::string(ocpp::actionName(*charger.saying)) + " " +
         contentOf(*charger.saying) + numbersOf(*charger.saying));
    charger.exchange = world_.send(charger.identity, *charger.saying);
    hear(charger);
  }

  /// What the charger wants to say next; nothing: nothing (only at the end).
  std::optional<ocpp::Request> next(ModelCharger& charger, bool ending) {
    charger.messageId.clear();
    const int connector = 1 + static_cast<int>(pick(1));
    const auto running = charger.running.find(connector);
    if (running == charger.running.end()) {
      if (ending)
        return charger.running.empty() ? std::nullopt : std::optional<ocpp::Request>(ocpp::Heartbeat::Request{});
      if (chance(4)) return somethingElse(charger, connector);
      Believed begun;
      begun.connector = connector;
      begun.start = startAt(charger.tick(), connector, "TAG", charger.clockless ? 0 : charger.meter += 10);
      charger.running[connector] = charger.beliefs.size();
      charger.beliefs.push_back(begun);
      ++counts_.transactions;
      return begun.start;
    }
    Believed& now = charger.beliefs[running->second];
    if (!now.id) return now.start;
    if (ending || chance(3)) {
      now.stop = stopAt(charger.tick(), *now.id, charger.meter += 100);
      charger.stopping = running->second;
      ocpp::StopTransaction::Request said = *now.stop;
      if (!charger.clockless || charger.running.size() != 1 || !chance(2)) return said;
      said.transactionId.value = -1;
      said.idTag.emplace("TAG");
      books_.nameless.insert(contentOf(said));
      ++counts_.nameless;
      return said;
    }
    if (chance(3)) return somethingElse(charger, connector);
    return charger.valuesOf(now);
  }
  ocpp::Request somethingElse(ModelCharger& charger, int connector) {
    switch (pick(3)) {
      case 0: return bootRequest();
      case 1: return ocpp::Heartbeat::Request{};
      default: {
        auto status = statusOf(connector, charger.running.count(connector) ? ocpp::ChargePointStatus::Occupied
                                                                           : ocpp::ChargePointStatus::Available);
        status.timestamp = ocpp::DateTime{charger.tick(), true};
        return status;
      }
    }
  }
  void hear(ModelCharger& charger) {
    if (!charger.exchange || !charger.exchange->answered()) return;
    const SoapExchangePtr exchange = std::move(charger.exchange);
    charger.exchange.reset();
    const auto reply = exchange->reply();
    if (!reply) return tell(charger.identity + " is refused: HTTP " + std::to_string(exchange->status()));
    const ocpp::Request said = *std::exchange(charger.saying, std::nullopt);
    tell(charger.identity + " is answered " + std::string(ocpp::actionName(said)) + " " + contentOf(said) +
         numbersOf(*reply));
    if (const auto* start = std::get_if<ocpp::StartTransaction::Response>(&*reply)) {
      Believed& now = charger.beliefs[charger.running.at(std::get<ocpp::StartTransaction::Request>(said).connectorId)];
      now.id = start->transactionId.value;
      for (const Believed& each : charger.beliefs)
        require(&each == &now || !each.id || *each.id != *now.id || books_.forwarded.count(charger.identity) ||
                    operator_.givenUp.count(charger.identity) ||
                    (charger.clockless && operator_.revived.count(charger.identity)),
                "the charger gets the same transactionId twice");
    } else if (ocpp::is<ocpp::MeterValues>(*reply)) {
      const auto& values = std::get<ocpp::MeterValues::Request>(said);
      if (Believed* known = charger.byId(values.transactionId->value)) known->values.push_back(contentOf(said));
    } else if (ocpp::is<ocpp::StopTransaction>(*reply)) {
      Believed& known = charger.beliefs[*std::exchange(charger.stopping, std::nullopt)];
      known.stopped = true;
      charger.running.erase(known.connector);
    }
  }
  void watch() {
    for (ModelCharger& each : chargers_) {
      hear(each);
      require(!each.exchange || world_.loop.steady() - each.asked < std::chrono::seconds(90),
              each.identity + " was never answered");
    }
  }
  bool saidAll() const {
    return std::all_of(chargers_.begin(), chargers_.end(),
                       [](const ModelCharger& each) { return !each.saying && each.running.empty(); });
  }

  // --- back-ends

  void haunt(const std::string& url, const std::string& place) {
    FakeBackend& backend = world_.backends.at(url);
    backend.judge = [this](const bridge::WsTarget& target) {
      const auto key = keys_.find(target.url);
      require(key == keys_.end() || key->second == target.password,
              "an accepted AuthorizationKey is not used: " + target.url);
      return 0;
    };
    backend.script = [this, place](BackendLink& link, const ocpp_j::Frame& call, const ocpp::Request& request) {
      onCentral(place, link, call.id, request);
      return true;
    };
    backend.onAnswer = [this](BackendLink& link, const ocpp_j::Frame& answer) { onAnswer(link, answer); };
  }

  void onCentral(const std::string& place, BackendLink& link, const std::string& id, const ocpp::Request& request) {
    const std::string charger = link.identity.substr(0, 2);
    const auto book = [&] {
      return books_.book(place + "/" + link.identity, charger, request, [this](const std::string& whose) {
        if (operator_.revived.count(whose) || operator_.givenUp.count(whose)) return true;
        return startIsDead(world_, whose, counts_.fullDisks != fullBefore_);
      });
    };
    const auto fault = [&](ocpp::FaultCode code) { link.send(ocpp_j::writeCallError(id, {code, "chaos"})); };
    const auto answer = [&](const std::string& to) {
      link.send(ocpp_j::writeCallResult(to, responseTo(request, book())));
    };
    const std::int64_t mood = evil_ ? pick(13) : 99;
    counts_.evil += mood <= 8;
    if (mood <= 8) tell(place + " is evil (" + std::to_string(mood) + ") to " + contentOf(request));
    switch (mood) {
      case 0: return fault(ocpp::FaultCode::InternalError);
      case 1: return fault(ocpp::FaultCode::FormationViolation);
      case 2: return fault(ocpp::FaultCode::NotSupported);
      case 3: book(); return;  // heard, and the answer is lost
      case 4: return;
      case 5: return link.close(1011, "chaos");
      case 6: {
        const std::string late = ocpp_j::writeCallResult(id, responseTo(request, book()));
        const auto self = link.shared_from_this();
        return world_.loop.after(std::chrono::seconds(10 + pick(40)), [self, late] { self->send(late); });
      }
      case 7: answer(id); return answer(id);
      case 8: link.send(ocpp_j::writeCallResult("nobody's", responseTo(request, 1))); return answer(id);
      default: return answer(id);
    }
  }
  ocpp::Response responseTo(const ocpp::Request& request, std::int64_t id) {
    FakeCentral plain;
    if (ocpp::is<ocpp::StartTransaction>(request)) return ocpp::StartTransaction::Response{{id}, {}};
    if (ocpp::is<ocpp::StopTransaction>(request)) return ocpp::StopTransaction::Response{};
    if (ocpp::is<ocpp::MeterValues>(request)) return ocpp::MeterValues::Response{};
    return plain.answer(request, world_.loop.calendar());
  }

  /// CALLs of a back-end: a new AuthorizationKey, or something for the charger.
  void centralCalls() {
    const BackendLinkPtr link = world_.backends.linkOf(chargers_[static_cast<std::size_t>(pick(2))].identity);
    if (!link) return;
    const std::string id = "call-" + std::to_string(++messages_);
    if (chance(2)) {
      static constexpr const char* digits = "0123456789abcdef";
      std::string hex;
      for (int i = 0; i < 32; ++i) hex += digits[pick(15)];
      wished_ = {id, link->target.url, hex};
      link->call(id, ocpp::ChangeConfiguration::Request{ocpp::Key<50>("AuthorizationKey"), ocpp::Text<500>(hex)});
    } else {
      link->call(id, ocpp::GetConfiguration::Request{});
    }
    world_.loop.run();
  }
  void onAnswer(BackendLink&, const ocpp_j::Frame& answer) {
    if (answer.id != wished_.id || answer.kind != ocpp_j::Frame::Kind::CallResult) return;
    ocpp::ReadNotes notes;
    const auto read = ocpp_j::readResponse(ocpp::indexOf<ocpp::ChangeConfiguration>, answer.payload(),
                                           ocpp_j::ReadMode::Lenient, notes);
    if (!read || std::get<ocpp::ChangeConfiguration::Response>(*read).status != ocpp::ConfigurationStatus::Accepted)
      return;
    std::string bytes;
    for (std::size_t i = 0; i < wished_.hex.size(); i += 2)
      bytes += static_cast<char>(std::stoi(wished_.hex.substr(i, 2), nullptr, 16));
    keys_[wished_.url] = bytes;
  }
  std::optional<bridge::HttpResult> onPost() {
    if (chance(3)) return std::nullopt;
    return bridge::HttpResult{bridge::HttpResult::Outcome::ConnectFailed, "no route", false, {}};
  }

  // --- what the store has

  std::set<std::string> deadOf(const std::string& identity) {
    const auto found = messagesIn(world_, "dead_letter", identity);
    return {found.begin(), found.end()};
  }
  std::size_t waits() {
    std::size_t count = world_.shard().unserved().size();
    for (const ModelCharger& each : chargers_) count += messagesIn(world_, "queued", each.identity).size();
    return count;
  }

  struct Wish {
    std::string id, url, hex;
  };
  ChaosCounts& counts_;
  const std::uint64_t fullBefore_ = counts_.fullDisks;
  Dice dice_;
  FakeOutside world_;
  ChaosFile file_;
  ChaosOperator operator_;
  BridgeBooks books_;
  std::vector<ModelCharger> chargers_;
  std::map<std::string, std::string> keys_;  ///< Accepted AuthorizationKeys, by address.
  Wish wished_;
  bool evil_ = false;
  std::uint64_t messages_ = 0;
};

}  // namespace test
