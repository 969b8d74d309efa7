// SPDX-License-Identifier: GPL-2.0-or-later
// Targets frame and record-text: what back-ends send, and what the database gives back.
#include "tests/fuzz/json.h"

#include <stdexcept>

#include "bridge/record_text.h"
#include "ocpp_j/codec.h"
#include "ocpp_j/frame.h"
#include "tests/fuzz/targets.h"
#include "tests/support/random_message.h"

namespace fuzz {

namespace {

using ocpp_j::Frame;
using ocpp_j::ReadMode;

template <class Payload>
Payload taken(ocpp::Result<Payload> result, const ocpp::ReadNotes& notes, const std::string& frame) {
  if (!result) fail("our own frame is refused: " + result.fault().description, frame);
  if (!notes.empty()) fail("our own frame needs tolerance: " + notes[0].path + " " + notes[0].text, frame);
  return std::move(*result);
}

/// Lenient reading may drop all readings (MV-6): the one thing that it makes and that must not be written.
bool worthWriting(const ocpp::Request& request) {
  const auto* values = std::get_if<ocpp::MeterValues::Request>(&request);
  return values == nullptr || !values->meterValue.empty();
}

void call(const Frame& frame, std::string_view text) {
  ocpp::ReadNotes notes, none;
  auto lenient = ocpp_j::readRequest(frame.action, frame.payload(), ReadMode::Lenient, notes);
  auto strict = ocpp_j::readRequest(frame.action, frame.payload(), ReadMode::Strict, none);
  if (strict) {
    require(bool(lenient), "strict takes what lenient refuses", text);
    require(test::dump(*strict) == test::dump(*lenient), "strict and lenient see different messages", text);
  }
  if (!lenient) {
    const Frame fault = ocpp_j::readFrame(ocpp_j::writeCallError(frame.id, lenient.fault()));
    require(fault.kind == Frame::Kind::CallError && fault.id == frame.id, "our own CALLERROR is not read", text);
    return;
  }
  if (!worthWriting(*lenient)) return;
  const std::string first = ocpp_j::writeCall(frame.id, *lenient);
  const std::string second = ocpp_j::writeCall(frame.id, readOwnCall(first));
  require(first == second, "writing, reading and writing differ: " + second, first);
}

void callResult(const Frame& frame, std::size_t action, std::string_view text) {
  ocpp::ReadNotes notes, none;
  auto lenient = ocpp_j::readResponse(action, frame.payload(), ReadMode::Lenient, notes);
  auto strict = ocpp_j::readResponse(action, frame.payload(), ReadMode::Strict, none);
  if (strict) {
    require(bool(lenient), "strict takes what lenient refuses", text);
    require(test::dump(*strict) == test::dump(*lenient), "strict and lenient see different messages", text);
  }
  if (!lenient) return;
  const std::string first = ocpp_j::writeCallResult(frame.id, *lenient);
  const std::string second = ocpp_j::writeCallResult(frame.id, readOwnResult(first, action));
  require(first == second, "writing, reading and writing differ: " + second, first);
}

}  // namespace

ocpp::Request readOwnCall(const std::string& text) {
  const Frame frame = ocpp_j::readFrame(text);
  require(frame.kind == Frame::Kind::Call, "our own CALL is not one: " + frame.problem, text);
  ocpp::ReadNotes notes;
  return taken(ocpp_j::readRequest(frame.action, frame.payload(), ReadMode::Strict, notes), notes, text);
}

ocpp::Response readOwnResult(const std::string& text, std::size_t action) {
  const Frame frame = ocpp_j::readFrame(text);
  require(frame.kind == Frame::Kind::CallResult, "our own CALLRESULT is not one: " + frame.problem, text);
  ocpp::ReadNotes notes;
  return taken(ocpp_j::readResponse(action, frame.payload(), ReadMode::Strict, notes), notes, text);
}

// --- frame: A JSON; A: the action that a CALLRESULT is taken to answer

void runFrame(std::string_view input) {
  Input in(input);
  const std::size_t action = in.choose(ocpp::actionCount - 1);
  const std::string_view text = in.rest();
  const Frame frame = ocpp_j::readFrame(text);
  switch (frame.kind) {
    case Frame::Kind::Call: return call(frame, text);
    case Frame::Kind::CallResult: return callResult(frame, action, text);
    case Frame::Kind::CallError: {
      const ocpp::Fault fault = ocpp_j::faultOf(frame);
      const Frame again = ocpp_j::readFrame(ocpp_j::writeCallError(frame.id, fault));
      require(again.kind == Frame::Kind::CallError, "our own CALLERROR is not one: " + again.problem, text);
      require(ocpp_j::faultOf(again).code == fault.code, "the code changed", text);
      return;
    }
    case Frame::Kind::Ignored:
    case Frame::Kind::Malformed: require(!frame.problem.empty(), "ignored without saying why", text);
  }
}

Seeds frameSeeds() {
  Seeds seeds;
  test::RandomMessages random(9, ocpp::Encoding::Json16);
  for (std::size_t action = 0; action < ocpp::actionCount; ++action) {
    seeds.push_back("0" + ocpp_j::writeCall("id-1", random.request(action)));
    seeds.push_back(std::string(1, static_cast<char>('0' + action)) +
                    ocpp_j::writeCallResult("id-2", random.response(action)));
  }
  seeds.push_back("0" + ocpp_j::writeCallError("id-3", {ocpp::FaultCode::NotSupported, "no \"such\" thing"}));
  return seeds;
}

// --- record-text: A JSON; A: action

void runRecordText(std::string_view input) {
  Input in(input);
  const std::string_view action = ocpp::Actions::names[in.choose(ocpp::actionCount - 1)];
  const std::string text(in.rest());
  try {
    const std::string first = bridge::recordText(bridge::readRequestText(action, text));
    const std::string second = bridge::recordText(bridge::readRequestText(action, first));
    require(first == second, "writing, reading and writing differ: " + second, first);
  } catch (const std::runtime_error&) {}  // what the header promises; anything else ends the process
  try {
    ocpp::IdTagInfo info;
    bridge::readRecordText(text, info);
    require(!bridge::recordText(info).empty(), "nothing written");
  } catch (const std::runtime_error&) {}
}

Seeds recordTextSeeds() {
  Seeds seeds;
  test::RandomMessages random(10, ocpp::Encoding::Json16);
  for (std::size_t action = 0; action < ocpp::actionCount; ++action)
    seeds.push_back(static_cast<char>('0' + action) + bridge::recordText(random.request(action)));
  return seeds;
}

}  // namespace fuzz
