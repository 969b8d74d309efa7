// SPDX-License-Identifier: GPL-2.0-or-later
// Targets to-central and to-charger: a message through reader, session and writer, and its answer back. What leaves the
// bridge is legal, whatever came in.
#include <deque>
#include <optional>
#include <stdexcept>
#include <string>
#include <variant>

#include "bridge/charger_reply.h"
#include "ocpp_j/codec.h"
#include "ocpp_j/frame.h"
#include "ocpp_s/dialect.h"
#include "session/gateway_session.h"
#include "tests/fuzz/json.h"
#include "tests/fuzz/soap.h"
#include "tests/fuzz/targets.h"
#include "tests/support/fake_now.h"
#include "tests/support/random_message.h"

namespace fuzz {

namespace {

using ocpp::Role;
using ocpp::Version;

template <class Write>
std::string legal(Write&& write) {
  try {
    return write();
  } catch (const std::logic_error& why) { fail(std::string("a message without words on the wire: ") + why.what()); }
}

/// One charger's session between two peers that are played by the input, or by legal answers when that has ended.
class Bench {
 public:
  Bench(Version version, std::size_t flavour, Input& answers)
      : version_(version),
        answers_(answers),
        random_(1, ocpp::Encoding::Json16),
        session_(settings(flavour), services()) {}

  void boot() {
    ocpp::BootNotification::Request request;
    request.chargePointVendor = "Vendor";
    request.chargePointModel = "Model";
    ask(request, false);
  }
  /// A request of the charger; it must be answered.
  void ask(ocpp::Request request, bool fromInput = true) {
    fromInput_ = fromInput;
    const auto exchange = ++exchange_;
    open_ = exchange;
    session_.fromCharger({exchange, version_, "", std::to_string(exchange), std::move(request)}, now_);
    drain();
    pass(std::chrono::seconds(65));
    require(!open_, "a charger was not answered");
    fromInput_ = false;
  }
  /// A CALL of the back-end; it must be answered.
  void call(ocpp::Request request, std::size_t httpStatus) {
    fromInput_ = true;
    httpStatus_ = httpStatus;
    asked_ = "call-" + std::to_string(++ids_);
    session_.fromCentral(session::CentralCall{*asked_, std::move(request)}, now_);
    drain();
    pass(std::chrono::seconds(65));
    require(!asked_, "the back-end was not answered");
    fromInput_ = false;
  }

 private:
  static session::Settings settings(std::size_t flavour) {
    session::Settings s;
    s.durable = (flavour & 1) != 0;
    s.inferPower = (flavour & 2) != 0;
    s.spellCelcius = (flavour & 4) != 0;
    s.alwaysSendReason = (flavour & 8) != 0;
    s.callErrorForUnsupported = (flavour & 16) != 0;
    s.authKeyPlain = (flavour & 32) != 0;
    return s;
  }
  session::Services services() {
    return {[this] { return "id-" + std::to_string(++ids_); },
            [] { return 0.5; },
            [](std::string_view text) {
              return "0123456789abcdef0123456789abcdef" + std::to_string(text.size() % 100000000);
            },
            {},
            [this] { return ++keys_; }};
  }

  void pass(ocpp::Duration time) {
    const ocpp::Steady end = now_.steady + time;
    for (auto due = session_.deadline(); due && *due <= end; due = session_.deadline()) {
      now_.reach(*due);
      session_.tick(now_);
      drain();
      require(session_.deadline() != due || *due > now_.steady, "a deadline stands still");
    }
    now_.reach(end);
  }

  void drain() {
    while (auto effect = session_.next()) std::visit([this](auto& each) { on(each); }, *effect);
  }

  void on(session::OpenCentral&) { session_.centralIsUp(now_); }
  void on(session::CloseCentral&) {}

  void on(session::ToCentral& effect) {
    const std::string frame = legal([&] { return ocpp_j::writeCall(effect.id, effect.request); });
    const ocpp::Request seen = readOwnCall(frame);
    require(seen.index() == effect.request.index(), "another action", frame);
    session_.fromCentral(session::CentralReply{effect.id, centralSays(effect.request.index())}, now_);
  }

  ocpp::Result<ocpp::Response> centralSays(std::size_t action) {
    if (fromInput_ && !answers_.ended()) {
      const std::string text(answers_.part());
      const ocpp_j::Frame frame = ocpp_j::readFrame("[3,\"x\"," + text + "]");
      ocpp::ReadNotes notes;
      if (frame.kind != ocpp_j::Frame::Kind::CallResult)
        return ocpp::Fault{ocpp::faultFromJson(text.substr(0, 30)), text};
      return ocpp_j::readResponse(action, frame.payload(), ocpp_j::ReadMode::Lenient, notes);
    }
    ocpp::Response response = random_.response(action);
    if (auto* boot = std::get_if<ocpp::BootNotification::Response>(&response)) {
      boot->status = ocpp::RegistrationStatus::Accepted;
      boot->interval = 300;
    }
    return response;
  }

  void on(session::AnswerCharger& effect) {
    require(open_ == effect.exchange, "answered twice, or nobody");
    open_.reset();
    if (!effect.result) {
      std::string xml;
      ocpp_s::Codec::writeFault(xml, ocpp_s::dialectFor(effect.version), Role::CentralSystem, someHeader(),
                                effect.result.fault());
      return readOwnFault(xml, effect.result.fault());
    }
    const std::string xml = legal([&] { return replyText(effect.version, Role::CentralSystem, *effect.result); });
    readOwnReply(xml, effect.result->index());
  }

