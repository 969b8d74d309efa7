// SPDX-License-Identifier: GPL-2.0-or-later
// Whatever happens in whatever order: one CALL per direction, every request answered once, nothing sent into the void.
#include <map>
#include <set>

#include "ocpp/literals.h"
#include "tests/support/random_message.h"
#include "tests/support/session_harness.h"

using namespace test;

namespace {

/// A bridge, a charger and a back-end that do anything at any time, and check the session's promises.
class Chaos {
 public:
  Chaos(unsigned seed, Version version, session::Settings settings)
      : random_(seed, Encoding::Json16),
        charger_(seed + 1, soapEncoding(version)),
        version_(version),
        session_(std::move(settings), {[this] { return std::to_string(++ids_); },
                                       [] { return 0.3; },
                                       [](std::string_view) { return std::string(40, 'a'); },
                                       {}}) {}

  void run(int steps) {
    for (int i = 0; i < steps; ++i) {
      step();
      drain();
    }
    finish();
  }

 private:
  std::int64_t pick(std::int64_t most) { return random_.number(0, most); }

  void step() {
    if (pick(1) == 0) storeAnswers();
    switch (pick(11)) {
      case 0:
      case 1:
      case 2:
      case 3: return chargerSends();
      case 4:
      case 5: return centralReplies();
      case 6: return centralCalls();
      case 7:
      case 8: return chargerReplies();
      case 9: return pass(Duration(pick(40'000)));
      case 10: return connection();
      default: return rarely();
    }
  }

  void chargerSends() {
    const auto action = static_cast<std::size_t>(pick(9));  // the ten that chargers send
    Request request = charger_.request(action);
    if (version_ == Version::V12 && is<DataTransfer>(request)) return;
    if (pick(1) == 0) smallIds(request);
    const auto exchange = ++exchange_;
    open_.insert(exchange);
    session_.fromCharger(
        {exchange, version_, pick(2) == 0 ? "" : std::to_string(pick(50)), std::to_string(pick(2)), std::move(request)},
        now_);
  }

  /// So that starts, stops and repeats meet each other.
  void smallIds(Request& request) {
    if (auto* start = std::get_if<StartTransaction::Request>(&request)) {
      *start = SessionHarness::start(static_cast<int>(pick(2)), "TAG");
      start->meterStart = static_cast<int>(pick(5));
    }
    if (auto* stop = std::get_if<StopTransaction::Request>(&request)) stop->transactionId.value = pick(8);
    if (auto* status = std::get_if<StatusNotification::Request>(&request))
      status->connectorId = static_cast<int>(pick(2));
  }

  void centralReplies() {
    if (calls_.empty()) return;
    const auto call = calls_.begin();
    const std::string id = call->first;
    Result<Response> result = Fault{static_cast<FaultCode>(pick(9)), "x"};
    if (pick(4) != 0) {
      Response response = random_.response(call->second);
      if (auto* boot = std::get_if<BootNotification::Response>(&response); boot && pick(2) != 0)
        boot->status = RegistrationStatus::Accepted;
      if (auto* boot = std::get_if<BootNotification::Response>(&response)) boot->interval = static_cast<int>(pick(600));
      if (auto* start = std::get_if<StartTransaction::Response>(&response)) start->transactionId.value = pick(8);
      result = response;
    }
    calls_.erase(call);
    if (id == onWire_) onWire_.clear();
    session_.fromCentral(session::CentralReply{id, std::move(result)}, now_);
  }

  void centralCalls() {
    if (!up_) return;
    const std::string id = "c" + std::to_string(++ids_);
    asked_.insert(id);
    session_.fromCentral(session::CentralCall{id, random_.request(static_cast<std::size_t>(pick(actionCount - 1)))},
                         now_);
  }

  void chargerReplies() {
    if (toCharger_ == 0) return;
    const auto id = std::exchange(toCharger_, 0);
    if (pick(2) != 0)
      session_.fromCharger(
          session::ChargerReply{id, charger_.response(toChargerAction_), session::ChargerFailure::None, {}}, now_);
    else
      session_.fromCharger(
          session::ChargerReply{
              id, {}, static_cast<session::ChargerFailure>(pick(9)), {static_cast<FaultCode>(pick(9)), "x"}},
          now_);
  }

  void connection() {
    if (opening_) {
      opening_ = false;
      up_ = pick(3) != 0;
      if (up_) return session_.centralIsUp(now_);
      return lose(pick(3) == 0 ? 401 + static_cast<int>(pick(3)) : 0, false);
    }
    if (up_ && pick(3) == 0) {
      up_ = false;
      lose(0, true);
    }
  }

  void lose(int status, bool wasOpen) {
    forget();
    session_.centralIsDown({wasOpen, status, pick(20) == 0, "x"}, now_);
  }

  void forget() {
    calls_.clear();
    onWire_.clear();
    asked_.clear();
  }

  /// What was asked longest ago; now and then the store fails.
  void storeAnswers() {
    if (questions_.empty()) return;
    bridge::Wanted wanted = std::move(questions_.front());
    questions_.pop_front();
    const bool load = std::holds_alternative<session::LoadQueued>(wanted);
    store_->read("CP", std::move(wanted), [&](bridge::ReadResult&& found) {
      auto records = pick(5) == 0 ? std::nullopt : std::optional(std::move(found.records));
      load ? session_.queuedLoaded(std::move(records), now_) : session_.transactionFound(std::move(records), now_);
    });
    drain();
  }

  void rarely() {
    if (!open_.empty() && pick(3) == 0) {
      left_.insert(*open_.begin());
      session_.chargerLeft(*open_.begin(), now_);
      open_.erase(open_.begin());
    }
    if (pick(20) == 0) pass(std::chrono::hours(2));
  }

  void pass(Duration time) {
    const Instant end = now_ + time;
    for (auto due = session_.deadline(); due && *due <= end; due = session_.deadline()) {
      now_ = std::max(now_, *due);
      session_.tick(now_);
      drain();
      CPPUNIT_ASSERT_MESSAGE("deadline stands still", session_.deadline() != due || *due > now_);
    }
    now_ = end;
  }

  void drain() {
    while (auto effect = session_.next()) std::visit([this](auto& e) { on(e); }, *effect);
  }

  void on(session::ToCentral& call) {
    CPPUNIT_ASSERT_MESSAGE("a CALL without a connection", up_);
    const bool waiting = !onWire_.empty() && now_ - sentAt_ < seconds(30);
    CPPUNIT_ASSERT_MESSAGE("two CALLs at a time", !waiting);
    CPPUNIT_ASSERT_MESSAGE("an id twice", usedIds_.insert(call.id).second);
    onWire_ = call.id;
    sentAt_ = now_;
    calls_[call.id] = call.request.index();
    std::visit(
        [](const auto& message) {
          forEachLeaf(message, [](const auto& leaf) {
            using Leaf = std::decay_t<decltype(leaf)>;
            if constexpr (std::is_enum_v<Leaf>)
              CPPUNIT_ASSERT_MESSAGE("a word that 1.6-J has not", !write(leaf, Encoding::Json16).empty());
          });
        },
        call.request);
    if (const auto* values = std::get_if<MeterValues::Request>(&call.request))
      CPPUNIT_ASSERT(!values->meterValue.empty());
  }
  void on(session::ToCharger& request) {
    CPPUNIT_ASSERT_MESSAGE("two requests to the charger at a time", toCharger_ == 0);
    toCharger_ = request.id;
    toChargerAction_ = request.request.index();
    std::visit(
        [](const auto& message) {
          forEach<TransactionId>(
              message, [](TransactionId id) { CPPUNIT_ASSERT(id.value == static_cast<std::int32_t>(id.value)); });
        },
        request.request);
  }
  void on(session::AnswerCharger& answer) {
    CPPUNIT_ASSERT_MESSAGE("answered twice or after the charger left", open_.erase(answer.exchange) == 1);
    if (!answer.result) return;
    if (const auto* start = std::get_if<StartTransaction::Response>(&*answer.result))
      CPPUNIT_ASSERT(start->transactionId.value == static_cast<std::int32_t>(start->transactionId.value));
  }
  void on(session::AnswerCentral& answer) {
    CPPUNIT_ASSERT_MESSAGE("an answer to nobody", up_ && asked_.erase(answer.id) == 1);
  }
  void on(session::OpenCentral&) {
    CPPUNIT_ASSERT_MESSAGE("opened twice", !up_ && !opening_);
    opening_ = true;
  }
  void on(session::CloseCentral&) {
    CPPUNIT_ASSERT_MESSAGE("closed what was not open", up_ || opening_);
    up_ = opening_ = false;
    forget();
  }
  void on(session::Keep& keep) { store_->put("CP", keep.record), store_->commit(); }
  void on(session::Forget& forget) { store_->erase("CP", forget.record), store_->commit(); }
  void on(session::LoadQueued& load) { asks(load); }
  void on(session::FindTransaction& find) { asks(find); }
  template <class Question>
  void asks(const Question& question) {
    for (const bridge::Wanted& other : questions_)
      CPPUNIT_ASSERT_MESSAGE("asked twice at a time", !std::holds_alternative<Question>(other));
    questions_.emplace_back(question);
  }
  template <class Other>
  void on(Other&) {}

  /// Everybody is answered in the end.
  void finish() {
    while (!questions_.empty()) storeAnswers();
    pass(seconds(60));
    CPPUNIT_ASSERT_MESSAGE("a charger was never answered", open_.empty());
    while (toCharger_ != 0) chargerReplies(), drain();
    if (up_) CPPUNIT_ASSERT_MESSAGE("the back-end was never answered", asked_.empty());
  }

  RandomMessages random_, charger_;
  Version version_;
  session::GatewaySession session_;
  SessionHarness::Store store_ = SessionHarness::newStore();
  std::deque<bridge::Wanted> questions_;
  Instant now_ = morning(), sentAt_{};
  bool up_ = false, opening_ = false;
  std::set<session::Exchange> open_, left_;
  session::Exchange exchange_ = 0;
  std::map<std::string, std::size_t> calls_;  ///< Not answered by the back-end, with their action.
  std::string onWire_;
  std::set<std::string> asked_, usedIds_;
  session::ChargerRequestId toCharger_ = 0;
  std::size_t toChargerAction_ = 0;
  int ids_ = 0;
};

}  // namespace

TEST(anyOrder, "SM-10, SM-11: whatever happens, one CALL per direction is open and everyone is answered exactly once") {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    session::Settings settings;
    settings.durable = seed % 2 == 0;
    settings.startOffline = static_cast<session::StartOffline>(seed % 3);
    settings.pendingPolicy = static_cast<session::PendingPolicy>(seed / 2 % 2);
    settings.bootReplayAlways = seed % 5 == 0;
    settings.inferPower = seed % 4 == 0;
    settings.callErrorForUnsupported = seed % 7 == 0;
    Chaos(seed * 100, static_cast<Version>(seed % 3), settings).run(400);
  }
}
