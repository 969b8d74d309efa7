// SPDX-License-Identifier: GPL-2.0-or-later
// A bridge, a charger and a back-end that do anything at any time, with power cuts and full disks, and that check what
// a GatewaySession promises. Chance is handed in: a seed in unit tests, an input in fuzzing.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "bridge/memory_store.h"
#include "bridge/promises.h"
#include "ocpp/literals.h"
#include "session/gateway_session.h"
#include "tests/support/chaos_books.h"
#include "tests/support/chaos_evil.h"
#include "tests/support/fake_now.h"
#include "tests/support/random_message.h"

namespace test {

/// Law: every broken promise throws std::logic_error with the sentence that does not hold.
/// - one CALL and one request to the charger at a time, none without a connection, no message id twice;
/// - every exchange and every CALL is answered exactly once, and in the end;
/// - a start or stop is accepted only when the back-end has confirmed it or the store has it (TX-4, TX-9);
/// - what was so accepted reaches the back-end in the end, or is a dead letter (ER-3), whatever cuts in between, and
///   whatever the back-end has against some messages (Grudge): nothing that may be taken later is given up early;
/// - the back-end never hears the number of a transaction that the session has made up (TX-6, TX-8).
class Chaos {
 public:
  /// A whole number of [0, most].
  using Dice = std::function<std::int64_t(std::int64_t most)>;
  /// Sees each effect before it is carried out, for checks of its wire form.
  using Watch = std::function<void(const session::Effect&)>;
  /// Is told what happens to the session, for people who look for the reason of a failure.
  std::function<void(const std::string&)> tell = [](const std::string&) {};

  Chaos(Dice dice, ocpp::Version version, session::Settings settings, Watch watch = {})
      : dice_(std::move(dice)),
        watch_(std::move(watch)),
        version_(version),
        settings_(std::move(settings)),
        store_([this](std::function<void()> task) { tasks_.push_back(std::move(task)); }) {
    start();
  }

  void step() {
    // The order is that of the inputs which fuzzing has found.
    static constexpr void (Chaos::*rows[])() = {&Chaos::chargerSends, &Chaos::chargerSends,   &Chaos::chargerSends,
                                                &Chaos::chargerSends, &Chaos::centralReplies, &Chaos::centralReplies,
                                                &Chaos::centralCalls, &Chaos::chargerReplies, &Chaos::chargerReplies,
                                                &Chaos::timePasses,   &Chaos::connection,     &Chaos::disk,
                                                &Chaos::rarely};
    (this->*rows[pick(std::size(rows) - 1)])();
    drain();
  }

  /// Everybody is answered in the end, and nothing that was accepted is lost.
  void finish() {
    pass(std::chrono::seconds(60));
    require(open_.empty() && said_.empty(), "a charger was never answered");
    while (toCharger_ != 0) chargerReplies(), drain();
    if (up_) require(asked_.empty(), "the back-end was never answered");
    if (settings_.durable) deliverAll();
  }

 private:
  using Exchange = session::Exchange;

  std::int64_t pick(std::int64_t most) { return dice_(most); }
  RandomMessages messages(ocpp::Encoding encoding) { return {static_cast<unsigned>(pick(65535)), encoding}; }

  // --- the process

  void start() {
    session_ = std::make_unique<session::GatewaySession>(
        settings_, session::Services{[this] { return std::to_string(++ids_); },
                                     [] { return 0.3; },
                                     [](std::string_view) { return std::string(40, 'a'); },
                                     {},
                                     [this] { return ++keys_; }});
    promises_ = std::make_unique<bridge::Promises>(
        settings_.durable ? &store_ : nullptr, "CP",
        [this](session::Effect&& effect) { std::visit([this](auto& each) { on(each); }, effect); });
    promises_->onReleased([this] { drain(); });
  }

  /// The power goes; what was handed to the store and not committed is there or is not.
  void cut() {
    tell("power cut");
    promises_.reset();
    ++life_;
    store_.failNext(pick(1) == 0 ? "power cut" : "");
    commit();
    open_.clear();
    said_.clear();
    forget();
    up_ = opening_ = false;
    asking_[0] = asking_[1] = false;
    toCharger_ = 0;
    books_.powerCut();
    start();
    store_.load(
        [this](bridge::StoredCharger&& stored) {
          for (const auto& record : stored.records) session_->restore(record, now_);
          session_->restore(stored.rest, now_);
        },
        [](const std::string&) {});
    for (const auto& record : store_.content("CP")) books_.kept(record);
    session_->wasSeen(version_, now_, now_);
    session_->tick(now_);
    drain();
  }

  void disk() {
    if (!settings_.durable) return rarely();
    const auto what = pick(7);
    if (what == 0) return cut();
    tell(what == 1 ? "disk full" : "commit");
    if (what == 1) store_.failNext("disk full");
    commit();
  }

  void commit() {
    while (!tasks_.empty()) {
      std::vector<std::function<void()>> now;
      now.swap(tasks_);
      delayed_ = true;
      for (const auto& task : now) task();
      delayed_ = false;
    }
  }

