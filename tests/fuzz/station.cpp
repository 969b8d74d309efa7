// SPDX-License-Identifier: GPL-2.0-or-later
// Target station: tests/support/station_chaos.h with the input as its dice; in some runs all that is said is also
// written.
#include <cstdlib>
#include <iostream>
#include <stdexcept>

#include "tests/fuzz/soap.h"
#include "tests/fuzz/targets.h"
#include "tests/support/station_chaos.h"

namespace fuzz {

void runStation(std::string_view input) {
  Bytes bytes(input);
  static const bool tracing = std::getenv("FUZZ_TRACE") != nullptr;
  const auto version = static_cast<ocpp::Version>(bytes.roll(2));
  const bool writing = bytes.roll(3) == 0;
  const auto watch = [&](const station::Effect& effect) {
    const auto* send = std::get_if<station::Send>(&effect);
    const auto* answer = std::get_if<station::Answer>(&effect);
    const auto* note = std::get_if<station::Note>(&effect);
    const auto* keep = std::get_if<station::Keep>(&effect);
    if (tracing && send) std::cerr << "send " << test::dump(send->request) << "\n";
    if (tracing && answer)
      std::cerr << "answer " << answer->id << ": "
                << (answer->result ? test::dump(*answer->result) : answer->result.fault().description) << "\n";
    if (tracing && note) std::cerr << "note " << note->text << "\n";
    if (tracing && keep) std::cerr << "keep " << keep->key << "\n";
    if (writing && send)
      readOwnRequest(requestText(version, ocpp::Role::CentralSystem, send->request), ocpp::Role::CentralSystem);
    if (writing && answer && answer->result)
      readOwnReply(replyText(version, ocpp::Role::ChargePoint, *answer->result), answer->result->index());
  };
  try {
    test::StationChaos chaos([&](std::int64_t most) { return bytes.roll(most); }, version, watch);
    if (tracing) chaos.tell = [](const std::string& text) { std::cerr << "-- " << text << "\n"; };
    while (!bytes.ended()) chaos.step();
    chaos.finish();
  } catch (const std::logic_error& broken) { fail(broken.what()); }
}

}  // namespace fuzz
