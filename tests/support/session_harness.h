// SPDX-License-Identifier: GPL-2.0-or-later
// A GatewaySession with a fake clock: events go in, effects are taken out one by one and must be what a test expects.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bridge/memory_store.h"
#include "ocpp/messages.h"
#include "session/gateway_session.h"
#include "tests/support/fake_now.h"
#include "tests/support/test.h"

namespace test {

using namespace ocpp;
using std::chrono::minutes;
using std::chrono::seconds;

/// 2024-05-01T08:00:00Z, when every test begins.
inline Instant morning() { return parseDateTime("2024-05-01T08:00:00Z")->at; }
inline DateTime at(const char* text) { return *parseDateTime(text); }

/// For Services::newKey: another one for every record of all sessions of the process.
inline std::uint64_t nextKey() {
  static std::uint64_t last = 0;
  return ++last;
}

/// Settings of a session whose Keep survives the process.
inline session::Settings durable(session::StartOffline policy = session::StartOffline::ProvisionalIfAuthorized) {
  session::Settings settings;
  settings.durable = true;
  settings.startOffline = policy;
  return settings;
}

class SessionHarness {
 public:
  FakeNow now{morning()};
  std::deque<session::Effect> effects;  ///< Not taken yet, without notes, Keep and Forget.
  std::vector<std::string> notes;
  std::vector<session::Note> events;  ///< Notes that are events of their own.
  std::vector<session::Record> kept, forgotten;

  /// The store in memory, and one that an earlier session has left.
  using Store = std::shared_ptr<bridge::MemoryStore>;
  static Store newStore() {
    auto made = std::make_shared<bridge::MemoryStore>([](std::function<void()> task) { task(); });
    made->hold(true);
    return made;
  }
  explicit SessionHarness(session::Settings settings = {}, Store left = newStore())
      : store(std::move(left)), session(std::move(settings), services()) {
    const auto restore = [&](bridge::StoredCharger&& charger) {
      for (const session::Record& record : charger.records) session.restore(record, now);
      session.restore(charger.rest, now);
    };
    store->load(restore, [](const std::string& problem) { CPPUNIT_FAIL(problem); });
    drain();
  }

  // --- the charger

  session::Exchange send(Version version, Request request, std::string messageId = "", std::string digest = "digest") {
    session.fromCharger({++exchange_, version, std::move(messageId), std::move(digest), std::move(request)}, now);
    drain();
    return exchange_;
  }
  /// The answer to that exchange, which must be the next effect.
  template <class M>
  typename M::Response answered(session::Exchange exchange) {
    auto answer = take<session::AnswerCharger>();
    CPPUNIT_ASSERT_EQUAL(exchange, answer.exchange);
    CPPUNIT_ASSERT_MESSAGE(answer.result ? "" : answer.result.fault().description, bool(answer.result));
    CPPUNIT_ASSERT_EQUAL(std::string(M::action), std::string(actionName(*answer.result)));
    return std::get<typename M::Response>(*answer.result);
  }
  FaultCode faulted(session::Exchange exchange) {
    auto answer = take<session::AnswerCharger>();
    CPPUNIT_ASSERT_EQUAL(exchange, answer.exchange);
    CPPUNIT_ASSERT_MESSAGE("a fault is expected", !answer.result);
    return answer.result.fault().code;
  }
  /// The next effect: a request to the charger.
  template <class M>
  typename M::Request toCharger() {
    auto asked = take<session::ToCharger>();
    CPPUNIT_ASSERT_EQUAL(std::string(M::action), std::string(actionName(asked.request)));
    asked_ = asked.id;
    return std::get<typename M::Request>(asked.request);
  }
  void respond(Response response) {
    session.fromCharger(session::ChargerReply{asked_, std::move(response), session::ChargerFailure::None, {}}, now);
    drain();
  }
  void fail(session::ChargerFailure failure, FaultCode code = FaultCode::InternalError) {
    session.fromCharger(session::ChargerReply{asked_, std::nullopt, failure, {code, ""}}, now);
    drain();
  }

  // --- the back-end

  void up() {
    session.centralIsUp(now);
    drain();
  }
  void down(int httpStatus = 0, bool wasOpen = true) {
    session.centralIsDown({wasOpen, httpStatus, false, "test"}, now);
    drain();
  }
  /// The back-end closes the connection, or it is lost.
  void closes(int code = 1006, bool outage = false, bool ours = false) {
    session.centralIsDown({true, 0, false, "test", code, outage, ours}, now);
    drain();
  }
  /// Time passes until the connection is back.
  void reconnects() {
    const auto opened = [](const session::Effect& effect) {
      return std::holds_alternative<session::OpenCentral>(effect);
    };
    for (int i = 0; i < 600 && (effects.empty() || !opened(effects.back())); ++i) pass(seconds(1));
    opens();
  }
  /// The next effect: a CALL to the back-end.
  template <class M>
  typename M::Request toCentral() {
    auto call = take<session::ToCentral>();
    CPPUNIT_ASSERT_EQUAL(std::string(M::action), std::string(actionName(call.request)));
    called_ = call.id;
    return std::get<typename M::Request>(call.request);
  }
  void reply(Response response) { replyTo(called_, std::move(response)); }
  void replyTo(const std::string& id, Result<Response> result) {
    session.fromCentral(session::CentralReply{id, std::move(result)}, now);
    drain();
  }
  /// How many of these events there were.
  std::size_t told(std::string_view event) const {
    std::size_t count = 0;
    for (const session::Note& each : events) count += each.event == event;
    return count;
  }
  void refuse(FaultCode code) { replyTo(called_, Fault{code, "refused"}); }
  std::string lastCall() const { return called_; }

