// SPDX-License-Identifier: GPL-2.0-or-later
// A back-end that has something against some messages, always the same ones (ER-3).
#pragma once

#include <cstdint>
#include <string>

#include "ocpp/messages.h"
#include "ocpp/result.h"
#include "tests/support/random_message.h"

namespace test {

/// What it does with a message, told by its content: the dice of a Chaos are not asked, so that inputs which fuzzing
/// has found keep their meaning.
struct Grudge {
  enum class Kind { None, Refuses, Closes, Silent } kind = Kind::None;
  ocpp::FaultCode code = ocpp::FaultCode::InternalError;

  static Grudge against(const ocpp::Request& request) {
    std::string name(ocpp::actionName(request));
    if (const auto* start = std::get_if<ocpp::StartTransaction::Request>(&request)) name += dump(start->timestamp);
    if (const auto* stop = std::get_if<ocpp::StopTransaction::Request>(&request)) name += dump(stop->timestamp);
    if (const auto* values = std::get_if<ocpp::MeterValues::Request>(&request)) name += dump(values->meterValue);
    if (const auto* status = std::get_if<ocpp::StatusNotification::Request>(&request))
      name += std::to_string(status->connectorId) + dump(status->timestamp);
    if (const auto* boot = std::get_if<ocpp::BootNotification::Request>(&request)) name += boot->chargePointModel;
    std::uint32_t mixed = 2166136261U;  // FNV-1a: the same everywhere
    for (const char c : name) mixed = (mixed ^ static_cast<unsigned char>(c)) * 16777619U;
    const unsigned lot = (mixed >> 8) % 24;
    if (lot < 5) return {Kind::Refuses, static_cast<ocpp::FaultCode>((mixed >> 16) % 10)};
    if (lot < 8) return {Kind::Closes, {}};
    return {lot == 8 ? Kind::Silent : Kind::None, {}};
  }
};

}  // namespace test