  void drain() {
    if (draining_) return;
    draining_ = true;
    while (auto effect = session_->next()) {
      if (watch_) watch_(*effect);
      if (const auto* answer = std::get_if<session::AnswerCharger>(&*effect)) {
        auto asked = open_.extract(answer->exchange);
        require(!asked.empty(), "answered twice or after the charger left");
        said_.insert(std::move(asked));
      }
      if (const auto* answer = std::get_if<session::AnswerCentral>(&*effect))
        require(asked_.erase(answer->id) + stale_.erase(answer->id) == 1, "an answer to nobody");
      if (const auto* keep = std::get_if<session::Keep>(&*effect)) books_.kept(keep->record);
      if (const auto* forget = std::get_if<session::Forget>(&*effect)) books_.forgotten(forget->record);
      promises_->take(std::move(*effect));
    }
    draining_ = false;
  }

  void timePasses() { pass(ocpp::Duration(pick(40'000))); }

  /// Time does not pass while the disk works: so the session's clock and the order of effects stay comparable.
  void pass(ocpp::Duration time) {
    drain();
    commit();
    const ocpp::Steady end = now_.steady + time;
    tell("time passes: " + std::to_string(time.count()) + " ms");
    for (auto due = session_->deadline(); due && *due <= end; due = session_->deadline()) {
      now_.reach(*due);
      session_->tick(now_);
      drain();
      commit();
      require(session_->deadline() != due || *due > now_.steady, "a deadline stands still");
    }
    now_.reach(end);
  }

  // --- the charger

  void chargerSends() {
    std::string messageId = pick(2) == 0 ? "" : std::to_string(++ids_);
    const auto action = static_cast<std::size_t>(pick(9));  // the ten that chargers send
    ocpp::Request request = messages(soapEncoding(version_)).request(action);
    if (version_ == ocpp::Version::V12 && ocpp::is<ocpp::DataTransfer>(request)) return;
    if (pick(1) == 0) letMeet(request, {morning, true}, [this](std::int64_t most) { return pick(most); });
    if (!sent_.empty() && pick(6) == 0) {  // a repetition; with the same MessageID or another (SM-7)
      const auto& [oldId, old] = sent_[static_cast<std::size_t>(pick(static_cast<std::int64_t>(sent_.size()) - 1))];
      request = old;
      if (pick(1) == 0) messageId = oldId;
    }
    sent_.emplace_back(messageId, request);
    if (sent_.size() > 8) sent_.erase(sent_.begin());
    const auto exchange = ++exchange_;
    open_[exchange] = ChaosBooks::keyOf(request);
    tell("exchange " + std::to_string(exchange) + ": " + dump(request));
    const std::string digest = dump(request);
    session_->fromCharger({exchange, version_, messageId, digest, std::move(request)}, now_);
  }

  void chargerReplies() {
    if (toCharger_ == 0) return;
    const auto id = std::exchange(toCharger_, 0);
    if (pick(2) != 0) {
      ocpp::Response response = messages(soapEncoding(version_)).response(toChargerAction_);
      session_->fromCharger(session::ChargerReply{id, std::move(response), session::ChargerFailure::None, {}}, now_);
    } else {
      const auto failure = static_cast<session::ChargerFailure>(pick(9));
      session_->fromCharger(session::ChargerReply{id, {}, failure, {static_cast<ocpp::FaultCode>(pick(9)), "x"}}, now_);
    }
  }

  void rarely() {
    if (!open_.empty() && pick(3) == 0) {
      tell("left: " + std::to_string(open_.begin()->first));
      session_->chargerLeft(open_.begin()->first, now_);
      open_.erase(open_.begin());
    }
    switch (pick(20)) {
      case 0: pass(std::chrono::minutes(20)); break;
      case 1: operatorActs(); break;
      case 2: session_->configure(settings_); break;
      default: break;
    }
  }

  void operatorActs() {
    const auto number = static_cast<std::uint64_t>(pick(20));
    if (pick(1) == 0) {
      tell("retry");
      session_->retryNow(number, now_);
    } else if (books_.waits(number)) {
      tell("discard " + std::to_string(number));
      session_->discard(number, "test", now_);
    }
  }

  // --- the back-end

  void centralReplies();
  void hangUp();
  void answerCall(std::string id, bool well);

  void centralCalls() {
    if (!up_) return;
    const std::string id = "c" + std::to_string(++ids_);
    asked_.insert(id);
    const auto action = static_cast<std::size_t>(pick(ocpp::actionCount - 1));
    session_->fromCentral(session::CentralCall{id, messages(ocpp::Encoding::Json16).request(action)}, now_);
  }

  /// Not while effects wait for the disk: the bridge would only dial once more than needed, and nobody would know which
  /// connection the event was about.
  void connection() {
    drain();
    commit();
    if (opening_) {
      opening_ = false;
      up_ = pick(3) != 0;
      tell(up_ ? "up" : "refused");
      if (up_) return session_->centralIsUp(now_);
      return lose(pick(3) == 0 ? 401 + static_cast<int>(pick(3)) : 0, false);
    }
    if (up_ && pick(3) == 0) {
      up_ = false;
      tell("lost");
      lose(0, true);
    }
  }

  void lose(int status, bool wasOpen) {
    forget();
    session_->centralIsDown({wasOpen, status, pick(20) == 0, "x"}, now_);
  }

  void forget() {
    calls_.clear();
    onWire_.clear();
    asked_.clear();
  }

  void deliverAll();

  // --- what is checked

  void on(session::ToCentral& call) {
    if (!up_) return require(delayed_, "a CALL without a connection");
    const bool waiting = !onWire_.empty() && now_.steady - sentAt_ < std::chrono::seconds(30);
    require(!waiting, "two CALLs at a time");
    require(usedIds_.insert(call.id).second, "an id twice");
    onWire_ = call.id;
    sentAt_ = now_.steady;
    calls_[call.id] = {call.request.index(), ChaosBooks::keyOf(call.request), Grudge::against(call.request)};
    books_.sent(call.request);
  }
  void on(session::ToCharger& request) {
    require(toCharger_ == 0, "two requests to the charger at a time");
    toCharger_ = request.id;
    toChargerAction_ = request.request.index();
  }
  void on(session::AnswerCharger& answer) {
    const std::string key = said_.extract(answer.exchange).mapped();
    if (answer.result) books_.answered(*answer.result);
    if (!answer.result || key.empty()) return;
    books_.accepted(key, [this] { return settings_.durable ? store_.content("CP") : std::vector<session::Record>(); });
  }
  void on(session::OpenCentral&) {
    require(delayed_ || (!up_ && !opening_), "opened twice");
    up_ = false;
    opening_ = true;
  }
  void on(session::CloseCentral&) {
    require(delayed_ || up_ || opening_, "closed what was not open");
    if (delayed_) stale_.insert(asked_.begin(), asked_.end());  // CALLs may have come after the session had closed
    up_ = opening_ = false;
    forget();
  }
  void on(session::LoadQueued& effect) { ask(effect, &session::GatewaySession::queuedLoaded); }
  void on(session::FindTransaction& effect) { ask(effect, &session::GatewaySession::transactionFound); }
  template <class Other>
  void on(Other&) {}

  /// The store answers with the next commit, or cannot now and then.
  using StoreAnswer = void (session::GatewaySession::*)(std::optional<std::vector<session::Record>>, ocpp::Now);
  template <class Question>
  void ask(const Question& question, StoreAnswer answer) {
    require(!asking_[std::is_same_v<Question, session::LoadQueued>], "the store is asked twice at a time");
    if (promises_->failing()) return (*session_.*answer)(std::nullopt, now_);
    asking_[std::is_same_v<Question, session::LoadQueued>] = true;
    const bool works = finishing_ || pick(5) != 0;
    store_.read("CP", question, [this, answer, works, life = life_](bridge::ReadResult&& found) {
      if (life != life_) return;
      asking_[std::is_same_v<Question, session::LoadQueued>] = false;
      (*session_.*answer)(works ? std::optional(std::move(found.records)) : std::nullopt, now_);
      drain();
    });
  }

  struct Call {
    std::size_t action;
    std::string key;
    Grudge grudge;
  };

  static constexpr ocpp::Instant morning{ocpp::Duration(1'714'550'400'000)};  // 2024-05-01T08:00:00Z

  Dice dice_;
  Watch watch_;
  ocpp::Version version_;
  session::Settings settings_;
  std::vector<std::function<void()>> tasks_;  ///< Of the store: commits that are due.
  bridge::MemoryStore store_;
  std::unique_ptr<session::GatewaySession> session_;
  std::unique_ptr<bridge::Promises> promises_;
  FakeNow now_{morning};
  ocpp::Steady sentAt_{};
  bool up_ = false, opening_ = false, draining_ = false, finishing_ = false;
  bool delayed_ = false;  ///< Effects are carried out that waited for the disk: the connection may be another by now.
  std::map<Exchange, std::string> open_;  ///< Not answered by the session, with the key of its request.
  std::map<Exchange, std::string> said_;  ///< Answered by the session; the answer may wait for the disk.
  Exchange exchange_ = 0;
  std::vector<std::pair<std::string, ocpp::Request>> sent_;  ///< The charger's last requests with their MessageIDs.
  std::map<std::string, Call> calls_;                        ///< Not answered by the back-end.
  std::string onWire_;
  std::set<std::string> asked_, stale_, usedIds_;
  ChaosBooks books_;
  session::ChargerRequestId toCharger_ = 0;
  std::size_t toChargerAction_ = 0;
  int ids_ = 0, life_ = 0;  ///< life_: which process it is.
  unsigned closes_ = 0;
  std::uint64_t keys_ = 0;
  bool asking_[2] = {};  ///< FindTransaction, LoadQueued: the store has been asked.
};

}  // namespace test

#include "tests/support/chaos_central.h"
