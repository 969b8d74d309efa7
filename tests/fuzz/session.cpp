// SPDX-License-Identifier: GPL-2.0-or-later
// Target session: tests/support/chaos.h with the input as its dice, and every effect written in its wire form.
#include <cstdlib>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <variant>

#include "ocpp_j/frame.h"
#include "ocpp_s/dialect.h"
#include "tests/fuzz/json.h"
#include "tests/fuzz/soap.h"
#include "tests/fuzz/targets.h"
#include "tests/support/chaos.h"

namespace fuzz {

namespace {

using ocpp::Role;

/// With FUZZ_TRACE in the environment each effect is shown, to understand what was found.
struct Trace {
  void operator()(const session::ToCentral& e) const { line("CALL " + e.id + " " + test::dump(e.request)); }
  void operator()(const session::ToCharger& e) const { line("to charger " + test::dump(e.request)); }
  void operator()(const session::AnswerCharger& e) const {
    line("answer to exchange " + std::to_string(e.exchange) + ": " + text(e.result));
  }
  void operator()(const session::AnswerCentral& e) const { line("answer to CALL " + e.id + ": " + text(e.result)); }
  void operator()(const session::OpenCentral&) const { line("open"); }
  void operator()(const session::CloseCentral& e) const { line("close " + e.reason); }
  void operator()(const session::Keep& e) const { line("keep " + bridge::keyOf(e.record)); }
  void operator()(const session::Forget& e) const { line("forget " + bridge::keyOf(e.record)); }
  void operator()(const session::Note& e) const { line("note " + e.text); }
  template <class Other>
  void operator()(const Other&) const {}

 private:
  static std::string text(const ocpp::Result<ocpp::Response>& result) {
    return result ? test::dump(*result) : "fault " + result.fault().description;
  }
  static void line(const std::string& text) { std::cerr << text << "\n"; }
};

/// What leaves for the wire is legal there. Answers to chargers are judged in the targets to-central and to-charger.
struct WireForm {
  void operator()(const session::ToCentral& call) const { readOwnCall(ocpp_j::writeCall(call.id, call.request)); }
  void operator()(const session::ToCharger& request) const {
    readOwnRequest(requestText(request.version, Role::ChargePoint, request.request), Role::ChargePoint);
  }
  void operator()(const session::AnswerCharger& answer) const {
    if (answer.result)
      readOwnReply(replyText(answer.version, Role::CentralSystem, *answer.result), answer.result->index());
  }
  void operator()(const session::AnswerCentral& answer) const {
    if (answer.result) readOwnResult(ocpp_j::writeCallResult(answer.id, *answer.result), answer.result->index());
  }
  template <class Other>
  void operator()(const Other&) const {}
};

}  // namespace

// --- session: every byte is a decision

void runSession(std::string_view input) {
  Bytes bytes(input);
  session::Settings settings;
  const auto flags = bytes.roll(255);
  settings.durable = (flags & 1) == 0;
  settings.inferPower = (flags & 2) != 0;
  settings.callErrorForUnsupported = (flags & 4) != 0;
  settings.bootReplayAlways = (flags & 8) != 0;
  settings.pendingPolicy = static_cast<session::PendingPolicy>((flags >> 4) & 1);
  settings.lifecycle = static_cast<session::WsLifecycle>((flags >> 5) & 1);
  settings.alwaysSendReason = (flags & 64) != 0;
  settings.spellCelcius = (flags & 128) != 0;
  settings.startOffline = static_cast<session::StartOffline>(bytes.roll(2));
  const auto version = static_cast<ocpp::Version>(bytes.roll(2));
  const auto connectors = static_cast<int>(bytes.roll(4));
  if (connectors != 0) settings.connectors = connectors;
  static const bool tracing = std::getenv("FUZZ_TRACE") != nullptr;
  try {
    test::Chaos chaos([&](std::int64_t most) { return bytes.roll(most); }, version, settings,
                      [](const session::Effect& effect) {
                        if (tracing) std::visit(Trace(), effect);
                        std::visit(WireForm(), effect);
                      });
    if (tracing) chaos.tell = [](const std::string& text) { std::cerr << "-- " << text << "\n"; };
    while (!bytes.ended()) chaos.step();
    chaos.finish();
  } catch (const std::logic_error& broken) { fail(broken.what()); }
}

}  // namespace fuzz