  void on(session::ToCharger& effect) {
    const std::string xml = legal([&] { return requestText(effect.version, Role::ChargePoint, effect.request); });
    const ocpp::Request seen = readOwnRequest(xml, Role::ChargePoint);
    require(seen.index() == effect.request.index(), "another action", xml);
    session::ChargerReply reply;
    if (fromInput_ && !answers_.ended()) {
      bridge::HttpResult result;
      result.outcome = bridge::HttpResult::Outcome::Answered;
      result.response.status = static_cast<int>(httpStatus_);
      result.response.body = std::string(answers_.part());
      reply = bridge::readChargerReply(codec(), effect.request.index(), "", result, ocpp_s::standardQuirks()).reply;
    } else {
      test::RandomMessages charger(2, ocpp::soapEncoding(effect.version));
      reply.response = charger.response(effect.request.index());
    }
    reply.id = effect.id;
    session_.fromCharger(std::move(reply), now_);
  }

  void on(session::AnswerCentral& effect) {
    require(asked_ == effect.id, "answered twice, or nobody");
    asked_.reset();
    if (!effect.result) {
      const std::string error = ocpp_j::writeCallError(effect.id, effect.result.fault());
      return require(ocpp_j::readFrame(error).kind == ocpp_j::Frame::Kind::CallError, "our CALLERROR is none", error);
    }
    const std::string frame = legal([&] { return ocpp_j::writeCallResult(effect.id, *effect.result); });
    readOwnResult(frame, effect.result->index());
  }
  template <class Other>
  void on(Other&) {}

  Version version_;
  Input& answers_;
  test::RandomMessages random_;
  session::GatewaySession session_;
  test::FakeNow now_{ocpp::parseDateTime("2024-05-01T08:00:00Z")->at};
  bool fromInput_ = false;
  std::size_t httpStatus_ = 200;
  std::optional<session::Exchange> open_;
  session::Exchange exchange_ = 0;
  std::optional<std::string> asked_;
  int ids_ = 0;
  std::uint64_t keys_ = 0;
};

constexpr std::size_t mostSteps = 6;

}  // namespace

// --- to-central: F then, NUL behind each: envelope, answer of the back-end (payload, or an error code), envelope, ...
// F: settings

void runToCentral(std::string_view input) {
  Input in(input);
  const std::size_t flavour = in.choose(63);
  std::optional<Bench> bench;
  for (std::size_t i = 0; i < mostSteps && !in.ended(); ++i) {
    auto outcome = codec().readRequest(in.part(), Role::CentralSystem);
    auto* message = std::get_if<ocpp_s::RequestMessage>(&outcome);
    if (message == nullptr) return;
    if (!bench) {
      bench.emplace(*message->version, flavour, in);
      bench->boot();
    }
    bench->ask(std::move(message->request));
  }
}

Seeds toCentralSeeds() {
  Seeds seeds;
  test::RandomMessages central(11, ocpp::Encoding::Json16);
  for (const auto version : allVersions) {
    test::RandomMessages charger(12, ocpp::soapEncoding(version));
    for (std::size_t action = 0; action < ocpp::actionCount; ++action) {
      if (!ocpp_s::offers(version, Role::CentralSystem, action)) continue;
      std::string payload;
      ocpp_j::appendPayload(payload, central.response(action));
      seeds.push_back(std::string(1, static_cast<char>('0' + action)) +
                      requestText(version, Role::CentralSystem, charger.request(action)) + '\0' + payload);
    }
  }
  return seeds;
}

// --- to-charger: F V H then CALL, NUL, envelope of the charger's answer, NUL, CALL, ...
// F: settings, V: version, H: HTTP status of the answers

void runToCharger(std::string_view input) {
  Input in(input);
  const std::size_t flavour = in.choose(63);
  const Version version = allVersions[in.choose(2)];
  static constexpr std::size_t statuses[] = {200, 500, 400};
  const std::size_t status = statuses[in.choose(2)];
  std::optional<Bench> bench;
  for (std::size_t i = 0; i < mostSteps && !in.ended(); ++i) {
    const ocpp_j::Frame frame = ocpp_j::readFrame(in.part());
    if (frame.kind != ocpp_j::Frame::Kind::Call) return;
    ocpp::ReadNotes notes;
    auto request = ocpp_j::readRequest(frame.action, frame.payload(), ocpp_j::ReadMode::Lenient, notes);
    if (!request) return;
    if (!bench) {
      bench.emplace(version, flavour, in);
      bench->boot();
    }
    bench->call(std::move(*request), status);
  }
}

Seeds toChargerSeeds() {
  Seeds seeds;
  test::RandomMessages central(13, ocpp::Encoding::Json16);
  for (const auto version : allVersions) {
    test::RandomMessages charger(14, ocpp::soapEncoding(version));
    for (std::size_t action = 0; action < ocpp::actionCount; ++action) {
      const std::string call = ocpp_j::writeCall("c", central.request(action));
      const std::string start = std::string(1, static_cast<char>('0' + action)) +
                                std::string(1, static_cast<char>('0' + static_cast<int>(version))) + "0" + call;
      if (ocpp_s::offers(version, Role::ChargePoint, action))
        seeds.push_back(start + '\0' + replyText(version, Role::ChargePoint, charger.response(action)));
      else
        seeds.push_back(start);
    }
  }
  return seeds;
}

}  // namespace fuzz