  void call(Request request, std::string id = "call-1") {
    session.fromCentral(session::CentralCall{std::move(id), std::move(request)}, now);
    drain();
  }
  template <class M>
  typename M::Response result(const std::string& id = "call-1") {
    auto answer = take<session::AnswerCentral>();
    CPPUNIT_ASSERT_EQUAL(id, answer.id);
    CPPUNIT_ASSERT_MESSAGE(answer.result ? "" : answer.result.fault().description, bool(answer.result));
    CPPUNIT_ASSERT_EQUAL(std::string(M::action), std::string(actionName(*answer.result)));
    return std::get<typename M::Response>(*answer.result);
  }
  FaultCode callError(const std::string& id = "call-1") {
    auto answer = take<session::AnswerCentral>();
    CPPUNIT_ASSERT_EQUAL(id, answer.id);
    CPPUNIT_ASSERT_MESSAGE("a CALLERROR is expected", !answer.result);
    return answer.result.fault().code;
  }

  // --- time and effects

  /// Lets time pass, ticking at each deadline on the way.
  void pass(Duration time) {
    const Steady end = now.steady + time;
    for (auto due = session.deadline(); due && *due <= end; due = session.deadline()) {
      now.reach(*due);
      session.tick(now);
      drain();
      CPPUNIT_ASSERT_MESSAGE("a deadline must go away when it is served",
                             session.deadline() != due || *due > now.steady);
    }
    now.reach(end);
  }
  template <class E>
  E take() {
    CPPUNIT_ASSERT_MESSAGE("an effect is expected and there is none", !effects.empty());
    E* wanted = std::get_if<E>(&effects.front());
    CPPUNIT_ASSERT_MESSAGE("another effect: " + describe(effects.front()), wanted != nullptr);
    E taken = std::move(*wanted);
    effects.pop_front();
    return taken;
  }
  void nothing() {
    CPPUNIT_ASSERT_MESSAGE(effects.empty() ? "" : "unexpected effect: " + describe(effects.front()), effects.empty());
  }

  // --- what most tests begin with

  /// The session wants a connection, and gets it.
  void opens() {
    take<session::OpenCentral>();
    up();
  }
  /// The charger boots and the back-end is asked; the connection is up afterwards.
  session::Exchange boots(Version version) {
    const auto exchange = send(version, bootRequest());
    if (!effects.empty() && std::holds_alternative<session::OpenCentral>(effects.front())) opens();
    toCentral<BootNotification>();
    return exchange;
  }
  /// Boots the charger with that interval; nothing is left to take.
  void boot(Version version, int interval = 300) {
    const auto exchange = boots(version);
    reply(BootNotification::Response{RegistrationStatus::Accepted, {now, true}, interval});
    answered<BootNotification>(exchange);
    nothing();
  }
  /// ST-9 after a boot without statuses: connector 0, acknowledged.
  void statusFilled() {
    CPPUNIT_ASSERT_EQUAL(0, toCentral<StatusNotification>().connectorId);
    reply(StatusNotification::Response{});
    nothing();
  }
  static BootNotification::Request bootRequest() {
    BootNotification::Request boot;
    boot.chargePointVendor = "Vendor";
    boot.chargePointModel = "Model";
    return boot;
  }
  void acceptBoot() { reply(BootNotification::Response{RegistrationStatus::Accepted, {now, true}, 300}); }
  static StatusNotification::Request status(int connector, ChargePointStatus word,
                                            ChargePointErrorCode error = ChargePointErrorCode::NoError) {
    StatusNotification::Request request;
    request.connectorId = connector;
    request.status = word;
    request.errorCode = error;
    return request;
  }
  /// Reports a status; returns what the back-end got for it.
  StatusNotification::Request report(Version version, StatusNotification::Request request) {
    const auto exchange = send(version, std::move(request));
    const auto seen = toCentral<StatusNotification>();
    reply(StatusNotification::Response{});
    answered<StatusNotification>(exchange);
    return seen;
  }
  static StartTransaction::Request start(int connector, const char* tag, const char* time = "2024-05-01T08:00:00Z") {
    StartTransaction::Request request;
    request.connectorId = connector;
    request.idTag = tag;
    request.timestamp = at(time);
    request.meterStart = 1000;
    return request;
  }
  static StartTransaction::Response started(std::int64_t id,
                                            AuthorizationStatus status = AuthorizationStatus::Accepted) {
    StartTransaction::Response response;
    response.transactionId.value = id;
    response.idTagInfo.status = status;
    return response;
  }
  static StopTransaction::Request stop(std::int64_t id, const char* time = "2024-05-01T09:00:00Z") {
    StopTransaction::Request request;
    request.transactionId.value = id;
    request.timestamp = at(time);
    request.meterStop = 2000;
    return request;
  }
  template <class R>
  static std::vector<R> of(const std::vector<session::Record>& records) {
    std::vector<R> found;
    for (const session::Record& each : records)
      if (const R* record = std::get_if<R>(&each)) found.push_back(*record);
    return found;
  }
  /// A transaction with that id runs afterwards; a synthesised status is acknowledged.
  void begin(Version version, int connector, std::int64_t id, const char* tag = "TAG") {
    const auto exchange = send(version, start(connector, tag));
    toCentral<StartTransaction>();
    reply(started(id));
    answered<StartTransaction>(exchange);
    if (!effects.empty()) toCentral<StatusNotification>(), reply(StatusNotification::Response{});
    nothing();
  }
  static MeterValues::Request meterValues(int connector, std::vector<const char*> times, const char* value = "1234") {
    MeterValues::Request request;
    request.connectorId = connector;
    for (const char* time : times) {
      MeterValue reading;
      reading.timestamp = at(time);
      reading.sampledValue.push_back({Opaque<0>(value), {}, {}, {}, {}, {}, {}});
      request.meterValue.push_back(reading);
    }
    return request;
  }

