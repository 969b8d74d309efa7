// SPDX-License-Identifier: GPL-2.0-or-later
// Messages as JSON values for log, patterns and API.
#include <stdexcept>

#include "ocpp/literals.h"
#include "ocpp_j/codec.h"
#include "tests/tools/cs/central.h"

namespace cs {

namespace {

template <class Payload>
Json parsed(const Payload& payload) {
  std::string text;
  try {
    ocpp_j::appendPayload(text, payload);
  } catch (const std::logic_error& error) { return {{"unspeakable", error.what()}}; }
  return Json::parse(text, nullptr, false);
}

}  // namespace

Json payloadOf(const ocpp::Request& request) {
  const auto* status = std::get_if<ocpp::StatusNotification::Request>(&request);
  if (status == nullptr || status->status != ocpp::ChargePointStatus::Occupied) return parsed(request);
  auto copy = *status;
  copy.status = ocpp::ChargePointStatus::Available;
  Json out = parsed(ocpp::Request(copy));
  out["status"] = "Occupied";
  return out;
}

Json payloadOf(const ocpp::Response& response) { return parsed(response); }

}  // namespace cs