  Store store;
  bool storeAnswers = true;  ///< What the session asks the store is answered at once; else it is an effect to take.
  void storeFails(bool load) {
    load ? session.queuedLoaded(std::nullopt, now) : session.transactionFound(std::nullopt, now);
    drain();
  }
  void storeSays(bridge::Wanted wanted) {
    answerFromStore(std::move(wanted));
    drain();
  }

  session::GatewaySession session;
  Duration timezone{};  ///< Of the charger: its local readings minus UTC.

  /// Takes the effects of what a test has told the session itself.
  void drain() {
    while (auto effect = session.next()) {
      if (auto* note = std::get_if<session::Note>(&*effect)) {
        notes.push_back(note->text);
        if (!note->event.empty()) events.push_back(*note);
      } else if (auto* keep = std::get_if<session::Keep>(&*effect))
        store->put("CP", keep->record), store->commit(), kept.push_back(keep->record);
      else if (auto* forget = std::get_if<session::Forget>(&*effect))
        store->erase("CP", forget->record), store->commit(), forgotten.push_back(forget->record);
      else if (auto* load = std::get_if<session::LoadQueued>(&*effect); load && storeAnswers)
        answerFromStore(*load);
      else if (auto* find = std::get_if<session::FindTransaction>(&*effect); find && storeAnswers)
        answerFromStore(*find);
      else
        effects.push_back(std::move(*effect));
    }
  }

 private:
  void answerFromStore(bridge::Wanted wanted) {
    const bool load = std::holds_alternative<session::LoadQueued>(wanted);
    store->read("CP", std::move(wanted), [&](bridge::ReadResult&& found) {
      load ? session.queuedLoaded(std::move(found.records), now)
           : session.transactionFound(std::move(found.records), now);
    });
  }
  session::Services services() {
    return {[this] { return "id-" + std::to_string(++ids_); }, [] { return 0.5; },
            [](std::string_view text) { return "0123456789abcdef0123456789abcdef0123" + std::to_string(text.size()); },
            [this](Instant local) { return local - timezone; }, [] { return nextKey(); }};
  }
  static std::string describe(const session::Effect& effect) {
    if (const auto* out = std::get_if<session::ToCentral>(&effect))
      return "ToCentral " + std::string(actionName(out->request));
    if (const auto* out = std::get_if<session::ToCharger>(&effect))
      return "ToCharger " + std::string(actionName(out->request));
    if (const auto* out = std::get_if<session::AnswerCharger>(&effect))
      return "AnswerCharger " + (out->result ? std::string(actionName(*out->result)) : out->result.fault().description);
    if (const auto* out = std::get_if<session::AnswerCentral>(&effect))
      return "AnswerCentral " + (out->result ? std::string(actionName(*out->result)) : out->result.fault().description);
    static constexpr const char* names[] = {"",
                                            "",
                                            "",
                                            "",
                                            "OpenCentral",
                                            "CloseCentral",
                                            "NewPassword",
                                            "SetPingInterval",
                                            "",
                                            "",
                                            "LoadQueued",
                                            "FindTransaction"};
    return effect.index() < std::size(names) ? names[effect.index()] : "?";
  }

  session::Exchange exchange_ = 0;
  session::ChargerRequestId asked_ = 0;
  std::string called_;
  int ids_ = 0;
};

}  // namespace test
